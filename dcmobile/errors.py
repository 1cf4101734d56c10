"""Every error that dcmobile raises on purpose, and the runtime's codes.

All derive from ``DcmError``, so ``except dcmobile.DcmError`` catches them and nothing else. The text is one
line that says what was wrong and where; the command line prints it as it is.
"""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """The runtime's codes; ``runtime/include/dcmobile/dcmobile.h`` says what each means. Bands: 1xx the file,
    2xx the graph, 3xx the machine, 4xx the caller.
    """

    OK = 0
    FILE_IO = 100
    FILE_FORMAT = 101
    FILE_VERSION = 102
    FILE_STRUCTURE = 103
    FILE_HUFFMAN = 104
    FILE_STREAM = 105
    FILE_INDEX = 106
    FILE_CHECKSUM = 107
    FILE_SIGNATURE = 108
    GRAPH_OPERATOR = 200
    GRAPH_REFERENCE = 201
    GRAPH_SHAPE = 202
    GRAPH_ATTRIBUTE = 203
    MACHINE_MEMORY = 300
    MACHINE_LIMIT = 301
    MACHINE_THREAD = 302
    MACHINE_UNSUPPORTED = 303
    CALL_ARGUMENT = 400
    CALL_NAME = 401
    CALL_SHAPE = 402
    CALL_VALUE = 403


class DcmError(Exception):
    """Base of all. ``code`` is the runtime's code where the runtime raised it, else None."""

    def __init__(self, text: str, code: Code | None = None) -> None:
        super().__init__(text)
        self.code = code


class FileError(DcmError):
    """The .dcmodel (or .pt2) file is missing, damaged, hostile, or cannot be written. Codes 1xx."""


class GraphError(DcmError):
    """The network's graph does not hold together. Codes 2xx."""


class UnsupportedOperatorError(GraphError):
    """The network uses an operator that dcmobile does not have; the text names it, its module and the source line."""


class MachineError(DcmError):
    """Memory, threads, or an instruction set that is not there. Codes 3xx."""


class CallError(DcmError, ValueError):
    """Wrong argument: shape, dtype, name, option. Codes 4xx."""


class SizeError(CallError):
    """A size that is asked for and that no file of the network has."""

    def __init__(self, size: int, why: str) -> None:
        super().__init__(f"the target size of {size:,} bytes cannot be reached: {why}", Code.CALL_VALUE)


class RecipeError(DcmError, ValueError):
    """A recipe with an unknown key, a density outside (0, 1], bits outside 1..8, or a pattern that fits nothing."""


class ModelError(DcmError, ValueError):
    """The user's model cannot be compressed as it is: train mode, NaN weights, wrong device."""


def from_code(code: int, text: str) -> DcmError:
    """The error for a runtime code; an unknown code gives a plain ``DcmError``."""
    bands = {1: FileError, 2: GraphError, 3: MachineError, 4: CallError}
    try:
        known = Code(code)
    except ValueError:
        return DcmError(f"{text} (code {code})")
    return bands.get(code // 100, DcmError)(text, known)
