"""What is drawn over the picture: boxes, labels, trails, safe areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF

from app import theme
from engine.project.model import Track, Video

TRAIL_S = 1.2
_LONGEST_NAME = 22
_GAP_S = 0.25
"""A box is shown up to this long after it was last seen."""

Boxes = NDArray[np.float64]
"""(n, 6): time_s, x0, y0, x1, y1 in pixels of the video, confidence."""


class BoxSource(Protocol):
    """Where the boxes of a track come from."""

    def boxes(self, track: Track) -> Boxes | None:
        """(n, 6) boxes of a track; None where it has none."""


class EnergySource(Protocol):
    """Where saliency comes from."""

    def at(self, video: Video, time_s: float) -> NDArray[np.float64] | None:
        """(h, w) energies of 0..1 of the picture at a time, if they are at hand."""


@dataclass(frozen=True)
class Overlays:
    """What is drawn over the picture; names, confidence and distance go with the boxes."""

    boxes: bool = True
    names: bool = True
    confidence: bool = True
    distance: bool = False
    trails: bool = True
    safe_areas: bool = False
    saliency: bool = False


def confidence_at(boxes: Boxes, time_s: float) -> float:
    """How sure the box on screen at a time is, 0..1: that of the nearest one."""
    return float(np.clip(boxes[np.argmin(np.abs(boxes[:, 0] - time_s)), 5], 0.0, 1.0))


def box_at(boxes: Boxes, time_s: float) -> NDArray[np.float64] | None:
    """(4,) box on screen at a time, between its neighbours; None while the object is away."""
    times = boxes[:, 0]
    after = int(np.searchsorted(times, time_s + 1e-6, side="right"))
    if after == 0:
        return None
    before = after - 1
    if after == len(times):
        return boxes[before, 1:5] if time_s - times[before] <= _GAP_S / 4 else None
    gap_s = times[after] - times[before]
    if gap_s > _GAP_S:
        return boxes[before, 1:5] if time_s - times[before] <= _GAP_S / 4 else None
    share = (time_s - times[before]) / gap_s
    return np.asarray(boxes[before, 1:5] * (1 - share) + boxes[after, 1:5] * share)


Edges4 = tuple[float, float, float, float]
"""Left, top, right and bottom."""


class Placing(Protocol):
    """How the video's pixels and the widget's places belong together."""

    @property
    def area(self) -> QRectF:
        """Where the picture is drawn."""

    @property
    def turn_px(self) -> float:
        """Pixels of the video's whole width."""

    def rect(self, box: NDArray[np.float64]) -> QRectF | None:
        """Widget area of a box in video pixels; None where it is not in view."""

    def video_point(self, point: QPointF) -> tuple[float, float]:
        """A place in the widget in pixels of the video, kept inside the picture."""

    def shift_px(self, was: QRectF, now: QRectF) -> Edges4:
        """How far a box's left, top, right and bottom edge went, in pixels of the video."""

    def energy(self, energy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Energies (h, w) of the video's picture as they lie on what is drawn of it."""


@dataclass(frozen=True)
class Placed:
    """A picture that is drawn as it is."""

    area: QRectF
    video: Video

    @property
    def turn_px(self) -> float:
        """Pixels of the video's whole width."""
        return float(self.video.width)

    def video_point(self, point: QPointF) -> tuple[float, float]:
        """A place in the widget in pixels of the video, kept inside the picture."""
        video = self.video
        x = (point.x() - self.area.left()) * video.width / self.area.width()
        y = (point.y() - self.area.top()) * video.height / self.area.height()
        return float(np.clip(x, 0.0, video.width)), float(np.clip(y, 0.0, video.height))

    def shift_px(self, was: QRectF, now: QRectF) -> Edges4:
        """How far a box's left, top, right and bottom edge went, in pixels of the video."""
        across = self.video.width / self.area.width()
        down = self.video.height / self.area.height()
        return (
            (now.left() - was.left()) * across,
            (now.top() - was.top()) * down,
            (now.right() - was.right()) * across,
            (now.bottom() - was.bottom()) * down,
        )

    def energy(self, energy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Energies (h, w) as they are."""
        return energy

    def rect(self, box: NDArray[np.float64]) -> QRectF:
        """Widget area of a box in video pixels; that of a film all around within one turn."""
        if self.video.spherical:
            turns = np.floor(0.5 * (box[0] + box[2]) / self.video.width)
            box = box - turns * self.video.width * np.array([1.0, 0.0, 1.0, 0.0])
        across = self.area.width() / self.video.width
        down = self.area.height() / self.video.height
        return QRectF(
            self.area.left() + box[0] * across,
            self.area.top() + box[1] * down,
            (box[2] - box[0]) * across,
            (box[3] - box[1]) * down,
        )


def paint_trail(
    painter: QPainter, placed: Placing, track: Track, boxes: Boxes, now_s: float
) -> None:
    """The way an object came: the middle of its box over the last moments, fading."""
    inside = (boxes[:, 0] >= now_s - TRAIL_S) & (boxes[:, 0] <= now_s)
    recent = boxes[inside]
    if len(recent) < 2:
        return
    colour = theme.legible(track.colour)
    rects = [placed.rect(row[1:5]) for row in recent]
    points = [None if rect is None else rect.center() for rect in rects]
    for number in range(1, len(points)):
        before, here = points[number - 1], points[number]
        if before is None or here is None or _leaps(before, here, placed.area):
            continue
        share = number / len(points)
        painter.setPen(QPen(theme.with_alpha(colour, 0.15 + 0.75 * share), 1.0 + 1.5 * share))
        painter.drawLine(before, here)


def _leaps(before: QPointF, here: QPointF, area: QRectF) -> bool:
    """Whether it went out by one side of the picture and in by the other."""
    return abs(here.x() - before.x()) > 0.5 * area.width()


def paint_box(
    painter: QPainter, area: QRectF, track: Track, text: str, *, chosen: bool, sure: bool = True
) -> None:
    """Corners (an outline when selected; dashed while it is unsure) and a chip with `text`."""
    table = theme.colours()
    colour = theme.legible(track.colour)
    style = Qt.PenStyle.SolidLine if sure else Qt.PenStyle.DashLine
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (
        QPen(theme.with_alpha(table.ground, 0.65), 4.0),
        QPen(colour, 2.0 if chosen else 1.5, style),
    ):
        painter.setPen(pen)
        if chosen or not sure:
            painter.drawRoundedRect(area, 2, 2)
        else:
            _paint_corners(painter, area)
    if text:
        _paint_chip(painter, area, track, text, chosen=chosen)


def paint_saliency(painter: QPainter, area: QRectF, energy: NDArray[np.float64]) -> None:
    """(h, w) energies of 0..1 as a glow over the picture."""
    colour = theme.colours().warning
    pixels = np.empty((*energy.shape, 4), dtype=np.uint8)
    alpha = 0.65 * np.clip(energy, 0.0, 1.0)
    for channel, value in enumerate((colour.blue(), colour.green(), colour.red(), 255)):
        pixels[..., channel] = alpha * value
    rows, columns = energy.shape
    glow = QImage(
        pixels.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied
    )
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(area, glow)


def paint_handles(painter: QPainter, places: Sequence[QPointF]) -> None:
    """Small squares by which a box is resized."""
    table = theme.colours()
    painter.setPen(QPen(table.ground, 1))
    painter.setBrush(table.text)
    for place in places:
        painter.drawRect(QRectF(place.x() - 3, place.y() - 3, 6, 6))


def chip_text(track: Track, overlays: Overlays, confidence: float, distance_m: float) -> str:
    """What stands at a box: its name, how sure it is, how far away; what is wanted of that."""
    parts = []
    if overlays.names:
        name = track.name if len(track.name) <= _LONGEST_NAME else f"{track.name[:_LONGEST_NAME]}…"
        parts.append(name)
    if overlays.confidence and track.provenance == "machine":
        parts.append(f"{confidence:.0%}")
    if overlays.distance:
        parts.append(f"{distance_m:.1f} m")
    return "  ".join(parts)


def _paint_corners(painter: QPainter, area: QRectF) -> None:
    reach = min(14.0, area.width() / 3, area.height() / 3)
    for x, y, dx, dy in (
        (area.left(), area.top(), 1, 1),
        (area.right(), area.top(), -1, 1),
        (area.left(), area.bottom(), 1, -1),
        (area.right(), area.bottom(), -1, -1),
    ):
        painter.drawPolyline(
            QPolygonF([QPointF(x + dx * reach, y), QPointF(x, y), QPointF(x, y + dy * reach)])
        )


def _paint_chip(painter: QPainter, area: QRectF, track: Track, text: str, *, chosen: bool) -> None:
    table = theme.colours()
    painter.setFont(theme.font(11, 600))
    width = painter.fontMetrics().horizontalAdvance(text) + 12
    window = painter.window()
    left = min(max(area.left(), 2.0), max(2.0, window.width() - width - 2.0))
    top = area.top() - 22 if area.top() >= 24 else area.bottom() + 4
    chip = QRectF(left, top, width, 18)
    colour = theme.legible(track.colour)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour if chosen else theme.with_alpha(table.ground, 0.78))
    painter.drawRoundedRect(chip, 3, 3)
    painter.setPen(table.ground if chosen else colour)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)


def paint_safe_areas(painter: QPainter, area: QRectF) -> None:
    """Action-safe (93 %) and title-safe (90 %) frames (SMPTE ST 2046-1) and the middle."""
    table = theme.colours()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for share, alpha in ((0.93, 0.55), (0.90, 0.35)):
        painter.setPen(QPen(theme.with_alpha(table.text, alpha), 1))
        dx, dy = area.width() * (1 - share) / 2, area.height() * (1 - share) / 2
        painter.drawRect(area.adjusted(dx, dy, -dx, -dy))
    middle = area.center()
    painter.drawLine(middle + QPointF(-8, 0), middle + QPointF(8, 0))
    painter.drawLine(middle + QPointF(0, -8), middle + QPointF(0, 8))
