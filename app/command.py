"""The `foleystage` command: a word of the command line runs that command, anything else opens
the window on a session, a video, or nothing."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

from engine.cli.main import COMMANDS
from engine.cli.main import main as run_command


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the console script; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end: clean up first
        return run_command(arguments)
    from app.main import main as open_window  # Qt is loaded only when a window is wanted

    return open_window(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
