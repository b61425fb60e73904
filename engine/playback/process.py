"""One engine process, seen from the window: spawned, spoken to through a pipe, ended."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection

from engine.playback.messages import Close, Message, Notice, decode_notice, encode

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_END_TIMEOUT_S = 1.0
PARENT_POLL_S = 0.2


class EngineProcess:
    """A spawned engine. It says `Ready` when it has imported everything, and then waits."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, child = context.Pipe(duplex=True)
        self.process = context.Process(
            target=_engine_main, args=(child,), name="foleystage engine", daemon=True
        )
        self.process.start()
        child.close()
        self.is_ready = False
        self._lock = threading.Lock()

    @property
    def pid(self) -> int:
        return self.process.pid or 0

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
            return decode_notice(self.connection.recv_bytes())
        except OSError as error:
            raise EOFError(str(error)) from error

    def is_alive(self) -> bool:
        return self.process.is_alive()

    def end(self) -> None:
        """End it: politely, then by force."""
        if self.process.is_alive():
            self.send(Close())
            self.process.join(_END_TIMEOUT_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join(_END_TIMEOUT_S)
        with contextlib.suppress(OSError):
            self.connection.close()


def _engine_main(connection: Connection) -> None:
    """Entry of the engine process; everything heavy is imported here, in the child."""
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    _end_with_parent()
    _quiet_libraries()
    from engine.playback.host import run_engine

    run_engine(connection)


def _end_with_parent() -> None:
    """End this process when its parent has ended, whatever it is doing.

    The pipe's end tells as much, but only to a thread that is reading it.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_POLL_S)
        os._exit(0)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


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
