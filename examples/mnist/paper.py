"""What the paper reports for the demo's networks (arXiv 1510.00149, Tables 1, 2 and 3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PaperLayer:
    """A row of Table 2 or 3: share of weights kept; bits a weight and bits an index, before and after Huffman
    coding.
    """

    kept: float
    weight_bits: float
    weight_bits_huffman: float
    index_bits: float
    index_bits_huffman: float


@dataclass(frozen=True)
class PaperNetwork:
    """Table 1: errors in per cent, sizes in KB, and the layers in order."""

    title: str
    dense_error: float
    error: float
    dense_kb: float
    kb: float
    ratio: float
    layers: tuple[PaperLayer, ...]


LENET300 = PaperNetwork(
    "LeNet-300-100",
    dense_error=1.64,
    error=1.58,
    dense_kb=1070,
    kb=27,
    ratio=40,
    layers=(
        PaperLayer(0.08, 6, 4.4, 5, 3.7),
        PaperLayer(0.09, 6, 4.4, 5, 4.3),
        PaperLayer(0.26, 6, 4.3, 5, 3.2),
    ),
)

LENET5 = PaperNetwork(
    "LeNet-5",
    dense_error=0.80,
    error=0.74,
    dense_kb=1720,
    kb=44,
    ratio=39,
    layers=(
        PaperLayer(0.66, 8, 7.2, 5, 1.5),
        PaperLayer(0.12, 8, 7.2, 5, 3.9),
        PaperLayer(0.08, 5, 4.5, 5, 4.5),
        PaperLayer(0.19, 5, 5.2, 5, 3.7),
    ),
)
