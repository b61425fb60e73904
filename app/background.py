"""Short work off the window's thread: probing a file, saving, reading waveforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from engine.errors import FoleystageError

Then = Callable[[Any], None]


class Background(QObject):
    """Runs functions one after the other on a thread; answers arrive on the window's thread."""

    _answered = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._answered.connect(self._deliver)

    def run(self, work: Callable[[], Any], then: Then, failed: Then) -> None:
        """Call ``then(answer)`` when `work` has succeeded, ``failed(error)`` when it raised."""
        self._pool.start(_Work(self, work, then, failed))

    def finish(self) -> None:
        """Wait for what runs; what has not begun is dropped."""
        self._pool.clear()
        self._pool.waitForDone()

    def answer(self, then: Then, answer: object) -> None:
        """Bring an answer to the window's thread (called by the worker)."""
        self._answered.emit(then, answer)

    @Slot(object, object)
    def _deliver(self, then: Then, answer: object) -> None:
        then(answer)


class _Work(QRunnable):
    def __init__(
        self, owner: Background, work: Callable[[], Any], then: Then, failed: Then
    ) -> None:
        super().__init__()
        self._owner, self._work, self._then, self._failed = owner, work, then, failed

    def run(self) -> None:
        try:
            answer = self._work()
        except FoleystageError as error:
            self._owner.answer(self._failed, error)
        else:
            self._owner.answer(self._then, answer)
