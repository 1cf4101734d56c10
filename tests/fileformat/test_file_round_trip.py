"""Graph to bytes and back."""

from __future__ import annotations

import itertools
from pathlib import Path

import dcmobile.fileformat.schema_generated as schema
import numpy as np
import plain_reader
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import graphs, random_inputs, shared_weight, torch_results

from dcmobile import _native
from dcmobile.encode.choose import candidates
from dcmobile.encode.codebook import compact
from dcmobile.errors import FileError, GraphError
from dcmobile.fileformat import Metadata, build_file, read_bytes, read_file, write_file
from dcmobile.graph import BATCH, Graph, Op, Sharing, Value, Weight
from dcmobile.operators import Activation, Attributes, Conv2d, Linear, Relu


def assert_same(read: Graph, written: Graph) -> None:
    """All that a file keeps is equal; names of inner values and of weights are made anew, so they are compared by
    place.
    """
    assert read.inputs == written.inputs
    assert read.output_names == written.output_names
    place, read_place = places(written), places(read)
    assert [read_place[name] for name in read.outputs] == [place[name] for name in written.outputs]
    for mine, theirs in zip(read.ops, written.ops, strict=True):
        assert (mine.name, mine.attributes) == (theirs.name, theirs.attributes)
        assert [read_place[name] for name in mine.inputs] == [place[name] for name in theirs.inputs]
        for made, expected in zip(mine.outputs, theirs.outputs, strict=True):
            assert read_place[made] == place[expected]
            assert read.values[made].shape == written.values[expected].shape
        assert mine.weights.keys() == theirs.weights.keys()
        for role, name in mine.weights.items():
            assert_same_weight(read.weights[name], written.weights[theirs.weights[role]])


def places(graph: Graph) -> dict[str, int]:
    """The id of each value in a file of the graph."""
    made = (name for op in graph.ops for name in op.outputs)
    return {name: place for place, name in enumerate([*graph.inputs, *made])}


def assert_same_weight(read: Weight, written: Weight) -> None:
    np.testing.assert_array_equal(read.values, written.values)
    if written.sharing is None:
        assert read.sharing is None
        assert read.values.dtype == written.values.dtype
    elif read.sharing is not None:  # a small one may be smallest dense
        expected = compact(written.sharing, written.name)
        np.testing.assert_array_equal(read.sharing.codes, expected.codes)
        np.testing.assert_array_equal(read.sharing.centroids, expected.centroids)
        assert read.sharing.centroids.dtype == expected.centroids.dtype


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_a_graph_survives_the_file(graph: Graph) -> None:
    written = build_file(graph)
    loaded = read_bytes(written.data)
    assert_same(loaded.graph, graph)
    assert list(loaded.statistics.values()) == [weight.statistics for weight in written.weights]
    assert loaded.bytes == written.bytes
    # And what was read is written as the same file, but for centroids that dense storage has lost.
    if all(weight.encoding != "Dense" or graph.weights[weight.name].sharing is None for weight in written.weights):
        assert build_file(loaded.graph).data == written.data


@given(graphs(), st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_the_plain_reader_agrees(graph: Graph, seed: int) -> None:
    written = build_file(graph)
    plain = plain_reader.read(bytes(written.data))
    for weight, encoded in zip(plain.weights, written.weights, strict=True):
        assert weight.encoding == encoded.encoding
        np.testing.assert_array_equal(weight.values, graph.weights[encoded.name].values.astype(np.float32))
    inputs = random_inputs(graph, np.random.default_rng(seed), batch=2)
    for mine, theirs in zip(plain_reader.run(plain, *inputs), torch_results(graph, inputs), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-5 * np.abs(theirs).max(initial=0))


@given(graphs(), st.integers(1, 4), st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_the_runtime_computes_what_torch_does(graph: Graph, batch: int, seed: int) -> None:
    model = _native.Model.open_memory(np.frombuffer(build_file(graph).data, np.uint8))
    inputs = random_inputs(graph, np.random.default_rng(seed), batch)
    expected = torch_results(graph, inputs)
    results = [np.full(each.shape, np.nan, np.float32) for each in expected]
    context = model.create_context()
    if graph.values[graph.inputs[0]].shape[0] == BATCH:
        context.set_batch(batch)
    context.run(inputs, results)
    for mine, theirs in zip(results, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-5 * np.abs(theirs).max(initial=0))


@given(graphs())
@settings(max_examples=30, deadline=None)
def test_the_same_graph_gives_the_same_bytes(graph: Graph) -> None:
    assert build_file(graph).data == build_file(graph).data


def linear_graph(weight: Weight, inputs: int, outputs: int) -> Graph:
    op = Op("fc", Linear(Activation.Relu), ("x",), "y", {"weight": weight.name})
    values = {"x": Value("x", (BATCH, inputs)), "y": Value("y", (BATCH, outputs))}
    return Graph(("x",), (op,), ("y",), ("scores",), values, {weight.name: weight})


def small_graph() -> Graph:
    codes = np.array([0, 1, 0, 2, 0, 0, 1, 1], np.uint16)
    return linear_graph(shared_weight("fc.weight", (2, 4), Sharing(codes, np.array([0.5, -1.5], np.float32))), 4, 2)


def test_several_chunks() -> None:
    random = np.random.default_rng(1)
    codes = np.where(random.random(400 * 1000) < 0.3, random.integers(1, 17, 400 * 1000), 0).astype(np.uint16)
    sharing = Sharing(codes, np.linspace(-1, 1, 16, dtype=np.float32))
    graph = linear_graph(shared_weight("w", (400, 1000), sharing), 1000, 400)
    written = build_file(graph)
    assert written.weights[0].chunks.size >= 2
    assert_same(read_bytes(written.data).graph, graph)


def test_metadata_survives() -> None:
    metadata = Metadata("dcmobile 0.1.0", ("zéro", "one"), {"b": "2", "a": "1"})
    loaded = read_bytes(build_file(small_graph(), metadata=metadata).data)
    assert loaded.metadata == metadata
    assert list(loaded.metadata.entries) == ["a", "b"]
    assert read_bytes(build_file(small_graph()).data).metadata == Metadata()


def test_a_weight_of_two_operators_is_stored_once() -> None:
    graph = small_graph()
    square = shared_weight("w", (2, 2), Sharing(np.array([0, 1, 1, 0], np.uint16), np.array([2.0], np.float32)))
    ops = tuple(Op(f"fc{i}", Linear(), (f"v{i}",), f"v{i + 1}", {"weight": "w"}) for i in range(2))
    values = {f"v{i}": Value(f"v{i}", (BATCH, 2)) for i in range(3)}
    graph = Graph(("v0",), ops, ("v2",), ("y",), values, {"w": square})
    read = read_bytes(build_file(graph).data).graph
    assert list(read.weights) == ["fc0.weight"]
    assert [op.weights["weight"] for op in read.ops] == ["fc0.weight", "fc0.weight"]


def test_the_structure_of_a_small_network_is_a_few_hundred_bytes() -> None:
    random = np.random.default_rng(2)
    sizes = (784, 300, 100, 10)
    values = {"x": Value("x", (BATCH, 784))}
    held: dict[str, Weight] = {}
    ops = []
    for layer, (inputs, outputs) in enumerate(itertools.pairwise(sizes), 1):
        codes = np.where(random.random(inputs * outputs) < 0.08, random.integers(1, 33, inputs * outputs), 0)
        sharing = Sharing(codes.astype(np.uint16), np.linspace(-1, 1, 32, dtype=np.float32))
        held[f"fc{layer}.weight"] = shared_weight(f"fc{layer}.weight", (outputs, inputs), sharing)
        held[f"fc{layer}.bias"] = Weight(f"fc{layer}.bias", random.normal(size=outputs).astype(np.float32))
        roles = {role: f"fc{layer}.{role}" for role in ("weight", "bias")}
        ops.append(Op(f"fc{layer}", Linear(Activation.Relu), (list(values)[-1],), f"h{layer}", roles))
        values[f"h{layer}"] = Value(f"h{layer}", (BATCH, outputs))
    graph = Graph(("x",), tuple(ops), ("h3",), ("scores",), values, held)
    plain, packed = build_file(graph, packed=False), build_file(graph)
    assert plain.bytes.structure <= 750
    assert plain.bytes.padding <= 64
    assert packed.bytes.structure <= 250
    assert packed.bytes.padding == 8


def test_parts_add_up_to_the_file() -> None:
    """Counted from the flatbuffer itself, without the encoder's own numbers."""
    random = np.random.default_rng(3)
    codes = np.where(random.random(3000) < 0.2, random.integers(1, 9, 3000), 0).astype(np.uint16)
    graph = linear_graph(
        shared_weight("w", (30, 100), Sharing(codes, np.linspace(-1, 1, 8, dtype=np.float32))), 100, 30
    )
    written = build_file(graph, packed=False)
    model = schema.Model.GetRootAs(written.data)
    sparse = schema.SparseShared()
    sparse.Init(model.Weights(0).Encoding().Bytes, model.Weights(0).Encoding().Pos)
    chunk = sparse.Chunks(0)
    parts = written.weights[0].statistics.bytes
    assert parts.gaps == sum(chunk.GapBytes())
    assert parts.codes == sum(chunk.CodeBytes())
    assert parts.tables == sparse.GapLengthsLength() + sparse.CodeLengthsLength()
    assert parts.codebook == 4 * sparse.CentroidsLength()
    assert parts.chunk_records == 36 * sparse.ChunksLength()
    assert written.bytes.weights == parts.total
    assert written.bytes.padding == model.PayloadLength() - parts.gaps - parts.codes
    assert 8 <= written.bytes.padding < 8 + 16
    assert (
        written.bytes.total
        == len(written.data)
        == written.bytes.weights + written.bytes.padding + written.bytes.structure
    )


def test_the_packed_form_is_the_smaller_one_also_of_large_values() -> None:
    values = np.random.default_rng(5).normal(size=(100, 1000)).astype(np.float32)
    for graph in (small_graph(), linear_graph(Weight("w", values), 1000, 100)):
        packed, plain = build_file(graph), build_file(graph, packed=False)
        assert len(packed.data) < len(plain.data)
        assert [read_bytes(written.data).version for written in (packed, plain)] == [2, 1]


@given(st.integers(0, 2**32 - 1), st.integers(1, 100_000), st.floats(0, 1), st.integers(1, 40), st.booleans())
@settings(max_examples=40, deadline=None)
def test_what_a_weight_adds_is_counted_to_the_byte(
    seed: int, size: int, density: float, centroids: int, half: bool
) -> None:
    """Every encoding, of one chunk or two, behind another weight: what is left of the packed form is the same."""
    random = np.random.default_rng(seed)
    codes = np.where(random.random(size) < density, random.integers(1, centroids + 1, size), 0).astype(np.uint16)
    table = np.linspace(-1, 1.01, centroids, dtype=np.float32)
    weight = shared_weight("w", (1, size), Sharing(codes, table.astype(np.float16) if half else table))
    ops = (Op("first", Linear(), ("x",), "h", {"weight": "v"}), Op("fc", Linear(), ("h",), "y", {"weight": "w"}))
    values = {"x": Value("x", (BATCH, 1)), "h": Value("h", (BATCH, size)), "y": Value("y", (BATCH, 1))}
    before = Weight("v", random.normal(size=(size, 1)).astype(np.float32))
    graph = Graph(("x",), ops, ("y",), ("y",), values, {"v": before, "w": weight})
    rest = set()
    for pairs in (False, True):
        for encoded in candidates(weight, pairs):
            model = schema.Model.GetRootAs(build_file(graph, {"w": encoded}).data)
            rest.add(model.PackedLength() + encoded.payload.nbytes - encoded.packed_bytes(before.values.nbytes))
    assert len(rest) == 1


def test_the_packed_model_says_what_the_plain_one_does() -> None:
    graph = small_graph()
    plain, packed = build_file(graph, packed=False), build_file(graph, packed=True)
    assert_same(read_bytes(packed.data).graph, read_bytes(plain.data).graph)
    model = schema.Model.GetRootAs(packed.data)
    assert model.OpsLength() == model.InputsLength() == model.OutputsLength() == model.WeightsLength() == 0
    form = model.PackedAsNumpy()
    expanded = np.frombuffer(_native.expand_model(form), np.uint8)
    assert _native.pack_model(expanded) == form.tobytes()
    for wrong in (form[:-1], np.append(form, np.uint8(0))):
        with pytest.raises(FileError, match=r"ends too early|bytes behind its end"):
            _native.expand_model(wrong)


def test_dense_values_are_aligned_in_the_file() -> None:
    graph = small_graph()
    bias = Weight("fc.bias", np.array([1.5, -2.5], np.float16))
    op = Op("fc", Linear(), ("x",), "y", {"weight": "fc.weight", "bias": "fc.bias"})
    written = build_file(
        Graph(("x",), (op,), ("y",), ("y",), graph.values, {**graph.weights, "fc.bias": bias}), packed=False
    )
    at = bytes(written.data).index(np.array([1.5, -2.5], "<f2").tobytes())
    assert at % 16 == 0
    assert schema.Model.GetRootAs(written.data).PayloadLength() % 16 == 0


@pytest.mark.parametrize(
    ("attributes", "roles", "text"),
    [
        (Attributes(), {}, "no Attributes"),
        (Relu(), {"scale": "fc.weight"}, "'scale'"),
        (Conv2d(pad_top=-1), {"weight": "fc.weight"}, "pad_top is -1"),
    ],
)
def test_what_the_format_cannot_hold_is_refused(attributes: Attributes, roles: dict[str, str], text: str) -> None:
    graph = small_graph()
    op = Op("fc", attributes, ("x",), "y", roles)
    with pytest.raises(GraphError, match=text):
        build_file(Graph(("x",), (op,), ("y",), ("y",), graph.values, graph.weights))


def test_a_graph_with_nothing_in_it_is_refused() -> None:
    with pytest.raises(GraphError, match="at least one"):
        build_file(Graph(("x",), (), ("x",), ("y",), {"x": Value("x", (1, 2))}, {}))


def test_a_name_that_is_no_text_is_refused() -> None:
    graph = small_graph()
    op = Op("bad\ud800", Relu(), ("x",), "y")
    with pytest.raises(GraphError, match="UTF-8"):
        build_file(Graph(("x",), (op,), ("y",), ("y",), graph.values, {}))


def test_what_the_runtime_refuses_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "net.dcmodel"
    graph = small_graph()
    values = {"x": Value("x", (BATCH, 5)), "y": graph.values["y"]}  # the weight takes 4
    with pytest.raises(GraphError):
        write_file(path, Graph(graph.inputs, graph.ops, graph.outputs, graph.output_names, values, graph.weights))
    assert not path.exists()


def test_files_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "net.dcmodel"
    written = write_file(path, small_graph())
    assert path.read_bytes() == bytes(written.data)
    assert_same(read_file(path).graph, small_graph())
    with pytest.raises(FileError, match="cannot read"):
        read_file(path.with_name("absent.dcmodel"))
    path.write_bytes(b"not a model")
    with pytest.raises(FileError):
        read_file(path)
