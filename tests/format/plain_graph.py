"""The graph: section 3 of docs/format.md, with every rule about shapes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from plain_flatbuffer import FormatError, NewerError, Table, require

BATCH = -1  # as a first dimension: the batch B, chosen by the caller
NO_BIAS = 4294967295
ACTIVATIONS = ("None", "Relu")
MAX_WINDOW_NUMBER = 65535

Shape = tuple[int, ...]
Attributes = dict[str, int]

# The schema's fields of each operator, in order: name, kind, default. The order of the operators
# gives their type numbers, from 1.
OPERATORS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "Linear": (
        ("weight", "u32", 0),
        ("bias", "u32", NO_BIAS),
        ("activation", "u8", 0),
    ),
    "Conv2d": (
        ("weight", "u32", 0),
        ("bias", "u32", NO_BIAS),
        ("activation", "u8", 0),
        ("stride_h", "u32", 1),
        ("stride_w", "u32", 1),
        ("pad_top", "u32", 0),
        ("pad_left", "u32", 0),
        ("pad_bottom", "u32", 0),
        ("pad_right", "u32", 0),
        ("dilation_h", "u32", 1),
        ("dilation_w", "u32", 1),
        ("groups", "u32", 1),
    ),
    "MaxPool2d": (
        ("kernel_h", "u32", 0),
        ("kernel_w", "u32", 0),
        ("stride_h", "u32", 1),
        ("stride_w", "u32", 1),
        ("pad_top", "u32", 0),
        ("pad_left", "u32", 0),
        ("pad_bottom", "u32", 0),
        ("pad_right", "u32", 0),
        ("dilation_h", "u32", 1),
        ("dilation_w", "u32", 1),
        ("ceil_mode", "u8", 0),
    ),
    "Relu": (),
    "Flatten": (("first_axis", "u32", 1), ("last_axis", "u32", 0)),
    "Add": (("activation", "u8", 0),),
    "Softmax": (("axis", "u32", 0),),
}

INPUT = ("name", "shape")
OP = ("name", "attributes_type", "attributes", "inputs")
OUTPUT = ("name", "value")


@dataclass(frozen=True)
class PlainInput:
    """An input; a first dimension of -1 is the batch."""

    name: str
    shape: Shape


@dataclass(frozen=True)
class PlainOp:
    """An operator: all its attributes (defaults filled in), the ids it reads, the shape it makes."""

    name: str | None
    type: str
    attributes: Attributes
    inputs: tuple[int, ...]
    shape: Shape


@dataclass(frozen=True)
class PlainOutput:
    """An output: a name for a value."""

    name: str
    value: int


@dataclass(frozen=True)
class WeightInfo:
    """What an operator asks of a weight."""

    shape: Shape
    encoding: str


@dataclass(frozen=True)
class Window:
    """A sliding window along one axis: size k, stride s, dilation d, padding p before and q after."""

    k: int
    s: int
    d: int
    p: int
    q: int
    ceil_mode: bool = False

    @property
    def extent(self) -> int:
        return self.d * (self.k - 1) + 1

    def output_size(self, n: int) -> int:
        room = n + self.p + self.q - self.extent
        require(room >= 0, f"a window of extent {self.extent} is larger than its padded axis of {n}")
        if not self.ceil_mode:
            return room // self.s + 1
        count = -(-room // self.s) + 1
        # The place is counted in the padded axis, as a window's start in the input is `o s - p`.
        if (count - 1) * self.s >= n + self.p:
            count -= 1
        return count

    def always_holds_an_element(self, n: int) -> bool:
        """Whether every window reads an element of the axis, not padding alone. Paddings are at most half of k."""
        count = self.output_size(n)
        if (count - 1) * self.s - self.p >= n:
            return False
        if self.d <= n:
            return True  # steps of d cannot jump over n elements, and half a window reaches them
        # Otherwise k is at most 2, or the extent would not fit: there are few windows that start in front.
        for o in range(min(count, -(-self.p // self.s))):
            start = o * self.s - self.p
            j = -(start // self.d)  # the first j with start + d j >= 0
            if j >= self.k or start + self.d * j >= n:
                return False
        return True


def windows(attributes: Attributes, kernel: tuple[int, int]) -> tuple[Window, Window]:
    """The windows of a Conv2d or MaxPool2d along H and W."""
    a = attributes
    ceil_mode = bool(a.get("ceil_mode", 0))
    return (
        Window(kernel[0], a["stride_h"], a["dilation_h"], a["pad_top"], a["pad_bottom"], ceil_mode),
        Window(kernel[1], a["stride_w"], a["dilation_w"], a["pad_left"], a["pad_right"], ceil_mode),
    )


def checked_windows(attributes: Attributes, kernel: tuple[int, int]) -> tuple[Window, Window]:
    result = windows(attributes, kernel)
    for window in result:
        require(min(window.k, window.s, window.d) >= 1, "a kernel size, stride or dilation is 0")
        numbers = (window.k, window.s, window.d, window.p, window.q)
        require(max(numbers) <= MAX_WINDOW_NUMBER, "a kernel size, stride, dilation or padding is above 65535")
    return result


def checked_parameters(attributes: Attributes, weights: Sequence[WeightInfo], rank: int) -> Shape:
    """Shape of the operator's weight, which has the rank `rank`; the bias is checked against it."""
    index = attributes["weight"]
    require(index < len(weights), f"there is no weight {index}")
    shape = weights[index].shape
    require(len(shape) == rank, f"weight {index} has rank {len(shape)}, its operator wants {rank}")
    bias = attributes["bias"]
    if bias != NO_BIAS:
        require(bias < len(weights), f"there is no weight {bias} for a bias")
        require(weights[bias].encoding == "Dense", f"the bias {bias} is not a Dense weight")
        require(weights[bias].shape == shape[:1], f"the bias {bias} has not the shape [{shape[0]}]")
    return shape


def output_shape(kind: str, attributes: Attributes, inputs: Sequence[Shape], weights: Sequence[WeightInfo]) -> Shape:
    """The table of section 3. A batch stays in front: no rule computes with dimension 0."""
    x = inputs[0]
    if attributes.get("activation", 0) >= len(ACTIVATIONS):
        raise NewerError(f"the activation {attributes['activation']} is unknown")

    if kind == "Linear":
        out, features = checked_parameters(attributes, weights, 2)
        require(len(x) >= 2, "a Linear reads a value of rank below 2")
        require(x[-1] == features, f"a Linear of {features} features reads {x[-1]}")
        return (*x[:-1], out)

    if kind == "Conv2d":
        out, group_channels, *kernel = checked_parameters(attributes, weights, 4)
        groups = attributes["groups"]
        require(len(x) == 4, "a Conv2d reads a value of a rank other than 4")
        require(groups >= 1 and x[1] % groups == 0 and out % groups == 0, "groups does not divide the channels")
        require(x[1] // groups == group_channels, f"a Conv2d of {group_channels} x {groups} channels reads {x[1]}")
        h, w = checked_windows(attributes, (kernel[0], kernel[1]))
        return (x[0], out, h.output_size(x[2]), w.output_size(x[3]))

    if kind == "MaxPool2d":
        require(len(x) == 4, "a MaxPool2d reads a value of a rank other than 4")
        h, w = checked_windows(attributes, (attributes["kernel_h"], attributes["kernel_w"]))
        for window, n in ((h, x[2]), (w, x[3])):
            require(2 * max(window.p, window.q) <= window.k, "a padding of a MaxPool2d is more than half the kernel")
            require(window.always_holds_an_element(n), "a window of a MaxPool2d holds padding only")
        return (x[0], x[1], h.output_size(x[2]), w.output_size(x[3]))

    if kind == "Flatten":
        first, last = attributes["first_axis"], attributes["last_axis"]
        require(1 <= first <= last < len(x), f"a Flatten of the axes {first} to {last} reads rank {len(x)}")
        return (*x[:first], prod(x[first : last + 1]), *x[last + 1 :])

    if kind == "Add":
        require(x == inputs[1], "an Add reads values of two shapes")
        return x

    if kind == "Softmax":
        require(1 <= attributes["axis"] < len(x), f"a Softmax over axis {attributes['axis']} reads rank {len(x)}")
        return x

    if kind == "Relu":
        return x

    raise FormatError(f"unknown operator {kind}")


def check_size(shape: Shape) -> None:
    """A value's elements a sample; without a batch the whole value counts as one sample."""
    require(prod(n for n in shape if n != BATCH) < 2**31, "a value has 2^31 or more elements a sample")


def check_unique(names: Sequence[str], what: str) -> None:
    require(len(set(names)) == len(names), f"two {what} have the same name")


def read_inputs(model: Table) -> list[PlainInput]:
    inputs = []
    for table in model.vector("inputs", 4).tables(INPUT):
        dimensions = table.vector("shape", 4)
        require(1 <= dimensions.count <= 8, "an input has not 1 to 8 dimensions")
        shape = tuple(dimensions.scalars("i32"))
        first_is_batch = shape[0] == BATCH
        require(all(n >= 1 for n in shape[first_is_batch:]), "an input has a dimension below 1")
        check_size(shape)
        inputs.append(PlainInput(table.string("name"), shape))
    require(len(inputs) >= 1, "there is no input")
    check_unique([i.name for i in inputs], "inputs")
    require(len({i.shape[0] == BATCH for i in inputs}) == 1, "some inputs have a batch and some have none")
    return inputs


def read_ops(model: Table, inputs: Sequence[PlainInput], weights: Sequence[WeightInfo]) -> list[PlainOp]:
    ops: list[PlainOp] = []
    shapes = [i.shape for i in inputs]
    members = {kind: [name for name, _, _ in fields] for kind, fields in OPERATORS.items()}
    for table in model.vector("ops", 4).tables(OP):
        own = len(shapes)
        kind, fields = table.union("attributes", members)
        attributes = {name: fields.scalar(name, scalar, default) for name, scalar, default in OPERATORS[kind]}

        arity = 2 if kind == "Add" else 1
        read = table.optional_vector("inputs", 4)
        count = read.count if table.has("inputs") else 1
        require(count == arity, f"op {own - len(inputs)} ({kind}) has {count} inputs instead of {arity}")
        ids = tuple(read.scalars("u32")) if table.has("inputs") else (own - 1,)
        require(all(i < own for i in ids), f"op {own - len(inputs)} ({kind}) reads a value that is not made yet")

        shape = output_shape(kind, attributes, [shapes[i] for i in ids], weights)
        check_size(shape)
        shapes.append(shape)
        name = table.string("name") if table.has("name") else None
        ops.append(PlainOp(name, kind, attributes, ids, shape))
    require(len(ops) >= 1, "there is no op")
    return ops


def read_outputs(model: Table, value_count: int) -> list[PlainOutput]:
    outputs = [
        PlainOutput(t.string("name"), t.scalar("value", "u32")) for t in model.vector("outputs", 4).tables(OUTPUT)
    ]
    require(len(outputs) >= 1, "there is no output")
    check_unique([o.name for o in outputs], "outputs")
    require(all(o.value < value_count for o in outputs), "an output names a value that does not exist")
    return outputs
