"""What a bundle adds to an app, for each ABI."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from dcmobile.bundle.asset_pack import pack_name
from dcmobile.bundle.contents import Contents
from dcmobile.bundle.native_library import NativeLibrary
from dcmobile.report.layer_table import name_cell, plain_table
from dcmobile.report.printable import printable
from dcmobile.report.quantities import bytes_text, shape_text


@dataclass(frozen=True)
class SizeReport:
    """file: what was written, "" for a folder; its bytes. classes: bytes of classes.jar, 0 without one."""

    contents: Contents
    libraries: tuple[NativeLibrary, ...]
    classes: int
    output: str
    output_bytes: int | None

    def to_json(self) -> dict[str, Any]:
        """Every number, bytes."""
        return {
            "output": self.output,
            "output_bytes": self.output_bytes,
            "java_class": self.contents.java_class,
            "models": [
                {
                    "name": model.name,
                    "file": str(model.path),
                    "asset": model.asset,
                    "java_class": model.java_class,
                    "bytes": len(model.data),
                    "sha256": model.sha256,
                    "asset_pack": pack_name(model) if model in self.contents.split else None,
                }
                for model in self.contents.models
            ],
            "classes_bytes": self.classes,
            "abis": [
                {
                    "abi": library.abi,
                    "library_bytes": len(library.data),
                    "library_compressed_bytes": _compressed(library.data),
                    "models_bytes": self._models,
                    "all_bytes": len(library.data) + self._models + self.classes,
                }
                for library in self.libraries
            ],
        }

    @property
    def _models(self) -> int:
        return sum(len(model.data) for model in self.contents.models)


def size_tables(report: SizeReport, name_width: int) -> Iterator[RenderableType]:
    """The models, then for each ABI what an app grows by."""
    line = Text(printable(report.output), style="bold")
    if report.output_bytes is not None:
        line.append(f": {bytes_text(report.output_bytes)} bytes", style="not bold")
    yield line
    yield _model_table(report, name_width)
    if report.libraries:
        yield _abi_table(report.to_json()["abis"], report.classes)


def _model_table(report: SizeReport, name_width: int) -> Table:
    table = plain_table("Models")
    table.add_column("asset", no_wrap=True)
    table.add_column("Java class", no_wrap=True)
    table.add_column("inputs", no_wrap=True)
    table.add_column("outputs", no_wrap=True)
    table.add_column("bytes", justify="right", no_wrap=True)
    if report.contents.split:
        table.add_column("asset pack", no_wrap=True)
    for model in report.contents.models:
        shapes = [", ".join(shape_text(each.shape) for each in side) for side in (model.inputs, model.outputs)]
        row: list[str | Text] = [name_cell(model.asset, name_width), model.java_class, *shapes]
        row.append(bytes_text(len(model.data)))
        if report.contents.split:
            row.append(pack_name(model) if model in report.contents.split else "-")
        table.add_row(*row)
    return table


def _abi_table(abis: Sequence[dict[str, Any]], classes: int) -> Table:
    table = plain_table("Bytes that an app grows by")
    table.add_column("ABI", no_wrap=True)
    for heading in ("library", "of it to\ndownload", "classes", "models", "all"):
        table.add_column(heading, justify="right", no_wrap=True)
    for abi in abis:
        numbers = abi["library_bytes"], abi["library_compressed_bytes"], classes, abi["models_bytes"], abi["all_bytes"]
        table.add_row(abi["abi"], *map(bytes_text, numbers))
    return table


def _compressed(data: bytes) -> int:
    """As a store compresses it for the download, nearly: deflate."""
    return len(zlib.compress(data, 9))
