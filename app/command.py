"""The `foleystage` command: a word of the command line runs that command, anything else opens
the window on a session, a video, or nothing."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the console script; returns the exit status."""
    _heed_signals()  # before anything is imported: whoever stops a command early is told so, too
    _one_thread_a_product()
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        status = _open_or_run(arguments)
    except SystemExit:
        if not _stopped:
            raise
        status = _refuse("cancelled", 1)
    if _stopped:
        _leave(status)
    return status


_stopped: list[float] = []
"""When somebody asked the program to stop."""
_HASTE_S = 3.0
"""Whoever asks again so soon is not heard: the first one's clean-up is under way."""


def _heed_signals() -> None:
    import _signal  # of the interpreter itself, there at once

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        number = getattr(_signal, name, None)
        if number is not None and _signal.getsignal(number) != _signal.SIG_IGN:  # as under nohup
            _signal.signal(number, _cancel)


def _one_thread_a_product() -> None:
    """Products of matrices are small here: a second thread would wait at full load for its part.

    It is said before NumPy is loaded; whoever has said otherwise is heard.
    """
    import os

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _cancel(number: int, interrupted: FrameType | None) -> None:
    """Leave by way of every clean-up, also out of the middle of an import."""
    import time

    now_s = time.monotonic()
    if _stopped and now_s - _stopped[-1] < _HASTE_S:
        return
    _stopped.append(now_s)
    note = getattr(sys.modules.get("engine.cli.stopping"), "ask", None)
    if note is not None:
        note()
    raise SystemExit(1)


def _leave(status: int) -> None:
    """End at once, all being cleaned up: no thread that is still at work is waited for."""
    import contextlib
    import os

    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _open_or_run(arguments: list[str]) -> int:
    from pathlib import Path

    from engine.cli.main import COMMANDS
    from engine.cli.main import main as run_command
    from engine.cli.stopping import ask

    if _stopped:  # while an import took the exception for an answer
        ask()
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        return run_command(arguments)
    if arguments and not Path(arguments[0]).exists():
        known = ", ".join(COMMANDS)
        return _refuse(f"{arguments[0]}: no such command, session or video; commands: {known}", 2)
    if not _has_display():
        return _refuse("there is no display for the window; try `foleystage run --help`", 1)
    from app.main import main as open_window  # Qt is loaded only when a window is wanted

    return open_window(arguments)


def _has_display() -> bool:
    import os

    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _refuse(problem: str, status: int) -> int:
    print(f"foleystage: {problem}", file=sys.stderr)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
