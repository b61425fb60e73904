"""The time selection in the lanes and on the ruler: a drag that sets it, and how it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app import theme
from app.views.timeline.axis import TimeAxis
from app.views.timeline.snapping import snap_points_s, snapped_s

if TYPE_CHECKING:
    from app.views.timeline.lanes import Lanes

Span = tuple[float, float]
_LEAST_PX = 3.0


class SelectSpan:
    """Ctrl+drag over the ground: select time, from snap to snap. A click clears it."""

    def __init__(self, lanes: Lanes, start: QPointF) -> None:
        self.lanes = lanes
        self._start = start
        self._before = lanes.selection.span_s
        self._points_s = snap_points_s(lanes.project, (), lanes.position_s)
        self._anchor_s = lanes.axis.time_of(start.x())
        self._moved = False

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        axis = self.lanes.axis
        away_px = abs(point.x() - axis.x_of(self._anchor_s))
        self._moved = self._moved or away_px >= _LEAST_PX
        if self._moved:
            ends = (self._landed(self._anchor_s, modifiers),
                    self._landed(axis.time_of(point.x()), modifiers))  # fmt: skip
            first_s, last_s = sorted(ends)
            self.lanes.selection.set_span((first_s, last_s) if last_s > first_s else None)
            self.lanes.readout = (point, f"{last_s - first_s:.3f} s")

    def _landed(self, time_s: float, modifiers: Qt.KeyboardModifier) -> float:
        lanes = self.lanes
        inside_s = max(0.0, time_s)
        if not lanes.snapping_with(modifiers):
            return inside_s
        return snapped_s(inside_s, self._points_s, lanes.axis.px_per_s, lanes.project)[0]

    def finish(self) -> None:
        self.lanes.readout = None
        if not self._moved:
            self.lanes.selection.set_span(None)

    def cancel(self) -> None:
        self.lanes.readout = None
        self.lanes.selection.set_span(self._before)


def paint_span(painter: QPainter, span: Span | None, axis: TimeAxis, height_px: float) -> None:
    """A light veil over the selected time, with a line at either end."""
    if span is None:
        return
    table = theme.colours()
    left, right = axis.x_of(span[0]), axis.x_of(span[1])
    painter.fillRect(QRectF(left, 0, right - left, height_px), theme.with_alpha(table.text, 0.09))
    for x in (left, right):
        painter.fillRect(QRectF(round(x), 0, 1, height_px), theme.with_alpha(table.text, 0.6))
