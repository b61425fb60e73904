"""Pointing at the picture: a box is dragged or resized to fit, or drawn to be followed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt

from app.views.picture.overlay import Placing
from engine.project.model import Track

START_PX = 5.0
"""How far the pointer goes before a press is a drag."""
LEAST_BOX_PX = 8.0
RESIZE_START_PX = 2.0
HANDLE_REACH_PX = 6.0
LEAST_SIDE_PX = 36.0
"""Shorter sides have no handle in their middle."""

Edges = tuple[int, int, int, int]
"""Which of a box's left, top, right and bottom edge move: 1 or 0."""


WHOLE: Edges = (1, 1, 1, 1)
"""The whole box goes."""

_CURSORS = {
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (0, 0): Qt.CursorShape.SizeFDiagCursor,
    (1, 0): Qt.CursorShape.SizeBDiagCursor,
    (0, 1): Qt.CursorShape.SizeBDiagCursor,
}


@dataclass
class BoxDrag:
    """A track's box on its way. `area` is where it was, in the widget; `edges` is what moves."""

    track: Track
    area: QRectF
    start: QPointF
    here: QPointF
    edges: Edges = WHOLE

    @property
    def is_drag(self) -> bool:
        """Whether it went far enough to be meant."""
        least = START_PX if self.edges == WHOLE else RESIZE_START_PX
        return bool((self.here - self.start).manhattanLength() >= least)

    @property
    def shown(self) -> QRectF:
        """Where the box is now: an edge stops short of the one across."""
        moved, (left, top, right, bottom) = self.here - self.start, self.edges
        dx, dy = moved.x(), moved.y()
        if self.edges != WHOLE:
            wide, high = self.area.width() - LEAST_BOX_PX, self.area.height() - LEAST_BOX_PX
            dx = min(dx, wide) if left else max(dx, -wide)
            dy = min(dy, high) if top else max(dy, -high)
        return self.area.adjusted(dx * left, dy * top, dx * right, dy * bottom)

    def shift_px(self, placed: Placing) -> tuple[float, float, float, float]:
        """How far its left, top, right and bottom edge went, in pixels of the video."""
        return placed.shift_px(self.area, self.shown)


def handles(area: QRectF) -> list[tuple[QPointF, Edges]]:
    """Where a box is taken hold of to resize it, and the edges each handle moves.

    A side has a handle in its middle only where there is room between those of its corners.
    """
    middle = area.center()
    found: list[tuple[QPointF, Edges]] = []
    for x, left, right in ((area.left(), 1, 0), (middle.x(), 0, 0), (area.right(), 0, 1)):
        for y, top, bottom in ((area.top(), 1, 0), (middle.y(), 0, 0), (area.bottom(), 0, 1)):
            across, down = left or right, top or bottom
            wide = across or area.width() >= LEAST_SIDE_PX
            high = down or area.height() >= LEAST_SIDE_PX
            if (across or down) and wide and high:
                found.append((QPointF(x, y), (left, top, right, bottom)))
    return found


def handle_at(area: QRectF, point: QPointF) -> Edges | None:
    """The edges that the handle under a point moves; small boxes have small handles."""
    reach = min(HANDLE_REACH_PX, area.width() / 4.0, area.height() / 4.0)
    reach = max(reach, 3.0)
    for place, edges in handles(area):
        away = point - place
        if max(abs(away.x()), abs(away.y())) <= reach:
            return edges
    return None


def cursor_of(edges: Edges | None) -> Qt.CursorShape:
    """What the pointer looks like over a handle."""
    if edges is None or edges == WHOLE:
        return Qt.CursorShape.ArrowCursor
    left, top, right, bottom = edges
    if not (left or right):
        return Qt.CursorShape.SizeVerCursor
    if not (top or bottom):
        return Qt.CursorShape.SizeHorCursor
    return _CURSORS[left, top]


def shown_box(placed: Placing, drawn: QRectF) -> tuple[float, float, float, float]:
    """A rectangle drawn in the widget as a box in pixels of the video.

    Across the line behind, in a film all around, its right edge goes on beyond the picture.
    """
    x0, y0 = placed.video_point(drawn.topLeft())
    x1, y1 = placed.video_point(drawn.bottomRight())
    if x1 < x0:
        x1 += placed.turn_px
    return x0, min(y0, y1), x1, max(y0, y1)
