"""Runs something in a child of this process, so that it can be killed or limited without starting Python again."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable


def fork(work: Callable[[], None], stderr: int | None = None) -> int:
    """The child's process number. It ends with exit code 0 after the work, 1 after an exception."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if stderr is not None:
            sys.stderr = os.fdopen(os.dup(stderr), "w")  # pytest has put its own in the place of the process's
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def ended(child: int) -> int:
    """Wait for the child: its exit code, or less than 0 for the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
