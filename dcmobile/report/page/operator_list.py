"""The graph as a list from the inputs to the outputs, with lanes beside it."""

from __future__ import annotations

from dataclasses import dataclass

from dcmobile.report.page.lanes import LaneRow, Lanes, Node, lanes
from dcmobile.report.report_of_file import FileReport, OperatorRow

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Made:
    """A value by name. number: of the operator that makes it, counted from 1; 0 for an input of the network."""

    name: str
    number: int = 0


@dataclass(frozen=True)
class GraphRow:
    """An input, an operator or an output of the network. role: which of them. operator: None for the two others.

    number: of an operator, counted from 1; modules that are called twice have one name for two operators. 0 for the
    others.
    """

    role: str
    name: str
    reads: tuple[Made, ...]
    shapes: tuple[Shape, ...]
    lanes: LaneRow
    operator: OperatorRow | None = None
    number: int = 0


@dataclass(frozen=True)
class OperatorList:
    """rows: in order of execution. reasons: why kernels were picked, with the names of the operators that share it."""

    rows: tuple[GraphRow, ...]
    lanes: Lanes
    reasons: dict[str, list[str]]


def operator_list(report: FileReport) -> OperatorList:
    """All rows: inputs first, outputs last."""
    nodes = [Node((), (number,)) for number in range(len(report.inputs))]
    values = [Made(each.name) for each in report.inputs]
    for number, row in enumerate(report.operators, 1):
        first = len(values)
        more = range(1, 1 + len(row.more_shapes))
        values += [Made(row.name, number), *(Made(f"{row.name}.{which}", number) for which in more)]
        nodes.append(Node(row.reads, tuple(range(first, len(values)))))
    nodes += [Node((value,), ()) for value in report.output_values]
    drawn = lanes(nodes)
    beside = iter(drawn.rows)
    rows = [GraphRow("input", each.name, (), (each.shape,), next(beside)) for each in report.inputs]
    rows += [
        GraphRow(
            "operator",
            row.name,
            tuple(values[value] for value in row.reads),
            (row.shape, *row.more_shapes),
            next(beside),
            row,
            number,
        )
        for number, row in enumerate(report.operators, 1)
    ]
    rows += [
        GraphRow("output", each.name, (values[value],), (each.shape,), next(beside))
        for each, value in zip(report.outputs, report.output_values, strict=True)
    ]
    reasons: dict[str, list[str]] = {}
    for row in report.operators:
        reasons.setdefault(row.reason, []).append(row.name)
    return OperatorList(tuple(rows), drawn, reasons)
