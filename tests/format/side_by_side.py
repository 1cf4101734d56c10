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
from plain_flatbuffer import FormatError, LimitError, NewerError
from plain_graph import ACTIVATIONS, BATCH, NO_BIAS, PlainOp, Shape
from plain_graph import OPERATORS as PLAIN_OPERATORS
from plain_operators import evaluate
from plain_reader import PlainModel, read, run

from dcmobile import _native
from dcmobile.errors import DcmError
from dcmobile.fileformat import read_bytes
from dcmobile.operators import OPERATORS, Activation

Floats = NDArray[np.float32]

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
    NEWER = auto()


# The plain reader may know fewer operators than the others. While that is so, it has no opinion about the rest.
PLAIN_READER_IS_BEHIND = len(PLAIN_OPERATORS) < len(OPERATORS) or len(ACTIVATIONS) < len(Activation)


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
    if isinstance(plain_error, NewerError) and native is not None and PLAIN_READER_IS_BEHIND:
        return Outcome.NEWER
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
    return [*(each.shape for each in model.inputs), *(each.shape for each in model.ops)]


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
    place = {name: i for i, name in enumerate([*graph.inputs, *(op.output for op in graph.ops)])}
    _equal("input shapes", [i.shape for i in plain.inputs], [graph.values[name].shape for name in graph.inputs])
    _equal("outputs", [o.value for o in plain.outputs], [place[name] for name in graph.outputs])
    weight_place = {name: i for i, name in enumerate(graph.weights)}
    for mine, theirs in zip(plain.ops, graph.ops, strict=True):
        roles = {role: weight_place[name] for role, name in theirs.weights.items()}
        attributes = {name: int(value) for name, value in asdict(theirs.attributes).items()}
        if "weight" in roles:
            attributes |= {"weight": roles["weight"], "bias": roles.get("bias", NO_BIAS)}
        _equal("an operator", (mine.name or "", mine.type), (theirs.name, theirs.kind))
        _equal("attributes", _as_bools(mine), attributes)
        _equal("what an operator reads", list(mine.inputs), [place[name] for name in theirs.inputs])
        _equal("a shape", mine.shape, graph.values[theirs.output].shape)
    for weight, (name, held) in zip(plain.weights, graph.weights.items(), strict=True):
        _equal("an encoding", weight.encoding, loaded.statistics[name].encoding)
        _equal("a weight", weight.values.tolist(), held.values.astype(np.float32).tolist())
    theirs_metadata = loaded.metadata
    _equal("producer", plain.metadata.producer or "", theirs_metadata.producer)
    _equal("labels", plain.metadata.labels, list(theirs_metadata.labels))
    _equal("entries", plain.metadata.entries, dict(theirs_metadata.entries))


def _as_bools(op: PlainOp) -> dict[str, int]:
    """The attributes with a bool of any non-zero byte as 1."""
    return {name: int(bool(value)) if name == "ceil_mode" else value for name, value in op.attributes.items()}


# --- The results ---


def _compare_results(plain: PlainModel, native: _native.Model) -> Outcome:
    batch = 2 if plain.inputs[0].shape[0] == BATCH else 1
    shapes = [tuple(batch if n == BATCH else n for n in shape) for shape in _shapes(plain)]
    if sum(prod(shape) for shape in shapes) > MAX_ELEMENTS or _work(plain, shapes) > MAX_WORK:
        return Outcome.TOO_LARGE
    random = np.random.default_rng(7)
    inputs = [random.standard_normal(shape, dtype=np.float32) for shape in shapes[: len(plain.inputs)]]
    results = [np.full(shapes[output.value], np.nan, np.float32) for output in plain.outputs]
    context = native.create_context(memory_limit=MEMORY_LIMIT)
    context.set_batch(batch)
    context.run(inputs, results)
    magnitudes = _magnitudes(plain, inputs)
    for output, mine, theirs in zip(plain.outputs, run(plain, *inputs), results, strict=True):
        bound = magnitudes[output.value]
        settled = bound < MAX_MAGNITUDE
        with np.errstate(invalid="ignore"):
            differ = settled & ~(np.abs(mine - theirs) <= 1e-5 * bound + 1e-30)
        if differ.any():
            where = tuple(int(i[0]) for i in np.nonzero(differ))
            raise DisagreementError(
                f"output {output.name!r} at {where}: plain reader {mine[where]}, runtime {theirs[where]}"
            )
    return Outcome.EQUAL


def _work(model: PlainModel, shapes: Sequence[Shape]) -> int:
    """Elements that the plain reader looks at: each window's, for each output element."""
    total = 0
    for op, shape in zip(model.ops, shapes[len(model.inputs) :], strict=True):
        if op.type == "MaxPool2d":
            total += prod(shape) * op.attributes["kernel_h"] * op.attributes["kernel_w"]
        elif "weight" in op.attributes:
            total += prod(shape) * prod(model.weights[op.attributes["weight"]].shape[1:])
    return total


def _magnitudes(model: PlainModel, inputs: Sequence[Floats]) -> list[NDArray[np.float64]]:
    """For each value, what its rounding errors are in proportion to: the network of absolute values.

    Inputs and weights lose their signs, so that nothing cancels, and activations are left out. A softmax moves by at
    most twice what its input does.
    """
    values: list[Any] = [np.abs(x) for x in inputs]
    weights = [np.abs(weight.values) for weight in model.weights]
    with np.errstate(over="ignore", invalid="ignore"):
        for op in model.ops:
            read_values = [values[i] for i in op.inputs]
            if op.type == "Softmax":
                largest = read_values[0].max(axis=op.attributes["axis"], keepdims=True)
                values.append(np.broadcast_to(1 + largest, read_values[0].shape))
            else:
                without = {name: 0 if name == "activation" else value for name, value in op.attributes.items()}
                values.append(evaluate(replace(op, attributes=without), read_values, weights))
    return values
