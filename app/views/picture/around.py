"""Looking around in a film of everything all around: a viewport that is turned and widened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from app import theme
from app.views.picture.overlay import Edges4
from app.words import said
from engine.project.model import Video
from engine.vision.viewport import Viewport

WIDER_A_NOTCH = 1.12
"""By how much a notch of the wheel widens or narrows the view."""
ROUND_WIDTH_PX = 2560
"""Pictures all around are decoded up to this width: only a part of one is in view."""
_ALONG_EDGES = np.linspace(0.0, 1.0, 9)
_SALIENCY_PX = 16
"""Of the window for one pixel of the glow."""


@dataclass(frozen=True)
class PlacedAround:
    """A film all around through a viewport: `area` is that of the widget in which it is seen."""

    area: QRectF
    video: Video
    view: Viewport

    @property
    def turn_px(self) -> float:
        """Pixels of the video's whole width."""
        return float(self.video.width)

    def rect(self, box: NDArray[np.float64]) -> QRectF | None:
        """Where a box in video pixels is seen: around its outline; None where it is not in view."""
        across = box[0] + _ALONG_EDGES * (box[2] - box[0])
        down = box[1] + _ALONG_EDGES * (box[3] - box[1])
        outline = np.concatenate([
            np.stack([across, np.full_like(across, box[1])], axis=1),
            np.stack([across, np.full_like(across, box[3])], axis=1),
            np.stack([np.full_like(down, box[0]), down], axis=1),
            np.stack([np.full_like(down, box[2]), down], axis=1),
            [[0.5 * (box[0] + box[2]), 0.5 * (box[1] + box[3])]],
        ])  # fmt: skip
        places, front = self.view.points_of(outline, self._window, self._picture)
        if not front[-1]:
            return None
        wide, high = np.ptp(places[front], axis=0)
        found = QRectF(0.0, 0.0, wide, high)  # as large as its outline, about its own middle
        found.moveCenter(QPointF(*places[-1]) + self.area.topLeft())
        return found if found.intersects(self.area) else None

    def video_point(self, point: QPointF) -> tuple[float, float]:
        """A place in the widget in pixels of the video."""
        inside = point - self.area.topLeft()
        x, y = self.view.pixels_at(
            np.array([[inside.x(), inside.y()]]), self._window, self._picture
        )[0]
        return float(x), float(y)

    def shift_px(self, was: QRectF, now: QRectF) -> Edges4:
        """How far a box's left, top, right and bottom edge went, in pixels of the video.

        What is moved as a whole goes as its middle does, in azimuth and elevation.
        """
        if (was.size() - now.size()).isNull():
            across, down = self._way(was.center(), now.center())
            return across, down, across, down
        middle = was.center()
        sides = [
            self._way(QPointF(a, middle.y()), QPointF(b, middle.y()))[0]
            for a, b in ((was.left(), now.left()), (was.right(), now.right()))
        ]
        ends = [
            self._way(QPointF(middle.x(), a), QPointF(middle.x(), b))[1]
            for a, b in ((was.top(), now.top()), (was.bottom(), now.bottom()))
        ]
        return sides[0], ends[0], sides[1], ends[1]

    def image(self, source: QImage) -> QImage:
        """What the viewport shows of a picture."""
        rgb = source.convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
        pixels = rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3)
        width, height = max(1, round(self.area.width())), max(1, round(self.area.height()))
        shown = self.view.render(pixels, (width, height))
        return QImage(shown.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()

    def energy(self, energy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Energies (h, w) of the whole picture as the viewport shows them."""
        size = (
            max(2, round(self.area.width() / _SALIENCY_PX)),
            max(2, round(self.area.height() / _SALIENCY_PX)),
        )
        levels = np.round(255.0 * np.clip(energy, 0.0, 1.0)).astype(np.uint8)
        return self.view.render(levels, size) / 255.0

    @property
    def _window(self) -> tuple[float, float]:
        return self.area.width(), self.area.height()

    @property
    def _picture(self) -> tuple[int, int]:
        return self.video.width, self.video.height

    def _way(self, start: QPointF, end: QPointF) -> tuple[float, float]:
        """From one place to another in pixels of the video, the shorter way round."""
        (x0, y0), (x1, y1) = self.video_point(start), self.video_point(end)
        half = 0.5 * self.turn_px
        return (x1 - x0 + half) % self.turn_px - half, y1 - y0


def direction_text(view: Viewport) -> str:
    """Where the viewport looks, in words."""
    azimuth, elevation = round(view.azimuth_deg), round(view.elevation_deg)
    side = "{angle}° left" if azimuth > 0 else "{angle}° right"
    words = [said("{angle}°" if azimuth in (0, 180, -180) else side, angle=abs(azimuth))]
    if elevation:
        rise = "{angle}° up" if elevation > 0 else "{angle}° down"
        words.append(said(rise, angle=abs(elevation)))
    return f"{', '.join(words)} · {said('{angle}° wide', angle=round(view.field_deg))}"


def paint_direction(painter: QPainter, area: QRectF, view: Viewport) -> None:
    """A chip in the upper left corner that tells where the viewport looks."""
    table = theme.colours()
    painter.setFont(theme.font(11, 600))
    text = direction_text(view)
    chip = QRectF(area.left() + 8, area.top() + 8, 0, 20)
    chip.setWidth(painter.fontMetrics().horizontalAdvance(text) + 14)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.with_alpha(table.ground, 0.72))
    painter.drawRoundedRect(chip, 4, 4)
    painter.setPen(table.text)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
