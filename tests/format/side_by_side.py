"""One file through all readers of the project, which must agree: docs/format.md leaves no room for two opinions.

The readers: the plain one, the C++ runtime, and `dcmobile.fileformat.read_bytes`, which decodes for tools. Either all
refuse the file or all accept it, with equal weights, equal graphs and equal results. What a reader refuses because it
would take too much memory or work is no opinion about the file.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from enum import Enum, auto
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plain_flatbuffer import FormatError, LimitError
from plain_operators import evaluate
from plain_reader import PlainModel, read, run
from plain_rules import BATCH, Shape
from plain_schema import NO_WEIGHT

from dcmobile import _native
from dcmobile.errors import DcmError
from dcmobile.fileformat import read_bytes

Floats = NDArray[np.float32]

# Attributes that are indices of weights.
ROLES = ("weight", "bias", "recurrent", "recurrent_bias")

# Operators whose result is a sum of products of their inputs, or some of their elements.
SUMS = {
    *("Linear", "Conv2d", "MaxPool2d", "Relu", "Flatten", "Add", "Conv1d", "ConvTranspose2d", "AveragePool2d"),
    *("AdaptiveAveragePool2d", "AdaptiveMaxPool2d", "MatMul", "Constant", "Reshape", "Transpose", "Concat", "Slice"),
    *("Expand", "Resize2d"),
}

# Damage may ask for networks of any size. Up to here they are run.
MAX_ELEMENTS = 2**20
MAX_WORK = 2**22
MEMORY_LIMIT = 2**28
# Beyond this a sum may overflow in one order and not in another.
MAX_MAGNITUDE = 1e30


class Outcome(Enum):
    """What the readers say together."""

    REFUSED = auto()
    EQUAL = auto()
    TOO_LARGE = auto()


class DisagreementError(AssertionError):
    """Two readers take one file differently."""


def compare(data: bytes, *, check_checksums: bool = True) -> Outcome:
    """Give `data` to all readers. DisagreementError says which two differ and how."""
    plain, plain_error = _plain(data, check_checksums)
    native, native_error = _native_model(data, check_checksums)
    if any(
        isinstance(e, LimitError) or (isinstance(e, DcmError) and _is_limit(e)) for e in (plain_error, native_error)
    ):
        return Outcome.TOO_LARGE
    if plain is None or native is None:
        if plain is not None or native is not None:
            raise DisagreementError(f"plain reader: {plain_error or 'accepts'}; runtime: {native_error or 'accepts'}")
        return Outcome.REFUSED
    _equal("the interface", _plain_interface(plain), _native_interface(native))
    if check_checksums:
        _compare_with_loaded_file(plain, data)
    return _compare_results(plain, native)


def _plain(data: bytes, check_checksums: bool) -> tuple[PlainModel | None, FormatError | None]:
    try:
        return read(data, max_elements=MAX_ELEMENTS, check_checksums=check_checksums), None
    except FormatError as error:
        return None, error


def _native_model(data: bytes, check_checksums: bool) -> tuple[_native.Model | None, DcmError | None]:
    file = np.frombuffer(data, np.uint8)
    try:
        model = _native.Model.open_memory(file, memory_limit=MEMORY_LIMIT, skip_checksum=not check_checksums)
    except DcmError as error:
        return None, error
    return model, None


def _is_limit(error: DcmError) -> bool:
    return (error.code is not None and error.code // 100 == 3) or "the same tables too often" in str(error)


def _equal(what: str, plain: object, other: object) -> None:
    if plain != other:
        raise DisagreementError(f"{what}: the plain reader has {plain}, the other {other}")


# --- The graph and the weights ---


def _shapes(model: PlainModel) -> list[Shape]:
    return [i.shape for i in model.inputs] + [shape for op in model.ops for shape in op.shapes]


def _plain_interface(model: PlainModel) -> list[Any]:
    shapes = _shapes(model)
    ports = [[(i.name, i.shape) for i in model.inputs], [(o.name, shapes[o.value]) for o in model.outputs]]
    return [*ports, [(op.name or "", op.type) for op in model.ops]]


def _native_interface(model: _native.Model) -> list[Any]:
    return [model.inputs, model.outputs, [(name, kind) for name, kind, *_ in model.operators]]


def _compare_with_loaded_file(plain: PlainModel, data: bytes) -> None:
    try:
        loaded = read_bytes(data)
    except DcmError as error:
        raise DisagreementError(f"the plain reader and the runtime accept it; read_bytes: {error}") from error
    graph = loaded.graph
    place = {name: i for i, name in enumerate([*graph.inputs, *(name for op in graph.ops for name in op.outputs)])}
    _equal("input shapes", [i.shape for i in plain.inputs], [graph.values[name].shape for name in graph.inputs])
    _equal("outputs", [o.value for o in plain.outputs], [place[name] for name in graph.outputs])
    weight_place = {name: i for i, name in enumerate(graph.weights)}
    for mine, theirs in zip(plain.ops, graph.ops, strict=True):
        roles = {role: weight_place[name] for role, name in theirs.weights.items()}
        _equal("an operator", (mine.name or "", mine.type), (theirs.name, theirs.kind))
        _equal("weights", {role: i for role, i in mine.attributes.items() if role in ROLES and i != NO_WEIGHT}, roles)
        attributes = {name: value for name, value in mine.attributes.items() if name not in ROLES}
        _equal("attributes", _as_text(attributes), _as_text(asdict(theirs.attributes)))
        _equal("what an operator reads", list(mine.inputs), [place[name] for name in theirs.inputs])
        _equal("shapes", list(mine.shapes), [graph.values[name].shape for name in theirs.outputs])
    for weight, (name, held) in zip(plain.weights, graph.weights.items(), strict=True):
        _equal("an encoding", weight.encoding, loaded.statistics[name].encoding)
        _equal("a weight", weight.values.tolist(), held.values.astype(np.float32).tolist())
    theirs_metadata = loaded.metadata
    _equal("producer", plain.metadata.producer or "", theirs_metadata.producer)
    _equal("labels", plain.metadata.labels, list(theirs_metadata.labels))
    _equal("entries", plain.metadata.entries, dict(theirs_metadata.entries))


def _as_text(attributes: dict[str, Any]) -> dict[str, str]:
    """The values as texts, members of enumerations as their numbers. A NaN is then equal to itself."""
    return {name: str(int(v) if isinstance(v, int) else v) for name, v in attributes.items()}


# --- The results ---


def _compare_results(plain: PlainModel, native: _native.Model) -> Outcome:
    batch = 2 if plain.inputs[0].shape[0] == BATCH else 1
    shapes = [tuple(batch if n == BATCH else n for n in shape) for shape in _shapes(plain)]
    if sum(prod(shape) for shape in shapes) > MAX_ELEMENTS or _work(plain, shapes) > MAX_WORK:
        return Outcome.TOO_LARGE
    random = np.random.default_rng(7)
    inputs = [random.standard_normal(shape, dtype=np.float32) for shape in shapes[: len(plain.inputs)]]
    mine, theirs = _run_plain(plain, inputs), _run_native(plain, native, inputs, shapes, batch)
    _equal("whether it runs", mine is not None, theirs is not None)
    if mine is None or theirs is None:
        return Outcome.EQUAL
    magnitudes = _magnitudes(plain, inputs, shapes)
    for output, one, other in zip(plain.outputs, mine, theirs, strict=True):
        bound = magnitudes[output.value]
        with np.errstate(invalid="ignore"):
            differ = (bound < MAX_MAGNITUDE) & ~(np.abs(one - other) <= 1e-5 * bound + 1e-30)
        if differ.any():
            where = tuple(int(i[0]) for i in np.nonzero(differ))
            raise DisagreementError(
                f"output {output.name!r} at {where}: plain reader {one[where]}, runtime {other[where]}"
            )
    return Outcome.EQUAL


def _run_plain(model: PlainModel, inputs: Sequence[Floats]) -> list[Floats] | None:
    """The outputs; None where a value is not one that an operator takes (an Embedding's row)."""
    try:
        return run(model, *inputs)
    except ValueError:
        return None


def _run_native(
    plain: PlainModel, native: _native.Model, inputs: Sequence[Floats], shapes: Sequence[Shape], batch: int
) -> list[Floats] | None:
    results = [np.full(shapes[output.value], np.nan, np.float32) for output in plain.outputs]
    context = native.create_context(memory_limit=MEMORY_LIMIT)
    context.set_batch(batch)
    try:
        context.run(inputs, results)
    except DcmError:
        return None
    return results


def _work(model: PlainModel, shapes: Sequence[Shape]) -> int:
    """Elements that the plain reader looks at: each window's, for each output element."""
    total = 0
    at = len(model.inputs)
    for op in model.ops:
        window = prod(op.attributes.get(name, 1) for name in ("kernel_h", "kernel_w"))
        if op.attributes.get("weight", NO_WEIGHT) != NO_WEIGHT:
            window *= prod(model.weights[op.attributes["weight"]].shape[1:])
        total += window * prod(shapes[at])
        at += len(op.shapes)
    return total


def _magnitudes(
    model: PlainModel, inputs: Sequence[Floats], shapes: Sequence[Shape]
) -> list[NDArray[np.floating[Any]]]:
    """For each value, what its rounding errors are in proportion to: the network of absolute values.

    Inputs and weights lose their signs, so that nothing cancels, and activations are left out: they shrink an error or
    leave it, and give at most 1 more than their input. A softmax moves by at most twice what its input does. Other
    operators may enlarge an error without a limit, so nothing can be said after them: infinity.
    """
    values: list[Any] = [np.abs(x) for x in inputs]
    weights = [np.abs(weight.values) for weight in model.weights]
    with np.errstate(over="ignore", invalid="ignore"):
        for op in model.ops:
            read_values = [values[i] for i in op.inputs]
            if op.type == "Softmax":
                largest = read_values[0].max(axis=op.attributes["axis"], keepdims=True)
                values.append(np.broadcast_to(1 + largest, read_values[0].shape))
            elif op.type in SUMS:
                without = {name: 0 if name == "activation" else value for name, value in op.attributes.items()}
                activated = op.attributes.get("activation", 0) != 0
                values += [y + activated for y in evaluate(replace(op, attributes=without), read_values, weights)]
            else:
                first = len(values)
                values += [np.full(shape, np.inf) for shape in shapes[first : first + len(op.shapes)]]
    return values
