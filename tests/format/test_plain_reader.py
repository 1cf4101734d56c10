"""The plain reader on whole files assembled by hand: no writer of the project takes part."""

import itertools
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hand_assembly import build
from hand_made_model import Change, Model, assert_refused, changed, tiny
from plain_flatbuffer import FormatError
from plain_reader import read, run
from plain_schema import NO_WEIGHT


def test_a_complete_file_is_read() -> None:
    model = read(build(tiny()))
    assert [(i.name, i.shape) for i in model.inputs] == [("x", (-1, 4))]
    assert [w.encoding for w in model.weights] == ["SparseShared", "Dense", "DenseShared"]
    assert [w.values.dtype for w in model.weights] == [np.float32] * 3
    assert model.weights[0].values.tolist() == [[-1, 0, 0.5, 0], [0, 0, 0, 0], [2, -1, 0, 0]]
    assert model.weights[1].values.tolist() == [0.5, 1, -0.25]
    assert model.weights[2].values.tolist() == [[0.25, 0, 0], [0.25, 0.25, 0.25]]
    assert [(op.name, op.type, op.inputs, op.shape) for op in model.ops] == [
        ("body.0", "Linear", (0,), (-1, 3)),
        (None, "Linear", (1,), (-1, 2)),
        (None, "Softmax", (2,), (-1, 2)),
    ]
    assert model.ops[0].attributes == {"weight": 0, "bias": 1, "activation": 1}
    assert model.ops[1].attributes == {"weight": 2, "bias": NO_WEIGHT, "activation": 0}
    assert [(o.name, o.value) for o in model.outputs] == [("p", 3)]
    assert model.metadata.producer == "hand 1"
    assert model.metadata.labels == ["cat", "Hündin"]
    assert model.metadata.entries == {"a": "1", "b": ""}


def test_a_complete_file_is_run() -> None:
    model = read(build(tiny()))
    x = [[1, 2, 3, 4], [-3, 0, 2, 0]]
    # Linear: [-1 + 1.5 + 0.5, 1, 2 - 2 - 0.25] and [3 + 1 + 0.5, 1, -6 - 0.25], the negative ones cut off by Relu.
    hidden = np.array([[1, 1, 0], [4.5, 1, 0]])
    logits = np.stack([hidden[:, 0] / 4, hidden.sum(axis=1) / 4], axis=1)
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    (result,) = run(model, x)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, rtol=1e-6)
    np.testing.assert_array_equal(run(model, x[1:])[0], result[1:])


@pytest.mark.parametrize("x", [np.zeros((2, 3)), np.zeros(4), np.zeros((0, 4)), np.zeros(()), np.zeros((1, 4, 1))])
def test_run_refuses_inputs_of_a_wrong_shape(x: np.ndarray[Any, Any]) -> None:
    with pytest.raises(ValueError, match="input"):
        run(read(build(tiny())), x)


def test_run_refuses_a_wrong_number_of_inputs() -> None:
    with pytest.raises(ValueError, match="1 inputs, 0"):
        run(read(build(tiny())))


def test_bytes_after_the_flatbuffer_are_ignored() -> None:
    data = build(tiny())
    assert read(data + b"anything").weights[0].values.tolist() == read(data).weights[0].values.tolist()


def test_version_and_metadata_may_be_absent() -> None:
    model = read(changed(lambda m: (m.pop("version"), m.pop("metadata"))))
    assert model.version == 1
    assert model.metadata.entries == {}


def test_a_model_without_weights_needs_no_payload() -> None:
    model = read(
        build(
            {
                "inputs": [{"name": "x", "shape": [2, 3]}],
                "ops": [{"attributes": ("Relu", {})}],
                "outputs": [{"name": "y", "value": 1}, {"name": "same", "value": 0}],
            }
        )
    )
    y, same = run(model, [[1, -2, 3], [-4, 5, -6]])
    assert y.tolist() == [[1, 0, 3], [0, 5, 0]]
    assert same.tolist() == [[1, -2, 3], [-4, 5, -6]]


# --- Version and metadata (section 7) ---

CHANGES: list[Change] = [
    ("version is 3", lambda m: m.update(version=3)),
    ("no packed model", lambda m: m.update(version=2)),
    ("version is 0", lambda m: m.update(version=0)),
    ("key comes twice", lambda m: m["metadata"]["entries"][1].update(key="a")),
    ("field value is absent", lambda m: m["metadata"]["entries"][1].pop("value")),
]


@pytest.mark.parametrize(("text", "change"), CHANGES, ids=[f"{i}-{c[0]}" for i, c in enumerate(CHANGES)])
def test_every_broken_rule_is_refused(text: str, change: Callable[[Model], object]) -> None:
    assert_refused(text, change)


def test_a_damaged_file_is_read_or_refused_but_nothing_else() -> None:
    data = build(tiny())
    dice = random.Random(1)
    outcomes = {True: 0, False: 0}
    for at, value in itertools.product(range(len(data)), (0, 1, 0x7F, 0x80, 0xFF, None)):
        damage = bytearray(data)
        damage[at] = dice.randrange(256) if value is None else value
        if value is None:
            damage[dice.randrange(len(data))] = dice.randrange(256)
        try:
            read(bytes(damage), max_elements=10**6)
            outcomes[True] += 1
        except FormatError:
            outcomes[False] += 1
    assert min(outcomes.values()) > 100
