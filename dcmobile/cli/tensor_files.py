"""Which file belongs to which input or output of a network: the ``-i`` and ``-o`` of ``dcmobile run``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from dcmobile.errors import CallError, Code


def match_inputs(given: Sequence[str], names: Sequence[str]) -> dict[str, Path]:
    """A file for each input. given: ``X.npy``, taken in the order of the inputs without a file of their own, or
    ``NAME=X.npy``.

    Raises ``CallError`` where the two do not come out even.
    """
    matched = _match(given, names, "input")
    missing = [name for name in names if name not in matched]
    if missing:
        raise CallError(f"no file for {_listed('input', missing)}: give -i {missing[0]}=FILE.npy", Code.CALL_ARGUMENT)
    return matched


def match_outputs(given: Sequence[str], names: Sequence[str]) -> dict[str, Path]:
    """The files of those outputs that shall be kept. given: as for inputs, or one folder for all of them.

    A folder is one that exists, or a path that ends in a slash. Raises ``CallError``, also where two outputs would
    go to one file or an output's name cannot be a file's.
    """
    if len(given) == 1 and _is_folder(given[0]):
        return {name: Path(given[0]) / _file_name(name) for name in names}
    matched = _match(given, names, "output")
    places: dict[Path, str] = {}
    for name, path in matched.items():
        other = places.setdefault(Path(os.path.realpath(path)), name)
        if other != name:
            raise CallError(f"outputs {other!r} and {name!r} would both go to {path}", Code.CALL_ARGUMENT)
    return matched


def _match(given: Sequence[str], names: Sequence[str], kind: str) -> dict[str, Path]:
    matched: dict[str, Path] = {}
    in_order: list[str] = []
    for text in given:
        name, equals, path = text.partition("=")
        if equals and name in names:
            if name in matched:
                raise CallError(f"{kind} {name!r} has two files: {matched[name]} and {path}", Code.CALL_ARGUMENT)
            matched[name] = _path(path, text)
        elif equals and "/" not in name and not Path(text).exists():
            raise CallError(f"the network has no {kind} {name!r}: it has {_listed(kind, names)}", Code.CALL_NAME)
        else:
            in_order.append(text)
    free = [name for name in names if name not in matched]
    if len(in_order) > len(free):
        raise CallError(f"{len(given)} {kind} files for {_listed(kind, names)}", Code.CALL_ARGUMENT)
    return matched | {name: _path(text, text) for name, text in zip(free, in_order, strict=False)}


def _path(path: str, option: str) -> Path:
    if not path:
        raise CallError(f"{option!r} names no file", Code.CALL_ARGUMENT)
    return Path(path)


def _is_folder(text: str) -> bool:
    return text.endswith(os.sep) or Path(text).is_dir()


def _file_name(name: str) -> str:
    if not name or name in (".", "..") or "/" in name or "\0" in name or not name.isprintable():
        raise CallError(f"output {name!r} cannot be the name of a file: give -o {name!r}=FILE.npy", Code.CALL_NAME)
    return f"{name}.npy"


def _listed(kind: str, names: Sequence[str]) -> str:
    return f"{len(names)} {kind}{'' if len(names) == 1 else 's'} ({', '.join(repr(name) for name in names)})"
