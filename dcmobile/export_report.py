"""What a compression came to, in bytes and bits."""

from __future__ import annotations

from dataclasses import dataclass

from dcmobile.fileformat import FileBytes
from dcmobile.report.layer_row import LayerRow


@dataclass(frozen=True)
class ExportReport:
    """One written file.

    path: where it is. file_bytes: the whole of it. dense_bytes: all parameters of the network in fp32, each tied one
        once.
    layers: as ``dcmobile inspect`` shows them, in the order of execution. bytes: what the parts of the file take.
    predicted_error: with a target size, the relative squared error of the outputs that was predicted from the layers'
        (``Sensitivity``); else None.
    """

    path: str
    file_bytes: int
    dense_bytes: int
    layers: tuple[LayerRow, ...]
    bytes: FileBytes
    predicted_error: float | None = None

    @property
    def ratio(self) -> float:
        """How many times smaller the file is than the parameters in fp32."""
        return self.dense_bytes / self.file_bytes

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.file_bytes:,} bytes, {self.ratio:.1f} times smaller than "
            f"{self.dense_bytes:,} bytes of fp32 parameters"
        )
