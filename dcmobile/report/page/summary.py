"""The few numbers that come first."""

from __future__ import annotations

from dataclasses import dataclass

from dcmobile.report.report_of_file import FileReport


@dataclass(frozen=True)
class Summary:
    """elements: weights of all layers, biases not among them. kept: those that are not zero.

    bits_per_weight: of all layers together (``LayerRow.bits_per_weight``); None where no weight is kept. macs: of all
    operators, a sample. load_ns: one load.
    """

    elements: int
    kept: int
    bits_per_weight: float | None
    macs: int
    load_ns: int

    @property
    def density(self) -> float:
        """Share of the weights that are kept, 0..1."""
        return self.kept / self.elements if self.elements else 0.0


def summary(report: FileReport) -> Summary:
    """Of the whole file."""
    rows = report.layers
    kept = sum(row.statistics.non_zeros for row in rows)
    bits = sum((row.bits_per_weight or 0.0) * row.statistics.non_zeros for row in rows)
    load = report.load
    return Summary(
        elements=sum(row.statistics.elements for row in rows),
        kept=kept,
        bits_per_weight=bits / kept if kept else None,
        macs=sum(row.macs for row in report.operators),
        load_ns=load.map_ns + load.verify_ns + load.decode_ns + load.plan_ns,
    )
