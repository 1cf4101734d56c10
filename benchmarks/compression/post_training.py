"""``python -m benchmarks.compression.post_training``: trained ImageNet classifiers without training, into
docs/compression.md.

Every size is made three times: by k-means alone (the same bits in every layer, as many as fit), with layers measured
and k-means (``compensate=False``), and with layers that make up for their errors. Calibration pictures are crops of
scikit-image's photographs. Judged are the finished files, on foolbox's 20 photos (top-1 and top-5) and on 25 crops of
each: how often the dense network says the same, and the relative squared error of the scores. No photo that judges is
among those that calibrate. Layers that were measured are kept in ``build``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "zoo"))

from tasks import photos
from tasks.calibration import calibration_inputs

import dcmobile
from benchmarks.compression.document import replace_between
from dcmobile import to_size, zoo
from dcmobile.graph_file import silent
from dcmobile.zoo import trained

RATIOS = {"mobilenet_v2": (6, 7, 8, 9, 10), "efficientnet_lite0": (5, 6, 7, 8)}
TITLES = {"mobilenet_v2": "MobileNetV2", "efficientnet_lite0": "EfficientNet-Lite0"}
METHODS = ("k-means", "measured", "compensated")
SAMPLES = 140  # 12 for errors, 128 for the layers to make up for theirs by
CROPS = 25

BEGIN = "<!-- post-training: begin (make compress-bench writes what is between these lines) -->"
END = "<!-- post-training: end -->"
_NORMALISED: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "mobilenet_v2": photos.imagenet_normalised,
    "efficientnet_lite0": photos.efficientnet_lite_normalised,
}


@dataclass(frozen=True)
class Row:
    """A file. asked: times smaller than fp32 that it was to be; 0 for the dense network. agreement: share of the crops.
    error: relative squared error of the scores on them. seconds: of one core, measuring not counted.
    """

    network: str
    method: str
    asked: float
    dense_bytes: int
    file_bytes: int
    top1: int
    top5: int
    agreement: float
    error: float
    seconds: float


@click.command()
@click.option("--network", "networks", multiple=True, type=click.Choice(sorted(RATIOS)), help="Default: all.")
@click.option("--ratio", "ratios", multiple=True, type=float, help="Default: several for each network.")
@click.option("--method", "methods", multiple=True, type=click.Choice(METHODS), help="Default: all.")
@click.option("--recipes", type=click.Path(path_type=Path, exists=True), help="Folder that gets the recipes.")
@click.option("--output", default=Path("build/compression"), show_default=True, type=click.Path(path_type=Path))
@click.option("--document", type=click.Path(path_type=Path, exists=True), help="The page that gets the table.")
def main(
    networks: tuple[str, ...],
    ratios: tuple[float, ...],
    methods: tuple[str, ...],
    recipes: Path | None,
    output: Path,
    document: Path | None,
) -> None:
    """Compress trained classifiers without training, and judge the files."""
    torch.set_num_threads(1)
    output.mkdir(parents=True, exist_ok=True)
    report = output / "post_training.json"
    rows = {(row.network, row.method, row.asked): row for row in _read(report)}
    for name in networks or RATIOS:
        for method in methods or METHODS:
            for ratio in ratios or RATIOS[name]:
                row = _row(name, method, ratio, output, recipes)
                rows[name, method, ratio] = row
                click.echo(_line(row))
                report.write_text(json.dumps([asdict(each) for each in rows.values()], indent=1) + "\n")
    if document is not None:
        replace_between(document, BEGIN, END, table(list(rows.values())))


def _row(name: str, method: str, ratio: float, output: Path, recipes: Path | None) -> Row:
    path = output / f"{name}-{method}-{ratio:g}x.dcmodel"
    started = time.process_time()
    dense_bytes = sum(4 * parameter.numel() for parameter in trained.load(name).parameters())
    report = _made(name, method, int(dense_bytes / ratio), path, output / "scan", recipes)
    seconds = time.process_time() - started
    return Row(name, method, ratio, dense_bytes, report.file_bytes, *judged(name, path), round(seconds, 1))


def judged(name: str, path: Path) -> tuple[int, int, float, float]:
    """``Row``'s top1, top5, agreement and error of a file."""
    with dcmobile.load(path, threads=1) as model:
        images = _NORMALISED[name](photos.photos()[0]).contiguous()
        return *photos.top1_and_top5(model, images), *_likeness(name, model)


def _made(name: str, method: str, size: int, path: Path, scans: Path, recipes: Path | None) -> dcmobile.ExportReport:
    example = zoo.example_inputs(name)
    if method == "k-means":
        for bits in range(8, 0, -1):
            recipe = {"*": {"bits": bits, "codebook": "fp16", "biases": "fp16"}}
            report = dcmobile.compress(trained.load(name), path, example, recipe)
            if report.file_bytes <= size:
                break
        return report
    compensate = method == "compensated"
    inputs = calibration_inputs(name, SAMPLES).numpy()
    maker = to_size.measure(
        trained.load(name), inputs, example, to_size.SAMPLES, None, scans, None, silent, compensate=compensate
    )
    report, chosen = maker.write(path, size)  # what compress does for a target size
    chosen.save(path.with_suffix(".toml"))
    if recipes is not None and compensate:
        chosen.save(recipes / f"{name}.toml")
    return report


@cache
def _expected(name: str) -> torch.Tensor:
    network, crops = trained.load(name), _NORMALISED[name](photos.crops(CROPS))
    with torch.no_grad():
        return torch.cat([network(part) for part in torch.split(crops, 20)])


def _likeness(name: str, model: Callable[..., Any]) -> tuple[float, float]:
    """Share of the crops that both networks put into one class, and the relative squared error of the scores."""
    expected, crops = _expected(name), _NORMALISED[name](photos.crops(CROPS))
    made = torch.cat([model(part.contiguous()) for part in torch.split(crops, 20)])
    agreement = float((made.argmax(1) == expected.argmax(1)).float().mean())
    error = float((made - expected).square().sum() / (expected - expected.mean()).square().sum())
    return agreement, error


def _line(row: Row) -> str:
    return (
        f"{row.network:18} {row.method:12} {row.asked:4g}x: {row.file_bytes:9,} bytes, top-1 {row.top1}, "
        f"top-5 {row.top5}, agreement {100 * row.agreement:.1f} %, error {100 * row.error:.2f} %, {row.seconds:.0f} s"
    )


def table(rows: Sequence[Row]) -> str:
    """A line a file."""
    lines = [
        "| network | asked | method | times smaller | top-1 | top-5 | same class | error |",
        "|---|---:|---|---:|---:|---:|---:|---:|",
    ]
    names = list(RATIOS)
    for row in sorted(rows, key=lambda row: (names.index(row.network), row.asked, METHODS.index(row.method))):
        lines.append(
            f"| {TITLES[row.network]} | {row.asked:g}x | {row.method} | {row.dense_bytes / row.file_bytes:.2f}x | "
            f"{row.top1} | {row.top5} | {100 * row.agreement:.1f} % | {100 * row.error:.2f} % |"
        )
    return "\n".join(lines) + "\n"


def _read(path: Path) -> list[Row]:
    try:
        return [Row(**row) for row in json.loads(path.read_text())]
    except (OSError, TypeError, ValueError):
        return []


if __name__ == "__main__":
    main()
