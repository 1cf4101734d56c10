"""The models of a bundle: read, verified, named."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dcmobile.bundle.java_names import class_name
from dcmobile.errors import CallError, Code, FileError
from dcmobile.model import TensorInfo, load

_ASSET = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_ENDING = ".dcmodel"


@dataclass(frozen=True)
class BundledModel:
    """name: without the ending. java_class: of the generated code. data: the whole file, verified."""

    name: str
    java_class: str
    path: Path
    data: bytes
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    labels: int

    @property
    def asset(self) -> str:
        """Its path under ``assets/``."""
        return f"{self.name}{_ENDING}"

    @property
    def sha256(self) -> str:
        """Of the whole file, 64 hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


def read_models(given: Sequence[str], outer_class: str) -> list[BundledModel]:
    """Each ``FILE.dcmodel`` or ``NAME=FILE.dcmodel``, verified as the runtime verifies it before it runs one.

    Raises ``FileError`` (not there, no .dcmodel, damaged), other errors of ``dcmobile.load``, and ``CallError`` for a
    name that an asset or a Java class cannot have, or that two models have.
    """
    models: list[BundledModel] = []
    for text in given:
        model = _read(text, outer_class)
        for other in models:
            if other.name.lower() == model.name.lower() or other.java_class == model.java_class:
                raise CallError(
                    f"{other.path} and {model.path} would both be {_what_is_alike(other, model)}: give one another "
                    "name with NAME=FILE.dcmodel",
                    Code.CALL_NAME,
                )
        models.append(model)
    return models


def _read(text: str, outer_class: str) -> BundledModel:
    name, equals, file = text.partition("=")
    if not equals or Path(text).exists():
        name, file = "", text
    path = Path(file)
    name = (name or path.name).removesuffix(_ENDING)
    if not _ASSET.fullmatch(name):
        raise CallError(
            f"{name!r} cannot be the name of an asset: letters, digits, '_', '-' and '.' only; give another with "
            "NAME=FILE.dcmodel",
            Code.CALL_NAME,
        )
    java_class = class_name(name, outer_class)
    with load(path) as model:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise FileError(f"cannot read {path}: {error.strerror}", Code.FILE_IO) from None
        if model.load_info.file_bytes != len(data):
            raise FileError(f"{path} has changed while it was read", Code.FILE_IO)
        return BundledModel(name, java_class, path, data, model.inputs, model.outputs, len(model.labels))


def _what_is_alike(one: BundledModel, other: BundledModel) -> str:
    return one.asset if one.name.lower() == other.name.lower() else f"the Java class {one.java_class}"
