"""A way to wake another thread that never waits: the renderer must not meet a lock.

`threading.Event.set` takes a lock that the woken thread may hold when it is put to sleep by the
system. A `SimpleQueue` is written to without waiting.
"""

from __future__ import annotations

import contextlib
import queue


class Bell:
    """Rung by any thread, waited for by one."""

    def __init__(self) -> None:
        self._rings: queue.SimpleQueue[None] = queue.SimpleQueue()

    def ring(self) -> None:
        """Wake whoever waits, or whoever waits next. Never waits itself."""
        self._rings.put(None)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it is rung; False when that was not in time. All rings so far are used up."""
        try:
            self._rings.get(timeout=timeout_s)
        except queue.Empty:
            return False
        with contextlib.suppress(queue.Empty):
            while True:
                self._rings.get_nowait()
        return True
