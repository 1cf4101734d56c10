"""Random small networks around one operator of any kind."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from expected_shapes import expected_shapes
from hypothesis import strategies as st
from operator_cases import Case, Shape, cases
from random_graphs import weights

from dcmobile.graph import BATCH, Graph, Op, Value, Weight
from dcmobile.layer_weights import layer_roles
from dcmobile.operators import Affine, Constant

Floats = npt.NDArray[np.float32]

#: Operators that are not defined for all numbers.
POSITIVE = ("Log", "Sqrt", "Power", "PowerScalar", "Divide")


@st.composite
def dense_weights(draw: st.DrawFn, name: str, shape: Shape) -> Weight:
    """Of positive values, since Divide and Power may read them."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = random.uniform(0.25, 2, shape).astype(draw(st.sampled_from([np.float32, np.float16])))
    return Weight(name, values)


@st.composite
def wide_graphs(draw: st.DrawFn, kind: str) -> Graph:
    """The operator on inputs of the network, or on constants where it reads a value without the batch beside one with
    it; behind it an Affine on each value that it makes. Every value that may be an output is one.
    """
    case: Case = draw(cases(kind))
    batch = any(shape[0] == BATCH for shape in case.inputs)
    values: dict[str, Value] = {}
    held: dict[str, Weight] = {}
    ops: list[Op] = []
    reads: list[str] = []
    inputs: list[str] = []
    for number, shape in enumerate(case.inputs):
        name = f"x{number}"
        reads.append(name)
        if batch and shape[0] != BATCH:
            held[f"{name}.weight"] = draw(dense_weights(f"{name}.weight", shape))
            ops.append(Op(name, Constant(), (), name, {"weight": f"{name}.weight"}))
        else:
            inputs.append(name)
        values[name] = Value(name, shape)
    if not inputs:
        inputs.append("unused")
        values["unused"] = Value("unused", (2, 3))

    roles = {role: f"op.{role}" for role in case.weights}
    for role, shape in case.weights.items():
        strategy = weights if role in layer_roles(kind) else dense_weights
        held[roles[role]] = draw(strategy(roles[role], shape))
    made = expected_shapes(case.attributes, case.inputs, case.weights)
    names = [f"y{number}" for number in range(len(made))]
    ops.append(Op("op", case.attributes, tuple(reads), names[0], roles, more_outputs=tuple(names[1:])))
    values |= {name: Value(name, shape) for name, shape in zip(names, made, strict=True)}
    for name in names:
        after = f"{name}.after"
        values[after] = Value(after, values[name].shape)
        ops.append(Op("", Affine(2.0, 1.0), (name,), after))
    outputs = [name for name, value in values.items() if not batch or value.shape[0] == BATCH]
    return Graph(tuple(inputs), tuple(ops), tuple(outputs), tuple(outputs), values, held).check()


def fitting_inputs(graph: Graph, random: np.random.Generator, batch: int) -> list[Floats]:
    """What the operators are defined for: whole numbers for an Embedding, positive ones for logarithms and powers."""
    shapes = [[batch if n == BATCH else n for n in graph.values[name].shape] for name in graph.inputs]
    for op in graph.ops:
        if op.kind == "Embedding":
            rows = len(graph.weights[op.weights["weight"]].values)
            return [random.integers(0, rows, shape).astype(np.float32) for shape in shapes]
        if op.kind in POSITIVE:
            return [random.uniform(0.25, 2, shape).astype(np.float32) for shape in shapes]
    return [random.normal(size=shape).astype(np.float32) for shape in shapes]
