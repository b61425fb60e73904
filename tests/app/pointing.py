"""Real mouse and wheel events at places given in a widget's own pixels."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

NONE = Qt.KeyboardModifier.NoModifier


def happens(condition: Callable[[], bool], within_ms: int = 60_000) -> bool:
    """Whether something comes to be so while the window lives on."""
    end_s = time.monotonic() + 1e-3 * within_ms
    QApplication.processEvents()
    while not condition():
        if time.monotonic() > end_s:
            return False
        QTest.qWait(10)
    return True


def drag(
    widget: QWidget,
    start: QPointF,
    end: QPointF,
    modifiers: Qt.KeyboardModifier = NONE,
    *,
    release: bool = True,
) -> None:
    """Press, move in steps, let go."""
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, modifiers, start.toPoint())
    for share in (0.3, 0.6, 1.0):
        move(widget, start + (end - start) * share, modifiers)
    if release:
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, modifiers, end.toPoint())


def move(
    widget: QWidget,
    point: QPointF,
    modifiers: Qt.KeyboardModifier = NONE,
    held: Qt.MouseButton = Qt.MouseButton.LeftButton,
) -> None:
    """Move with a button held."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    event = QMouseEvent(
        QEvent.Type.MouseMove, point, QPointF(widget.mapToGlobal(point.toPoint())),
        Qt.MouseButton.NoButton, held, modifiers,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def hover(widget: QWidget, point: QPointF) -> None:
    """Move with no button held."""
    move(widget, point, NONE, Qt.MouseButton.NoButton)


def wheel(
    widget: QWidget, point: QPointF, steps: float, modifiers: Qt.KeyboardModifier = NONE
) -> None:
    """Turn the wheel by notches; positive is away from the user."""
    event = QWheelEvent(
        point, QPointF(widget.mapToGlobal(point.toPoint())), QPoint(),
        QPoint(0, round(120 * steps)),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
