"""Background work in processes of its own: progress, cancel, and errors in words.

A job is a plain function ``work(*arguments, progress=...)``. It reports through ``progress(stage,
fraction)``, and that call raises `CancelledError` once the user has cancelled; the function cleans
up on the way out. Heavy work (and torch) runs in a spawned worker process, so that neither the
window nor the audio can be stalled or brought down by it.
"""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any

from engine.compilation import WORDS, CompilationWatch
from engine.deaths import cause_of_death, memory_kills
from engine.errors import CancelledError, FoleystageError
from engine.time_left import TimeLeft

Progress = Callable[[str, float], None]
"""``progress(stage, fraction)``: what is being done, and how much of it (0..1) is done."""

CANCEL_GRACE_S = 0.8
"""A job that has not stopped by then is ended, so that a cancel takes a second at most."""
_REPORT_INTERVAL_S = 0.05


def silent_progress(stage: str, fraction: float) -> None:
    """Progress nobody looks at."""


@dataclass(frozen=True)
class JobState:
    """What a job is doing.

    Attributes
    ----------
    state : str
        'waiting' (in a queue), 'running', 'done', 'failed' or 'cancelled'.
    left_s : float, optional
        How long it still takes, about; None where nobody can tell.
    died : bool
        Whether its worker ended without a word; `cause` says why.
    """

    state: str = "running"
    stage: str = ""
    fraction: float = 0.0
    result: Any = None
    message: str = ""
    details: str = ""
    left_s: float | None = None
    died: bool = False
    cause: str = ""


class Job:
    """One function running in a worker process. Poll it from an event loop; nothing here blocks.

    Parameters
    ----------
    work : callable
        A module-level function that takes `arguments` and ``progress``.
    arguments : tuple
        Picklable arguments (they only ever cross between our own processes).
    name : str
        Shown to the user.
    """

    def __init__(self, work: Callable[..., Any], *arguments: Any, name: str = "") -> None:
        self.name = name or work.__name__
        context = multiprocessing.get_context("spawn")
        self._cancel = context.Event()
        self._connection, child = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_work, args=(child, self._cancel, work, arguments), name=self.name, daemon=True
        )
        self._memory_kills = memory_kills()
        self._process.start()
        child.close()
        self._left = TimeLeft()
        self._state = JobState()
        self._cancelled_at: float | None = None

    def poll(self) -> JobState:
        """The latest state; cheap, call it from a timer."""
        self._drain()
        if self._state.state == "running" and not self._process.is_alive():
            self._drain()
            if self._state.state == "running":
                self._finish_without_a_word()
        if self._cancelled_at and time.monotonic() - self._cancelled_at > CANCEL_GRACE_S:
            self._stop_by_force()
        return self._with_time_left()

    def cancel(self) -> None:
        """Ask the job to stop; one that has not within a second is ended."""
        if self._state.state == "running" and self._cancelled_at is None:
            self._cancel.set()
            self._cancelled_at = time.monotonic()

    def wait(self, timeout_s: float = 600.0) -> JobState:
        """Block until the job has ended (tests and scripts; never the window)."""
        deadline = time.monotonic() + timeout_s
        while self.poll().state == "running" and time.monotonic() < deadline:
            time.sleep(0.01)
        return self._state

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join(1.0)
        self._connection.close()

    def _drain(self) -> None:
        try:
            while not self._connection.closed and self._connection.poll():
                self._state = self._connection.recv()
        except (EOFError, OSError):
            return

    def _finish_without_a_word(self) -> None:
        if self._cancelled_at is not None:
            self._state = JobState("cancelled", message="cancelled")
            return
        cause = cause_of_death(self._process.exitcode, self._memory_kills)
        self._state = JobState(
            "failed",
            message=f"{self.name}: {cause}; the session is unchanged, start the job again",
            died=True,
            cause=cause,
        )

    def _with_time_left(self) -> JobState:
        if self._state.state != "running":
            return self._state
        left_s = self._left.at(time.monotonic(), self._state.fraction)
        return replace(self._state, left_s=None if left_s is None else float(round(left_s)))

    def _stop_by_force(self) -> None:
        if self._state.state == "running":
            self._process.kill()
            self._process.join(1.0)
            self._state = JobState("cancelled", message="cancelled")


def _work(
    connection: Connection, cancel: Event, work: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    last_report, doing, done = 0.0, "", 0.0

    def compiles() -> None:
        connection.send(JobState("running", f"{doing} ({WORDS})" if doing else WORDS, done))

    compilation = CompilationWatch(compiles)

    def progress(stage: str, fraction: float) -> None:
        nonlocal last_report, doing, done
        compilation.look()
        doing, done = stage, min(max(fraction, 0.0), 1.0)
        if cancel.is_set():
            raise CancelledError("cancelled")
        now = time.monotonic()
        if now - last_report >= _REPORT_INTERVAL_S:
            last_report = now
            connection.send(JobState("running", doing, done))

    try:
        result = work(*arguments, progress=progress)
        connection.send(JobState("done", "done", 1.0, result))
    except CancelledError:
        connection.send(JobState("cancelled", message="cancelled"))
    except FoleystageError as error:
        connection.send(JobState("failed", message=str(error), details=traceback.format_exc()))
    except Exception as error:  # the job edge: whatever failed is told to the user
        message = _in_words(error)
        connection.send(JobState("failed", message=message, details=traceback.format_exc()))
    finally:
        connection.close()


def _in_words(error: Exception) -> str:
    """One line for an error that nobody foresaw. PyTorch has a class of its own for memory."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return "memory ran out; close other programs, or choose smaller weights or a shorter part"
    return f"{type(error).__name__}: {error}".splitlines()[0]
