"""What to do about an operator that has no counterpart in a .dcmodel."""

from __future__ import annotations

from collections.abc import Mapping

from dcmobile.capture.translation import keep_whole

_AFTER = "take it out of the model and do it on the model's output"
_COMPARE = "relu, clamp, minimum and maximum need no comparison"

#: An equivalent, or the place for it, by ATen operator.
ADVICE: Mapping[str, str] = {
    "aten._upsample_bicubic2d_aa.vec": 'use interpolate with mode="bilinear" and antialias=False',
    "aten._upsample_bilinear2d_aa.vec": "use interpolate with antialias=False",
    "aten.argmax.default": _AFTER,
    "aten.argmin.default": _AFTER,
    "aten.celu.default": "use elu",
    "aten.cumsum.default": "multiply by a triangular matrix of ones",
    "aten.eq.Scalar": _COMPARE,
    "aten.erf.default": "use torch.nn.functional.gelu if it is part of one",
    "aten.ge.Scalar": _COMPARE,
    "aten.gt.Scalar": _COMPARE,
    "aten.le.Scalar": _COMPARE,
    "aten.lt.Scalar": _COMPARE,
    "aten.nonzero.default": _AFTER,
    "aten.sort.default": _AFTER,
    "aten.threshold.default": "use relu or clamp",
    "aten.topk.default": _AFTER,
    "aten.upsample_bicubic2d.vec": 'use interpolate with mode="bilinear"',
}

# PyTorch would decompose these into many operators, none of which the user wrote: an error names what they wrote.
for _operator in ("aten._upsample_bilinear2d_aa.vec", "aten.upsample_bicubic2d.vec", "aten.celu.default"):
    keep_whole(_operator)
