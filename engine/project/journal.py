"""The journal: every edit, undo, redo and jump on disk within a second, whatever happens next.

Lines are encoded where the edit is made and appended by a thread of their own, which joins what
waits into one write and one fsync. When the disk refuses, nothing is lost while the application
lives: the lines wait, `problem` says why, and writing is tried again.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections import deque
from pathlib import Path

import msgspec

from engine.errors import ProjectError
from engine.project.coding import encode_value
from engine.project.durable import write_atomically, write_error
from engine.project.edits import Edit
from engine.project.journal_lines import Began, Did, Line, Opened, Went, encode_line
from engine.project.model import Project

REACH = 4000
"""A visit to a state made more than so many lines ago stores that state as a whole, so that a
replay needs to remember no more."""
RETRY_S = 0.5
RECENT_STATES = 64


class Journal:
    """Appends lines to ``journal.jsonl``. Any thread may append.

    Parameters
    ----------
    path : Path
        The file; it holds an `Opened` line at least.
    number : int
        Number of its last line.
    saved : int
        Number with which the project on disk was saved: a replay knows no earlier state.
    current : Project
        What replaying all lines gives.
    """

    def __init__(self, path: Path, number: int, saved: int, current: Project) -> None:
        self.path = path
        self._number = number
        self._durable = number
        self._floor = saved
        self._current = current
        self._recent = deque([current], RECENT_STATES)
        self._waiting: list[bytes] = []
        self._lock = threading.Condition()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._problem: ProjectError | None = None
        self._file: int | None = None

    @property
    def number(self) -> int:
        """Number of the last line handed over."""
        return self._number

    @property
    def durable_number(self) -> int:
        """Number of the last line known to be on disk."""
        return self._durable

    @property
    def problem(self) -> ProjectError | None:
        """Why lines are waiting, or None when all is well; the window shows it."""
        return self._problem

    def begin(self, project: Project) -> int:
        """A document starts from `project`; the number of that state."""
        with self._lock:
            known = project is self._current or project == self._current
            self._append(Began(n=self._number + 1, project=None if known else project), project)
            return self._number

    def note_edit(self, edit: Edit, before: Project, after: Project, joins: bool = False) -> int:
        """Write down an edit that turned `before` into `after`; the number of `after`.

        One that `joins` is of one step with the edit before it, as the user sees it.
        """
        data = msgspec.Raw(encode_value(edit))
        with self._lock:
            if before is not self._current and before != self._current:
                self.begin(before)
            self._append(Did(n=self._number + 1, edit=data, joins=joins), after)
            return self._number

    def note_visit(self, why: str, state: int, project: Project) -> int:
        """Write down an undo, redo, jump or cancel to a state; its number from now on."""
        with self._lock:
            number = self._number + 1
            if state >= self._floor and number - state <= REACH:
                self._append(Went(n=number, why=why, to=state), project)
                return state
            self._append(Went(n=number, why=why, to=number, project=project), project)
            return number

    def number_for_saving(self, project: Project) -> int:
        """Number to save `project` under: replay from there leads to where the document is now.

        A project that the journal has never heard of becomes the current one.
        """
        with self._lock:
            if project is self._current or project == self._current:
                number = self._number
            else:
                latest, earlier = self._current, any(p is project for p in self._recent)
                number = self.begin(project)
                if earlier:
                    self.begin(latest)
            self._floor = max(self._floor, number)
            return number

    def flush(self, timeout_s: float = 10.0) -> None:
        """Wait until everything handed over is on disk.

        Raises
        ------
        ProjectError
            If the disk refuses, or takes longer than that.
        """
        deadline = time.monotonic() + timeout_s
        with self._lock:
            goal = self._number
            while self._durable < goal:
                if self._problem is not None:
                    raise self._problem
                left_s = deadline - time.monotonic()
                if left_s <= 0.0:
                    raise ProjectError(
                        f"the disk has not answered for {timeout_s:g} s",
                        place=self.path,
                        remedy="save the session on another disk",
                    )
                self._lock.wait(left_s)

    def restart(self, follows: int, project: Project) -> None:
        """Empty the journal: all that matters is `project`, saved as number `follows`.

        Raises
        ------
        ProjectError
            If the disk refuses; the journal is then as it was.
        """
        with self._writing, self._lock:
            number = self._number + 1
            write_atomically(self.path, encode_line(Opened(n=number, follows=follows)))
            self._close_file()
            self._waiting.clear()
            self._number = self._durable = self._floor = number
            self._current = project
            self._recent = deque([project], RECENT_STATES)
            self._problem = None
            self._lock.notify_all()

    @property
    def size_bytes(self) -> int:
        """Length of the file."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def close(self) -> None:
        """Write what waits and end the thread; a disk that refuses is not waited for."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        if self._thread is not None:
            self._thread.join(10.0)
        atexit.unregister(self.close)
        with self._writing:
            self._close_file()

    def _append(self, line: Line, project: Project) -> None:
        if self._closed:
            raise ProjectError(
                "this session is closed", place=self.path.parent, remedy="open it again"
            )
        self._waiting.append(encode_line(line))
        self._number = line.n
        self._current = project
        self._recent.append(project)
        if self._thread is None:
            self._thread = threading.Thread(target=self._write_on, name="journal", daemon=True)
            self._thread.start()
            atexit.register(self.close)
        self._lock.notify_all()

    def _write_on(self) -> None:
        while True:
            with self._lock:
                while not self._waiting and not self._closed:
                    self._lock.wait()
                if self._closed and (not self._waiting or self._problem is not None):
                    return
            self._write_waiting()
            if self._problem is not None:
                with self._lock:
                    self._lock.wait_for(lambda: self._closed, RETRY_S)

    def _write_waiting(self) -> None:
        with self._writing:
            with self._lock:
                lines, number = list(self._waiting), self._number
            try:
                self._write(b"".join(lines))
                problem = None
            except OSError as error:
                problem = write_error(error, self.path)
            with self._lock:
                self._problem = problem
                if problem is None:
                    del self._waiting[: len(lines)]
                    self._durable = number
                self._lock.notify_all()

    def _write(self, data: bytes) -> None:
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        good = os.fstat(self._file).st_size
        try:
            written = 0
            while written < len(data):
                written += os.write(self._file, data[written:])
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, good)
            raise

    def _close_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
