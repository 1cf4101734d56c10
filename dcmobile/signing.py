"""Signs ``.dcmodel`` files and checks signatures, so that an app refuses a network that its maker did not ship.

Ed25519 (RFC 8032) over the SHA-512 of the file; the signature stands at the file's end, where FlatBuffers ignores it
(docs/signing.md, normative). Keys are PEM files as ``openssl genpkey -algorithm ed25519`` makes them. Needs the extra
``dcmobile[signing]``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dcmobile.errors import CallError, Code, FileError, MachineError
from dcmobile.fileformat.atomic import write_atomically

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

#: What a trailer ends with: the format and its version.
MAGIC = b"DCM1SIG1"
#: Before the digest in what is signed, so that no signature of anything else can be taken for one of a network.
CONTEXT = b"dcmobile model signature 1".ljust(32, b"\0")
PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
#: Public key, signature, 8 zero bytes, magic.
TRAILER_BYTES = PUBLIC_KEY_BYTES + SIGNATURE_BYTES + 8 + len(MAGIC)

_MOST_BYTES = 2**31 - 1


@dataclass(frozen=True)
class Trailer:
    """What stands at the end of a signed file."""

    public_key: bytes
    signature: bytes

    def to_bytes(self) -> bytes:
        """The 112 bytes."""
        return self.public_key + self.signature + bytes(8) + MAGIC


def split(data: bytes) -> tuple[bytes, Trailer | None]:
    """A file's content and its trailer; None where it has none. Raises ``FileError`` (FILE_SIGNATURE) for one whose
    reserved bytes are not zero: it is of another kind.
    """
    if len(data) < TRAILER_BYTES or not data.endswith(MAGIC):
        return data, None
    content, trailer = data[:-TRAILER_BYTES], data[-TRAILER_BYTES:]
    if any(trailer[PUBLIC_KEY_BYTES + SIGNATURE_BYTES : -len(MAGIC)]):
        raise FileError("its signature is of a kind that this version does not know", Code.FILE_SIGNATURE)
    return content, Trailer(trailer[:PUBLIC_KEY_BYTES], trailer[PUBLIC_KEY_BYTES:][:SIGNATURE_BYTES])


def signed_message(content: bytes) -> bytes:
    """The 96 bytes that Ed25519 signs."""
    return CONTEXT + hashlib.sha512(content).digest()


def generate_key(private: str | os.PathLike[str], public: str | os.PathLike[str]) -> bytes:
    """Write a new key pair as PEM files, the private one readable by its owner alone. Gives the public key's 32 bytes.

    Raises ``FileError`` (FILE_IO) if a file is there already: a key is never replaced.
    """
    _need_cryptography()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    shown = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    for path in (private, public):
        if Path(path).exists():
            raise FileError(f"{os.fspath(path)} exists: a key is never replaced", Code.FILE_IO)
    _write_new(private, secret, 0o600)
    _write_new(public, shown, 0o644)
    return _raw(key.public_key())


def sign(data: bytes, private_key: Ed25519PrivateKey) -> bytes:
    """The file with a signature at its end, in place of one that it may have. Checks nothing else about it."""
    content, _ = split(data)
    if len(content) + TRAILER_BYTES > _MOST_BYTES:
        raise FileError("the file is too large to be signed", Code.FILE_STRUCTURE)
    signature = private_key.sign(signed_message(content))
    return content + Trailer(_raw(private_key.public_key()), signature).to_bytes()


def sign_file(path: str | os.PathLike[str], key: str | os.PathLike[str], output: str | os.PathLike[str]) -> bytes:
    """Sign a file that loads, into ``output``, which may be the same: whole or not at all. Gives the public key."""
    import numpy as np

    from dcmobile import _native

    private_key = read_private_key(key)
    data = Path(path).read_bytes()
    _native.Model.open_memory(np.frombuffer(data, np.uint8))  # nobody puts a name to what does not load
    write_atomically(output, [sign(data, private_key)])
    return _raw(private_key.public_key())


def check(data: bytes, public_key: Ed25519PublicKey) -> bytes:
    """The content of a file that is signed by the key. Raises ``FileError`` (FILE_SIGNATURE) for any other."""
    from cryptography.exceptions import InvalidSignature

    content, trailer = split(data)
    if trailer is None:
        raise FileError("it is not signed", Code.FILE_SIGNATURE)
    wanted = _raw(public_key)
    if trailer.public_key != wanted:
        raise FileError(
            f"it is signed by another key: {trailer.public_key.hex()[:16]}..., expected {wanted.hex()[:16]}...",
            Code.FILE_SIGNATURE,
        )
    try:
        public_key.verify(trailer.signature, signed_message(content))
    except InvalidSignature:
        raise FileError("its signature is not of these bytes: the file was changed", Code.FILE_SIGNATURE) from None
    return content


def read_private_key(path: str | os.PathLike[str]) -> Ed25519PrivateKey:
    """The Ed25519 key of a PEM file without a password. Raises ``CallError`` for anything else."""
    _need_cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(Path(path).read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise _no_key(path, "private") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "private")
    return key


def read_public_key(path: str | os.PathLike[str]) -> Ed25519PublicKey:
    """The Ed25519 key of a PEM file; of a private key's, its public half. Raises ``CallError`` for anything else."""
    _need_cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    pem = Path(path).read_bytes()
    if b"PRIVATE KEY" in pem:
        return read_private_key(path).public_key()
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise _no_key(path, "public") from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path, "public")
    return key


def _no_key(path: str | os.PathLike[str], half: str) -> CallError:
    return CallError(
        f"{os.fspath(path)} is no {half} Ed25519 key in PEM, without a password: see dcmobile keygen",
        Code.CALL_ARGUMENT,
    )


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes_raw()


def _write_new(path: str | os.PathLike[str], data: bytes, mode: int) -> None:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(file, "wb") as out:
            out.write(data)
    except OSError as error:
        raise FileError(f"cannot write {os.fspath(path)}: {error.strerror}", Code.FILE_IO) from error


def _need_cryptography() -> None:
    if importlib.util.find_spec("cryptography") is None:
        raise MachineError(
            "signatures need the package cryptography: pip install 'dcmobile[signing]'", Code.MACHINE_UNSUPPORTED
        )
