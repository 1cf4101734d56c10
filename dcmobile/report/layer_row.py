"""One row a layer: how its weight is stored and what that costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dcmobile.encode import WeightStatistics
from dcmobile.graph import Graph, Op
from dcmobile.layer_weights import layer_roles
from dcmobile.report.symbol_counts import SymbolCounts

#: The parts of a layer, in the order in which they are shown; see ``LayerRow.parts``.
PARTS = ("codes", "gaps", "codebook", "tables", "chunk_records", "dense", "biases")


@dataclass(frozen=True)
class LayerRow:
    """A weight tensor of the file and the biases that go with it.

    name: path of the first operator's module that uses it, or ``operator<i>`` where the file does not say; with
    ``.recurrent`` behind it for an LSTM's second weight.
    operator: ``Linear``, ``Conv2d``, ...; empty for a weight that nothing uses. shape: of the weight.
    statistics: of the weight. bias_elements, bias_bytes: of the biases; in a normalisation of its shift.
    first_use: the number of the first operator that uses it, counted from 0; None where nothing does.
    counts: how often each centroid and gap occurs, where that was asked for.
    """

    name: str
    operator: str
    shape: tuple[int, ...]
    statistics: WeightStatistics
    bias_elements: int = 0
    bias_bytes: int = 0
    first_use: int | None = None
    counts: SymbolCounts = field(default_factory=SymbolCounts)

    @property
    def encoding(self) -> str:
        """``SparseShared``, ``DenseShared`` or ``Dense`` (docs/format.md, section 4)."""
        return str(self.statistics.encoding)

    @property
    def density(self) -> float:
        """Share of the weights that are kept (not zero), 0..1."""
        return self.statistics.density

    @property
    def centroids(self) -> int:
        """Entries of the codebook; 0 in a dense layer."""
        return self.statistics.centroids

    @property
    def code_bits(self) -> int:
        """Width of a code before Huffman coding; 0 in a dense layer."""
        return self.statistics.code_bits

    @property
    def gap_bits(self) -> int:
        """Width of a gap (relative index) before Huffman coding; 0 where there are no gaps."""
        return self.statistics.gap_bits

    @property
    def bits_per_weight(self) -> float | None:
        """Bits a kept weight takes after Huffman coding: (bits of all codes + bits of all gaps) / kept weights.

        Skip symbols and, in a dense shared layer, the codes of zeros are counted, since they are what it costs to
        keep the others; codebook, Huffman tables, chunk records and the fill of streams to whole bytes are not
        (they are in ``parts``). In a dense layer, 32 or 16 bits times weights / kept weights. None where no weight
        is kept.
        """
        bits = self.statistics.code_coded_bits + self.statistics.gap_coded_bits + 8 * self.statistics.bytes.dense
        return bits / self.statistics.non_zeros if self.statistics.non_zeros else None

    @property
    def dense_bytes(self) -> int:
        """Bytes of the weight and its biases as fp32."""
        return 4 * (self.statistics.elements + self.bias_elements)

    @property
    def parts(self) -> dict[str, int]:
        """Bytes in the file of each part, by the names of ``PARTS``; they add up to ``bytes``.

        codes, gaps: Huffman streams. codebook: centroids. tables: Huffman code lengths. chunk_records: where the
        streams are, and their checksums. dense: a weight stored as it is. biases: all of them.
        """
        weight = self.statistics.bytes
        return {part: getattr(weight, part) for part in PARTS if part != "biases"} | {"biases": self.bias_bytes}

    @property
    def bytes(self) -> int:
        """Bytes of the weight and its biases in the file."""
        return sum(self.parts.values())

    @property
    def ratio(self) -> float:
        """How many times smaller than fp32; infinite where the file holds nothing of it (every weight zero, no
        bias).
        """
        return self.dense_bytes / self.bytes if self.bytes else math.inf

    def to_json(self) -> dict[str, Any]:
        """The row as ``dcmobile inspect --json`` prints it; sizes in bytes unless the key says bits."""
        numbers = self.statistics
        return {
            "name": self.name,
            "operator": self.operator,
            "first_use": self.first_use,
            "shape": list(self.shape),
            "encoding": self.encoding,
            "elements": numbers.elements,
            "non_zeros": numbers.non_zeros,
            "density": self.density,
            "centroids": self.centroids,
            "code_bits": self.code_bits,
            "gap_bits": self.gap_bits,
            "bits_per_weight": self.bits_per_weight,
            "codes": _symbols(numbers.code_symbols, numbers.code_entropy_bits, numbers.code_coded_bits),
            "gaps": _symbols(numbers.gap_symbols, numbers.gap_entropy_bits, numbers.gap_coded_bits),
            "codebook": {"values": self.counts.centroids, "counts": self.counts.weights},
            "gap_counts": self.counts.gaps,
            "bias_elements": self.bias_elements,
            "dense_bytes": self.dense_bytes,
            "bytes": self.bytes,
            "parts": self.parts,
        }


def layer_rows(graph: Graph, statistics: Mapping[str, WeightStatistics], count_symbols: bool = False) -> list[LayerRow]:
    """The layers of a file in the order of execution; weights that no operator uses come last.

    statistics: of every weight of the graph, by its name. count_symbols: fill in ``LayerRow.counts``; the graph must
    then hold the weights as they are in the file. Every tensor is counted once: in the rows of the first
    operator that uses it. So the rows' ``bytes`` add up to what the file holds of all weights.
    """
    rows: dict[str, LayerRow] = {}
    counted: set[str] = set()
    for index, op in enumerate(graph.ops):
        name, layers = operator_name(op, index), _own_rows(op)
        rest = [role for role in op.weights if role not in layers]
        if layers and op.weights[layers[0]] in counted - rows.keys():  # it is another operator's bias
            layers, rest = [*layers, *rest], []
        for role in layers:
            held = op.weights[role]
            if held not in counted:
                counted.add(held)
                row_name = name if role == "weight" else f"{name}.{role}"
                rows[held] = _row(graph, statistics[held], held, row_name, op.kind, index)
        companions = dict.fromkeys(op.weights[role] for role in rest)
        uncounted = [held for held in companions if held not in counted]
        if uncounted:
            counted.update(uncounted)
            main = op.weights[layers[0]]
            rows[main] = _with_biases(rows[main], [statistics[held] for held in uncounted])
    unused = [name for name in statistics if name not in counted]
    rows |= {name: _row(graph, statistics[name], name, name, "", None) for name in unused}
    if count_symbols:
        for name, row in rows.items():
            rows[name] = replace(row, counts=SymbolCounts.of(graph.weights[name], row.statistics))
    return list(rows.values())


def _own_rows(op: Op) -> list[str]:
    """The roles of the weights that have a row each; the operator's others are counted in the first one's."""
    layers = [role for role in layer_roles(op.kind) if role in op.weights]
    return layers or (["weight"] if "weight" in op.weights else list(op.weights)[:1])


def operator_name(op: Op, index: int) -> str:
    """The operator's module path, or ``operator<i>`` where the file does not say."""
    return op.name or f"operator{index}"


def _row(
    graph: Graph, statistics: WeightStatistics, weight: str, name: str, operator: str, first_use: int | None
) -> LayerRow:
    return LayerRow(name, operator, tuple(graph.weights[weight].values.shape), statistics, first_use=first_use)


def _with_biases(row: LayerRow, biases: list[WeightStatistics]) -> LayerRow:
    elements = row.bias_elements + sum(bias.elements for bias in biases)
    size = row.bias_bytes + sum(bias.bytes.total for bias in biases)
    return replace(row, bias_elements=elements, bias_bytes=size)


def _symbols(count: int, entropy_bits: float, coded_bits: int) -> dict[str, float]:
    return {"symbols": count, "entropy_bits": entropy_bits, "coded_bits": coded_bits}
