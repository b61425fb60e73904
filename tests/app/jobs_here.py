"""Jobs done where the window is: for what a verb does to the session, not for where it is done.

What crosses to a worker and back is pickled as it is there. That real workers do their jobs, are
cancelled and die is for `tests/test_jobs.py`, `test_job_queue.py` and `test_window_session.py`.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from threading import Event
from typing import Any

from engine import jobs
from engine.jobs import JobState


class JobHere:
    """Stands for `engine.jobs.Job`: begun at the second look, done when that returns."""

    def __init__(self, work: Callable[..., Any], *arguments: Any, name: str = "") -> None:
        self._sent = pickle.dumps((work, arguments))
        self._state, self._looked_at, self._cancel = JobState(), False, Event()

    def poll(self) -> JobState:
        """The latest state."""
        if self._looked_at and self._state.state == "running":
            jobs._work(self, self._cancel, *pickle.loads(self._sent))  # type: ignore[arg-type]
        self._looked_at = True
        return self._state

    def send(self, state: JobState) -> None:
        """What comes from the worker."""
        self._state = pickle.loads(pickle.dumps(state))

    def cancel(self) -> None:
        """Stop at the next word of progress."""
        self._cancel.set()

    def close(self) -> None:
        """There is no worker to be ended, and no pipe."""
