"""``torch.export`` program -> ``graph.Graph``: the one front end.

``capture`` is the entry. ``operators/`` has one file an operator family; to add an operator, add a file there that
registers a translator, its table in ``schemas/dcmobile.fbs``, its class in ``dcmobile/operators.py`` and its rule in
``dcmobile/passes/free_batch.py``.
"""

from dcmobile.capture.program_to_graph import capture
from dcmobile.capture.translation import supported_operators

__all__ = ["capture", "supported_operators"]
