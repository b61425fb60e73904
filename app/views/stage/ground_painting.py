"""The ground seen from above: range rings with their metres, spokes with their degrees."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app import theme
from app.views.stage.projection import Projection

_RING_LABELS_DEG = (-75, 15, -165)
"""Azimuths between the spokes and the loudspeakers; the first in sight is taken."""


def paint_ground(painter: QPainter, area: QRectF, projection: Projection, *, coarse: bool) -> None:
    """Range rings in metres and azimuth spokes with their degrees at the border.

    `coarse` is for while the view itself moves: lines are not smoothed.
    """
    table = theme.colours()
    painter.fillRect(area, table.field)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not coarse)
    listener = projection.point(0, 0)
    reach_px = _reach_px(area, projection)
    painter.setPen(QPen(theme.mix(table.field, table.line, 0.8), 1))
    spokes = (direction(azimuth) for azimuth in range(-150, 181, 30))
    painter.drawLines(
        [QLineF(listener + ahead * 16, listener + ahead * reach_px) for ahead in spokes]
    )
    _paint_rings(painter, area, projection)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_degrees(painter, area, listener)


def ring_chips(area: QRectF, projection: Projection) -> list[tuple[QRectF, str]]:
    """Where the rings' distances stand, and what they are."""
    listener, room = projection.point(0, 0), area.adjusted(40, 26, -40, -26)
    step_m = projection.ring_step_m
    chips = []
    for number in range(1, _ring_count(area, projection)):
        radius = number * step_m * projection.px_per_m
        places = (listener + direction(azimuth) * radius for azimuth in _RING_LABELS_DEG)
        place = next((one for one in places if room.contains(one)), None)
        if place is not None:
            chip = QRectF(place.x() - 18, place.y() - 7, 36, 14)
            chips.append((chip, f"{number * step_m:g} m"))
    return chips


def _paint_rings(painter: QPainter, area: QRectF, projection: Projection) -> None:
    table = theme.colours()
    listener = projection.point(0, 0)
    painter.setFont(theme.font(10))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(table.line, 1))
    for number in range(1, _ring_count(area, projection)):
        radius = number * projection.ring_step_m * projection.px_per_m
        painter.drawEllipse(listener, radius, radius)
    for chip, words in ring_chips(area, projection):
        painter.fillRect(chip, theme.with_alpha(table.field, 0.85))
        painter.setPen(table.text_faint)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, words)


def _ring_count(area: QRectF, projection: Projection) -> int:
    step_px = projection.ring_step_m * projection.px_per_m
    return min(60, int(_reach_px(area, projection) / step_px) + 2)


def _reach_px(area: QRectF, projection: Projection) -> float:
    """From the listener to the furthest corner."""
    corners = (area.topLeft(), area.topRight(), area.bottomLeft(), area.bottomRight())
    return max(QLineF(projection.point(0, 0), corner).length() for corner in corners)


def degree_chips(area: QRectF, listener: QPointF) -> list[tuple[QRectF, int]]:
    """Where the azimuths stand along the border, those that matter most first."""
    border = area.adjusted(18, 12, -18, -12)
    if not border.contains(listener):
        return []
    taken: list[tuple[QRectF, int]] = []
    for azimuth in (0, 90, -90, 180, 60, -60, 30, -30, 120, -120, 150, -150):
        place = _border_point(listener, direction(azimuth), border)
        chip = QRectF(place.x() - 18, place.y() - 8, 36, 16)
        if not any(chip.intersects(other) for other, _ in taken):
            taken.append((chip, azimuth))
    return taken


def _paint_degrees(painter: QPainter, area: QRectF, listener: QPointF) -> None:
    table = theme.colours()
    painter.setFont(theme.font(10, 500))
    for chip, azimuth in degree_chips(area, listener):
        text = "0°" if azimuth == 0 else f"{azimuth:+d}°".replace("-", "−")
        painter.fillRect(chip, table.field)
        painter.setPen(table.text_soft if azimuth % 90 == 0 else table.text_faint)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text.replace("+180", "180"))


def _border_point(start: QPointF, ahead: QPointF, border: QRectF) -> QPointF:
    reaches = []
    if ahead.x():
        edge = border.right() if ahead.x() > 0 else border.left()
        reaches.append((edge - start.x()) / ahead.x())
    if ahead.y():
        edge = border.bottom() if ahead.y() > 0 else border.top()
        reaches.append((edge - start.y()) / ahead.y())
    return start + ahead * min(reaches)


def direction(azimuth_deg: float) -> QPointF:
    """Unit step on the screen towards an azimuth (front is up, positive to the left)."""
    angle = math.radians(azimuth_deg)
    return QPointF(-math.sin(angle), -math.cos(angle))
