"""Files of every operator: through the writer, the reader, the plain reader and the runtime."""

from __future__ import annotations

import numpy as np
import plain_reader
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from operator_cases import CASES
from plain_schema import NO_WEIGHT
from plain_schema import OPERATORS as PLAIN_OPERATORS
from test_file_round_trip import assert_same, places
from wide_graphs import fitting_inputs, wide_graphs

from dcmobile import _native
from dcmobile.fileformat import build_file, read_bytes
from dcmobile.graph import BATCH, Graph
from dcmobile.operators import OPERATORS

KINDS = [operator.__name__ for operator in OPERATORS]
each_kind = pytest.mark.parametrize("kind", KINDS)


def test_there_is_a_case_for_every_operator() -> None:
    assert sorted(CASES) == sorted(KINDS) == sorted(PLAIN_OPERATORS)


@each_kind
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_the_plain_reader_finds_the_graph(kind: str, data: st.DataObject) -> None:
    graph: Graph = data.draw(wide_graphs(kind))
    written = build_file(graph)
    plain = plain_reader.read(bytes(written.data))
    index = {weight.name: number for number, weight in enumerate(written.weights)}
    for weight, encoded in zip(plain.weights, written.weights, strict=True):
        assert weight.encoding == encoded.encoding
        np.testing.assert_array_equal(weight.values, graph.weights[encoded.name].values.astype(np.float32))
    place = places(graph)
    for mine, op in zip(plain.ops, graph.ops, strict=True):
        held = {role: index[name] for role, name in op.weights.items()}
        absent = {name: NO_WEIGHT for name, _, default in PLAIN_OPERATORS[op.kind] if default == NO_WEIGHT}
        assert (mine.name or "", mine.type) == (op.name, op.kind)
        assert mine.attributes == absent | vars(op.attributes) | held
        assert mine.inputs == tuple(place[name] for name in op.inputs)
        assert mine.shapes == tuple(graph.values[name].shape for name in op.outputs)
    assert [output.value for output in plain.outputs] == [place[name] for name in graph.outputs]


@each_kind
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_the_graph_survives_the_file(kind: str, data: st.DataObject) -> None:
    graph: Graph = data.draw(wide_graphs(kind))
    written = build_file(graph, packed=data.draw(st.booleans()))
    loaded = read_bytes(written.data)
    assert_same(loaded.graph, graph)
    assert list(loaded.statistics.values()) == [weight.statistics for weight in written.weights]
    assert loaded.bytes == written.bytes


@each_kind
@given(data=st.data(), batch=st.integers(1, 3), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_the_runtime_computes_what_the_plain_reader_does(kind: str, data: st.DataObject, batch: int, seed: int) -> None:
    graph: Graph = data.draw(wide_graphs(kind))
    file = bytes(build_file(graph).data)
    inputs = fitting_inputs(graph, np.random.default_rng(seed), batch)
    expected = plain_reader.run(plain_reader.read(file), *inputs)
    results = [np.full(each.shape, np.nan, np.float32) for each in expected]
    context = _native.Model.open_memory(np.frombuffer(file, np.uint8)).create_context()
    if graph.values[graph.inputs[0]].shape[0] == BATCH:
        context.set_batch(batch)
    context.run(inputs, results)
    for name, mine, theirs in zip(graph.outputs, results, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5 * np.abs(theirs).max(initial=1), err_msg=name)
