"""Pruning (paper, section 2): which weights stay, when they go, and the mask that a network trains with."""

from dcmobile.prune.magnitude import magnitude_mask
from dcmobile.prune.mask import Mask
from dcmobile.prune.prune_graph import prune_graph

__all__ = ["Mask", "magnitude_mask", "prune_graph"]
