"""Jobs that wait for their turn: the urgent ones first, a few at once.

A worker that dies is told in words and its job begun again, once; the queue goes on whatever
happens to a worker.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.jobs import Job, JobState

AT_ONCE = 2
URGENT_AT_ONCE = 3
"""Urgent jobs need not wait for two long ones: a third worker is theirs."""
ORDINARY, URGENT = 0, 1
"""Priorities: what may take its time, and what somebody waits for."""
_RESTARTS = 1


class QueuedJob:
    """A job of a queue; has what a `Job` has. Made by `JobQueue.add`.

    Its state is 'waiting' until it is its turn.
    """

    def __init__(self, start: Callable[[], Job], name: str, priority: int, restarts: int) -> None:
        self.name = name
        self.priority = priority
        self._start = start
        self._job: Job | None = None
        self._restarts_left = restarts
        self._told = ""
        self._state = JobState("waiting", "waiting for its turn")

    @property
    def waiting(self) -> bool:
        """Whether it has not begun."""
        return self._state.state == "waiting"

    @property
    def running(self) -> bool:
        """Whether a worker is at it."""
        return self._state.state == "running"

    def begin(self) -> None:
        """Give it a worker."""
        self._job = self._start()
        self._state = JobState("running", self._told)

    def poll(self) -> JobState:
        """The latest state; a job whose worker died is begun again here, once."""
        if not self.running or self._job is None:
            return self._state
        state = self._job.poll()
        if state.died and self._restarts_left > 0:
            self._restarts_left -= 1
            self._told = f"{state.cause}; started again"
            self._job.close()
            self.begin()
            return self._state
        if self._told and state.state == "running":
            state = replace(
                state, stage=f"{state.stage} ({self._told})" if state.stage else self._told
            )
        self._state = state
        return self._state

    def cancel(self) -> None:
        """Ask it to stop; one that waits is gone at once, one that runs within a second."""
        self._restarts_left = 0
        if self.waiting:
            self._state = JobState("cancelled", message="cancelled")
        elif self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """End its worker, whatever it is doing."""
        if self.waiting:
            self.cancel()
        if self._job is not None:
            self._job.close()


class JobQueue:
    """Runs jobs in worker processes, `at_once` at a time; poll it from an event loop.

    Parameters
    ----------
    at_once : int
        So many ordinary jobs; an urgent one may run beside them.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._jobs: list[QueuedJob] = []
        self._numbers = itertools.count()
        self._order: dict[int, int] = {}

    def add(
        self,
        work: Callable[..., Any],
        *arguments: Any,
        name: str = "",
        priority: int = ORDINARY,
        restarts: int = _RESTARTS,
    ) -> QueuedJob:
        """Queue ``work(*arguments, progress=...)``; it begins at once if a worker is free.

        Parameters
        ----------
        work : callable
            See `engine.jobs.Job`.
        priority : int
            The greater ones first; equal ones in the order they came.
        restarts : int
            How often it is begun again when its worker dies.
        """
        called = name or work.__name__
        job = QueuedJob(lambda: Job(work, *arguments, name=called), called, priority, restarts)
        self._order[id(job)] = next(self._numbers)
        self._jobs.append(job)
        self._begin_next()
        return job

    def poll(self) -> None:
        """Look after the workers, and begin what may begin."""
        for job in self._jobs:
            job.poll()
        self._jobs = [job for job in self._jobs if job.waiting or job.running]
        self._begin_next()

    def wait(self, timeout_s: float = 600.0) -> None:
        """Block until all is done (tests and scripts; never the window)."""
        deadline_s = time.monotonic() + timeout_s
        while self._jobs and time.monotonic() < deadline_s:
            self.poll()
            time.sleep(0.01)

    def close(self) -> None:
        """End everything."""
        for job in self._jobs:
            job.close()
        self._jobs = []

    def _begin_next(self) -> None:
        waiting = [job for job in self._jobs if job.waiting]
        for job in sorted(waiting, key=lambda job: (-job.priority, self._order[id(job)])):
            room = max(self._at_once, URGENT_AT_ONCE) if job.priority > ORDINARY else self._at_once
            if sum(other.running for other in self._jobs) < room:
                job.begin()
