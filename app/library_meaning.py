"""Questions to the library by meaning: answered in a worker, since what listens is large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from app import work
from app.jobs import JobBoard, ListedJob
from app.library_answers import SHOWN
from engine.job_queue import URGENT


class MeaningQuestions(QObject):
    """One question at a time; a newer one ends the one before.

    Parameters
    ----------
    jobs : JobBoard
    """

    def __init__(self, jobs: JobBoard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._asking: ListedJob | None = None
        self._failed: Callable[[str], object] = lambda words: None
        jobs.finished.connect(self._finished)

    def ask(
        self,
        by: str,
        words: str,
        then: Callable[[Any], object],
        failed: Callable[[str], object],
    ) -> None:
        """Call ``then((recordings, by what))``, or ``failed(words)``.

        Parameters
        ----------
        by : str
            A listener's name.
        """
        self.drop()
        self._failed = failed
        self._asking = self._jobs.start(
            f"Look for {words}", then, work.search_by_meaning, by, words, SHOWN,
            priority=URGENT, outlives=True,
        )  # fmt: skip

    def drop(self) -> None:
        """Nobody waits for the answer any more."""
        asking, self._asking = self._asking, None
        if asking is not None:
            self._jobs.cancel(asking.number)

    def _finished(self, listed: ListedJob) -> None:
        if listed is self._asking:
            self._asking = None
            if listed.state.state == "failed":
                self._failed(listed.state.message)
