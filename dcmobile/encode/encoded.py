"""An encoded weight: what the file will hold of it, and what each part costs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from dcmobile import _native
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


#: Bytes in the packed form (docs/format.md, section 9): which fields a table has, a union's type, a checksum, the
#: width of a gap.
_PRESENCE, _UNION_TYPE, _CHECKSUM, _GAP_BITS = 1, 1, 4, 1

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
    code lengths. chunk_records: of all chunks, as the file holds them; 36 each before it is written. dense: values
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
        """Bytes that this weight adds to a file if nothing else is in its payload (``packed_bytes``)."""
        return self.packed_bytes(0)

    def packed_bytes(self, offset: int) -> int:
        """Bytes that this weight adds to a file (docs/format.md, section 9) if its part of the payload starts at
        ``offset``: that part, and its table. The further behind it starts, the more bytes its place takes.
        """
        shape = _number_bytes(len(self.shape)) + sum(map(_number_bytes, self.shape))
        return _PRESENCE + shape + _UNION_TYPE + self._encoding_bytes(offset) + self.payload.nbytes

    def placed_chunks(self, offset: int) -> npt.NDArray[Any]:
        """``chunks`` as they stand in a file where this weight's part of the payload starts at ``offset``."""
        chunks = self.chunks.copy()
        chunks["offset"] += np.uint32(offset)
        return chunks

    def _encoding_bytes(self, offset: int) -> int:
        """Of the table of the encoding."""
        if self.encoding is Encoding.DENSE:  # what is 0 is left out
            half = self.dtype == np.float16
            return _PRESENCE + half + (_number_bytes(offset) if offset else 0) + (_CHECKSUM if self.crc32c else 0)
        records = _native.packed_chunk_bytes(self.placed_chunks(offset).tobytes())
        vectors = [(len(self.code_lengths), 1), (self.centroids.size, self.centroids.itemsize)]
        if self.encoding is Encoding.SPARSE_SHARED:
            vectors.append((len(self.gap_lengths), 1))
        gap_bits = _GAP_BITS if self.statistics.gap_bits else 0
        held = sum(_number_bytes(count) + count * size for count, size in vectors)
        return _PRESENCE + gap_bits + held + _number_bytes(self.chunks.size) + records


def _number_bytes(number: int) -> int:
    """Of a number in the packed form."""
    return max(1, -(-int(number).bit_length() // 7))
