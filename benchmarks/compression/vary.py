"""Pictures moved by a pixel, and mirrored: more to learn from, while the teacher still tells what each of them is."""

from __future__ import annotations

import torch
import torch.nn.functional as F

#: Pixels at most, each way.
LARGEST = 1
#: Parts of a batch that move apart.
_PARTS = 4


def shifted(images: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """The batch [N, C, H, W], each quarter of it moved by -1, 0 or 1 rows and columns; zeros come in."""
    moved = []
    for part in images.chunk(_PARTS):
        down, right = torch.randint(0, 2 * LARGEST + 1, (2,), generator=random).tolist()
        padded = F.pad(part, (LARGEST,) * 4)
        moved.append(padded[:, :, down : down + images.shape[2], right : right + images.shape[3]])
    return torch.cat(moved)


def shifted_and_mirrored(images: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """``shifted``, then each picture mirrored left to right or not."""
    mirrored = torch.rand(len(images), generator=random) < 0.5
    moved = shifted(images, random)
    return torch.where(mirrored[:, None, None, None], moved.flip(3), moved)
