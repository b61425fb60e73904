"""One engine process, seen from the window: spawned or forked, spoken to through a pipe, ended."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import reduction
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from engine.playback.messages import Close, Fork, Message, Notice, Ready, decode_notice, encode

CAN_FORK = sys.platform == "linux"
"""Whether a warm engine can be copied as it is; elsewhere system libraries do not survive it."""
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_END_TIMEOUT_S = 1.0
WINDOW_POLL_S = 0.2
_FAREWELL_S = 3.0 * WINDOW_POLL_S
"""The pipe of a window that is ending breaks a moment before it has ended."""
_PR_SET_CHILD_SUBREAPER = 36


class EngineProcess:
    """An engine. It says `Ready` when it has imported everything, and then waits.

    Parameters
    ----------
    connection : Connection
        The window's end of the pipe.
    process : SpawnProcess, optional
        The process, where it is a child of this one; a forked engine is a child of the engine it
        was forked from.
    """

    def __init__(self, connection: Connection, process: SpawnProcess | None = None) -> None:
        self.connection = connection
        self.is_ready = False
        self.pid = process.pid or 0 if process is not None else 0
        self._process = process
        self._lock = threading.Lock()

    def send(self, message: Message) -> bool:
        """Send a command; False when the engine is gone."""
        data = encode(message)
        with self._lock:
            try:
                self.connection.send_bytes(data)
            except OSError:
                return False
        return True

    def receive(self) -> Notice | None:
        """The next notice, if one is waiting.

        Raises
        ------
        EOFError
            If the engine is gone.
        """
        try:
            if not self.connection.poll():
                return None
            notice = decode_notice(self.connection.recv_bytes())
        except OSError as error:
            raise EOFError(str(error)) from error
        if isinstance(notice, Ready):
            self.is_ready, self.pid = True, notice.pid
        return notice

    def fork(self) -> EngineProcess:
        """Another engine, ready at once: a copy of this one, which was never activated.

        Raises
        ------
        OSError
            If this one is gone.
        """
        ours, theirs = multiprocessing.Pipe(duplex=True)
        try:
            with self._lock:
                self.connection.send_bytes(encode(Fork()))
                reduction.send_handle(self.connection, theirs.fileno(), self.pid)
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        return EngineProcess(ours)

    def is_alive(self) -> bool:
        """Whether it runs, as far as is known; the pipe's end tells for certain."""
        if self._process is not None:
            return self._process.is_alive()
        if not self.pid:
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """End it by force."""
        if self.pid and self.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL if CAN_FORK else signal.SIGTERM)

    def end(self) -> None:
        """End it: politely, then by force."""
        self.send(Close())
        if not self._has_ended():
            self.kill()
            self._has_ended()
        with contextlib.suppress(OSError):
            self.connection.close()

    def _has_ended(self) -> bool:
        """Whether it ends within the time that is granted."""
        until_s = time.monotonic() + _END_TIMEOUT_S
        while self.is_alive() and time.monotonic() < until_s:
            if self._process is not None:
                self._process.join(_END_TIMEOUT_S)
            else:
                time.sleep(0.005)
        return not self.is_alive()


def spawn_engine(block_name: str) -> EngineProcess:
    """A fresh process; it takes seconds until it is ready.

    Parameters
    ----------
    block_name : str
        The memory that the window shares with its engines; they remove it where the window is
        ended by force.

    Raises
    ------
    OSError
        If the system grants no further process.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=True)
    process = context.Process(
        target=_engine_main, args=(theirs, block_name), name="foleystage engine", daemon=True
    )
    process.start()
    theirs.close()
    return EngineProcess(ours, process)


def _engine_main(connection: Connection, block_name: str) -> None:
    """Entry of the engine process; everything heavy is imported here, in the child."""
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    from engine.playback.shared import remove_block

    window = Window(on_end=partial(remove_block, block_name))
    window.end_with_it()
    adopt_orphans()
    _quiet_libraries()
    from engine.playback.host import run_engine

    run_engine(connection, window)


class Window:
    """The process that started this one, for this one and those that are forked from it.

    Parameters
    ----------
    on_end : callable
        ``on_end()`` when the window has ended, before this process does.
    """

    def __init__(self, on_end: Callable[[], object]) -> None:
        self._on_end = on_end
        self._watch_thread: threading.Thread | None = None
        self._pid = os.getppid()
        self._handle: int | None = None
        if hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):
                self._handle = os.pidfd_open(self._pid)

    def end_with_it(self) -> None:
        """End this process when the window has ended, whatever it is doing.

        The pipe's end tells as much, but only to a thread that is reading it. Engines do not end
        with the one they were forked from: that is replaced while they play.
        """
        self._watch_thread = threading.Thread(target=self._watch, name="window watch", daemon=True)
        self._watch_thread.start()

    def await_end(self) -> None:
        """Leave it to `end_with_it` to end this process, whose pipe the window has let go of.

        Returns where the window lives on.
        """
        if self._watch_thread is not None:
            self._watch_thread.join(_FAREWELL_S)

    def _watch(self) -> None:
        if self._handle is not None:
            wait([self._handle])  # without waking up in between
        else:
            while self._runs():
                time.sleep(WINDOW_POLL_S)
        try:
            self._on_end()
        finally:
            os._exit(0)

    def _runs(self) -> bool:
        if not CAN_FORK:
            return os.getppid() == self._pid
        try:
            os.kill(self._pid, 0)
        except OSError:
            return False
        return True


def adopt_orphans() -> None:
    """Become the parent of engines whose own has ended, so that the system forgets them in time.

    Linux only; elsewhere there are none.
    """
    if CAN_FORK:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _quiet_libraries() -> None:
    """Keep the chatter of ALSA and PortAudio off the terminal; their errors reach us as codes.

    They write to the standard error stream in C, some of it from the audio thread. Python's own
    goes on to the terminal.
    """
    with contextlib.suppress(OSError):
        terminal = os.dup(2)
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 2)
        os.close(sink)
        sys.stderr = os.fdopen(terminal, "w", buffering=1, errors="replace")
