"""The window's list of background jobs: polled, shown, cancelled; never in the way."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from engine.job_queue import ORDINARY, JobQueue, QueuedJob
from engine.jobs import JobState

POLL_MS = 80
GRACE_S = 1.0
"""How long closing the window waits for its jobs to end by themselves."""


@dataclass
class ListedJob:
    """A job, what it is called, and what happens with its result."""

    number: int
    name: str
    job: QueuedJob
    then: Callable[[Any], object]
    state: JobState = field(default_factory=JobState)
    outlives: bool = False
    """Whether it goes on when another session is opened."""

    @property
    def running(self) -> bool:
        """Whether it is still at work, or waits for its turn."""
        return self.state.state in ("running", "waiting")


class JobBoard(QObject):
    """Starts jobs in worker processes and watches them."""

    changed = Signal()
    finished = Signal(object)
    """The `ListedJob`, whether done, failed or cancelled."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs: list[ListedJob] = []
        self._numbers = itertools.count(1)
        self._queue = JobQueue()
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def running(self) -> list[ListedJob]:
        """Jobs at work."""
        return [listed for listed in self.jobs if listed.running]

    def start(
        self,
        name: str,
        then: Callable[[Any], object],
        work: Callable[..., Any],
        *arguments: Any,
        priority: int = ORDINARY,
        outlives: bool = False,
    ) -> ListedJob:
        """Run ``work(*arguments, progress=...)`` in a worker; ``then(result)`` when it is done.

        It waits where others are at work already, see `engine.job_queue`. With `outlives` it is
        not the open session's own and goes on after it.
        """
        job = self._queue.add(work, *arguments, name=name, priority=priority)
        listed = ListedJob(next(self._numbers), name, job, then, job.poll(), outlives)
        self.jobs.append(listed)
        self._timer.start()
        self.changed.emit()
        return listed

    def cancel(self, number: int) -> None:
        """Ask a job to stop."""
        for listed in self.running:
            if listed.number == number:
                listed.job.cancel()

    def cancel_of_session(self) -> None:
        """Ask all jobs to stop that belong to the open session."""
        for listed in self.running:
            if not listed.outlives:
                listed.job.cancel()

    def clear_finished(self) -> None:
        """Take finished jobs off the list."""
        self.jobs = self.running
        self.changed.emit()

    def close(self) -> None:
        """End all workers; they get a moment to clean up behind them."""
        self._timer.stop()
        for listed in self.running:
            listed.job.cancel()
        end = time.monotonic() + GRACE_S
        while time.monotonic() < end and any(
            listed.job.poll().state == "running" for listed in self.jobs
        ):
            time.sleep(0.01)
        for listed in self.jobs:
            listed.job.close()
        self._queue.close()
        self.jobs = []

    def _poll(self) -> None:
        self._queue.poll()
        for listed in self.running:
            state = listed.job.poll()
            if state != listed.state:
                listed.state = state
                self.changed.emit()
            if not listed.running:
                listed.job.close()
                if state.state == "done":
                    listed.then(state.result)
                self.finished.emit(listed)
        if not self.running:
            self._timer.stop()
