"""The ruler: timecode, markers, shots, the loop range and the playhead's handle."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.views.timeline.axis import TimeAxis
from app.views.timeline.snapping import to_video_frame_s
from app.views.timeline.ticks import DEFAULT_RATE, choose_ticks
from engine.media.timecode import format_timecode
from engine.project.model import Project

HEIGHT_PX = 40
_MARKERS_PX = 16


class Ruler(QWidget):
    """Click or drag to move the playhead; drag with Shift to set the loop range."""

    locate_requested = Signal(float)
    scrub_requested = Signal(float)
    """The playhead is dragged here: sound on the way."""
    loop_requested = Signal(object)
    """(from_s, to_s), or None for no loop."""
    wheel_turned = Signal(object)

    def __init__(self, axis: TimeAxis) -> None:
        super().__init__()
        self._axis = axis
        self._project = Project()
        self._position_s = 0.0
        self._loop: tuple[float, float] | None = None
        self._loop_anchor_s: float | None = None
        self._scrubbing = False
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline ruler")
        self.setToolTip("Click to move the playhead, Shift+drag to set the loop")
        axis.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(600, HEIGHT_PX)

    def set_project(self, project: Project) -> None:
        """Show another project."""
        self._project = project
        self.update()

    def set_position(self, position_s: float) -> None:
        """Move the playhead; repaints where it was and where it is."""
        for time_s in (self._position_s, position_s):
            self.update(round(self._axis.x_of(time_s)) - 7, 0, 14, self.height())
        self._position_s = position_s

    def set_loop(self, loop: tuple[float, float] | None) -> None:
        """Show the loop range."""
        self._loop = loop
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        time_s = self._time_at(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._loop_anchor_s = time_s
            return
        self.locate_requested.emit(time_s)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        time_s = self._time_at(event)
        if self._loop_anchor_s is not None:
            first, last = sorted((self._loop_anchor_s, time_s))
            self.loop_requested.emit((first, last) if last > first else None)
        elif event.buttons() & Qt.MouseButton.LeftButton:
            self._scrubbing = True
            self.scrub_requested.emit(time_s)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._loop_anchor_s is not None and self._time_at(event) == self._loop_anchor_s:
            self.loop_requested.emit(None)
        self._loop_anchor_s = None
        if self._scrubbing:
            self._scrubbing = False
            self.locate_requested.emit(self._time_at(event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.wheel_turned.emit(event)

    def _time_at(self, event: QMouseEvent) -> float:
        time_s = max(0.0, self._axis.time_of(event.position().x()))
        return to_video_frame_s(time_s, self._project)

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), table.panel)
        self._paint_loop(painter)
        self._paint_ticks(painter)
        self._paint_marks(painter)
        painter.fillRect(0, self.height() - 1, self.width(), 1, table.line)
        self._paint_playhead(painter)

    def _paint_ticks(self, painter: QPainter) -> None:
        table = theme.colours()
        video = self._project.video
        rate = video.rate if video else DEFAULT_RATE
        painter.setFont(theme.font(10, 500))
        base = self.height() - 1
        for time_s, labelled in choose_ticks(self._axis.px_per_s, rate).between(
            self._axis.left_s, self._axis.right_s
        ):
            x = round(self._axis.x_of(time_s))
            painter.fillRect(
                x, base - (10 if labelled else 4), 1, 10 if labelled else 4, table.line_strong
            )
            if labelled and x + 74 <= self.width():
                painter.setPen(table.text_soft)
                area = QRectF(x + 5, _MARKERS_PX, 90, base - _MARKERS_PX - 2)
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, format_timecode(time_s, rate))

    def _paint_loop(self, painter: QPainter) -> None:
        if self._loop is None:
            return
        table = theme.colours()
        left, right = (self._axis.x_of(time_s) for time_s in self._loop)
        painter.fillRect(
            QRectF(left, _MARKERS_PX, right - left, self.height() - _MARKERS_PX),
            theme.with_alpha(table.accent, 0.16),
        )
        painter.fillRect(QRectF(left, _MARKERS_PX, right - left, 3), table.accent)

    def _paint_marks(self, painter: QPainter) -> None:
        table = theme.colours()
        for shot_s in self._project.analysis.shots_s[1:]:
            painter.fillRect(QRectF(self._axis.x_of(shot_s), 2, 1, 12), table.text_faint)
        painter.setFont(theme.font(10, 600))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for marker in self._project.markers:
            x = self._axis.x_of(marker.time_s)
            if -200 <= x <= self.width():
                width = painter.fontMetrics().horizontalAdvance(marker.name) + 12
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(table.warning)
                painter.drawRoundedRect(QRectF(x, 2, width, 13), 2, 2)
                painter.setPen(table.ground)
                painter.drawText(QPointF(x + 6, 12), marker.name)

    def _paint_playhead(self, painter: QPainter) -> None:
        table = theme.colours()
        x = round(self._axis.x_of(self._position_s)) + 0.5
        bottom = self.height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(table.accent, 1))
        painter.drawLine(QPointF(x, bottom - 8), QPointF(x, bottom))
        painter.setBrush(table.accent)
        painter.setPen(Qt.PenStyle.NoPen)
        corners = [(-5, -14), (5, -14), (5, -9), (0, -4), (-5, -9)]
        painter.drawPolygon(QPolygonF([QPointF(x + dx, bottom + dy) for dx, dy in corners]))
