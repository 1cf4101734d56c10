"""``PYTHON nncodec_weights.py IN.npz QP OUT.npz``: weights through NNCodec and back; prints the bytes of its bitstream.

Runs in an environment of its own (scripts/create-nncodec-environment): NNCodec needs numpy 1.
"""

from __future__ import annotations

import sys
import types

import numpy as np


def main(source: str, quantiser: int, target: str) -> None:
    """quantiser: NNCodec's qp, the lower the finer; chosen around it for each tensor (opt_qp); with a trellis."""
    # Its frameworks are for training, and import torchvision and more; arrays need none of them.
    framework = types.ModuleType("nncodec.framework")
    for name in ("tensorflow_model", "pytorch_model", "use_case_init"):
        setattr(framework, name, None)
    sys.modules["nncodec.framework"] = framework
    from nncodec import nnc

    weights = dict(np.load(source))
    stream = nnc.compress(
        weights, bitstream_path=None, qp=quantiser, use_dq=True, opt_qp=True, return_bitstream=True, verbose=False
    )
    np.savez(target, **nnc.decompress(stream))
    print(len(stream))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
