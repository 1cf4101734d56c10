"""What a search has done, on the disk: an interrupted one goes on from there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from dcmobile.errors import FileError
from dcmobile.fileformat import write_atomically
from dcmobile.recipe import Recipe


@dataclass(frozen=True)
class Trial:
    """A file that was made. asked: bytes that it was to have at most. error: as ``evaluate`` judges the file."""

    asked: int
    file_bytes: int
    error: float
    recipe: Recipe

    def to_json(self) -> dict[str, Any]:
        """For ``json.dumps``."""
        return {
            "asked": self.asked,
            "file_bytes": self.file_bytes,
            "error": self.error,
            "recipe": self.recipe.to_toml(),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Trial:
        """Raises ``KeyError``, ``TypeError``, ``ValueError``, ``RecipeError`` for what ``to_json`` does not make."""
        recipe = Recipe.from_toml(str(data["recipe"]))
        return Trial(int(data["asked"]), int(data["file_bytes"]), float(data["error"]), recipe)


class Record:
    """The folder of one search.

    key: of all that its results depend on; what was kept under another is not looked at. ``search.json`` has the
    finished trials, ``<asked>.dcmodel`` their files, ``<asked>.<stage>.pt`` the stages of the one under way.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder / key[:16]
        self.folder.mkdir(parents=True, exist_ok=True)
        self._trials = _read(self.folder / "search.json")

    def trial(self, asked: int) -> Trial | None:
        """The finished trial of this size."""
        found = self._trials.get(asked)
        return found if found is not None and self.file(asked).is_file() else None

    def file(self, asked: int) -> Path:
        """Where the trial's file is, or is to be."""
        return self.folder / f"{asked}.dcmodel"

    def finish(self, trial: Trial) -> None:
        """Keep the trial, and drop its stages."""
        self._trials[trial.asked] = trial
        document = [each.to_json() for each in self._trials.values()]
        write_atomically(self.folder / "search.json", [json.dumps(document, indent=1).encode()])
        for path in self.folder.glob(f"{trial.asked}.*.pt"):
            path.unlink(missing_ok=True)

    def stage(self, asked: int, name: str) -> dict[str, Any] | None:
        """The state that was kept after this stage of the trial; None if it was not reached."""
        path = self.folder / f"{asked}.{name}.pt"
        try:
            return dict(torch.load(path, weights_only=True)) if path.exists() else None
        except Exception:  # cut short by a power failure: as good as none
            return None

    def keep_stage(self, asked: int, name: str, state: Mapping[str, Any]) -> None:
        """Keep it, whole or not at all."""
        path = self.folder / f"{asked}.{name}.pt"
        part = path.with_suffix(".part")
        try:
            torch.save(dict(state), part)
            part.replace(path)
        except OSError as error:
            raise FileError(f"cannot write {path}: {error.strerror}") from None


def _read(path: Path) -> dict[int, Trial]:
    try:
        trials = [Trial.from_json(each) for each in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, KeyError, TypeError, ValueError):
        return {}
    return {trial.asked: trial for trial in trials}
