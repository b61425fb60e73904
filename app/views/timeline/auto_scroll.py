"""Scrolling by itself while something is dragged beyond the left or right edge."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, Qt, QTimer

from app.views.timeline.axis import TimeAxis

EVERY_MS = 30
_SLOWEST_PX, _FASTEST_PX = 4.0, 48.0
_SHARE = 0.15
"""Of the distance beyond the edge that is scrolled each time."""

Move = Callable[[QPointF, Qt.KeyboardModifier], None]


class AutoScroll(QObject):
    """Goes on for as long as the pointer stays outside; each step moves the drag along."""

    def __init__(self, axis: TimeAxis, move: Move, parent: QObject) -> None:
        super().__init__(parent)
        self._axis = axis
        self._move = move
        self._point = QPointF()
        self._modifiers = Qt.KeyboardModifier.NoModifier
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.step)

    def follow(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer of a drag is here now."""
        self._point, self._modifiers = QPointF(point), modifiers
        outside = not 0.0 <= point.x() < self._axis.width_px
        if outside and not self._timer.isActive():
            self._timer.start()
        elif not outside:
            self._timer.stop()

    def stop(self) -> None:
        """The drag is over."""
        self._timer.stop()

    def step(self) -> None:
        """Scroll once, faster the farther out the pointer is."""
        x = self._point.x()
        beyond = x if x < 0.0 else x - self._axis.width_px
        if beyond == 0.0:
            return
        by_px = min(max(abs(beyond) * _SHARE, _SLOWEST_PX), _FASTEST_PX)
        sign = 1.0 if beyond > 0.0 else -1.0
        self._axis.scroll_to(self._axis.left_s + sign * by_px / self._axis.px_per_s)
        self._move(self._point, self._modifiers)
