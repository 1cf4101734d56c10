from __future__ import annotations

from dcmobile.graph import Graph, Op, Value
from dcmobile.operators import Lstm, Relu, Softmax
from dcmobile.passes.drop_dead_code import drop_dead_code


def test_only_what_outputs_need_stays() -> None:
    graph = Graph(
        inputs=("x", "unused"),
        ops=(Op("", Relu(), ("x",), "a"), Op("", Softmax(1), ("a",), "dead"), Op("", Relu(), ("dead",), "dead_too")),
        outputs=("a",),
        output_names=("output",),
        values={name: Value(name, (2, 3)) for name in ("x", "unused", "a", "dead", "dead_too")},
        weights={},
    )
    assert str(drop_dead_code(graph)) == (
        "input  x: [2, 3]\ninput  unused: [2, 3]\na: [2, 3] = Relu()(x)\noutput output: a"
    )


def test_an_operator_of_which_one_value_is_needed_stays() -> None:
    graph = Graph(
        inputs=("x",),
        ops=(Op("", Lstm(), ("x",), "y", more_outputs=("h", "c")), Op("", Relu(), ("h",), "dead")),
        outputs=("c",),
        output_names=("output",),
        values={name: Value(name, (2, 3)) for name in ("x", "y", "h", "c", "dead")},
        weights={},
    )
    assert drop_dead_code(graph).ops == graph.ops[:1]
