"""What surrounds the sources in the side and the 3D view: rings, head, loudspeakers, camera."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from app import theme
from app.views.stage.camera import Camera
from app.views.stage.painting import LAYOUTS
from engine.coordinates import to_cartesian
from engine.layouts import SURROUND_51, Layout

SPEAKERS_M = 2.0
HEAD_M = 0.12
_NOSE_M = 0.24
_STEPS = 72
_RINGS = 4
_SEEN_M = 4.0
_TOGETHER_PX = 18.0
"""Loudspeakers drawn nearer to each other than this are drawn as one."""
_PICTURE_SHAPE = 9 / 16


def paint_space(
    painter: QPainter, area: QRectF, camera: Camera, monitor: str, fov_deg: float, *, coarse: bool
) -> None:
    """The ground at the height of the ears, the picture's edges, loudspeakers and the head.

    `coarse` is for while the view itself moves: lines are not smoothed.
    """
    table = theme.colours()
    painter.fillRect(area, table.field)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not coarse)
    _paint_rings(painter, camera)
    _paint_view_edges(painter, camera, fov_deg)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_loudspeakers(painter, camera, monitor)
    _paint_head(painter, camera)


def _circle(radius_m: float, z_m: float = 0.0) -> NDArray[np.float64]:
    angles = np.linspace(0.0, 2.0 * np.pi, _STEPS)
    return np.stack(
        [radius_m * np.cos(angles), radius_m * np.sin(angles), np.full(_STEPS, z_m)], axis=-1
    )


def _points(camera: Camera, positions_m: NDArray[np.float64]) -> list[QPointF]:
    return [QPointF(float(x), float(y)) for x, y in camera.points(positions_m)]


def _paint_rings(painter: QPainter, camera: Camera) -> None:
    table = theme.colours()
    step_m = camera.ring_step_m
    painter.setFont(theme.font(10))
    edge_m = _RINGS * step_m
    painter.setPen(QPen(theme.mix(table.field, table.line, 0.8), 1))
    for azimuth in range(0, 180, 30):
        ends = to_cartesian([azimuth, azimuth + 180.0], [0.0, 0.0], [edge_m, edge_m])
        first, last = _points(camera, np.asarray(ends))
        painter.drawLine(first, last)
    for number in range(1, _RINGS + 1):
        painter.setPen(QPen(table.line_strong if number == _RINGS else table.line, 1))
        painter.drawPolyline(QPolygonF(_points(camera, _circle(number * step_m))))
    painter.setPen(table.text_soft)
    for text, place in (
        ("front", (edge_m * 1.07, 0.0, 0.0)), ("left", (0.0, edge_m * 1.07, 0.0)),
        ("right", (0.0, -edge_m * 1.07, 0.0)), ("back", (-edge_m * 1.07, 0.0, 0.0)),
    ):  # fmt: skip
        _paint_word(painter, camera.point(*place), text)
    painter.setPen(table.text_faint)
    _paint_word(painter, camera.point(*_aside(edge_m)), f"{edge_m:g} m")


def _aside(radius_m: float) -> tuple[float, float, float]:
    angle = math.radians(-45.0)
    return radius_m * math.cos(angle), radius_m * math.sin(angle), 0.0


def _paint_word(painter: QPainter, place: QPointF, text: str) -> None:
    painter.drawText(
        QRectF(place.x() - 30, place.y() - 8, 60, 16), Qt.AlignmentFlag.AlignCenter, text
    )


def _paint_view_edges(painter: QPainter, camera: Camera, fov_deg: float) -> None:
    """What the film's camera sees, up to a few metres."""
    if fov_deg >= 170.0:
        return
    half_wide = math.tan(math.radians(fov_deg / 2)) * _SEEN_M
    half_high = half_wide * _PICTURE_SHAPE
    corners = np.array(
        [(_SEEN_M, side * half_wide, up * half_high)
         for side, up in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
    )  # fmt: skip
    table = theme.colours()
    painter.setPen(QPen(theme.mix(table.field, table.warning, 0.4), 1))
    frame = _points(camera, corners)
    eye = camera.point(0.0, 0.0, 0.0)
    edges = [QLineF(*pair) for pair in zip(frame, (*frame[1:], frame[0]), strict=True)]
    painter.drawLines([*edges, *(QLineF(eye, corner) for corner in frame)])


def _paint_loudspeakers(painter: QPainter, camera: Camera, monitor: str) -> None:
    table = theme.colours()
    layout = LAYOUTS.get(monitor, SURROUND_51)
    painter.save()
    painter.setOpacity(1.0 if monitor in LAYOUTS else 0.45)
    painter.setFont(theme.font(9, 600))
    for place, names in told_apart(loudspeaker_places(camera, layout)):
        wide = max(20.0, painter.fontMetrics().horizontalAdvance(names) + 12.0)
        area = QRectF(place.x() - 0.5 * wide, place.y() - 10.0, wide, 20.0)
        painter.setPen(QPen(table.text_faint, 1))
        painter.setBrush(table.raised)
        painter.drawRoundedRect(area, 10.0, 10.0)
        painter.setPen(table.text)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, names)
    painter.restore()


def loudspeaker_places(camera: Camera, layout: Layout) -> list[tuple[QPointF, str]]:
    """Where loudspeakers are drawn, and their names."""
    speakers = [speaker for speaker in layout.loudspeakers if not speaker.lfe]
    directions = [(speaker.azimuth_deg, speaker.elevation_deg) for speaker in speakers]
    places = [camera.point(*map(float, to_cartesian(*deg, SPEAKERS_M))) for deg in directions]
    return [(place, speaker.name) for place, speaker in zip(places, speakers, strict=True)]


def told_apart(places: list[tuple[QPointF, str]]) -> list[tuple[QPointF, str]]:
    """Those that would cover each other, as from the side, as one with all their names."""
    heaps: list[list[tuple[QPointF, str]]] = []
    for place, name in places:
        for heap in heaps:
            if any(QLineF(place, there).length() < _TOGETHER_PX for there, _ in heap):
                heap.append((place, name))
                break
        else:
            heaps.append([(place, name)])
    return [
        (sum((place for place, _ in heap), QPointF()) / len(heap), " ".join(n for _, n in heap))
        for heap in heaps
    ]


def _paint_head(painter: QPainter, camera: Camera) -> None:
    table = theme.colours()
    middle = camera.point(0.0, 0.0, 0.0)
    radius = max(7.0, HEAD_M * camera.px_per_m)
    painter.setPen(QPen(table.text_soft, 3))
    nose = camera.point(_NOSE_M, 0.0, 0.0) - middle
    length = math.hypot(nose.x(), nose.y())
    if length > 0.0:
        ahead = nose / length * min(length * max(1.0, radius / (HEAD_M * camera.px_per_m)), 18.0)
        painter.drawLine(middle, middle + ahead)
    painter.setPen(QPen(table.field, 2))
    painter.setBrush(table.text_soft)
    painter.drawEllipse(middle, radius, radius)
