"""How the stage looks: rings, directions, loudspeakers, the head, trajectories and sources."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPolygonF

from app import theme
from app.views.stage.ground_painting import direction
from app.views.stage.projection import Projection
from engine.layouts import LOUDSPEAKER_LAYOUTS, SURROUND_51, Layout
from engine.project.model import Track, Trajectory

_STEPS = 160
_COARSE_STEPS = 48
_BUCKETS = 16
_DASHES = (3.0, 3.0)
KEYFRAME_SPACING_PX = 13.0
NAME_ROOM_PX = 132
LAYOUTS: dict[str, Layout] = LOUDSPEAKER_LAYOUTS


class Points(Protocol):
    """Metres to pixels."""

    def points(self, positions_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) pixels of (n, 3) positions."""


def paint_loudspeakers(painter: QPainter, projection: Projection, monitor: str) -> None:
    """Directions of the loudspeakers: those of the monitored format, else of 5.1, faintly."""
    painter.save()
    painter.setOpacity(1.0 if monitor in LAYOUTS else 0.45)
    table = theme.colours()
    painter.setFont(theme.font(9, 600))
    for place, name in loudspeaker_places(projection, monitor):
        painter.setPen(QPen(table.text_faint, 1))
        painter.setBrush(table.raised)
        painter.drawEllipse(place, 10, 10)
        painter.setPen(table.text)
        area = QRectF(place.x() - 12, place.y() - 8, 24, 16)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, name)
    painter.restore()


def loudspeaker_places(projection: Projection, monitor: str) -> list[tuple[QPointF, str]]:
    """Where loudspeakers are drawn, seen from above, and their names."""
    layout = LAYOUTS.get(monitor, SURROUND_51)
    radius = max(44.0, 2.0 * projection.px_per_m)
    listener = projection.point(0, 0)
    return [
        (listener + direction(speaker.azimuth_deg) * radius, speaker.name)
        for speaker in layout.loudspeakers
        if not speaker.lfe
    ]


def paint_head(painter: QPainter, projection: Projection, yaw_deg: float = 0.0) -> None:
    """The listener, facing front (or turned by the head tracker)."""
    table = theme.colours()
    painter.save()
    painter.translate(projection.point(0, 0))
    painter.rotate(-yaw_deg)
    head = QPainterPath()
    head.addEllipse(QPointF(0, 0), 11, 12)
    nose = QPainterPath()
    nose.addPolygon(QPolygonF([QPointF(-5, -9), QPointF(0, -18), QPointF(5, -9)]))
    for side in (-1, 1):
        ear = QPainterPath()
        ear.addRoundedRect(QRectF(side * 12 - 3, -5, 6, 10), 3, 3)
        head = head.united(ear)
    painter.setPen(QPen(table.field, 2))
    painter.setBrush(table.text_soft)
    painter.drawPath(head.united(nose))
    painter.restore()


def paint_head_handle(
    painter: QPainter, projection: Projection, place: QPointF, *, turned: bool
) -> None:
    """The dot that turns the listener's head; lit while it is turned."""
    table = theme.colours()
    painter.setPen(QPen(theme.with_alpha(table.text_faint, 0.5), 1, Qt.PenStyle.DotLine))
    painter.drawLine(projection.point(0, 0), place)
    painter.setPen(QPen(table.ground, 1.5))
    painter.setBrush(table.accent if turned else table.text_faint)
    painter.drawEllipse(place, 3.5, 3.5)


def time_colour(colour: QColor, share: float) -> QColor:
    """A track's colour along its path: deep at the beginning, bright at the end."""
    table = theme.colours()
    if share < 0.6:
        return theme.mix(theme.mix(colour, table.field, 0.72), colour, share / 0.6)
    return theme.mix(colour, QColor("white"), (share - 0.6) / 0.4 * 0.55)


def paint_path(
    painter: QPainter, projection: Points, track: Track, *, chosen: bool, coarse: bool = False
) -> None:
    """A trajectory, coloured along time, dashed out of sight, with an arrowhead where it ends.

    `coarse` is for while the view itself moves: hairlines with fewer points and shades.
    """
    if coarse:
        _paint_coarsely(painter, projection, track, chosen=chosen)
        return
    times, positions = _sampled(track)
    pixels = projection.points(positions)
    in_sight = np.searchsorted(times, seen_span_s(track))
    colour = theme.legible(track.colour)
    opacity = 1.0 if chosen else 0.7
    width = 2.5 if chosen else 1.5
    painter.setBrush(Qt.BrushStyle.NoBrush)
    even = np.linspace(0, len(pixels) - 1, min(_BUCKETS, len(pixels) - 1) + 1).astype(int)
    edges = np.union1d(even, in_sight)
    for number, (first, last) in enumerate(itertools.pairwise(edges)):
        shade = time_colour(colour, number / max(1, len(edges) - 2))
        pen = QPen(theme.with_alpha(shade, opacity), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if last <= in_sight[0] or first >= in_sight[1]:
            pen.setDashPattern(_DASHES)
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in pixels[first : last + 1]]))
    _paint_arrow(painter, pixels, theme.with_alpha(time_colour(colour, 1.0), opacity))


def paint_detected(painter: QPainter, projection: Points, track: Track) -> None:
    """The path as it was detected, where a hand has edited it: a dashed ghost."""
    path = track.detected
    if path is None:
        return
    even = np.linspace(path.times_s[0], path.times_s[-1], _STEPS)
    points = [QPointF(x, y) for x, y in projection.points(path.at(even)).tolist()]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.with_alpha(theme.colours().text_soft, 0.8), 1, Qt.PenStyle.DashLine))
    painter.drawPolyline(QPolygonF(points))


def _paint_coarsely(painter: QPainter, projection: Points, track: Track, *, chosen: bool) -> None:
    positions = _coarse_positions(_Same(track.trajectory))
    points = [QPointF(x, y) for x, y in projection.points(positions).tolist()]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    colour = theme.with_alpha(theme.legible(track.colour), 1.0 if chosen else 0.6)
    painter.setPen(QPen(colour, 1))
    painter.drawPolyline(QPolygonF(points))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


class _Same:
    """A path compared by identity, so that looking it up costs nothing."""

    __slots__ = ("path",)

    def __init__(self, path: Trajectory) -> None:
        self.path = path

    def __hash__(self) -> int:
        return id(self.path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.path is self.path


@lru_cache(maxsize=128)
def _coarse_positions(key: _Same) -> NDArray[np.float64]:
    """(n, 3) positions at equal times along a path."""
    times = key.path.times_s
    return key.path.at(np.linspace(times[0], times[-1], _COARSE_STEPS))


def seen_span_s(track: Track) -> tuple[float, float]:
    """First and last moment of a path that is no extrapolation; the whole path if all of it is."""
    keyframes = track.trajectory.keyframes
    seen = [keyframe.time_s for keyframe in keyframes if not keyframe.extrapolated]
    return (seen[0], seen[-1]) if seen else (keyframes[0].time_s, keyframes[-1].time_s)


def _sampled(track: Track) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n,) equal times and (n, 3) positions then; few keyframes stay exact corners."""
    trajectory = track.trajectory
    times = trajectory.times_s
    if len(times) == 1:
        return times, trajectory.positions_m
    even = np.linspace(times[0], times[-1], _STEPS)
    corners = times if len(times) <= _STEPS else np.array(seen_span_s(track))
    sampled = np.union1d(even, corners)
    return sampled, trajectory.at(sampled)


def _paint_arrow(painter: QPainter, pixels: NDArray[np.float64], colour: QColor) -> None:
    tip = pixels[-1]
    apart = np.hypot(*(pixels - tip).T)
    far = np.flatnonzero(apart > 6.0)
    if not far.size:
        return
    back = pixels[far[-1]] - tip
    back = back / np.hypot(*back) * 9.0
    side = np.array([-back[1], back[0]]) * 0.45
    head = QPainterPath()
    head.addPolygon(QPolygonF([QPointF(*p) for p in (tip, tip + back + side, tip + back - side)]))
    painter.fillPath(head, colour)


def shown_keyframes(projection: Points, track: Track, selected: int | None) -> list[int]:
    """Indices of the keyframes that are drawn and can be taken hold of.

    Where they crowd, some of the machine's are left out until one zooms in; those of a hand and
    the selected one never are.
    """
    keyframes = track.trajectory.keyframes
    pixels = projection.points(track.trajectory.positions_m)
    shown = [
        index for index, keyframe in enumerate(keyframes)
        if keyframe.provenance == "hand" or index == selected
    ]  # fmt: skip
    cells: dict[tuple[int, int], list[int]] = {}
    places = pixels.tolist()
    for index in shown:
        cells.setdefault(_cell(*places[index]), []).append(index)
    squares = np.floor(pixels / KEYFRAME_SPACING_PX).astype(np.int64)
    _, firsts = np.unique(squares @ (1, 1 << 24), return_index=True)
    for index in np.sort(firsts).tolist():
        x, y = places[index]
        column, row = _cell(x, y)
        if (column, row) in cells:
            continue  # whatever is in the same square is too near
        near = (
            places[other]
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for other in cells.get((column + dx, row + dy), ())
        )
        if all(max(abs(x - u), abs(y - v)) >= KEYFRAME_SPACING_PX for u, v in near):
            shown.append(index)
            cells.setdefault((column, row), []).append(index)
    return sorted(shown)


def _cell(x: float, y: float) -> tuple[int, int]:
    """The square that a pixel is in; what is closer than a spacing is in it or in a neighbour."""
    return int(x // KEYFRAME_SPACING_PX), int(y // KEYFRAME_SPACING_PX)


def paint_keyframes(
    painter: QPainter, projection: Points, track: Track, selected: int | None
) -> None:
    """Keyframes: hollow where a machine made them, filled where a hand did."""
    table = theme.colours()
    colour = theme.legible(track.colour)
    pixels = projection.points(track.trajectory.positions_m)
    for index in shown_keyframes(projection, track, selected):
        keyframe = track.trajectory.keyframes[index]
        place = QPointF(*pixels[index])
        hand = keyframe.provenance == "hand"
        reach = 4.5
        if index == selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.with_alpha(table.accent, 0.28))
            painter.drawEllipse(place, 11, 11)
            reach = 5.5
        painter.setPen(QPen(table.accent if index == selected else colour, 1.5))
        painter.setBrush(colour if hand else table.field)
        painter.drawPolygon(
            QPolygonF(
                [
                    place + QPointF(0, -reach),
                    place + QPointF(reach, 0),
                    place + QPointF(0, reach),
                    place + QPointF(-reach, 0),
                ]
            )
        )


def paint_source(
    painter: QPainter, place: QPointF, track: Track, *, chosen: bool, active: bool
) -> None:
    """Where a source is now. Hollow while the object is not in the picture."""
    table = theme.colours()
    colour = theme.legible(track.colour)
    radius = 7.0 if chosen else 6.0
    if chosen:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.with_alpha(colour, 0.22))
        painter.drawEllipse(place, 14, 14)
    painter.setPen(QPen(table.ground if active else colour, 1.5))
    painter.setBrush(colour if active else table.field)
    painter.drawEllipse(place, radius, radius)


def name_of(track: Track, *, chosen: bool) -> tuple[str, float]:
    """The name as far as there is room for it, and its width in pixels."""
    metrics = QFontMetrics(theme.font(11, 600 if chosen else 400))
    text = metrics.elidedText(track.name, Qt.TextElideMode.ElideRight, NAME_ROOM_PX)
    return text, metrics.horizontalAdvance(text) + 8.0


def paint_name(painter: QPainter, chip: QRectF, text: str, *, chosen: bool) -> None:
    """A source's name at its place."""
    table = theme.colours()
    painter.setFont(theme.font(11, 600 if chosen else 400))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.with_alpha(table.field, 0.82))
    painter.drawRoundedRect(chip, 3, 3)
    painter.setPen(table.text if chosen else table.text_soft)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
