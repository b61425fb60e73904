"""Run as a program: a real window on a session, which says on its output what it does.

``live_window.py SESSION wait`` says 'ready' once the engine runs and then waits.
``live_window.py SESSION edit`` moves a clip thirty times a second and says after each edit which
number it had and when it was.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Sequence

from PySide6.QtCore import QTimer

import app.main
from app.window import MainWindow
from engine.project.edits import MoveClip

FIRST_S = 1.0
STEP_S = 0.001
_EDIT_MS = 33


def run(session: str, task: str) -> int:
    """Open the window as the command does; returns its exit status."""
    begin = app.main.begin

    def begin_and_work(window: MainWindow, arguments: Sequence[str]) -> None:
        begin(window, arguments)
        timer = QTimer(window)
        if task == "edit":
            _edit(window, timer)
        else:
            _wait(window, timer)

    app.main.begin = begin_and_work
    return app.main.main([session])


def _edit(window: MainWindow, timer: QTimer) -> None:
    numbers = itertools.count(1)
    clip = window.session.project.clips[0]

    def edit() -> None:
        number = next(numbers)
        window.session.do(MoveClip(clip_id=clip.id, start_s=FIRST_S + number * STEP_S))
        print(number, time.monotonic(), flush=True)

    timer.timeout.connect(edit)
    timer.start(_EDIT_MS)


def _wait(window: MainWindow, timer: QTimer) -> None:
    def look() -> None:
        if window.session.playback.status.state in ("running", "silent"):
            timer.stop()
            print("ready", flush=True)

    timer.timeout.connect(look)
    timer.start(50)


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1], sys.argv[2]))
