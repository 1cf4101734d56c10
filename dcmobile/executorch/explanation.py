"""What a partitioner took and left, for people."""

from __future__ import annotations

from collections import Counter

from dcmobile.capture.advice import ADVICE
from dcmobile.executorch.survey import Left, Survey

#: How many kinds of calls are listed.
_LISTED = 12


def explain(found: Survey) -> str:
    """E.g.::

    dcmobile takes 20 of 21 operators, in 1 part. Left to the next partitioners and to ExecuTorch's kernels:
      aten.topk.default in module 'head', net.py:12 - take it out of the model and do it on the model's output
    """
    parts = "1 part" if len(found.parts) == 1 else f"{len(found.parts)} parts"
    left = [each for each in found.left.values() if each.operator != "getitem"]
    line = f"dcmobile takes {found.taken} of {found.taken + len(left)} operators, in {parts}."
    if not left:
        return line
    times = Counter((each.operator, each.reason) for each in left)
    first: dict[tuple[str, str], Left] = {}
    for each in left:
        first.setdefault((each.operator, each.reason), each)
    lines = [f"  {_describe(each, times[key])}" for key, each in first.items()]
    more = [f"  and {len(lines) - _LISTED} more kinds"] if len(lines) > _LISTED else []
    return "\n".join([f"{line} Left to the next partitioners and to ExecuTorch's kernels:", *lines[:_LISTED], *more])


def _describe(left: Left, times: int) -> str:
    reason = f" ({left.reason})" if left.reason else ""
    more = f", {times} times" if times > 1 else ""
    advice = f" - {ADVICE[left.operator]}" if left.operator in ADVICE else ""
    return f"{left.operator}{reason} in {left.origin}{more}{advice}"
