"""The classes of pictures, for ``dcmobile run``."""

from __future__ import annotations

import json
import logging
import os
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dcmobile.classify import Classifier, Score
from dcmobile.cli.ending import Failure, about
from dcmobile.cli.terminal import print_out
from dcmobile.errors import CallError, Code, DcmError
from dcmobile.image import ImagePreprocessing
from dcmobile.image.picture import formats
from dcmobile.label_file import read_labels
from dcmobile.model import Model, load
from dcmobile.report.printable import printable
from dcmobile.report.quantities import duration_text

_DEFAULT_TOP = 5
_HEAD = 8


@dataclass(frozen=True)
class _Result:
    """Of one picture. prepare_ns: reading and preprocessing; run_ns: the network."""

    picture: Path
    scores: Sequence[Score]
    prepare_ns: int
    run_ns: int

    def text(self) -> str:
        lines = [f"{printable(os.fspath(self.picture))}: {duration_text(self.run_ns)}"]
        for score in self.scores:
            label = f"class {score.class_index}" if score.label is None else printable(score.label)
            lines.append(f"{100 * score.probability:7.1f} %  {label}")
        return "".join(f"{line}\n" for line in lines)

    def to_json(self) -> dict[str, Any]:
        return {
            "picture": os.fspath(self.picture),
            "prepare_ns": self.prepare_ns,
            "run_ns": self.run_ns,
            "scores": [
                {"class": each.class_index, "label": each.label, "probability": each.probability}
                for each in self.scores
            ],
        }


def classify_pictures(
    pictures: Sequence[Path],
    file: Path,
    threads: int,
    device: str | None,
    quiet: bool,
    *,
    image: ImagePreprocessing | None,
    label_file: Path | None,
    top: int | None,
    as_json: bool,
) -> None:
    """Print a block for each picture, or JSON for all. One that cannot be read does not stop the others; several end
    with a ``Failure`` that counts those, a single one with its own error.
    """
    labels = None if label_file is None else read_labels(label_file)
    _check_order(pictures, file)
    with about(file):
        model = load(file, device=device, threads=threads)
    results: list[dict[str, Any]] = []
    refused = 0
    with model, warnings.catch_warnings():
        # Pillow warns of oddities in files that it reads all the same, and logs what it raises anyway.
        warnings.simplefilter("ignore")
        logging.getLogger("PIL").addHandler(logging.NullHandler())
        classifier = _classifier(model, file, image, labels)
        formats()  # now, so that it does not count as the first picture's time
        for number, picture in enumerate(pictures):
            text = "\n" if number else ""
            try:
                result = _classify(classifier, picture, top or _DEFAULT_TOP)
            except DcmError as error:
                if len(pictures) == 1:
                    raise
                refused += 1
                results.append({"picture": os.fspath(picture), "error": str(error)})
                text += f"{_named(str(error), picture)}\n"
            else:
                results.append(result.to_json())
                text += result.text()
            if not as_json and not quiet:
                print_out(text)
    if as_json:
        print_out(json.dumps(results, indent=2) + "\n")
    if refused:
        raise Failure(f"{refused} of {len(pictures)} pictures could not be classified")


def _classifier(model: Model, file: Path, image: ImagePreprocessing | None, labels: Sequence[str] | None) -> Classifier:
    with about(file):
        if image is None and model.preprocessing is None:
            raise CallError(
                "the file does not say how a picture becomes the network's input: say it here with --image, e.g. "
                "--image imagenet, or when you compress it",
                Code.CALL_ARGUMENT,
            )
        return Classifier(model, image, labels)


def _classify(classifier: Classifier, picture: Path, top: int) -> _Result:
    start = time.perf_counter_ns()
    values = classifier.prepare(picture)
    prepared = time.perf_counter_ns()
    output = classifier.model(values)
    done = time.perf_counter_ns()
    with about(picture):
        scores = classifier.scores(output[0] if isinstance(output, tuple) else output, top)
    return _Result(picture, scores, prepared - start, done - prepared)


def _check_order(pictures: Sequence[Path], file: Path) -> None:
    """Raise ``CallError`` if the .dcmodel stands before the pictures."""
    if _is_dcmodel(pictures[0]) and not _is_dcmodel(file):
        raise CallError(f"the .dcmodel comes last, after the pictures: {pictures[0]}", Code.CALL_ARGUMENT)


def _is_dcmodel(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)[4:] == b"DCM1"
    except OSError:
        return False


def _named(error: str, picture: Path) -> str:
    return printable(error if str(picture) in error else f"{picture}: {error}")
