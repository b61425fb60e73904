"""Automation lanes under a track: where they lie, how they look and what is under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from app import theme
from app.selection import Selected
from app.views.timeline.axis import TimeAxis
from app.views.timeline.envelopes import Envelope, envelope_of, fitted
from app.views.timeline.rows import ENVELOPE_PX, Rows
from engine.project.model import Curve, Project, Track

POINT_REACH_PX = 7.0
LINE_REACH_PX = 6.0
_MARGIN_PX = 7.0
_POINT_PX = 3.5
_LEAP = 180.0
"""Of an azimuth from one point to the next: it goes round behind the listener."""
_CROWDED_PX = 5.0
"""Points nearer than this to the one before are not drawn until one zooms in."""


@dataclass(frozen=True)
class EnvelopeLane:
    """One automation lane of a track; `top` is its upper edge."""

    track: Track
    envelope: Envelope
    top: float

    def y_of(self, value: float) -> float:
        """Pixel of a value."""
        reach = ENVELOPE_PX - 1 - 2 * _MARGIN_PX
        return self.top + _MARGIN_PX + (1.0 - self.envelope.share(value)) * reach

    def value_at(self, y: float) -> float:
        """Value at a pixel."""
        reach = ENVELOPE_PX - 1 - 2 * _MARGIN_PX
        return self.envelope.value(1.0 - (y - self.top - _MARGIN_PX) / reach)


@dataclass(frozen=True)
class EnvelopeHit:
    """What is under the pointer in a lane: a point, the line, or (neither) its ground."""

    lane: EnvelopeLane
    point: int | None
    on_line: bool


def lanes_of(project: Project, rows: Rows, index: int) -> list[EnvelopeLane]:
    """The automation lanes that are shown under a row."""
    track = project.tracks[index]
    return [
        EnvelopeLane(track, fitted(envelope_of(name), track), rows.envelope_y(index, number))
        for number, name in enumerate(rows.envelopes_of(index))
    ]


def find_envelope(
    project: Project, axis: TimeAxis, rows: Rows, point: QPointF
) -> EnvelopeHit | None:
    """The automation lane under a point, and what of it."""
    index = rows.index_at(point.y())
    if index is None or index >= len(project.tracks):
        return None
    for lane in lanes_of(project, rows, index):
        if lane.top <= point.y() < lane.top + ENVELOPE_PX:
            return _hit(lane, axis, point)
    return None


def _hit(lane: EnvelopeLane, axis: TimeAxis, point: QPointF) -> EnvelopeHit:
    nearest, reach = None, POINT_REACH_PX
    for number, (time_s, value) in enumerate(lane.envelope.curve(lane.track)):
        away = np.hypot(axis.x_of(time_s) - point.x(), lane.y_of(value) - point.y())
        if away <= reach:
            nearest, reach = number, float(away)
    line_y = lane.y_of(lane.envelope.at(lane.track, axis.time_of(point.x())))
    return EnvelopeHit(lane, nearest, nearest is None and abs(line_y - point.y()) <= LINE_REACH_PX)


def paint_envelope(
    painter: QPainter, lane: EnvelopeLane, axis: TimeAxis, area: QRectF, selected: Selected
) -> None:
    """Paint a lane: its ground, where it rests, the curve and its points."""
    table = theme.colours()
    ground = QRectF(area.left(), lane.top, area.width(), ENVELOPE_PX - 1)
    painter.fillRect(ground, theme.mix(table.field, table.ground, 0.6))
    painter.fillRect(QRectF(area.left(), lane.top, area.width(), 1), table.line)
    rest = round(lane.y_of(lane.envelope.rest))
    painter.setPen(QPen(table.line_strong, 1, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(area.left(), rest), QPointF(area.right(), rest))
    painter.save()
    painter.setClipRect(ground)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    curve = lane.envelope.curve(lane.track)
    colour = theme.legible(lane.track.colour)
    if curve:
        _paint_curve(painter, lane, axis, area)
        _paint_points(painter, lane, axis, area, selected)
    else:
        painter.setPen(QPen(theme.with_alpha(colour, 0.7), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(area.left(), rest), QPointF(area.right(), rest))
    painter.restore()


def _paint_curve(painter: QPainter, lane: EnvelopeLane, axis: TimeAxis, area: QRectF) -> None:
    """The line from the left edge to the right one, and a faint fill under it."""
    if lane.envelope.drawn is not None:
        _paint_course(painter, lane, axis, area)
        return
    curve = lane.envelope.curve(lane.track)
    times = np.array([time_s for time_s, _ in curve])
    first = max(0, int(np.searchsorted(times, axis.time_of(area.left()))) - 1)
    last = int(np.searchsorted(times, axis.time_of(area.right()))) + 1
    inside = [QPointF(axis.x_of(t), lane.y_of(value)) for t, value in curve[first:last]]
    points = [
        QPointF(min(area.left(), inside[0].x()), inside[0].y()),
        *inside,
        QPointF(max(area.right(), inside[-1].x()), inside[-1].y()),
    ]
    colour = theme.legible(lane.track.colour)
    bottom = lane.top + ENVELOPE_PX
    corners = [QPointF(points[-1].x(), bottom), QPointF(points[0].x(), bottom)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.with_alpha(colour, 0.12))
    painter.drawPolygon(QPolygonF([*points, *corners]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.5))
    painter.drawPolyline(QPolygonF(points))


def _paint_course(painter: QPainter, lane: EnvelopeLane, axis: TimeAxis, area: QRectF) -> None:
    """Where the source is, and (dashed) where it was detected before a hand has edited it."""
    assert lane.envelope.drawn is not None
    assert lane.envelope.before is not None
    span_s = axis.time_of(area.left()), axis.time_of(area.right())
    table, colour = theme.colours(), theme.legible(lane.track.colour)
    for course, pen in (
        (lane.envelope.before(lane.track, *span_s),
         QPen(table.text_soft, 1, Qt.PenStyle.DashLine)),
        (lane.envelope.drawn(lane.track, *span_s), QPen(colour, 1.5)),
    ):  # fmt: skip
        painter.setPen(pen)
        for run in _unbroken(course, _LEAP):
            points = [QPointF(axis.x_of(t), lane.y_of(value)) for t, value in run]
            painter.drawPolyline(QPolygonF(points))


def _unbroken(course: Curve, leap: float) -> list[Curve]:
    """Parts of a course between its leaps (an azimuth goes on at the other side behind one)."""
    cuts = [i + 1 for i, (a, b) in enumerate(pairwise(course)) if abs(b[1] - a[1]) > leap]
    return [course[a:b] for a, b in pairwise([0, *cuts, len(course)]) if b - a > 1]


def _paint_points(
    painter: QPainter, lane: EnvelopeLane, axis: TimeAxis, area: QRectF, selected: Selected
) -> None:
    table = theme.colours()
    chosen = None
    if selected.track_id == lane.track.id and selected.point is not None:
        name, chosen = selected.point
        chosen = chosen if name == lane.envelope.name else None
    painter.setPen(QPen(theme.legible(lane.track.colour), 1.5))
    last = -np.inf
    for number, (time_s, value) in enumerate(lane.envelope.curve(lane.track)):
        x = axis.x_of(time_s)
        if x - last < _CROWDED_PX and number != chosen:
            continue
        if area.left() - 8 <= x <= area.right() + 8:
            last = x
            painter.setBrush(table.text if number == chosen else table.field)
            painter.drawEllipse(QPointF(x, lane.y_of(value)), _POINT_PX, _POINT_PX)
