"""On the weights: shapes, codebooks, Huffman codes, streams, gaps, codes, chunks, sections of the payload."""

from __future__ import annotations

import struct
from collections.abc import Callable

from attack import Attack, sealed, set_payload, spoilt
from hand_made_model import Model, chunk, encoding, pack

_STRUCTURE, _HUFFMAN, _STREAM, _INDEX = "FILE_STRUCTURE", "FILE_HUFFMAN", "FILE_STREAM", "FILE_INDEX"

#: The weights of the small model.
_SPARSE, _BIAS, _DENSE_SHARED = 0, 1, 2


def _sparse(name: str, code: str, tries: str, **fields: object) -> Attack:
    return spoilt(name, code, tries, lambda m: encoding(m, _SPARSE).update(fields))


def _shape(name: str, code: str, tries: str, weight: int, *shape: int) -> Attack:
    return spoilt(name, code, tries, lambda m: m["weights"][weight].update(shape=shape))


def _chunk(name: str, code: str, tries: str, weight: int = _SPARSE, **fields: object) -> Attack:
    return spoilt(name, code, tries, lambda m: chunk(m, weight).update(fields))


def _stream(name: str, code: str, tries: str, at: int, *values: int) -> Attack:
    """Bytes of the payload changed, with a checksum that fits."""
    return spoilt(name, code, tries, sealed(lambda m: set_payload(m, at, *values)))


def _two_chunks(first: dict[str, object], second: dict[str, object]) -> Callable[[Model], None]:
    """The sparse weight's chunk twice, each with changes."""

    def change(model: Model) -> None:
        one = chunk(model, _SPARSE)
        encoding(model, _SPARSE)["chunks"] = [{**one, **first}, {**one, **second}]

    return change


def _skip_at_the_end(model: Model) -> None:
    """The last gap symbol becomes a skip, and there is one code fewer."""
    set_payload(model, 2, 0b111)
    set_payload(model, 6, 0)
    chunk(model, _SPARSE).update(code_count=3, code_bytes=[1, 1, 1, 0])


def _nothing_but_skips(model: Model) -> None:
    """A gap code of which all symbols are skips; they lead nowhere for ever."""
    set_payload(model, 0, 0)
    encoding(model, _SPARSE).update(gap_lengths=pack(0, 2, 1))
    chunk(model, _SPARSE).update(gap_count=65536, gap_bytes=[0, 0, 0, 0], code_count=1, code_bytes=[1, 0, 0, 0])


def _long_words(model: Model) -> None:
    """Twenty gaps of 3 bits in four bytes, in a place of their own."""
    streams = b"\xff" * 4 + model["payload"][3:7]
    chunk(model, _SPARSE).update(gap_count=20, gap_bytes=[1, 1, 1, 1], offset=len(model["payload"]))
    model["payload"] += streams + bytes(8)


def _rows(model: Model, rows: int) -> None:
    """The sparse weight has so many rows of 4, and its operator is the only one."""
    model["weights"][_SPARSE]["shape"] = [rows, 4]
    model.update(ops=[{"attributes": ("Linear", {"weight": _SPARSE})}], outputs=[{"name": "y", "value": 1}])


def _one_symbol_with_bytes(model: Model) -> None:
    encoding(model, _SPARSE).update(code_lengths=pack(1), centroids=[0.5])


ATTACKS = [
    # --- Shapes ---
    _shape("shape_of_rank_0", _STRUCTURE, "A weight without dimensions.", _SPARSE),
    _shape(
        "shape_of_rank_9", _STRUCTURE, "A dimension more than any array for them has room for.", _SPARSE, *([1] * 9)
    ),
    _shape("shape_of_rank_1000", _STRUCTURE, "A thousand dimensions on a stack of eight.", _SPARSE, *([1] * 1000)),
    _shape("shape_with_a_zero", _STRUCTURE, "A size of 0: a division by it.", _SPARSE, 3, 0),
    _shape("shape_product_wraps_32_bits", _STRUCTURE, "65,536 x 65,536 elements: 0 in 32 bits.", _SPARSE, 65536, 65536),
    _shape(
        "shape_product_wraps_64_bits", _STRUCTURE, "2^64 elements: 0 in 64 bits.", _SPARSE, 2**16, 2**16, 2**16, 2**16
    ),
    _shape(
        "shape_product_wraps_to_the_right_number",
        _STRUCTURE,
        "3 x 2^64 + 12 elements: in 64 bits 12, as many as the chunks know of.",
        _SPARSE,
        3,
        4,
        5 * 5581,
        49477,
        8681,
        384773,
    ),
    _shape(
        "shape_larger_than_its_codes",
        _INDEX,
        "The shape has room for more codes than the chunks set.",
        _DENSE_SHARED,
        2,
        4,
    ),
    _shape(
        "shape_smaller_than_its_codes",
        _INDEX,
        "The chunks set more codes than the shape has room for.",
        _DENSE_SHARED,
        2,
        2,
    ),
    _shape("dense_shape_larger_than_the_payload", _STRUCTURE, "Dense values run on behind the payload.", _BIAS, 1000),
    _shape("dense_shape_whose_bytes_wrap", _STRUCTURE, "2^31 values of 2 bytes: 0 bytes in 32 bits.", _BIAS, 2**31),
    # --- Codebooks ---
    _sparse("codebook_with_nan", _STRUCTURE, "A centroid that is not a number.", centroids=[0.5, float("nan"), 2.0]),
    _sparse("codebook_with_infinity", _STRUCTURE, "An infinite centroid.", centroids=[0.5, float("-inf"), 2.0]),
    _sparse("codebook_of_257", _STRUCTURE, "More centroids than a code of 8 bits can name.", centroids=[0.0] * 257),
    _sparse(
        "codebook_of_100_000", _STRUCTURE, "Far more centroids than a table has room for.", centroids=[0.0] * 100_000
    ),
    _sparse("codebook_twice", _STRUCTURE, "A codebook of binary32 and one of binary16.", centroids_f16=[0, 0, 0]),
    _sparse("codebook_absent", _STRUCTURE, "No codebook for codes that name its entries.", centroids=None),
    _sparse("codebook_empty", _HUFFMAN, "A codebook of nothing, with codes.", centroids=[]),
    _sparse(
        "codebook_too_short", _HUFFMAN, "Codes for three centroids, of which there are two.", centroids=[0.5, -1.0]
    ),
    spoilt(
        "codebook_too_short_dense_shared",
        _HUFFMAN,
        "The same in a dense shared weight.",
        lambda m: encoding(m, _DENSE_SHARED).update(centroids_f16=[0]),
    ),
    # --- Huffman codes ---
    _sparse("gap_bits_0", _STRUCTURE, "Relative indices of no bits.", gap_bits=0),
    _sparse("gap_bits_1", _STRUCTURE, "Relative indices of one bit: a symbol and a skip.", gap_bits=1),
    _sparse("gap_bits_9", _STRUCTURE, "An alphabet of 512 in tables for 256.", gap_bits=9),
    _sparse("gap_bits_255", _STRUCTURE, "A shift by more than a number has bits.", gap_bits=255),
    _sparse(
        "gap_code_over_subscribed",
        _HUFFMAN,
        "Code words of 1, 1, 2 bits: more than fit a table.",
        gap_lengths=pack(1, 1, 2),
    ),
    _sparse(
        "gap_code_under_subscribed",
        _HUFFMAN,
        "Code words of 2, 2, 2 bits: a table with holes.",
        gap_lengths=pack(2, 2, 2),
    ),
    _sparse(
        "code_over_subscribed", _HUFFMAN, "As many words of 1 bit as there are symbols.", code_lengths=pack(1, 1, 1)
    ),
    _sparse("code_under_subscribed", _HUFFMAN, "A table with holes, for the codes.", code_lengths=pack(3, 3, 3)),
    _sparse("code_length_13", _HUFFMAN, "A length that no table has room for.", code_lengths=pack(13, 1, 1)),
    _sparse("code_length_15", _HUFFMAN, "A nibble that means nothing.", code_lengths=pack(1, 15)),
    _sparse("code_lengths_past_the_alphabet", _HUFFMAN, "More lengths than symbols.", code_lengths=pack(2, 2, 2, 2)),
    _sparse(
        "code_lengths_run_past_the_alphabet",
        _HUFFMAN,
        "A run of 18 lengths in an alphabet of 3.",
        code_lengths=pack(2, 12, 15),
    ),
    _sparse(
        "code_lengths_absent_past_the_alphabet",
        _HUFFMAN,
        "A run of 16 absent symbols in an alphabet of 3.",
        code_lengths=pack(1, 1, 0, 15),
    ),
    _sparse(
        "code_lengths_repeat_nothing",
        _HUFFMAN,
        "A run that repeats the length before the first.",
        code_lengths=pack(12, 0, 1, 1),
    ),
    _sparse(
        "code_lengths_end_in_a_run",
        _HUFFMAN,
        "The lengths end where a run's count should be.",
        code_lengths=pack(2, 1, 2, 12),
    ),
    _sparse(
        "code_lengths_of_a_megabyte", _HUFFMAN, "A megabyte of runs for an alphabet of 3.", code_lengths=b"\xf0" * 2**20
    ),
    _sparse("code_lengths_absent", _HUFFMAN, "Codes of a code without a symbol.", code_lengths=None),
    _sparse("gap_lengths_absent", _HUFFMAN, "Gaps of a code without a symbol.", gap_lengths=None),
    _sparse(
        "one_symbol_of_two_bits",
        _HUFFMAN,
        "A code of one symbol, of 2 bits: a table that is never full.",
        code_lengths=pack(2),
    ),
    spoilt(
        "one_symbol_with_bytes",
        _STREAM,
        "A code of one symbol, whose streams should be empty and are not.",
        _one_symbol_with_bytes,
    ),
    _sparse("codes_without_chunks", _HUFFMAN, "Huffman codes, and nothing that they code.", chunks=[]),
    # --- Streams ---
    spoilt(
        "stream_ends_early",
        _STREAM,
        "Five code words of 3 bits in a byte: the bits end inside the third.",
        sealed(_long_words),
    ),
    _stream("stream_with_bits_left", _STREAM, "Bits set behind the last code word.", 0, 0b10000010),
    _chunk("stream_with_a_byte_left", _STREAM, "A byte more than the symbols can take.", gap_bytes=[2, 1, 1, 0]),
    _chunk("stream_of_65535_bytes", _STREAM, "A stream that is longer than the file.", code_bytes=[65535, 1, 1, 1]),
    _chunk("stream_too_short", _STREAM, "Fewer bytes than the symbols take at least.", gap_bytes=[0, 1, 1, 0]),
    _chunk(
        "stream_of_no_symbols_with_bytes", _STREAM, "A stream for no symbols that has bytes.", gap_bytes=[1, 1, 1, 1]
    ),
    _stream("codes_with_bits_left", _STREAM, "Bits set behind the last code.", 3, 0b10000001),
    # --- Gaps ---
    _stream(
        "gaps_set_fewer_weights_than_codes",
        _INDEX,
        "A gap becomes a skip: the codes behind it find no place.",
        2,
        0b111,
    ),
    spoilt(
        "gaps_end_with_a_skip",
        _INDEX,
        "The last gap symbol is a skip: the weight behind it is never told.",
        sealed(_skip_at_the_end),
    ),
    spoilt(
        "gaps_are_all_skips", _INDEX, "65,536 skips in no bytes at all, and one weight.", sealed(_nothing_but_skips)
    ),
    spoilt("gaps_leave_the_tensor", _INDEX, "The gaps lead to element 8 of a weight of 8.", lambda m: _rows(m, 2)),
    spoilt("gaps_leave_by_a_large_step", _INDEX, "The gaps lead far past the end.", lambda m: _rows(m, 1)),
    # --- Chunks ---
    _chunk("chunk_starts_late", _INDEX, "The first chunk starts behind the first element.", start=1),
    _chunk("chunk_starts_at_2_32", _INDEX, "A chunk starts at the last number there is.", start=2**32 - 1),
    _chunk("chunk_without_codes", _STRUCTURE, "A chunk that sets nothing.", code_count=0),
    _chunk("chunk_without_gaps", _STRUCTURE, "Codes without gaps.", gap_count=0),
    _chunk("chunk_of_more_codes_than_gaps", _STRUCTURE, "More weights than places.", code_count=6),
    _chunk("chunk_of_65537", _STRUCTURE, "A gap more than the decoder's desk has room for.", gap_count=65537),
    _chunk("chunk_of_2_32_gaps", _STRUCTURE, "2^32 - 1 gaps: four runs of 2^30, rounded up.", gap_count=2**32 - 1),
    _chunk(
        "chunk_of_2_32_codes", _STRUCTURE, "2^32 - 1 gaps and as many codes.", gap_count=2**32 - 1, code_count=2**32 - 1
    ),
    _chunk("chunk_outside_the_payload", _STRUCTURE, "A chunk behind the payload.", offset=1000),
    _chunk("chunk_at_2_32", _STRUCTURE, "A chunk whose end wraps round to the payload's start.", offset=2**32 - 4),
    _chunk("chunk_in_the_slack", _STRUCTURE, "A chunk in the 8 bytes that loads of 8 bytes may run over.", offset=32),
    spoilt("chunks_overlap_in_the_payload", _STRUCTURE, "Two chunks of the same bytes.", _two_chunks({}, {"start": 4})),
    spoilt(
        "chunks_go_back", _INDEX, "The second chunk starts before the first.", _two_chunks({"start": 0}, {"start": 0})
    ),
    spoilt(
        "chunks_do_not_meet",
        _INDEX,
        "The second chunk starts behind where the first one ends.",
        _two_chunks(
            {},
            {
                "start": 11,
                "gap_count": 1,
                "code_count": 1,
                "offset": 13,
                "gap_bytes": [1, 0, 0, 0],
                "code_bytes": [1, 0, 0, 0],
                "crc32c": 0,
            },
        ),
    ),
    _chunk("dense_shared_starts_late", _INDEX, "The codes start behind the first element.", _DENSE_SHARED, start=1),
    _chunk("dense_shared_with_gaps", _STRUCTURE, "Gaps in a weight that has none.", _DENSE_SHARED, gap_count=6),
    _chunk(
        "dense_shared_with_gap_bytes",
        _STREAM,
        "Bytes of gaps in a weight that has none.",
        _DENSE_SHARED,
        gap_bytes=[1, 0, 0, 0],
    ),
    _chunk("dense_shared_of_65537", _STRUCTURE, "A chunk of too many codes.", _DENSE_SHARED, code_count=65537),
    _chunk(
        "dense_shared_without_codes",
        _STRUCTURE,
        "A chunk of no codes, which could be there without end.",
        _DENSE_SHARED,
        code_count=0,
        code_bytes=[0, 0, 0, 0],
    ),
    # --- Dense values ---
    spoilt(
        "dense_at_an_odd_byte",
        _STRUCTURE,
        "Values that are not aligned.",
        lambda m: encoding(m, _BIAS).update(offset=17),
    ),
    spoilt(
        "dense_at_2_32",
        _STRUCTURE,
        "Values whose end wraps round to the payload's start.",
        lambda m: encoding(m, _BIAS).update(offset=2**32 - 16),
    ),
    spoilt(
        "dense_over_a_chunk",
        _STRUCTURE,
        "Values over the bytes of a chunk.",
        lambda m: encoding(m, _BIAS).update(offset=0),
    ),
    spoilt(
        "dense_of_another_type",
        "GRAPH_OPERATOR",
        "Values of a type that there is not.",
        lambda m: encoding(m, _BIAS).update(element_type=7),
    ),
    spoilt(
        "dense_with_nan",
        _STRUCTURE,
        "A value that is not a number, with a checksum that fits.",
        sealed(lambda m: set_payload(m, 16, *struct.pack("<e", float("nan")))),
    ),
    spoilt(
        "dense_with_infinity",
        _STRUCTURE,
        "An infinite value, with a checksum that fits.",
        sealed(lambda m: set_payload(m, 20, *struct.pack("<e", float("inf")))),
    ),
    # --- Sections ---
    spoilt("payload_absent", _STRUCTURE, "Sections of a payload that there is not.", lambda m: m.pop("payload")),
    spoilt(
        "payload_without_slack",
        _STRUCTURE,
        "Loads of 8 bytes at the end leave the file.",
        lambda m: m.update(payload=m["payload"][:-8]),
    ),
    spoilt(
        "payload_of_7_bytes", _STRUCTURE, "A payload shorter than its own slack.", lambda m: m.update(payload=bytes(7))
    ),
    spoilt(
        "encoding_of_the_future",
        "GRAPH_OPERATOR",
        "An encoding that there is not.",
        lambda m: m["weights"][2].update(encoding_type=200),
    ),
    _chunk("checksum_of_a_chunk", "FILE_CHECKSUM", "A checksum of other bytes.", crc32c=0x12345678),
    spoilt(
        "checksum_of_values",
        "FILE_CHECKSUM",
        "Values changed by hand, so that the network answers otherwise.",
        lambda m: set_payload(m, 16, 0x00, 0x7B),
    ),
    spoilt(
        "checksum_of_codes",
        "FILE_CHECKSUM",
        "Codes changed by hand: the streams still end where they must.",
        lambda m: set_payload(m, 8, 0b01),
    ),
]
