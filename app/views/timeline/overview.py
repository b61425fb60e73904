"""The overview strip: the whole session in miniature, and which part of it is in sight."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.views.timeline.axis import TimeAxis
from app.views.timeline.clip_index import row_of
from app.views.timeline.clip_painting import shades
from app.words import tr
from engine.project.model import Project

HEIGHT_PX = 30
EDGE_PX = 6.0
_LEAST_VIEW_PX = 8.0


class Overview(QWidget):
    """Drag the frame to scroll, its edges to zoom; click beside it to go there."""

    menu_requested = Signal(object)
    """A global position."""

    def __init__(self, axis: TimeAxis) -> None:
        super().__init__()
        self._axis = axis
        self._project = Project()
        self._position_s = 0.0
        self._picture: QPixmap | None = None
        self._drawn_for: tuple[object, ...] = ()
        self._grip: str | None = None
        self._held_s = 0.0
        self.setFixedHeight(HEIGHT_PX)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Overview"))
        self.setToolTip(tr("The whole session: drag the frame to scroll, its edges to zoom"))
        axis.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(600, HEIGHT_PX)

    def set_project(self, project: Project) -> None:
        """Show another project."""
        same = (project.clips, project.tracks) == (self._project.clips, self._project.tracks)
        self._project = project
        if not same:
            self._picture = None
        self.update()

    def set_position(self, position_s: float) -> None:
        """Move the playhead."""
        if round(self.x_of(position_s)) != round(self.x_of(self._position_s)):
            self.update()
        self._position_s = position_s

    @property
    def length_s(self) -> float:
        """Seconds from the left to the right edge."""
        return self._axis.duration_s

    def x_of(self, time_s: float) -> float:
        """Pixel of a time."""
        return time_s / self.length_s * self.width()

    def view_area(self) -> QRectF:
        """The frame around what is in sight."""
        left = min(self.x_of(self._axis.left_s), self.width() - _LEAST_VIEW_PX)
        width = max(self.x_of(self._axis.right_s) - left, _LEAST_VIEW_PX)
        width = min(width, self.width() - left)
        return QRectF(left, 1, width, self.height() - 2)

    def _grip_at(self, x: float) -> str:
        area = self.view_area()
        reach = min(EDGE_PX, area.width() / 4)
        if abs(x - area.left()) <= reach:
            return "left"
        if abs(x - area.right()) <= reach:
            return "right"
        return "inside" if area.left() < x < area.right() else "beside"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        self._grip = self._grip_at(x)
        if self._grip == "beside":
            self._axis.scroll_to(self._time_of(x) - self._axis.visible_s / 2)
            self._grip = "inside"
        self._held_s = self._time_of(x) - self._axis.left_s

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._grip is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self._grip = None
            edge = self._grip_at(x) in ("left", "right")
            self.setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.ArrowCursor)
            return
        time_s = min(max(0.0, self._time_of(x)), self.length_s)
        if self._grip == "inside":
            self._axis.scroll_to(time_s - self._held_s)
        elif self._grip == "left" and time_s < self._axis.right_s:
            self._axis.set_range(time_s, self._axis.right_s)
        elif self._grip == "right" and time_s > self._axis.left_s:
            self._axis.set_range(self._axis.left_s, time_s)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._picture = None

    def _time_of(self, x: float) -> float:
        return x / max(1, self.width()) * self.length_s

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        table = theme.colours()
        painter.drawPixmap(0, 0, self._miniature())
        area = self.view_area()
        veil = theme.with_alpha(table.ground, 0.6)
        painter.fillRect(QRectF(0, 0, area.left(), self.height()), veil)
        painter.fillRect(QRectF(area.right(), 0, self.width(), self.height()), veil)
        painter.setPen(QPen(table.line_strong, 1))
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.fillRect(QRectF(round(self.x_of(self._position_s)), 0, 1, self.height()),
                         table.accent)  # fmt: skip

    def _miniature(self) -> QPixmap:
        """All clips as thin bars, a line a track; drawn when they or the length change."""
        key = (self.length_s, self.devicePixelRatioF(), theme.in_use())
        if self._picture is None or self._drawn_for != key:
            self._drawn_for = key
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(theme.colours().field)
            painter = QPainter(self._picture)
            painter.setPen(Qt.PenStyle.NoPen)
            self._paint_bars(painter)
            painter.end()
        return self._picture

    def _paint_bars(self, painter: QPainter) -> None:
        tracks = self._project.tracks
        pitch = (self.height() - 6) / max(1, len(tracks))
        thick = max(1.0, min(pitch - 1.0, 4.0))
        for number, track in enumerate(tracks):
            painter.setBrush(shades(track.colour).bar)
            top = 3 + number * pitch + (pitch - thick) / 2
            row = row_of(self._project, track.id)
            if not row.clips:
                continue
            scale = self.width() / self.length_s
            left, right = np.round(row.starts_s * scale), np.round(row.ends_s * scale)
            bars = np.unique(np.stack([left, np.maximum(right - left - 1, 1)], axis=-1), axis=0)
            painter.drawRects([QRectF(x, top, width, thick) for x, width in bars.tolist()])
