"""Being asked to end from outside: SIGTERM, SIGINT and SIGHUP close the window in good order.

The session is saved, the engine ended and its shared memory given back, as when the user closes
the window.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier

_NAMES = ("SIGTERM", "SIGINT", "SIGHUP")


class Interrupts(QObject):
    """Calls `asked_to_end` on the window's thread; the event loop wakes up for it.

    Parameters
    ----------
    asked_to_end : callable
        Closes what is open and ends the event loop.
    """

    def __init__(self, asked_to_end: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked_to_end = asked_to_end
        self._here, self._there = socket.socketpair()
        for end in (self._here, self._there):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._here.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)
        self._before_fd = signal.set_wakeup_fd(self._there.fileno())
        self._before = {
            number: signal.signal(number, lambda *_: None)
            for number in (getattr(signal, name, None) for name in _NAMES)
            if number is not None
        }

    def close(self) -> None:
        """Let the signals do again what they did."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before_fd)
        self._notifier.setEnabled(False)
        self._here.close()
        self._there.close()

    def _woken(self) -> None:
        received = self._here.recv(64)
        if any(number in self._before for number in received):
            self._asked_to_end()
