"""A compressed layer counted as the paper counts (section 3.3 and Tables 2 to 5), to stand beside its numbers.

The paper stores a non-zero as a code of b bits and the distance from the one before as k bits. A distance above
2^k is bridged by filler zeros: entries of their own, with a code (for zero) and an index. Codes and indices are
Huffman-coded separately. Its rates count codes, indices and codebooks; biases and Huffman tables are not
mentioned, so they are left out here too. This is not how a .dcmodel stores the layer (docs/format.md), and not
its size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcmobile import _native
from dcmobile.graph import Sharing

_FP32_BITS = 32


@dataclass(frozen=True)
class PaperCount:
    """One layer, or several added up. Bits a kept weight are means over the entries, fillers included, as in the paper.

    elements: weights. kept: non-zero ones. entries: kept ones and fillers.
    code_bits, index_bits: all entries at fixed width (pruning + quantisation: P+Q), and with Huffman codes (P+Q+H).
    codebook_bits: 32 for each centroid.
    """

    elements: int
    kept: int
    entries: int
    code_bits: int
    code_bits_huffman: int
    index_bits: int
    index_bits_huffman: int
    codebook_bits: int

    def __add__(self, other: PaperCount) -> PaperCount:
        mine, others = vars(self), vars(other)
        return PaperCount(**{name: mine[name] + others[name] for name in mine})

    @property
    def ratio(self) -> float:
        """fp32 bits over P+Q bits."""
        return _FP32_BITS * self.elements / max(1, self.code_bits + self.index_bits + self.codebook_bits)

    @property
    def ratio_huffman(self) -> float:
        """fp32 bits over P+Q+H bits."""
        coded = self.code_bits_huffman + self.index_bits_huffman + self.codebook_bits
        return _FP32_BITS * self.elements / max(1, coded)


def count_layer(sharing: Sharing, code_bits: int, index_bits: int) -> PaperCount:
    """The layer with codes of ``code_bits`` and relative indices of ``index_bits`` (the paper: 8 for
    convolutions, 5 for fully connected layers in the text; 4 or 5 in the tables).
    """
    codes = sharing.codes
    positions = np.flatnonzero(codes)
    distances = np.diff(positions, prepend=-1)
    largest = 1 << index_bits
    fillers = (distances - 1) // largest
    entries = len(positions) + int(fillers.sum())
    last = np.cumsum(fillers + 1) - 1  # where each kept weight stands among the entries
    indices = np.full(entries, largest - 1)
    indices[last] = (distances - 1) % largest
    symbols = np.zeros(entries, np.int64)
    symbols[last] = codes[positions]
    return PaperCount(
        elements=codes.size,
        kept=len(positions),
        entries=entries,
        code_bits=entries * code_bits,
        code_bits_huffman=_huffman_bits(symbols),
        index_bits=entries * index_bits,
        index_bits_huffman=_huffman_bits(indices),
        codebook_bits=_FP32_BITS * sharing.centroids.size,
    )


def total(layers: Iterable[PaperCount]) -> PaperCount:
    """All layers together."""
    return sum(layers, PaperCount(0, 0, 0, 0, 0, 0, 0, 0))


def _huffman_bits(symbols: npt.NDArray[np.int64]) -> int:
    counts = np.bincount(symbols).astype(np.uint64)
    used = counts[counts > 0]
    if len(used) < 2:
        return len(symbols)
    lengths = _native.package_merge(used, 32)
    return int((used * lengths).sum())
