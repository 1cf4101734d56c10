"""Fashion-MNIST (Xiao, Rasul and Vollgraf, arXiv 1708.07747): 60,000 + 10,000 pictures of clothes, 28 x 28, of ten
classes, in the form of MNIST; from the Debian package ``dataset-fashion-mnist``.
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

from examples.mnist import data

PACKAGED = Path("/usr/share/datasets/fashion-mnist")
PACKAGE = "dataset-fashion-mnist"
SHA256 = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}


def fetch(folder: Path | None = None, packaged: Path = PACKAGED) -> Path:
    """The folder that holds the four files as ``data.load`` reads them, unpacked if they are not there yet.

    folder: beside MNIST's unless given. Raises ``DataError`` where the package is not installed or holds other files.
    """
    folder = folder or data.cache_folder().with_name("fashion-mnist")
    for name, digest in SHA256.items():
        path = folder / name
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            continue
        try:
            content = gzip.decompress((packaged / f"{name}.gz").read_bytes())
        except (OSError, EOFError) as problem:
            raise data.DataError(f"Fashion-MNIST is needed: apt-get install {PACKAGE} ({problem})") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise data.DataError(f"{packaged / name}.gz is not the file of Fashion-MNIST (its SHA-256 differs)")
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
    return folder
