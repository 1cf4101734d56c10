"""A picture through a network that tells classes: preprocessing before it, probabilities and labels after it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dcmobile.errors import CallError, Code, FileError
from dcmobile.fileformat.metadata import IMAGE_KEY
from dcmobile.image.preprocessing import ImagePreprocessing, shape_list
from dcmobile.model import Model, TensorInfo


class Score(NamedTuple):
    """label: the class's name; None where the file has none. probability: 0..1. class_index: place in the output."""

    label: str | None
    probability: float
    class_index: int


class Classifier:
    """A model with what it takes to classify pictures. preprocessing, labels: in place of the file's.

    Raises ``CallError`` where neither the file nor the caller says how to prepare a picture, or what the caller gives
    does not fit the network; ``FileError`` where what the file says does not fit.
    """

    def __init__(
        self,
        model: Model,
        preprocessing: ImagePreprocessing | None = None,
        labels: Sequence[str] | None = None,
    ) -> None:
        self.model = model
        self.preprocessing = preprocessing if preprocessing is not None else _of_file(model)
        self.labels = tuple(labels) if labels is not None else model.labels
        reason = self.preprocessing.misfit([each.shape for each in model.inputs])
        if reason is not None:
            raise _misfit(f"the preprocessing does not fit the network: {reason}", by_caller=preprocessing is not None)
        classes = class_count(model.outputs[0])
        if classes is None:
            raise CallError(
                f"the network does not tell classes: its output {model.outputs[0].name!r} has shape "
                f"{shape_list(model.outputs[0].shape)}, not [B, classes]",
                Code.CALL_SHAPE,
            )
        if self.labels and len(self.labels) != classes:
            raise _misfit(
                f"{len(self.labels):,} labels for the network's {classes:,} classes", by_caller=labels is not None
            )

    def prepare(self, picture: Any) -> npt.NDArray[np.float32]:
        """float32 [1, C, H, W] of a path, a Pillow image or an array of uint8 (``ImagePreprocessing.apply``).

        Raises ``FileError`` or ``CallError`` for what is no picture.
        """
        if isinstance(picture, str | os.PathLike):
            from dcmobile.image.picture import read_picture

            try:
                return self.preprocessing.apply(read_picture(picture))
            except CallError as error:
                raise FileError(f"{os.fspath(picture)}: {error}", Code.FILE_FORMAT) from None
        return self.preprocessing.apply(picture)

    def scores(self, output: npt.NDArray[np.float32], top: int) -> list[Score]:
        """The ``top`` likeliest classes, best first; equal ones by their index.

        output: the network's first, for one picture. Raises ``CallError`` for values that are no numbers.
        """
        values = output.reshape(-1).astype(np.float64)
        if not np.isfinite(values).all():
            raise CallError("the network gives values that are no finite numbers for this picture", Code.CALL_VALUE)
        probabilities = values if self.model.gives_probabilities else _softmax(values)
        best = np.argsort(-probabilities, kind="stable")[:top]
        return [
            Score(self.labels[index] if self.labels else None, float(probabilities[index]), int(index))
            for index in best
        ]


def classify(model: Model, picture: Any, top: int, preprocessing: ImagePreprocessing | None) -> list[Score]:
    """What ``Model.classify`` does."""
    if isinstance(top, bool) or not isinstance(top, int) or top < 1:
        raise CallError(f"top is {top!r}; it must be a number from 1", Code.CALL_ARGUMENT)
    classifier = Classifier(model, preprocessing)
    results = model(classifier.prepare(picture))
    return classifier.scores(results[0] if isinstance(results, tuple) else results, top)


def class_count(output: TensorInfo) -> int | None:
    """Classes of an output [B, classes] or [1, classes]; None for another shape."""
    return output.shape[1] if len(output.shape) == 2 and output.shape[0] in (-1, 1) else None


def _of_file(model: Model) -> ImagePreprocessing:
    found = model.preprocessing
    if found is None:
        raise CallError(
            f"the file does not say how a picture becomes the network's input (it has no entry {IMAGE_KEY})",
            Code.CALL_ARGUMENT,
        )
    return found


def _misfit(text: str, by_caller: bool) -> CallError | FileError:
    return CallError(text, Code.CALL_VALUE) if by_caller else FileError(text, Code.FILE_FORMAT)


def _softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    powers = np.exp(logits - logits.max())
    result: npt.NDArray[np.float64] = powers / powers.sum()
    return result
