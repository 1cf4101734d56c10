"""What goes into a bundle, before it is one: read and checked, nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dcmobile.bundle.accessor import accessor_source, source_path
from dcmobile.bundle.bundled_model import BundledModel, read_models
from dcmobile.bundle.java_names import split_class
from dcmobile.bundle.manifest import manifest_asset, manifest_json


@dataclass(frozen=True)
class Contents:
    """models: all. java_class: of the generated code. split_over: bytes above which a model gets an asset pack of its
    own, None for never.
    """

    java_class: str
    models: tuple[BundledModel, ...]
    split_over: int | None = None

    @property
    def near(self) -> tuple[BundledModel, ...]:
        """The models that go with the code."""
        return tuple(each for each in self.models if not self._is_split(each))

    @property
    def split(self) -> tuple[BundledModel, ...]:
        """The models with an asset pack of their own."""
        return tuple(each for each in self.models if self._is_split(each))

    @property
    def assets(self) -> dict[str, bytes]:
        """By path under ``assets/``: the models that go with the code, and last the manifest of all."""
        return {each.asset: each.data for each in self.near} | {
            manifest_asset(self.java_class): manifest_json(self.models)
        }

    @property
    def sources(self) -> dict[str, str]:
        """The generated class, by its path below a folder of sources."""
        return {source_path(self.java_class): accessor_source(self.java_class, self.models)}

    def _is_split(self, model: BundledModel) -> bool:
        return self.split_over is not None and len(model.data) > self.split_over


def read_contents(given: Sequence[str], java_class: str, split_over: int | None) -> Contents:
    """See ``read_models`` for given and what is raised."""
    _, simple = split_class(java_class)
    return Contents(java_class, tuple(read_models(given, simple)), split_over)
