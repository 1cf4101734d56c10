"""Weights of an exported program that ``torch.nn.utils.parametrize`` computes from other tensors, as those of a
``Compressor`` are: ``fc.weight`` from ``fc.parametrizations.weight.original`` and a mask or codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind

_PART = re.compile(r"(?P<module>.+\.)?parametrizations\.(?P<tensor>[^.]+)\.(?P<part>.+)")


@dataclass(frozen=True)
class TrainedCodebook:
    """What ``share.codebook.Codebook`` holds. codes: uint16, flat, 0 for a pruned weight, i + 1 for centroid i.
    centroids: float32.
    """

    codes: npt.NDArray[np.uint16]
    centroids: npt.NDArray[np.float32]


def plain_name(name: str) -> str:
    """``fc.weight`` for ``fc.parametrizations.weight.original`` and its like; any other name as it is."""
    matched = _PART.fullmatch(name)
    return name if matched is None else f"{matched['module'] or ''}{matched['tensor']}"


def is_part_of_one(names: set[str]) -> bool:
    """Whether all of these tensors are what one parametrized weight is computed from."""
    return len({plain_name(name) for name in names}) == 1 and all(_PART.fullmatch(name) for name in names)


def trained_codebooks(program: ExportedProgram) -> Mapping[str, TrainedCodebook]:
    """The codebooks of a ``Compressor`` that the program carries, by the name of the weight that they make."""
    parts: dict[str, dict[str, torch.Tensor]] = {}
    for spec in program.graph_signature.input_specs:
        matched = _PART.fullmatch(spec.target or "")
        if matched is None or spec.kind == InputKind.USER_INPUT:
            continue
        held = program.state_dict.get(spec.target, program.constants.get(spec.target))
        if isinstance(held, torch.Tensor):
            parts.setdefault(plain_name(spec.target or ""), {})[matched["part"]] = held.detach().cpu()
    books = {name: _codebook(held) for name, held in parts.items()}
    return {name: book for name, book in books.items() if book is not None}


def _codebook(parts: Mapping[str, torch.Tensor]) -> TrainedCodebook | None:
    centroids, members, places = parts.get("original"), parts.get("0._members"), parts.get("0._places")
    if centroids is None or members is None or centroids.ndim != 1:
        return None
    codes = (members + 1).numpy().astype(np.uint16)
    if places is not None:
        # How many weights there are past the last of these is not known here: they are pruned, as all between are.
        kept, codes = codes, np.zeros(int(places.max()) + 1 if places.numel() else 0, np.uint16)
        codes[places.numpy()] = kept
    return TrainedCodebook(codes, centroids.float().numpy())
