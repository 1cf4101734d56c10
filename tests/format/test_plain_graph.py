"""Section 3 of docs/format.md: every rule about values and operators."""

from collections.abc import Callable
from typing import Any

import pytest
from hand_made_model import Change, Model, assert_refused, set_op


def two_inputs(model: Model, **second: Any) -> None:
    """Puts an Add of two inputs in front: x and z."""
    model["inputs"].append({"name": "z", "shape": [-1, 4], **second})
    model["ops"] = [{"attributes": ("Add", {}), "inputs": [0, 1]}]
    model["outputs"][0]["value"] = 2


def image(model: Model, kind: str, shape: list[int], weight: list[int] | None = None, **attributes: int) -> None:
    """One operator on an image; its weight has no chunks."""
    model["inputs"][0]["shape"] = shape
    if weight:
        model["weights"][0] = {"shape": weight, "encoding": ("SparseShared", {"gap_bits": 2, "centroids": []})}
    model["ops"] = [{"attributes": (kind, attributes)}]
    model["outputs"][0]["value"] = 1


VALUES: list[Change] = [
    ("field inputs is absent", lambda m: m.pop("inputs")),
    ("field ops is absent", lambda m: m.pop("ops")),
    ("field outputs is absent", lambda m: m.pop("outputs")),
    ("no input", lambda m: m.update(inputs=[])),
    ("no op", lambda m: m.update(ops=[])),
    ("no output", lambda m: m.update(outputs=[])),
    ("field name is absent", lambda m: m["inputs"][0].pop("name")),
    ("field shape is absent", lambda m: m["inputs"][0].pop("shape")),
    ("field name is absent", lambda m: m["outputs"][0].pop("name")),
    ("1 to 8 dimensions", lambda m: m["inputs"][0].update(shape=[])),
    ("1 to 8 dimensions", lambda m: m["inputs"][0].update(shape=[-1] + [1] * 8)),
    ("dimension below 1", lambda m: m["inputs"][0].update(shape=[0, 4])),
    ("dimension below 1", lambda m: m["inputs"][0].update(shape=[-2, 4])),
    ("dimension below 1", lambda m: m["inputs"][0].update(shape=[-1, -1])),
    ("2\\^31 or more", lambda m: m["inputs"][0].update(shape=[-1, 2**16, 2**15])),
    ("2\\^31 or more", lambda m: image(m, "Conv2d", [-1, 1, 2**12, 2**12], [128, 1, 1, 1])),
    ("some have none", lambda m: two_inputs(m, shape=[1, 4])),
    ("inputs have the same name", lambda m: two_inputs(m, name="x")),
    ("outputs have the same name", lambda m: m.update(outputs=[{"name": "p", "value": 1}] * 2)),
    ("output names a value", lambda m: m["outputs"][0].update(value=4)),
    ("not made yet", lambda m: m["ops"][2].update(inputs=[3])),
    ("not made yet", lambda m: m["ops"][0].update(inputs=[2**32 - 1])),
    ("2 inputs instead of 1", lambda m: m["ops"][0].update(inputs=[0, 0])),
    ("0 inputs instead of 1", lambda m: m["ops"][0].update(inputs=[])),
    ("1 inputs instead of 2", lambda m: set_op(m, 2, "Add")),
]


@pytest.mark.parametrize(("text", "change"), VALUES, ids=[f"{i}-{c[0]}" for i, c in enumerate(VALUES)])
def test_broken_rules_about_values_are_refused(text: str, change: Callable[[Model], object]) -> None:
    assert_refused(text, change)


OPERATORS: list[Change] = [
    ("type 0", lambda m: m["ops"][0].pop("attributes")),
    ("unknown type 52", lambda m: m["ops"][0].update(attributes_type=52)),
    ("attributes is absent", lambda m: m["ops"][0].update(attributes=(None, None), attributes_type=4)),
    ("activation 9 is unknown", lambda m: set_op(m, 1, "Linear", weight=2, activation=9)),
    ("no weight 3", lambda m: set_op(m, 1, "Linear", weight=3)),
    ("wants 2", lambda m: set_op(m, 1, "Linear", weight=1)),
    ("4 features reads 3", lambda m: set_op(m, 1, "Linear", weight=0)),
    ("rank below 2", lambda m: m["inputs"][0].update(shape=[-1])),
    ("no weight 3 for a bias", lambda m: set_op(m, 0, "Linear", weight=0, bias=3)),
    ("not a Dense weight", lambda m: set_op(m, 0, "Linear", weight=0, bias=2)),
    ("not the shape \\[2\\]", lambda m: set_op(m, 1, "Linear", weight=2, bias=1)),
    ("wants 4", lambda m: set_op(m, 0, "Conv2d", weight=0)),
    ("rank other than 4", lambda m: image(m, "Conv2d", [-1, 4, 4], [1, 4, 1, 1])),
    ("2 x 1 channels reads 4", lambda m: image(m, "Conv2d", [-1, 4, 4, 4], [1, 2, 1, 1])),
    ("groups", lambda m: image(m, "Conv2d", [-1, 4, 4, 4], [4, 2, 1, 1], groups=0)),
    ("groups", lambda m: image(m, "Conv2d", [-1, 4, 4, 4], [6, 1, 1, 1], groups=3)),
    ("groups", lambda m: image(m, "Conv2d", [-1, 4, 4, 4], [3, 2, 1, 1], groups=2)),
    ("is 0", lambda m: image(m, "Conv2d", [-1, 4, 4, 4], [1, 4, 1, 1], stride_w=0)),
    ("is 0", lambda m: image(m, "Conv2d", [-1, 4, 4, 4], [1, 4, 1, 1], dilation_h=0)),
    ("above 65535", lambda m: image(m, "Conv2d", [-1, 4, 4, 4], [1, 4, 1, 1], stride_h=65536)),
    ("above 65535", lambda m: image(m, "Conv2d", [-1, 4, 4, 4], [1, 4, 1, 1], pad_right=2**32 - 1)),
    ("above 65535", lambda m: image(m, "Conv2d", [-1, 4, 4, 4], [1, 4, 1, 1], dilation_w=65536)),
    ("above 65535", lambda m: image(m, "Conv2d", [-1, 1, 1, 65536], [1, 1, 1, 65536])),
    ("larger than its padded", lambda m: image(m, "Conv2d", [-1, 4, 4, 4], [1, 4, 5, 1])),
    ("larger than its padded", lambda m: image(m, "Conv2d", [-1, 4, 4, 4], [1, 4, 3, 1], dilation_h=2)),
    ("rank other than 4", lambda m: image(m, "MaxPool2d", [-1, 4], kernel_h=1, kernel_w=1)),
    ("is 0", lambda m: image(m, "MaxPool2d", [-1, 1, 4, 4], kernel_h=1)),
    ("above 65535", lambda m: image(m, "MaxPool2d", [-1, 1, 1, 2**20], kernel_h=1, kernel_w=65536)),
    ("half the kernel", lambda m: image(m, "MaxPool2d", [-1, 1, 4, 4], kernel_h=3, kernel_w=3, pad_top=2)),
    ("half the kernel", lambda m: image(m, "MaxPool2d", [-1, 1, 4, 4], kernel_h=1, kernel_w=1, pad_right=1)),
    ("larger than its padded", lambda m: image(m, "MaxPool2d", [-1, 1, 4, 4], kernel_h=5, kernel_w=1)),
    (
        "padding only",
        lambda m: image(m, "MaxPool2d", [-1, 1, 1, 4], kernel_h=2, kernel_w=1, dilation_h=2, pad_top=1, pad_bottom=1),
    ),
    ("axes 0 to 1", lambda m: set_op(m, 1, "Flatten", first_axis=0, last_axis=1)),
    ("axes 1 to 0", lambda m: set_op(m, 1, "Flatten")),
    ("axes 1 to 2", lambda m: set_op(m, 1, "Flatten", last_axis=2)),
    ("do not broadcast", lambda m: two_inputs(m, shape=[-1, 3])),
    ("axis 0", lambda m: set_op(m, 1, "Softmax")),
    ("axis 2", lambda m: set_op(m, 1, "Softmax", axis=2)),
]


@pytest.mark.parametrize(("text", "change"), OPERATORS, ids=[f"{i}-{c[0]}" for i, c in enumerate(OPERATORS)])
def test_broken_rules_about_operators_are_refused(text: str, change: Callable[[Model], object]) -> None:
    assert_refused(text, change)
