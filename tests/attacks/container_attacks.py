"""On the FlatBuffer: offsets, vtables, vectors, strings, truncation."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

from attack import Attack, entry, patched, place, put, spoilt, target, u32, vtable
from hand_assembly import build
from hand_made_model import tiny


def _cut(data: bytearray, size: int) -> bytes:
    return bytes(data[:size])


def _cut_to(share: int) -> Callable[[bytearray], bytes]:
    return lambda data: _cut(data, len(data) * share // 100)


def _shape_count(count: int) -> Callable[[bytearray], None]:
    return lambda data: put(data, target(data, "weights", 0, "shape"), count)


def _unaligned_payload(data: bytearray) -> None:
    """The payload 4 bytes further on, over bytes that it has anyway."""
    at = place(data, "payload")
    count = u32(data, target(data, "payload"))
    put(data, at, u32(data, at) + 4)
    put(data, target(data, "payload"), count - 4)


def _shifted_vector(data: bytearray, *path: str | int) -> None:
    at = place(data, *path)
    put(data, at, u32(data, at) + 1)


def _self_reference(data: bytearray) -> None:
    """The vector of operators holds itself where its first operator's table should be."""
    vector = target(data, "ops")
    put(data, vector + 4, 2**32 - 4)


def _to_itself(data: bytearray, *path: str | int) -> None:
    put(data, place(data, *path), 0)


def _type_of(data: bytearray, *path: str | int) -> int:
    """Where the type of a weight's encoding is."""
    table = target(data, *path)
    distance: int = struct.unpack_from("<H", data, entry(data, *path, number=1))[0]
    return table + distance


def _without(model_field: str) -> Attack:
    return spoilt(
        f"no_{model_field}_field",
        "FILE_STRUCTURE",
        f"The required field {model_field} of the root is absent: a null pointer for who does not look.",
        lambda m: m.pop(model_field),
    )


_STRUCTURE = "FILE_STRUCTURE"

ATTACKS = [
    # --- Not a file at all ---
    Attack("empty", "FILE_FORMAT", "No bytes at all.", lambda: b""),
    Attack("four_bytes", "FILE_FORMAT", "Too short for an identifier.", lambda: b"\x10\0\0\0"),
    Attack(
        "identifier_alone", _STRUCTURE, "Ends behind the identifier; the root lies outside.", lambda: b"\x10\0\0\0DCM1"
    ),
    Attack("zeros", "FILE_FORMAT", "64 KiB of zeros.", lambda: bytes(65536)),
    Attack("ones", "FILE_FORMAT", "64 KiB of 0xFF: every offset and count is huge.", lambda: b"\xff" * 65536),
    Attack(
        "ones_behind_the_identifier",
        _STRUCTURE,
        "The identifier, then 0xFF: every offset and count is huge.",
        lambda: b"\x10\0\0\0DCM1" + b"\xff" * 4096,
    ),
    Attack(
        "noise_behind_the_identifier",
        _STRUCTURE,
        "The identifier, then noise.",
        lambda: b"\x10\0\0\0DCM1" + random.Random(10).randbytes(4096),
    ),
    patched(
        "other_identifier", "FILE_FORMAT", "Another format's identifier.", lambda d: put(d, 4, *b"TFL3", kind="u8")
    ),
    # --- Truncation ---
    *(
        patched(
            f"cut_to_{share}_percent",
            _STRUCTURE,
            f"Only the first {share} % of the file have arrived.",
            _cut_to(share),
        )
        for share in (5, 25, 50, 75, 95)
    ),
    patched(
        "cut_inside_the_root_vtable",
        _STRUCTURE,
        "Ends inside the vtable of the root.",
        lambda d: _cut(d, vtable(d, target(d)) + 6),
    ),
    patched(
        "cut_inside_the_payload", _STRUCTURE, "Ends inside the payload.", lambda d: _cut(d, target(d, "payload") + 10)
    ),
    patched(
        "cut_inside_the_chunks",
        _STRUCTURE,
        "Ends inside a vector of chunks.",
        lambda d: _cut(d, target(d, "weights", 0, "encoding", "SparseShared", "chunks") + 20),
    ),
    patched(
        "trailing_bytes",
        "OK",
        "Bytes behind the file: allowed, and nobody looks at them.",
        lambda d: bytes(d) + b"\xff" * 1000,
    ),
    # --- The root ---
    patched("root_at_0", _STRUCTURE, "The root is the root's own offset.", lambda d: put(d, 0, 0)),
    patched("root_outside", _STRUCTURE, "The root lies behind the file.", lambda d: put(d, 0, len(d))),
    patched("root_at_the_last_byte", _STRUCTURE, "The root starts in the last bytes.", lambda d: put(d, 0, len(d) - 4)),
    patched(
        "root_negative",
        _STRUCTURE,
        "The root lies before the file, if its offset is signed.",
        lambda d: put(d, 0, 2**32 - 16),
    ),
    patched(
        "root_at_2_31",
        _STRUCTURE,
        "The root lies at 2^31, the most negative signed offset.",
        lambda d: put(d, 0, 2**31),
    ),
    patched(
        "root_unaligned",
        _STRUCTURE,
        "The root stands at an odd byte: unaligned loads.",
        lambda d: put(d, 0, u32(d, 0) + 1),
    ),
    # --- vtables ---
    patched(
        "vtable_before_the_file",
        _STRUCTURE,
        "A vtable lies before the file.",
        lambda d: put(d, target(d), target(d) + 64, kind="i32"),
    ),
    patched(
        "vtable_behind_the_file",
        _STRUCTURE,
        "A vtable lies behind the file.",
        lambda d: put(d, target(d), target(d) - len(d), kind="i32"),
    ),
    patched(
        "vtable_of_least_number",
        _STRUCTURE,
        "The distance to a vtable is -2^31, which has no negative.",
        lambda d: put(d, target(d), -(2**31), kind="i32"),
    ),
    patched(
        "vtable_unaligned",
        _STRUCTURE,
        "A vtable stands at an odd byte.",
        lambda d: put(d, target(d), u32(d, target(d)) + 1),
    ),
    patched(
        "vtable_of_65535_bytes",
        _STRUCTURE,
        "A vtable says that it is longer than the file.",
        lambda d: put(d, vtable(d, target(d)), 65535, kind="u16"),
    ),
    patched(
        "vtable_of_odd_size",
        _STRUCTURE,
        "A vtable has half an entry.",
        lambda d: put(d, vtable(d, target(d)), 7, kind="u16"),
    ),
    patched(
        "vtable_of_no_size",
        _STRUCTURE,
        "A vtable of 0 bytes: every field is absent, the required ones too.",
        lambda d: put(d, vtable(d, target(d)), 0, kind="u16"),
    ),
    patched(
        "field_outside_the_file",
        _STRUCTURE,
        "A field lies 65,535 bytes behind its table.",
        lambda d: put(d, entry(d, number=3), 65535, kind="u16"),
    ),
    patched(
        "field_unaligned",
        _STRUCTURE,
        "A field of 4 bytes stands at an odd byte.",
        lambda d: put(d, entry(d, "weights", 0, number=0), 5, kind="u16"),
    ),
    patched(
        "field_in_the_table_head",
        _STRUCTURE,
        "A reference is the table's own distance to its vtable.",
        lambda d: put(d, entry(d, number=2), 1, kind="u16"),
    ),
    # --- References ---
    patched(
        "reference_to_itself",
        _STRUCTURE,
        "A reference of distance 0: a vector that is its own count.",
        lambda d: _to_itself(d, "weights"),
    ),
    patched(
        "element_that_refers_to_itself",
        _STRUCTURE,
        "A vector's element of distance 0.",
        lambda d: _to_itself(d, "weights", 0),
    ),
    patched(
        "cycle_of_references",
        _STRUCTURE,
        "A reference that wraps round to the vector that it stands in: a cycle.",
        _self_reference,
    ),
    patched(
        "reference_behind_the_file",
        _STRUCTURE,
        "A reference to the first byte behind the file.",
        lambda d: put(d, place(d, "ops"), len(d) - place(d, "ops")),
    ),
    patched(
        "reference_of_2_31",
        _STRUCTURE,
        "A reference of 2^31: negative, if it is signed.",
        lambda d: put(d, place(d, "outputs"), 2**31),
    ),
    patched(
        "union_to_another_member",
        _STRUCTURE,
        "A union's type says SparseShared, its table is a Dense.",
        lambda d: put(d, _type_of(d, "weights", 1), 1, kind="u8"),
    ),
    # --- Vectors ---
    *(
        patched(
            f"vector_of_{count}",
            _STRUCTURE,
            f"A vector of {count} numbers of 4 bytes: {why}.",
            _shape_count(count),
        )
        for count, why in (
            (2**30, "2^32 bytes, 0 in 32 bits"),
            (2**30 + 1, "4 bytes in 32 bits"),
            (2**32 - 1, "the most"),
        )
    ),
    patched(
        "chunks_whose_bytes_wrap",
        _STRUCTURE,
        "119,304,648 chunks of 36 bytes: 32 bytes in 32 bits.",
        lambda d: put(d, target(d, "weights", 0, "encoding", "SparseShared", "chunks"), 119_304_648),
    ),
    patched(
        "payload_of_4_GiB",
        _STRUCTURE,
        "The payload says that it has 2^32 - 1 bytes.",
        lambda d: put(d, target(d, "payload"), 2**32 - 1),
    ),
    patched(
        "operators_of_2_30",
        _STRUCTURE,
        "2^30 operators in a file of a few hundred bytes.",
        lambda d: put(d, target(d, "ops"), 2**30),
    ),
    patched(
        "vector_unaligned",
        _STRUCTURE,
        "A vector of floats stands at an odd byte.",
        lambda d: _shifted_vector(d, "weights", 0, "encoding", "SparseShared", "centroids"),
    ),
    patched(
        "payload_unaligned",
        _STRUCTURE,
        "The payload stands 4 bytes behind a multiple of 16: unaligned vector loads.",
        _unaligned_payload,
    ),
    # --- Strings ---
    patched(
        "string_without_end",
        _STRUCTURE,
        "A name without its final zero: strlen() would run on.",
        lambda d: put(d, target(d, "inputs", 0, "name") + 5, 0x41, kind="u8"),
    ),
    patched(
        "string_of_4_GiB",
        _STRUCTURE,
        "A name of 2^32 - 1 bytes.",
        lambda d: put(d, target(d, "inputs", 0, "name"), 2**32 - 1),
    ),
    spoilt(
        "string_with_a_zero",
        _STRUCTURE,
        "A name with a zero byte inside: two readers would see two names.",
        lambda m: m["inputs"][0].update(name=b"x\0y"),
    ),
    spoilt(
        "string_not_utf8",
        _STRUCTURE,
        "A name of bytes that are no UTF-8.",
        lambda m: m["ops"][0].update(name=b"\xc3\x28"),
    ),
    spoilt(
        "string_overlong",
        _STRUCTURE,
        "A slash in an overlong form of UTF-8.",
        lambda m: m["outputs"][0].update(name=b"\xc0\xaf"),
    ),
    spoilt(
        "string_of_a_surrogate",
        _STRUCTURE,
        "Half of a UTF-16 pair as UTF-8.",
        lambda m: m["metadata"]["labels"].__setitem__(0, b"\xed\xa0\x80"),
    ),
    # --- The version, and what is required ---
    spoilt("version_0", "FILE_VERSION", "Version 0, which there never was.", lambda m: m.update(version=0)),
    spoilt(
        "version_of_the_future", "FILE_VERSION", "The last version there can be.", lambda m: m.update(version=65535)
    ),
    *(_without(field) for field in ("inputs", "ops", "outputs")),
    spoilt(
        "weights_absent",
        "GRAPH_REFERENCE",
        "Operators name weights of a file that has none.",
        lambda m: m.pop("weights"),
    ),
    spoilt("input_without_a_name", _STRUCTURE, "A required string is absent.", lambda m: m["inputs"][0].pop("name")),
    spoilt(
        "weight_without_a_shape", _STRUCTURE, "A required vector is absent.", lambda m: m["weights"][0].pop("shape")
    ),
    spoilt(
        "weight_without_an_encoding",
        _STRUCTURE,
        "A required union is absent.",
        lambda m: m["weights"][0].pop("encoding"),
    ),
    spoilt(
        "operator_without_attributes",
        _STRUCTURE,
        "A required union is absent.",
        lambda m: m["ops"][1].pop("attributes"),
    ),
    spoilt(
        "union_type_without_a_table",
        _STRUCTURE,
        "A union has a type and no table.",
        lambda m: m["weights"][0].update(encoding=(None, None), encoding_type=1),
    ),
    spoilt(
        "union_table_without_a_type",
        _STRUCTURE,
        "A union has a table of type 0.",
        lambda m: m["weights"][0].update(encoding_type=0),
    ),
    # --- What must go on working ---
    Attack("the_model_itself", "OK", "Nothing: the file that the others are made of.", lambda: build(tiny())),
]
