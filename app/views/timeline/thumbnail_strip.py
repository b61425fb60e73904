"""The film strip above the tracks: small pictures on the time axis, and where shots begin."""

from __future__ import annotations

import math
from typing import Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPaintEvent

from app import theme
from app.views.timeline.axis import TimeAxis
from app.views.timeline.time_strip import TimeStrip
from app.words import tr
from engine.project.model import Project

HEIGHT_PX = 46
_DEFAULT_STEP_S = 0.04


class ThumbnailSource(Protocol):
    """Where small pictures come from."""

    def at(self, time_s: float) -> QImage | None:
        """The small picture of a time; None while it is being made."""

    def at_hand(self, time_s: float) -> QImage | None:
        """The small picture of a time if there is one."""


class ThumbnailStrip(TimeStrip):
    """Every picture stands at its own time; a click puts the playhead there."""

    def __init__(self, axis: TimeAxis, source: ThumbnailSource) -> None:
        super().__init__(axis, HEIGHT_PX)
        self._source = source
        self._project = Project()
        self.setAccessibleName(tr("Film strip"))
        self.setToolTip(tr("Pictures of the film; thin lines: shots begin, broad ones: scenes"))

    def set_project(self, project: Project) -> None:
        """Show another project's film."""
        shown = (project.video, project.analysis, project.markers)
        if shown != (self._project.video, self._project.analysis, self._project.markers):
            self.update()
        self._project = project

    @property
    def step_s(self) -> float:
        """Time from one picture to the next: video frames times a power of two, so that zooming
        finds again what was made before."""
        video = self._project.video
        if video is None:
            return _DEFAULT_STEP_S
        least_s = 0.5 * self.picture_px / self._axis.px_per_s
        picture_s = 1.0 / float(video.rate)
        return picture_s * 2.0 ** max(0, math.ceil(math.log2(max(least_s / picture_s, 1e-9))))

    @property
    def picture_px(self) -> float:
        """Width of a whole picture at the strip's height."""
        video = self._project.video
        return self.height() * (video.width / max(video.height, 1) if video else 16 / 9)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, table = QPainter(self), theme.colours()
        area = QRectF(event.rect())
        painter.fillRect(area, table.field)
        video = self._project.video
        if video is not None:
            self._paint_pictures(painter, area, video.duration_s)
            for shot_s in self._project.analysis.shots_s[1:]:
                x = round(self._axis.x_of(shot_s))
                painter.fillRect(QRectF(x, 0, 2, self.height()), table.text)
            for marker in self._project.markers:
                if marker.scene:
                    x = round(self._axis.x_of(marker.time_s))
                    painter.fillRect(QRectF(x - 1, 0, 4, self.height()), table.good)
        painter.fillRect(QRectF(area.left(), self.height() - 1, area.width(), 1), table.ground)
        self.paint_playhead(painter)

    def _paint_pictures(self, painter: QPainter, area: QRectF, duration_s: float) -> None:
        step_s = self.step_s
        first = max(0, math.floor(self._axis.time_of(area.left()) / step_s))
        last = math.floor(min(self._axis.time_of(area.right()), duration_s - 1e-6) / step_s)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number in range(first, last + 1):
            image = self._source.at(number * step_s) or self._before(number, step_s)
            if image is None:
                continue
            left = round(self._axis.x_of(number * step_s))
            right = round(self._axis.x_of(min((number + 1) * step_s, duration_s)))
            place = QRectF(left, 0, right - left, self.height() - 1)
            painter.drawImage(place, image, _middle(image, place))

    def _before(self, number: int, step_s: float) -> QImage | None:
        """While a picture is being made: the last one before it that a wider zoom has shown."""
        for level in range(1, number.bit_length() + 1):
            found = self._source.at_hand((number >> level << level) * step_s)
            if found is not None:
                return found
        return None


def _middle(image: QImage, place: QRectF) -> QRectF:
    """The middle of a picture that has the proportions of a place."""
    width = min(image.width(), image.height() * place.width() / max(place.height(), 1.0))
    return QRectF(0.5 * (image.width() - width), 0, width, image.height())
