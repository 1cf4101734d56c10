"""Weights: sections 4 and 6 of docs/format.md."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray
from plain_flatbuffer import NewerError, Table, require
from plain_huffman import Code, Symbols, decode_group, unpack_lengths
from plain_rules import Shape

Floats = NDArray[np.float32]

WEIGHT = ("shape", "encoding_type", "encoding")
ENCODINGS = {
    "SparseShared": ("gap_bits", "gap_lengths", "code_lengths", "centroids", "centroids_f16", "chunks"),
    "DenseShared": ("code_lengths", "centroids", "centroids_f16", "chunks"),
    "Dense": ("element_type", "offset", "crc32c"),
}
ELEMENT_TYPES = ("<f4", "<f2")  # Float32, Float16
CHUNK = struct.Struct("<5I4H4H")
MAX_GROUP = 65536
PAYLOAD_TAIL = 8
DENSE_ALIGNMENT = 16


@dataclass(frozen=True)
class Section:
    """A piece of the payload, with the checksum it must have."""

    offset: int
    size: int
    crc32c: int

    @property
    def end(self) -> int:
        return self.offset + self.size


@dataclass(frozen=True)
class Chunk:
    """One chunk of a shared weight, as stored."""

    start: int
    gap_count: int
    code_count: int
    section: Section
    gap_bytes: tuple[int, ...]
    code_bytes: tuple[int, ...]


@dataclass(frozen=True)
class DenseValues:
    """Encoding Dense."""

    dtype: str
    section: Section

    @property
    def sections(self) -> list[Section]:
        return [self.section]


@dataclass(frozen=True)
class SharedValues:
    """Encodings SparseShared and DenseShared; `gap_code` is None for the latter."""

    gap_bits: int
    gap_pairs: bool
    gap_code: Code | None
    code: Code
    codebook: Floats
    chunks: list[Chunk]

    @property
    def sections(self) -> list[Section]:
        return [chunk.section for chunk in self.chunks]


@dataclass(frozen=True)
class EncodedWeight:
    """A weight that is checked but not decoded."""

    shape: Shape
    encoding: str
    stored: DenseValues | SharedValues


@dataclass(frozen=True)
class PlainWeight:
    """A decoded weight and the name of the encoding it had."""

    shape: Shape
    encoding: str
    values: Floats


# --- Section 4: what stands in the tables ---


def read_weight(table: Table, version: int = 1) -> EncodedWeight:
    """version: of the file."""
    dimensions = table.vector("shape", 4)
    require(1 <= dimensions.count <= 8, "a weight has not 1 to 8 dimensions")
    shape = tuple(dimensions.scalars("u32"))
    require(all(n >= 1 for n in shape), "a weight has a dimension of 0")
    elements = prod(shape)
    require(elements <= 2**32 - 1, "a weight has more than 2^32 - 1 elements")
    encoding, fields = table.union("encoding", ENCODINGS)
    if encoding == "Dense":
        return EncodedWeight(shape, encoding, read_dense(fields, elements, DENSE_ALIGNMENT if version == 1 else 1))
    stored = read_shared(fields, elements, encoding, version)
    return EncodedWeight(shape, encoding, stored)


def read_dense(fields: Table, elements: int, alignment: int) -> DenseValues:
    element_type = fields.scalar("element_type", "u8")
    if element_type >= len(ELEMENT_TYPES):
        raise NewerError(f"the element type {element_type} is unknown")
    dtype = ELEMENT_TYPES[element_type]
    offset = fields.scalar("offset", "u32")
    require(offset % alignment == 0, f"dense values do not start at a multiple of {alignment}")
    section = Section(offset, elements * np.dtype(dtype).itemsize, fields.scalar("crc32c", "u32"))
    return DenseValues(dtype, section)


def read_codebook(fields: Table) -> Floats:
    require(
        fields.has("centroids") != fields.has("centroids_f16"),
        "a codebook has not exactly one of centroids and centroids_f16",
    )
    if fields.has("centroids"):
        vector, dtype = fields.vector("centroids", 4), "<f4"
    else:
        vector, dtype = fields.vector("centroids_f16", 2), "<f2"
    require(vector.count <= 256, "a codebook has more than 256 centroids")
    codebook: Floats = np.frombuffer(vector.bytes(), dtype=dtype).astype(np.float32)
    require(bool(np.isfinite(codebook).all()), "a centroid is not finite")
    return codebook


def read_shared(fields: Table, elements: int, encoding: str, version: int) -> SharedValues:
    codebook = read_codebook(fields)
    code = Code(unpack_lengths(fields.optional_vector("code_lengths", 1).bytes(), len(codebook)))
    gap_bits, gap_code, pairs = 0, None, False
    if encoding == "SparseShared":
        gap_bits = fields.scalar("gap_bits", "u8")
        pairs = version > 1 and 18 <= gap_bits <= 20
        require(2 <= gap_bits <= 8 or pairs, f"gap_bits is {gap_bits} instead of 2 to 8")
        gap_bits -= 16 if pairs else 0
        alphabet = 1 << (2 * gap_bits if pairs else gap_bits)
        gap_code = Code(unpack_lengths(fields.optional_vector("gap_lengths", 1).bytes(), alphabet))
    chunks = list(read_chunks(fields.optional_vector("chunks", CHUNK.size).bytes()))
    for used in (code, gap_code):
        if used is not None:
            # 5.1: no symbol occurs exactly where there are no chunks.
            require(used.is_empty == (not chunks), "a code is empty with chunks, or not empty without")
    check_chunks(chunks, elements, sparse=gap_code is not None)
    return SharedValues(gap_bits, pairs, gap_code, code, codebook, chunks)


def read_chunks(data: bytes) -> Iterator[Chunk]:
    for start, gap_count, code_count, offset, crc, *sizes in CHUNK.iter_unpack(data):
        section = Section(offset, sum(sizes), crc)
        yield Chunk(start, gap_count, code_count, section, tuple(sizes[:4]), tuple(sizes[4:]))


def check_sections(sections: Iterable[Section], payload: bytes | None) -> None:
    """Where the sections stand. An empty section overlaps nothing."""
    if payload is not None:
        require(len(payload) >= PAYLOAD_TAIL, "the payload does not end with 8 bytes of no section")
    previous_end = 0
    for section in sorted(sections, key=lambda s: (s.offset, s.size)):
        available = len(payload) if payload is not None else 0
        require(section.end + PAYLOAD_TAIL <= available, "a section ends outside the payload or in its last 8 bytes")
        if section.size:
            require(section.offset >= previous_end, "two sections of the payload overlap")
            previous_end = section.end


def check_checksum(section: Section, payload: bytes) -> None:
    require(
        crc32c(payload[section.offset : section.end]) == section.crc32c,
        f"the section at byte {section.offset} of the payload has a wrong checksum",
    )


def _crc_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


CRC_TABLE = _crc_table()


def crc32c(data: bytes) -> int:
    """CRC-32C (RFC 3720): the Castagnoli polynomial, reflected."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


# --- Section 6: chunks ---


def check_chunks(chunks: list[Chunk], elements: int, *, sparse: bool) -> None:
    """The rules that need no decoding."""
    position = 0
    for chunk in chunks:
        require(max(chunk.gap_count, chunk.code_count) <= MAX_GROUP, "a chunk has more than 65536 symbols of a kind")
        if sparse:
            require(chunk.code_count >= 1, "a chunk of a SparseShared weight sets no weight")
            require(chunk.gap_count >= chunk.code_count, "a chunk has more codes than gap symbols")
        else:
            require(chunk.gap_count == 0 and not any(chunk.gap_bytes), "a DenseShared weight has gaps")
            require(chunk.code_count >= 1, "a chunk of a DenseShared weight sets no weight")
            require(chunk.start == position, "a chunk does not start where the one before it ends")
            position += chunk.code_count
    if sparse:
        require(not chunks or chunks[0].start == 0, "the first chunk does not start at 0")
    else:
        require(position == elements, "the chunks of a DenseShared weight do not end at its last element")


def streams_of(chunk: Chunk, payload: bytes) -> tuple[list[bytes], list[bytes]]:
    """The four gap streams and the four code streams."""
    streams = []
    at = chunk.section.offset
    for size in chunk.gap_bytes + chunk.code_bytes:
        streams.append(payload[at : at + size])
        at += size
    return streams[:4], streams[4:]


def read_gaps(stored: SharedValues, streams: list[bytes], count: int) -> Symbols:
    """The gap symbols of a chunk."""
    assert stored.gap_code is not None
    if not stored.gap_pairs:
        return decode_group(stored.gap_code, streams, count)
    coded = decode_group(stored.gap_code, streams, (count + 1) // 2)
    gaps = np.stack([coded % (1 << stored.gap_bits), coded >> stored.gap_bits], axis=1).reshape(-1)
    require(not gaps[count:].any(), "the last pair of a chunk has a second gap symbol that is not 0")
    return gaps[:count]


def walk_gaps(start: int, gaps: Symbols, gap_bits: int) -> tuple[Symbols, int]:
    """The positions that a SparseShared chunk sets, and the position at its end.

    Every gap symbol advances by its value; one that is no skip then sets an element and advances by one more.
    """
    skip = (1 << gap_bits) - 1
    is_set = gaps != skip
    after = start + np.cumsum(gaps + is_set)
    end = int(after[-1]) if len(after) else start
    return after[is_set] - 1, end


def decode_weight(weight: EncodedWeight, payload: bytes) -> PlainWeight:
    elements = prod(weight.shape)
    stored = weight.stored
    values: Floats
    if isinstance(stored, DenseValues):
        data = payload[stored.section.offset : stored.section.end]
        values = np.frombuffer(data, dtype=stored.dtype).astype(np.float32)
        require(bool(np.isfinite(values).all()), "a dense value is not finite")
    else:
        values = np.zeros(elements, dtype=np.float32)
        position = 0
        for chunk in stored.chunks:
            gap_streams, code_streams = streams_of(chunk, payload)
            require(chunk.start == position, "a chunk does not start where the one before it ends")
            if stored.gap_code is None:
                position = chunk.start + chunk.code_count
                places = np.arange(chunk.start, position)
            else:
                gaps = read_gaps(stored, gap_streams, chunk.gap_count)
                require(gaps[-1] != (1 << stored.gap_bits) - 1, "the last gap symbol of a chunk is a skip")
                places, position = walk_gaps(chunk.start, gaps, stored.gap_bits)
                require(len(places) == chunk.code_count, "a chunk has not one code for each gap that is no skip")
                require(position <= elements, "a chunk sets a position outside the weight")
            codes = decode_group(stored.code, code_streams, chunk.code_count)
            values[places] = stored.codebook[codes]
    return PlainWeight(weight.shape, weight.encoding, values.reshape(weight.shape))
