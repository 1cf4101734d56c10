"""``torch.export`` program -> ``graph.Graph``: the one front end.

``capture`` is the entry. ``operators/`` has one file an operator family: translators, which write one call of an ATen
operator with the operators of the format. For a new operator of the format, add its table in ``schemas/dcmobile.fbs``,
its class in ``dcmobile/operators.py``, its rule in ``dcmobile/passes/batch_rules.py`` and a translator.
"""

from dcmobile.capture.program_to_graph import capture
from dcmobile.capture.translation import supported_operators

__all__ = ["capture", "supported_operators"]
