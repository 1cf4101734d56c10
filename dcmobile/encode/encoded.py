"""An encoded weight: what the file will hold of it, and what each part costs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from dcmobile._native import StreamStatistics

#: The struct ``Chunk`` of ``schemas/dcmobile.fbs``; 36 bytes.
CHUNK_DTYPE = np.dtype(
    [
        ("start", "<u4"),
        ("gap_count", "<u4"),
        ("code_count", "<u4"),
        ("offset", "<u4"),
        ("crc32c", "<u4"),
        ("gap_bytes", "<u2", (4,)),
        ("code_bytes", "<u2", (4,)),
    ]
)


#: What ``gap_bits`` has more in the file where gaps are coded in pairs (docs/format.md, section 4).
GAP_PAIRS = 16


class Encoding(StrEnum):
    """How a weight is stored; the names of the schema's tables (docs/format.md, section 4)."""

    SPARSE_SHARED = "SparseShared"
    DENSE_SHARED = "DenseShared"
    DENSE = "Dense"


@dataclass(frozen=True)
class WeightBytes:
    """Bytes of each part of one weight in the file.

    codes, gaps: Huffman streams, each stream filled to whole bytes. codebook: the centroids. tables: packed Huffman
    code lengths. chunk_records: 36 for each chunk, fewer in a packed file (docs/format.md, section 9). dense: values
    stored as they are.
    """

    codes: int = 0
    gaps: int = 0
    codebook: int = 0
    tables: int = 0
    chunk_records: int = 0
    dense: int = 0

    @property
    def total(self) -> int:
        """All of them. The tables and counts around them belong to the file's structure (``fileformat.FileBytes``)."""
        return self.codes + self.gaps + self.codebook + self.tables + self.chunk_records + self.dense


@dataclass(frozen=True)
class WeightStatistics:
    """What the encoder measured on one weight.

    elements: weights in the tensor. non_zeros: those kept.
    centroids: entries of the codebook; in a dense shared weight zero is one of them. 0 if stored dense.
    code_bits: width of a code without Huffman coding, ceil(log2(centroids)).
    gap_bits: width of a relative index, 2..8; 0 if there are none. gap_pairs: whether two of them, of 2..4 bits each,
    have a code word together, which takes a file of version 2.
    gap_symbols: relative indices, skips included (the paper's index entries, fillers included). code_symbols: codes.
    gap_entropy_bits, code_entropy_bits: what an ideal order-0 coder needs for all of them, in bits.
    gap_coded_bits, code_coded_bits: what the Huffman codes take for all of them, in bits.
    """

    encoding: Encoding
    elements: int
    non_zeros: int
    bytes: WeightBytes
    centroids: int = 0
    code_bits: int = 0
    gap_bits: int = 0
    gap_symbols: int = 0
    code_symbols: int = 0
    gap_entropy_bits: float = 0.0
    code_entropy_bits: float = 0.0
    gap_coded_bits: int = 0
    code_coded_bits: int = 0
    gap_pairs: bool = False

    @classmethod
    def of_shared(
        cls,
        encoding: Encoding,
        codes: npt.NDArray[np.uint16],
        centroids: npt.NDArray[Any],
        gap_bits: int,
        gaps: StreamStatistics,
        coded: StreamStatistics,
        tables: int,
        chunk_records: int,
    ) -> WeightStatistics:
        """Of a shared weight.

        codes: 0 for a zero weight. centroids, gap_bits: as the file holds them. tables, chunk_records: bytes.
        """
        return cls(
            encoding=encoding,
            elements=codes.size,
            non_zeros=int(np.count_nonzero(codes)),
            bytes=WeightBytes(
                codes=coded.bytes,
                gaps=gaps.bytes,
                codebook=centroids.nbytes,
                tables=tables,
                chunk_records=chunk_records,
            ),
            centroids=centroids.size,
            code_bits=max(centroids.size - 1, 0).bit_length(),
            gap_bits=gap_bits % GAP_PAIRS,
            gap_pairs=gap_bits > GAP_PAIRS,
            gap_symbols=gaps.symbols,
            code_symbols=coded.symbols,
            gap_entropy_bits=gaps.entropy_bits,
            code_entropy_bits=coded.entropy_bits,
            gap_coded_bits=gaps.bits,
            code_coded_bits=coded.bits,
        )

    @property
    def stored_gap_bits(self) -> int:
        """``gap_bits`` as the file holds it."""
        return self.gap_bits + (GAP_PAIRS if self.gap_pairs else 0)

    @property
    def density(self) -> float:
        """Share of the weights that is kept, 0..1."""
        return self.non_zeros / self.elements


@dataclass(frozen=True)
class EncodedWeight:
    """A weight as the file will hold it. Offsets in ``chunks`` count from the start of ``payload``.

    shape: of the tensor. centroids: float32 or float16, in the order of the codes; empty if stored dense.
    gap_lengths, code_lengths: packed Huffman code lengths. chunks: array of ``CHUNK_DTYPE``.
    payload: uint8, the streams or the dense values. dtype: of the dense values or the centroids.
    crc32c: of the payload, for dense values; chunks carry their own.
    """

    name: str
    shape: tuple[int, ...]
    statistics: WeightStatistics
    dtype: np.dtype[Any]
    payload: npt.NDArray[np.uint8]
    centroids: npt.NDArray[Any]
    chunks: npt.NDArray[Any]
    gap_lengths: bytes = b""
    code_lengths: bytes = b""
    crc32c: int = 0

    @property
    def encoding(self) -> Encoding:
        """How it is stored."""
        return self.statistics.encoding

    @property
    def file_bytes(self) -> int:
        """Bytes that this weight adds to a file: the parts, the table that refers to them, vectors filled to whole 4
        bytes.

        Not counted: its name-independent ``Weight`` table and shape, which every encoding needs alike, the layout
        tables that equal tables share, and the alignment of dense values.
        """
        parts = self.statistics.bytes
        streams = parts.codes + parts.gaps + parts.chunk_records + parts.dense
        if self.encoding is Encoding.DENSE:
            return streams + (16 if self.dtype == np.float16 else 12)
        vectors = [len(self.code_lengths), self.centroids.nbytes, 0]
        if self.encoding is Encoding.SPARSE_SHARED:
            vectors.append(len(self.gap_lengths))
        # A table is a reference to its layout, then its fields: a reference for each vector, and the gap width.
        table = 4 + 4 * len(vectors) + (4 if self.encoding is Encoding.SPARSE_SHARED else 0)
        return streams + table + sum(4 + -(-size // 4) * 4 for size in vectors)
