"""Graph -> graph, one file a pass. ``prepare`` runs them in order."""

from dcmobile.passes.pipeline import prepare

__all__ = ["prepare"]
