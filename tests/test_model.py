"""Running files from Python."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch

from dcmobile import _native
from dcmobile.errors import CallError, Code, FileError
from dcmobile.fileformat import write_file
from dcmobile.graph import BATCH, Graph, Op, Sharing, Value, Weight
from dcmobile.model import Model, load
from dcmobile.operators import Activation, Add, Linear, Relu

Floats = npt.NDArray[np.float32]
RANDOM = np.random.default_rng(5)
CODES = np.where(RANDOM.random(40 * 30) < 0.3, RANDOM.integers(1, 9, 40 * 30), 0).astype(np.uint16)
CENTROIDS = np.linspace(-1, 1, 8, dtype=np.float32)
WEIGHT = np.concatenate([np.zeros(1, np.float32), CENTROIDS])[CODES].reshape(40, 30)
BIAS = RANDOM.normal(size=40).astype(np.float32)


def expected(x: Floats) -> Floats:
    y: Floats = np.maximum(x @ WEIGHT.T + BIAS, 0)
    return y


def one_layer(batch: int = BATCH) -> Graph:
    weights = {"fc.weight": Weight("fc.weight", WEIGHT, Sharing(CODES, CENTROIDS)), "fc.bias": Weight("fc.bias", BIAS)}
    op = Op("fc", Linear(Activation.Relu), ("x",), "y", {"weight": "fc.weight", "bias": "fc.bias"})
    values = {"x": Value("x", (batch, 30)), "y": Value("y", (batch, 40))}
    return Graph(("x",), (op,), ("y",), ("scores",), values, weights)


def two_in_two_out() -> Graph:
    shape = (BATCH, 3)
    ops = (Op("add", Add(), ("a", "b"), "sum"), Op("relu", Relu(), ("sum",), "positive"))
    values = {name: Value(name, shape) for name in ("a", "b", "sum", "positive")}
    return Graph(("a", "b"), ops, ("positive", "sum"), ("positive", "sum"), values, {})


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "net.dcmodel"
    write_file(path, one_layer())
    return path


@pytest.fixture
def model(path: Path) -> Iterator[Model]:
    with load(path) as opened:
        yield opened


@pytest.fixture
def pair(tmp_path: Path) -> Model:
    write_file(tmp_path / "pair.dcmodel", two_in_two_out())
    return load(tmp_path / "pair.dcmodel")


def inputs(batch: int) -> Floats:
    return np.random.default_rng(batch).normal(size=(batch, 30)).astype(np.float32)


@pytest.mark.parametrize("batch", [1, 2, 7, 64, 3])
def test_any_batch(model: Model, batch: int) -> None:
    x = inputs(batch)
    y = model(x)
    assert isinstance(y, np.ndarray)
    assert y.shape == (batch, 40)
    np.testing.assert_allclose(y, expected(x), rtol=1e-5, atol=1e-5)


def test_batches_in_turn_on_one_model(model: Model) -> None:
    for batch in (1, 5, 1, 300, 2, 5):
        x = inputs(batch)
        np.testing.assert_allclose(model(x), expected(x), rtol=1e-5, atol=1e-5)


def test_torch_in_torch_out(model: Model) -> None:
    x = torch.from_numpy(inputs(4)).requires_grad_()
    y = model(x)
    assert isinstance(y, torch.Tensor)
    assert not y.requires_grad
    np.testing.assert_allclose(y.numpy(), expected(inputs(4)), rtol=1e-5, atol=1e-5)
    negative = torch.from_numpy(inputs(4)).mul(1j).conj().imag  # a lazily negated view
    assert negative.is_neg()
    np.testing.assert_allclose(model(negative).numpy(), expected(-inputs(4)), rtol=1e-5, atol=1e-5)


def test_inputs_that_lie_awkwardly_in_memory(model: Model) -> None:
    x = inputs(6)
    want = model(x)
    misaligned = np.frombuffer(b"\0" + x.tobytes(), np.float32, offset=1).reshape(6, 30)
    assert not misaligned.flags.aligned
    for same in (np.asfortranarray(x), np.repeat(x, 2, axis=1)[:, ::2], x[::-1].copy()[::-1], misaligned):
        np.testing.assert_array_equal(model(same), want)
    np.testing.assert_array_equal(model(torch.from_numpy(np.asfortranarray(x))).numpy(), want)
    np.testing.assert_array_equal(model(x.astype(">f4")), want)
    read_only = x.copy()
    read_only.flags.writeable = False
    np.testing.assert_array_equal(model(read_only), want)


def test_results_do_not_change_afterwards(model: Model) -> None:
    first = model(inputs(2))
    kept = first.copy()
    model(inputs(2) + 1)
    np.testing.assert_array_equal(first, kept)


def test_inputs_by_name_and_several_outputs(pair: Model) -> None:
    a, b = np.array([[1, -2, 3]], np.float32), np.array([[1, 1, -5]], np.float32)
    for result in (pair(a, b), pair({"b": b, "a": a})):
        assert isinstance(result, tuple)
        np.testing.assert_array_equal(result[0], [[2, 0, 0]])
        np.testing.assert_array_equal(result[1], [[2, -1, -2]])
    positive, both = pair(torch.from_numpy(a), torch.from_numpy(b))
    assert isinstance(positive, torch.Tensor)
    assert both.tolist() == [[2, -1, -2]]


def test_what_a_model_says_about_itself(model: Model, path: Path) -> None:
    assert [(info.name, info.shape) for info in model.inputs] == [("x", (-1, 30))]
    assert [(info.name, info.shape) for info in model.outputs] == [("scores", (-1, 40))]
    (operator,) = model.operators
    assert (operator.name, operator.type) == ("fc", "Linear")
    assert operator.kernel
    assert operator.reason
    assert operator.macs == np.count_nonzero(WEIGHT)
    assert operator.shapes == ((-1, 40),)
    assert model.load_info.file_bytes == path.stat().st_size
    assert model.load_info.weight_bytes > 0
    assert min(model.load_info.verify_ns, model.load_info.decode_ns) > 0
    assert repr(model) == f"<dcmobile.Model {str(path)!r}: x [B, 30] -> scores [B, 40]>"


def test_wrong_inputs(model: Model, pair: Model) -> None:
    x, three = inputs(2), np.zeros((1, 3), np.float32)
    cases = [
        (model, (x[0],), "shape \\[30\\]; the model takes \\[B, 30\\]", Code.CALL_SHAPE),
        (model, (x[:, :29],), "shape \\[2, 29\\]", Code.CALL_SHAPE),
        (model, (x[:0],), "batch of 0", Code.CALL_SHAPE),
        (model, (np.float32(3) * np.ones((), np.float32),), "float32", Code.CALL_ARGUMENT),
        (model, (x.astype(np.float64),), "float64; convert it with .astype", Code.CALL_ARGUMENT),
        (
            model,
            (torch.zeros(2, 30, dtype=torch.float64),),
            "torch.float64; convert it with .float",
            Code.CALL_ARGUMENT,
        ),
        (model, (torch.zeros(2, 30).to_sparse(),), "sparse", Code.CALL_ARGUMENT),
        (model, (torch.zeros(2, 30, device="meta"),), "on meta", Code.CALL_ARGUMENT),
        (model, (x.tolist(),), "is a list", Code.CALL_ARGUMENT),
        (model, (), "takes 1 input\\(s\\) \\('x'\\), not 0", Code.CALL_ARGUMENT),
        (model, (x, x), "not 2", Code.CALL_ARGUMENT),
        (model, ({"z": x},), "no input 'z'; the model takes 'x'", Code.CALL_NAME),
        (model, ({},), "input 'x' is missing", Code.CALL_NAME),
        (pair, (three, np.zeros((2, 3), np.float32)), "'b' has a batch of 2, another input 1", Code.CALL_SHAPE),
        (pair, (three, torch.zeros(1, 3)), "all numpy arrays or all torch tensors", Code.CALL_ARGUMENT),
    ]
    for called, arguments, text, code in cases:
        with pytest.raises(CallError, match=text) as caught:
            called(*arguments)
        assert caught.value.code is code
    np.testing.assert_allclose(model(x), expected(x), rtol=1e-5, atol=1e-5)  # none of that did harm


def test_a_fixed_batch(tmp_path: Path) -> None:
    write_file(tmp_path / "fixed.dcmodel", one_layer(batch=3))
    model = load(tmp_path / "fixed.dcmodel")
    np.testing.assert_allclose(model(inputs(3)), expected(inputs(3)), rtol=1e-5, atol=1e-5)
    with pytest.raises(CallError, match="shape"):
        model(inputs(2))


def test_wrong_arguments_of_load(path: Path) -> None:
    for threads in (0, 65, -1, 1.5, True):
        with pytest.raises(CallError, match="threads"):
            load(path, threads=threads)  # type: ignore[arg-type]
    with pytest.raises(CallError, match="device 'tpu'"):
        load(path, device="tpu")
    with pytest.raises(CallError, match="zero character"):
        load("a\0b")


def test_files_that_do_not_open(tmp_path: Path, path: Path) -> None:
    with pytest.raises(FileError) as caught:
        load(tmp_path / "absent.dcmodel")
    assert caught.value.code is Code.FILE_IO
    damaged = tmp_path / "damaged.dcmodel"
    data = bytearray(path.read_bytes())
    data[-64] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(FileError):
        load(damaged)
    damaged.write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(FileError):
        load(damaged)


def test_error_codes_are_those_of_the_runtime() -> None:
    names = {number: _native.code_name(number) for number in range(-10, 1000)}
    assert {number: name for number, name in names.items() if name != "UNKNOWN"} == {
        code.value: code.name for code in Code
    }


def test_a_path_that_is_not_ascii(tmp_path: Path, path: Path) -> None:
    renamed = tmp_path / "résumé 模型.dcmodel"
    renamed.write_bytes(path.read_bytes())
    x = inputs(1)
    np.testing.assert_allclose(load(renamed)(x), expected(x), rtol=1e-5, atol=1e-5)


def test_closed_models(path: Path) -> None:
    with load(path) as model:
        model(inputs(1))
    with pytest.raises(CallError, match="closed"):
        model(inputs(1))
    model.close()
    assert repr(model).endswith(", closed>")
    assert model.inputs[0].name == "x"


@pytest.mark.parametrize("threads", [1, 2])
def test_many_threads_at_once(path: Path, threads: int) -> None:
    model = load(path, threads=threads)
    failures: list[object] = []
    start = threading.Barrier(8)

    def work(seed: int) -> None:
        random = np.random.default_rng(seed)
        start.wait()
        for _ in range(40):
            x = random.normal(size=(random.integers(1, 9), 30)).astype(np.float32)
            if not np.allclose(model(x), expected(x), rtol=1e-5, atol=1e-5):
                failures.append(seed)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures


def test_closing_while_others_run_is_safe(path: Path) -> None:
    model = load(path)
    x = inputs(64)
    want = expected(x)
    outcomes: list[str] = []

    def work() -> None:
        try:
            while True:
                np.testing.assert_allclose(model(x), want, rtol=1e-5, atol=1e-5)
        except CallError:
            outcomes.append("closed")

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    model(x)
    model.close()
    for worker in workers:
        worker.join()
    assert outcomes == ["closed"] * 4


def test_torch_is_not_imported(path: Path) -> None:
    program = textwrap.dedent(
        """
        import sys
        import numpy as np
        import dcmobile
        import dcmobile.model
        model = dcmobile.load(sys.argv[1])
        assert model(np.zeros((2, 30), np.float32)).shape == (2, 40)
        assert "torch" not in sys.modules, "torch was imported"
        """
    )
    subprocess.run([sys.executable, "-c", program, path], check=True)
