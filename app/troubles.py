"""What goes wrong outside the window's sight: the journal's disk, sounds the engine cannot play."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.notices import Notice
from app.words import tr
from engine.errors import ProjectError
from engine.playback.status import EngineStatus

WATCH_MS = 500


class TroubleWatch(QObject):
    """Looks now and then; each trouble is told once, and once more when it is over.

    Parameters
    ----------
    journal_problem : callable
        Why the journal's lines are waiting, or None.
    """

    told = Signal(object)
    """A `Notice`."""

    def __init__(
        self, journal_problem: Callable[[], ProjectError | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._journal_problem = journal_problem
        self.is_told: Callable[[str], bool] = lambda problem: False
        """Says of a problem of the engine whether somebody else tells it."""
        self._journal_text = ""
        self._sounds: tuple[str, ...] = ()
        self._timer = QTimer(self)
        self._timer.setInterval(WATCH_MS)
        self._timer.timeout.connect(self.look_at_journal)
        self._timer.start()

    def look_at_journal(self) -> None:
        """Tell when edits stop reaching the disk, and when they reach it again."""
        problem = self._journal_problem()
        text = "" if problem is None else str(problem)
        if bool(text) == bool(self._journal_text):
            return
        self._journal_text = text
        if text:
            self.told.emit(Notice(f"Edits are not kept on disk just now: {text}", "error"))
        else:
            self.told.emit(Notice(tr("Edits are kept on disk again"), fades=True))

    def look_at_engine(self, status: EngineStatus) -> None:
        """Tell what the engine cannot play."""
        problems = tuple(problem for problem in status.problems if not self.is_told(problem))
        if problems != self._sounds:
            self._sounds = problems
            if self._sounds:
                more = len(self._sounds) - 1
                tail = f" (and {more} more)" if more else ""
                self.told.emit(Notice(f"{self._sounds[0]}{tail}", "warning"))

    def forget(self) -> None:
        """Another session was opened."""
        self._journal_text, self._sounds = "", ()

    def close(self) -> None:
        """Stop looking."""
        self._timer.stop()
