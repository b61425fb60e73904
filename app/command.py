"""The `foleystage` command: a word of the command line runs that command, anything else opens
the window on a session, a video, or nothing."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from engine.cli.stopping import ask


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the console script; returns the exit status."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, _cancel)
    arguments = list(sys.argv[1:] if argv is None else argv)
    from engine.cli.main import COMMANDS
    from engine.cli.main import main as run_command

    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        return run_command(arguments)
    if arguments and not Path(arguments[0]).exists():
        known = ", ".join(COMMANDS)
        return _refuse(f"{arguments[0]}: no such command, session or video; commands: {known}", 2)
    if not _has_display():
        return _refuse("there is no display for the window; try `foleystage run --help`", 1)
    from app.main import main as open_window  # Qt is loaded only when a window is wanted

    return open_window(arguments)


def _cancel(number: int, interrupted: FrameType | None) -> NoReturn:
    """Leave by way of every clean-up, also out of the middle of an import."""
    ask()
    raise SystemExit("foleystage: cancelled")


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _refuse(problem: str, status: int) -> int:
    print(f"foleystage: {problem}", file=sys.stderr)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
