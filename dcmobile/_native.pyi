"""The C++ extension: the encoder (runtime/encoder) and the runtime (runtime/include/dcmobile/dcmobile.h).

Failures of the runtime raise the errors of ``dcmobile.errors``; arguments that break a function's contract raise
``ValueError``.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

version: str
"""Of the runtime, e.g. "0.1.0"."""
format_version: int
"""The highest format version that the runtime reads."""

def crc32c(data: npt.NDArray[np.uint8]) -> int:
    """CRC-32C (Castagnoli) of a flat array."""

def code_name(code: int) -> str:
    """The runtime's name of an error code, "UNKNOWN" for a number that is none."""

class StreamStatistics:
    """One kind of symbol (gaps or codes) of an encoded weight."""

    @property
    def symbols(self) -> int:
        """How many there are, skips included."""
    @property
    def entropy_bits(self) -> float:
        """What an ideal order-0 coder needs for all of them."""
    @property
    def bits(self) -> int:
        """What the Huffman code takes for all of them."""
    @property
    def bytes(self) -> int:
        """The same with each stream filled to whole bytes."""

class EncodedStreams:
    """Streams, Huffman tables and chunks of one weight."""

    @property
    def gap_bits(self) -> int:
        """As the file has it (docs/format.md, section 4): width of a relative index, and 16 more where pairs are coded.

        0 in a dense shared weight.
        """
    @property
    def gaps(self) -> StreamStatistics: ...
    @property
    def codes(self) -> StreamStatistics: ...
    @property
    def gap_lengths(self) -> bytes:
        """Packed Huffman code lengths of the gap symbols."""
    @property
    def code_lengths(self) -> bytes:
        """Packed Huffman code lengths of the codes."""
    @property
    def chunks(self) -> bytes:
        """Structs of 36 bytes; offsets count from the start of the payload."""
    def take_payload(self) -> npt.NDArray[np.uint8]:
        """The streams. Can be taken once; then it is empty."""

def encode_sparse(codes: npt.NDArray[np.uint16], centroid_count: int, pairs: bool = False) -> EncodedStreams | None:
    """Flat codes, 0 for a pruned weight, i + 1 for centroid i. pairs: gaps are coded in pairs where that saves 1/256 of
    the bytes or more.

    None if a run of zeros is too long for every gap width.
    """

def encode_dense_shared(codes: npt.NDArray[np.uint16], centroid_count: int) -> EncodedStreams:
    """Flat codes, each the index of a centroid."""

def pack_model(model: npt.NDArray[np.uint8]) -> bytes:
    """The packed form (docs/format.md, section 9) of a sound flatbuffer, without its payload."""

def expand_model(packed: npt.NDArray[np.uint8]) -> bytes:
    """The flatbuffer that the packed form stands for, without a payload.

    Raises what the runtime's loader does of a packed form that is none.
    """

def packed_chunk_bytes(records: bytes) -> int:
    """Bytes of chunk records, structs of 36 bytes, in the packed form."""

def decode_codes(
    payload: npt.NDArray[np.uint8],
    chunks: bytes,
    gap_bits: int,
    gap_lengths: bytes,
    code_lengths: bytes,
    centroid_count: int,
    size: int,
) -> tuple[npt.NDArray[np.uint16], StreamStatistics, StreamStatistics]:
    """Codes, and statistics of gaps and codes. The inverse of ``encode_sparse``, or with ``gap_bits`` 0 of
    ``encode_dense_shared``.

    payload: what the chunks' offsets count from, with 8 bytes after the last chunk. Raises ``FileError`` for streams
    that break the format; checksums are not compared.
    """

class SymbolStreams:
    """Symbols under one Huffman code, in the file's chunks and streams, without a weight around them."""

    @property
    def size(self) -> int:
        """Symbols."""
    @property
    def bytes(self) -> int:
        """Of all streams; the code's table is not counted."""
    def decode(self, symbols: npt.NDArray[np.uint8]) -> None:
        """Write all symbols to the array, by the runtime's decoder. Raises ``ValueError`` if its size differs."""

def encode_symbols(symbols: npt.NDArray[np.uint8]) -> SymbolStreams:
    """For measuring the code and the decoder by themselves. The inverse of ``SymbolStreams.decode``."""

def package_merge(counts: npt.NDArray[np.uint64], limit: int = 11) -> npt.NDArray[np.uint8]:
    """Optimal Huffman code lengths of at most ``limit`` bits for symbols that occur so often; 0 for one that does
    not.
    """

def pack_lengths(lengths: npt.NDArray[np.uint8]) -> bytes:
    """Code lengths (0..11) in the file's packed form."""

DeviceReportTuple = tuple[str, str, str, int, int, int, int, int, int, int]
"""Device, name, fallback, ops, ops_placed, weight_bytes, activation_bytes, open_ns, compile_ns, check_ns."""

def devices() -> list[tuple[str, str, str, str, str, int, int, int, int, int, int, int]]:
    """Of each device: id, name, kind, driver, features, api_major, api_minor, memory_bytes, storage_range,
    workgroup_size, shared_bytes, subgroup_size.
    """

class Context:
    """What one run needs. Belongs to one thread at a time."""

    @property
    def arena_bytes(self) -> int: ...
    @property
    def device(self) -> DeviceReportTuple: ...
    def set_batch(self, batch: int) -> None: ...
    def run(self, inputs: Sequence[npt.NDArray[np.float32]], outputs: Sequence[npt.NDArray[np.float32]]) -> None:
        """Reads the inputs in place and fills the outputs, all C-contiguous. The interpreter's lock is released."""

class Model:
    """A loaded file; may be used by several threads."""

    @staticmethod
    def open(
        path: bytes, threads: int = 1, memory_limit: int = 0, skip_checksum: bool = False, device: str = ""
    ) -> Model:
        """memory_limit: in bytes; 0 for the runtime's default. device: "" for the default."""
    @staticmethod
    def open_memory(
        data: npt.NDArray[np.uint8],
        threads: int = 1,
        memory_limit: int = 0,
        skip_checksum: bool = False,
        device: str = "",
    ) -> Model: ...
    def create_context(self, threads: int = 1, memory_limit: int = 0) -> Context: ...
    @property
    def inputs(self) -> list[tuple[str, tuple[int, ...]]]:
        """Name and shape; a first dimension of -1 is the batch."""
    @property
    def outputs(self) -> list[tuple[str, tuple[int, ...]]]: ...
    @property
    def operators(self) -> list[tuple[str, str, str, str, int, tuple[tuple[int, ...], ...], float, str, float]]:
        """Name, type, kernel, reason, multiply-accumulates a sample, shapes of the values that it makes, expected
        nanoseconds, the next best kernel and what is expected of that.
        """
    @property
    def placements(self) -> list[tuple[str, str, str]]:
        """Of each operator: device ("cpu" or "vulkan"), kernel or shader, reason."""
    @property
    def device(self) -> DeviceReportTuple: ...
    @property
    def gives_probabilities(self) -> bool:
        """Whether the first output's values are (docs/format.md, section 7.2)."""
    @property
    def load_info(self) -> tuple[int, int, int, int, int, int]:
        """map_ns, verify_ns, decode_ns, plan_ns, file_bytes, weight_bytes."""
