"""Files of every format version load for ever: README.md."""

from __future__ import annotations

import hashlib
from enum import EnumType
from pathlib import Path
from typing import get_type_hints

import make_golden
import numpy as np
import numpy.typing as npt
import plain_reader
import pytest
import torch
from evaluate_graph import evaluate

import dcmobile
from dcmobile.encode import Encoding
from dcmobile.fileformat import read_file
from dcmobile.fileformat.operator_tables import weight_roles
from dcmobile.operators import OPERATORS

FOLDER = Path(__file__).parent
SUMS = {
    name: digest for digest, name in (line.split("  ") for line in (FOLDER / "SHA256SUMS").read_text().splitlines())
}
NAMES = sorted(Path(name).stem for name in SUMS if name.endswith(".dcmodel"))
golden = pytest.mark.parametrize("name", NAMES)

Floats = npt.NDArray[np.float32]


def arrays(name: str) -> tuple[list[Floats], list[Floats]]:
    """Inputs and expected outputs."""
    with np.load(FOLDER / f"{name}.npz") as held:
        counts = {kind: sum(key.startswith(kind) for key in held.files) for kind in ("input", "output")}
        inputs, outputs = ([held[f"{kind}{i}"] for i in range(count)] for kind, count in counts.items())
    return inputs, outputs


def assert_results(results: object, expected: list[Floats]) -> None:
    found = results if isinstance(results, tuple | list) else [results]
    for mine, theirs in zip(found, expected, strict=True):
        assert mine.shape == theirs.shape
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-5 * np.abs(theirs).max())


def test_nothing_was_made_again() -> None:
    files = {path.name: path for path in FOLDER.iterdir() if path.suffix in (".dcmodel", ".npz")}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()} == SUMS
    assert set(NAMES) == {network.__name__ for network in make_golden.NETWORKS}
    assert max(path.stat().st_size for path in files.values()) < make_golden.MAX_BYTES


def test_the_script_overwrites_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(make_golden, "FOLDER", tmp_path)
    made = make_golden.empty_streams()
    make_golden.write("new", made)
    listed = (tmp_path / "SHA256SUMS").read_text()
    assert [line.split("  ")[1] for line in listed.splitlines()] == ["new.dcmodel", "new.npz"]
    with pytest.raises(FileExistsError):
        make_golden.write("new", made)
    assert (tmp_path / "SHA256SUMS").read_text() == listed


@golden
@pytest.mark.parametrize("threads", [1, 2])
def test_the_runtime_computes_the_same(name: str, threads: int) -> None:
    inputs, expected = arrays(name)
    with dcmobile.load(FOLDER / f"{name}.dcmodel", threads=threads) as model:
        assert_results(model(*inputs), expected)


@golden
def test_the_plain_reader_computes_the_same(name: str) -> None:
    inputs, expected = arrays(name)
    model = plain_reader.read((FOLDER / f"{name}.dcmodel").read_bytes())
    assert_results(plain_reader.run(model, *inputs), expected)


@golden
def test_torch_computes_the_same(name: str) -> None:
    inputs, expected = arrays(name)
    graph = read_file(FOLDER / f"{name}.dcmodel").graph
    results = evaluate(graph, *map(torch.from_numpy, inputs), dtype=torch.float64)
    for mine, theirs in zip(results, expected, strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs, rtol=1e-6, atol=1e-7 * np.abs(theirs).max())


@golden
def test_weights_are_the_same_for_tools(name: str) -> None:
    plain = plain_reader.read((FOLDER / f"{name}.dcmodel").read_bytes())
    loaded = read_file(FOLDER / f"{name}.dcmodel")
    for mine, theirs in zip(plain.weights, loaded.graph.weights.values(), strict=True):
        np.testing.assert_array_equal(mine.values, theirs.values.astype(np.float32))


def test_the_files_hold_what_the_format_offers() -> None:
    loaded = {name: read_file(FOLDER / f"{name}.dcmodel") for name in NAMES}
    stored = {
        (file.statistics[name].encoding, (weight.sharing.centroids if weight.sharing else weight.values).dtype.itemsize)
        for file in loaded.values()
        for name, weight in file.graph.weights.items()
    }
    assert stored == {(encoding, size) for encoding in Encoding for size in (2, 4)}
    for name in ("sparse_chunks", "dense_shared_chunks"):
        ((_, statistics),) = loaded[name].statistics.items()
        assert statistics.bytes.chunk_records >= 2 * 36
    ((_, gaps),) = loaded["long_gaps"].statistics.items()
    assert gaps.gap_symbols > gaps.code_symbols  # skips
    assert [weight.centroids for weight in loaded["large_codebooks"].statistics.values()] == [256, 256]
    metadata = loaded["convolutional"].metadata
    assert metadata.labels == ("cat", "dog", "Vögel", "魚", "")
    assert metadata.entries["dcmobile.recipe"] == '[layers]\n"*" = {bits = 4}\n'


def test_every_operator_occurs_with_all_that_it_may_be_told() -> None:
    """Every value of its enumerations (activations are one) and flags; each optional weight there and absent."""
    ops = [op for name in NAMES for op in read_file(FOLDER / f"{name}.dcmodel").graph.ops]
    assert {op.kind for op in ops} == {operator.__name__ for operator in OPERATORS}
    told = {(op.kind, field, value) for op in ops for field, value in vars(op.attributes).items()}
    for operator in OPERATORS:
        for field, hint in get_type_hints(operator).items():
            choices = (False, True) if hint is bool else hint if isinstance(hint, EnumType) else ()
            assert {(operator.__name__, field, choice) for choice in choices} <= told
    weights = {(op.kind, role, role in op.weights) for op in ops for role in weight_roles(op.kind)}
    assert weights == {
        (operator.__name__, role, there)
        for operator in OPERATORS
        for role, required in weight_roles(operator.__name__).items()
        for there in {True, required}
    }
