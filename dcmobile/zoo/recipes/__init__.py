"""The paper's recipes for its large networks, as TOML files that ``dcmobile compress --recipe`` takes too."""

from __future__ import annotations

from pathlib import Path

from dcmobile.errors import CallError
from dcmobile.recipe import Recipe

__all__ = ["paper_recipe", "paper_recipe_path"]


def paper_recipe_path(name: str) -> Path:
    """The TOML file with the densities and bits of the paper's Table 4 ("alexnet") or 5 ("vgg16").

    Raises ``CallError`` for a network that the paper does not have.
    """
    folder = Path(__file__).parent
    known = sorted(path.stem for path in folder.glob("*.toml"))
    if name not in known:
        raise CallError(f"the paper has no recipe for {name!r}; it has {', '.join(known)}")
    return folder / f"{name}.toml"


def paper_recipe(name: str) -> Recipe:
    """The recipe in ``paper_recipe_path(name)``, for the network ``dcmobile.zoo.build(name)``."""
    return Recipe.load(paper_recipe_path(name))
