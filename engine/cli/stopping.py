"""Whether the command was asked to stop: remembered, as the exception of a signal may get lost.

A signal's handler raises wherever the program is. Where that is a destructor, a callback of a weak
reference or a part of a library that takes any failure for an answer, Python or the library drops
the exception, and the command would go on as if nobody had asked. So the wish is noted as well, and
whoever tells progress looks at it.
"""

from __future__ import annotations

import threading

from engine.errors import CancelledError

_asked = threading.Event()


def ask() -> None:
    """Note that the command shall stop."""
    _asked.set()


def stop_if_asked() -> None:
    """Stop here, if somebody has asked.

    Raises
    ------
    CancelledError
    """
    if _asked.is_set():
        raise CancelledError("stopped by a signal")
