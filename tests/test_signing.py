"""Signatures: what Python makes and checks against docs/signing.md, openssl, and files that somebody else made."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import signature_attacks
from attack import Attack
from command_line import call, fails
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import dcmobile
from dcmobile import signing
from dcmobile.errors import CallError, Code, DcmError, FileError, MachineError

_DOCUMENT = " ".join((Path(__file__).parents[1] / "docs" / "signing.md").read_text().split())


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    """A private key and its public half."""
    private, public = tmp_path / "app.key", tmp_path / "app.key.pub"
    signing.generate_key(private, public)
    return private, public


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "net.dcmodel"
    path.write_bytes(signature_attacks.ATTACKS[1].make())
    return path


def test_the_layout_is_the_documents() -> None:
    assert signing.MAGIC == signature_attacks.MAGIC
    assert signing.CONTEXT == signature_attacks.CONTEXT
    assert signing.TRAILER_BYTES == signature_attacks.TRAILER_BYTES
    for text in (f"`{signing.MAGIC.decode()}`", f"{signing.TRAILER_BYTES} bytes", "dcmobile model signature 1"):
        assert text in _DOCUMENT


@pytest.mark.parametrize("attack", signature_attacks.ATTACKS, ids=lambda attack: attack.name)
def test_files_of_others(attack: Attack) -> None:
    data = attack.make()
    key = signature_attacks.TRUSTED.public_key()
    if attack.code == "FILE_SIGNATURE":
        with pytest.raises(FileError) as caught:
            signing.check(data, key)
        assert caught.value.code is Code.FILE_SIGNATURE
    else:
        assert signing.check(data, key) == data[: -signing.TRAILER_BYTES]


def test_signing_is_what_the_document_says() -> None:
    content = signature_attacks.ATTACKS[1].make()
    signed = signing.sign(content, signature_attacks.TRUSTED)
    assert signed == signature_attacks.sign(content, signature_attacks.TRUSTED)
    assert signing.sign(signed, signature_attacks.TRUSTED) == signed  # replaced, not added to
    assert signing.split(signing.sign(signed, signature_attacks.OTHER))[0] == content


def test_the_road(tmp_path: Path) -> None:
    """keygen, sign, verify --key, and the file still runs."""
    net = tmp_path / "net.dcmodel"
    content = signature_attacks.ATTACKS[1].make()
    net.write_bytes(content)
    made = call("keygen", tmp_path / "app.key")
    assert made.exit_code == 0, made.output
    (hexadecimal,) = re.findall(r"public key, ([0-9a-f]{64})$", made.stdout, re.MULTILINE)
    assert (tmp_path / "app.key").stat().st_mode & 0o777 == 0o600
    refused = call("verify", "--key", tmp_path / "app.key.pub", net)
    assert refused.exit_code == 1
    assert refused.stdout == f"{net}: refused, FILE_SIGNATURE: it is not signed\n"

    signed = call("sign", net, "--key", tmp_path / "app.key")
    assert (signed.exit_code, signed.stdout) == (0, f"{net}: signed by {hexadecimal[:16]}...\n")
    assert net.read_bytes()[:-112] == content
    assert net.read_bytes()[-112:-80].hex() == hexadecimal
    assert call("verify", "--key", tmp_path / "app.key.pub", net).stdout.startswith(f"{net}: OK, signed, ")
    assert call("verify", net).stdout.startswith(f"{net}: OK, {net.stat().st_size:,} bytes")
    with dcmobile.load(net) as model:
        assert model.inputs[0].name == "x"


def test_sign_to_another_file(network: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
    content = network.read_bytes()
    assert call("sign", network, "--key", keys[0], "-o", tmp_path / "signed.dcmodel").exit_code == 0
    assert network.read_bytes() == content
    assert call("verify", "-q", "--key", keys[1], tmp_path / "signed.dcmodel").exit_code == 0


def test_what_does_not_load_is_not_signed(network: Path, keys: tuple[Path, Path]) -> None:
    broken = network.read_bytes()[:-60]
    network.write_bytes(broken)
    assert "truncated" in fails(1, "sign", network, "--key", keys[0])
    assert network.read_bytes() == broken


def test_keys_are_never_replaced(keys: tuple[Path, Path], tmp_path: Path) -> None:
    before = keys[0].read_bytes()
    assert "never replaced" in fails(1, "keygen", keys[0])
    (tmp_path / "other.pub").write_bytes(b"")
    assert "never replaced" in fails(1, "keygen", tmp_path / "other", "--public", tmp_path / "other.pub")
    assert not (tmp_path / "other").exists()
    assert keys[0].read_bytes() == before


def test_what_is_no_key(network: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
    for name, content in (("text", b"no key"), ("empty", b""), ("public", keys[1].read_bytes())):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CallError, match="no private Ed25519 key"):
            signing.read_private_key(tmp_path / name)
    with pytest.raises(CallError, match="no public Ed25519 key"):
        signing.read_public_key(tmp_path / "text")
    assert "no public Ed25519 key" in fails(1, "verify", "--key", tmp_path / "text", network)
    assert "No such file" in fails(1, "verify", "--key", tmp_path / "missing", network)
    assert call("verify", "--key", keys[1], tmp_path / "missing").stdout.startswith(
        f"{tmp_path / 'missing'}: refused, FILE_IO: "
    )


def test_the_private_key_checks_too(network: Path, keys: tuple[Path, Path]) -> None:
    call("sign", network, "--key", keys[0])
    assert call("verify", "-q", "--key", keys[0], network).exit_code == 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_openssl_makes_and_checks_the_same(network: Path, tmp_path: Path) -> None:
    def openssl(*arguments: str | os.PathLike[str]) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    private, public = tmp_path / "ssl.key", tmp_path / "ssl.pub"
    openssl("genpkey", "-algorithm", "ed25519", "-out", private)
    openssl("pkey", "-in", private, "-pubout", "-out", public)
    assert call("sign", network, "--key", private).exit_code == 0
    assert call("verify", "-q", "--key", public, network).exit_code == 0
    content, trailer = signing.split(network.read_bytes())
    assert trailer is not None
    (tmp_path / "signature").write_bytes(trailer.signature)
    (tmp_path / "message").write_bytes(signing.signed_message(content))
    files = ("-sigfile", tmp_path / "signature", "-in", tmp_path / "message")
    openssl("pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", *files)


def test_another_kind_of_key(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    pem = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "x.key").write_bytes(pem)
    with pytest.raises(CallError, match="no private Ed25519 key"):
        signing.read_private_key(tmp_path / "x.key")


def test_a_key_with_a_password(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    (tmp_path / "locked.key").write_bytes(pem)
    with pytest.raises(CallError, match="without a password"):
        signing.read_private_key(tmp_path / "locked.key")


def test_without_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MachineError, match=r"dcmobile\[signing\]") as caught:
        signing.generate_key(tmp_path / "a", tmp_path / "b")
    assert isinstance(caught.value, DcmError)
