"""Recipes for networks of the zoo, as TOML files that ``dcmobile compress --recipe`` takes too: the paper's for its
large networks, and measured ones for trained networks that nobody trains again.
"""

from __future__ import annotations

from pathlib import Path

from dcmobile.errors import CallError
from dcmobile.recipe import Recipe

__all__ = ["paper_recipe", "paper_recipe_path", "post_training_recipe"]


def paper_recipe_path(name: str) -> Path:
    """The TOML file with the densities and bits of the paper's Table 4 ("alexnet") or 5 ("vgg16").

    Raises ``CallError`` for a network that the paper does not have.
    """
    return _path(Path(__file__).parent, name, f"the paper has no recipe for {name!r}; it has")


def paper_recipe(name: str) -> Recipe:
    """The recipe in ``paper_recipe_path(name)``, for the network ``dcmobile.zoo.build(name)``."""
    return Recipe.load(paper_recipe_path(name))


def post_training_recipe(name: str) -> Recipe:
    """For ``dcmobile.zoo.trained.load(name)``, without training: for a file 9 times smaller than fp32 ("mobilenet_v2",
    with calibration inputs) or 6 times ("efficientnet_lite0").

    Raises ``CallError`` for another name.
    """
    folder = Path(__file__).parent / "post_training"
    return Recipe.load(_path(folder, name, f"there is no post-training recipe for {name!r}; there is"))


def _path(folder: Path, name: str, otherwise: str) -> Path:
    known = sorted(path.stem for path in folder.glob("*.toml"))
    if name not in known:
        raise CallError(f"{otherwise} {', '.join(known)}")
    return folder / f"{name}.toml"
