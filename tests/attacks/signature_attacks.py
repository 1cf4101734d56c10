"""On signatures (docs/signing.md): networks that somebody else made, or changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache

from attack import Attack
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hand_assembly import build
from hand_made_model import tiny

#: As docs/signing.md has it; tests/test_signing.py holds dcmobile.signing to the same.
MAGIC = b"DCM1SIG1"
CONTEXT = b"dcmobile model signature 1" + bytes(6)
TRAILER_BYTES = 112

#: The key that the app trusts, and one that it does not. Ed25519 gives one signature for one message: the files are the
#: same each time.
TRUSTED = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC_KEY = TRUSTED.public_key().public_bytes_raw()

#: The order of the group: a signature's second half is a number below it.
_ORDER = 2**252 + 27742317777372353535851937790883648493

_SIGNATURE = "FILE_SIGNATURE"


def signed_message(content: bytes) -> bytes:
    """What Ed25519 signs."""
    return CONTEXT + hashlib.sha512(content).digest()


def _trailer_of(content: bytes, key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw() + key.sign(signed_message(content)) + bytes(8) + MAGIC


def sign(content: bytes, key: Ed25519PrivateKey) -> bytes:
    """The file with a signature at its end."""
    return content + _trailer_of(content, key)


@cache
def _content() -> bytes:
    return build(tiny())


@cache
def _signed() -> bytes:
    return sign(_content(), TRUSTED)


def _flipped(at: int) -> Callable[[], bytes]:
    """A bit of the signed file, counted from its end if the place is negative."""

    def make() -> bytes:
        data = bytearray(_signed())
        data[at] ^= 1
        return bytes(data)

    return make


def _with_trailer(public_key: bytes, signature: bytes, reserved: bytes = bytes(8), magic: bytes = MAGIC) -> bytes:
    return _content() + public_key + signature + reserved + magic


def _signature() -> bytes:
    return _signed()[-TRAILER_BYTES:][32:96]


def _malleable() -> bytes:
    """The second half plus the group's order: the same point, another signature."""
    second = int.from_bytes(_signature()[32:], "little") + _ORDER
    return _with_trailer(PUBLIC_KEY, _signature()[:32] + second.to_bytes(32, "little"))


def _plain_digest() -> bytes:
    """A signature of the file itself, not of what the document says."""
    return _with_trailer(PUBLIC_KEY, TRUSTED.sign(_content()))


def _root_in_the_trailer() -> bytes:
    """The root lies in the signature, which whoever signs could choose to be a table."""
    data = bytearray(_content())
    data[:4] = (len(data) + 4).to_bytes(4, "little")
    return sign(bytes(data), TRUSTED)


def _second_model() -> bytes:
    model = tiny()
    model["outputs"][0]["value"] = 1
    return build(model)


ATTACKS = [
    Attack("signed", "OK", "Nothing: the file as its maker signed it.", _signed),
    Attack("unsigned", _SIGNATURE, "A file without a signature.", _content),
    Attack("empty", _SIGNATURE, "No bytes at all.", lambda: b""),
    Attack("shorter_than_a_trailer", _SIGNATURE, "The magic and little else.", lambda: bytes(20) + MAGIC),
    Attack("signed_by_another", _SIGNATURE, "Signed, by somebody else.", lambda: sign(_content(), OTHER)),
    Attack(
        "signed_by_another_in_the_owners_name",
        _SIGNATURE,
        "Signed by somebody else, with the owner's key in the trailer.",
        lambda: _with_trailer(PUBLIC_KEY, OTHER.sign(signed_message(_content()))),
    ),
    Attack("first_bit_changed", _SIGNATURE, "The file's first byte is another.", _flipped(0)),
    Attack("last_bit_changed", _SIGNATURE, "The content's last byte is another.", _flipped(-TRAILER_BYTES - 1)),
    Attack(
        "signature_changed",
        _SIGNATURE,
        "A bit of the signature's first half is another.",
        _flipped(-TRAILER_BYTES + 40),
    ),
    Attack("signature_changed_late", _SIGNATURE, "A bit of its second half is another.", _flipped(-TRAILER_BYTES + 70)),
    Attack("signature_of_zeros", _SIGNATURE, "A signature of zeros.", lambda: _with_trailer(PUBLIC_KEY, bytes(64))),
    Attack(
        "signature_in_another_form", _SIGNATURE, "A second signature, made from the first without the key.", _malleable
    ),
    Attack("signature_of_the_bare_file", _SIGNATURE, "A signature of the bytes, without the context.", _plain_digest),
    Attack(
        "signature_of_another_file",
        _SIGNATURE,
        "The owner's signature of another network.",
        lambda: _second_model() + _signed()[-TRAILER_BYTES:],
    ),
    Attack(
        "reserved_bytes",
        _SIGNATURE,
        "A signature of a kind that there is not yet.",
        lambda: _with_trailer(PUBLIC_KEY, _signature(), bytes(7) + b"\1"),
    ),
    Attack(
        "magic_of_the_future",
        _SIGNATURE,
        "A trailer of a later version.",
        lambda: _with_trailer(PUBLIC_KEY, _signature(), magic=b"DCM1SIG2"),
    ),
    Attack(
        "bytes_behind_the_trailer", _SIGNATURE, "Bytes that nobody signed, at the end.", lambda: _signed() + bytes(16)
    ),
    Attack(
        "bytes_before_the_trailer",
        _SIGNATURE,
        "Bytes that nobody signed, between the network and its signature.",
        lambda: _content() + bytes(16) + _signed()[-TRAILER_BYTES:],
    ),
    Attack("cut_in_the_trailer", _SIGNATURE, "The file ends inside its signature.", lambda: _signed()[:-1]),
    Attack("cut_in_the_content", _SIGNATURE, "The content is shorter than what was signed.", lambda: _signed()[16:]),
    Attack("root_in_the_trailer", "FILE_STRUCTURE", "What was signed refers to what was not.", _root_in_the_trailer),
    Attack(
        "signed_but_broken",
        "FILE_FORMAT",
        "The owner has signed what is no network: a signature says who, not what.",
        lambda: sign(bytes(1000), TRUSTED),
    ),
    Attack(
        "signed_twice",
        "OK",
        "A signed file whose signature was signed again as if it were content.",
        lambda: sign(_signed(), TRUSTED),
    ),
]
