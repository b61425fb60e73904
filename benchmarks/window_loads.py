"""What keeps a window's process busy: each load holds its interpreter in another way."""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.context import SpawnProcess

OBJECTS = 1_000_000
_SORTED_NUMBERS = 400_000
_CANVAS = (1280, 720)


def python_loop(until_s: float) -> int:
    """A pure Python loop until a monotonic time; the turns it made."""
    turns = 0
    while time.monotonic() < until_s:
        for number in range(50_000):
            turns += number & 1
    return turns


def holding_calls(until_s: float) -> int:
    """Calls into C that keep the interpreter for a tenth of a second, one at least; how many."""
    numbers = [math.sin(number) for number in range(_SORTED_NUMBERS)]
    sorted(numbers)
    calls = 1
    while time.monotonic() < until_s:
        sorted(numbers)
        calls += 1
    return calls


def collections(until_s: float) -> int:
    """Garbage collections over a million objects, one at least; how many."""
    kept = [[number] for number in range(OBJECTS)]
    gc.collect()
    rounds = 1
    while time.monotonic() < until_s:
        gc.collect()
        rounds += 1
    kept.clear()
    return rounds


def painting(until_s: float) -> int:
    """A window that paints as fast as it can; the pictures it painted."""
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtGui import QColor, QPainter, QPaintEvent
    from PySide6.QtWidgets import QApplication, QWidget

    application = QApplication.instance() or QApplication(["load"])

    class Canvas(QWidget):
        pictures = 0

        def paintEvent(self, event: QPaintEvent) -> None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), QColor("black"))
            painter.setPen(Qt.GlobalColor.white)
            for step in range(0, self.width(), 4):
                angle = 0.1 * (step + self.pictures)
                top = 0.5 * self.height() * (1.0 + math.sin(angle))
                painter.drawLine(QPointF(step, top), QPointF(step + 3, self.height() - top))
            self.pictures += 1

    canvas = Canvas()
    canvas.resize(*_CANVAS)
    canvas.show()
    while time.monotonic() < until_s:
        canvas.repaint()
        application.processEvents()
    canvas.close()
    return canvas.pictures


LOADS: dict[str, Callable[[float], int]] = {
    "a pure Python loop": python_loop,
    "C calls that hold the interpreter": holding_calls,
    "collection of a million objects": collections,
    "Qt painting at full speed": painting,
}


@contextmanager
def busy_workers(count: int = 2) -> Iterator[None]:
    """So many processes that compute without pause while the block runs.

    They end with this process, too, however it ends.
    """
    context = multiprocessing.get_context("spawn")
    workers: list[SpawnProcess] = [
        context.Process(target=_work, args=(os.getpid(),), name="busy worker", daemon=True)
        for _ in range(count)
    ]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        for worker in workers:
            worker.kill()
            worker.join(5.0)


def be_ordinary() -> None:
    """Give up a real-time priority that was inherited: others would starve."""
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def _work(parent: int) -> None:
    be_ordinary()
    while os.getppid() == parent:
        python_loop(time.monotonic() + 1.0)
