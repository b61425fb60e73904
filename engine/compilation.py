"""Whether loops are being compiled, which happens once: what waits for it can say so.

Numba compiles a loop when it is first called and not found in its cache; a cache that is empty
takes a minute of a core to fill. Numba itself is not loaded from here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

WORDS = "compiling loops, once"
_EVENT = "numba:compile"


class CompilationWatch:
    """Calls ``tell()`` whenever a loop begins to be compiled, on the thread that waits for it.

    Parameters
    ----------
    tell : callable
        What it raises is raised where the loop was called.
    """

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._events: Any = None

    def look(self) -> None:
        """Begin to watch, as soon as there is something that compiles; cheap, call it often."""
        if self._events is None and "numba.core.event" in sys.modules:
            self._events = sys.modules["numba.core.event"]
            self._events.Listener.register(CompilationWatch)
            self._events.register(_EVENT, self)

    def close(self) -> None:
        """Watch no more."""
        if self._events is not None:
            self._events.unregister(_EVENT, self)
            self._events = None

    def notify(self, event: Any) -> None:
        """Numba's: compiling begins or has ended."""
        if event.is_start:
            self._tell()
