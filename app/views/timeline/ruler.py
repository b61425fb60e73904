"""The ruler: timecode, markers, shots, the loop range and the playhead's handle."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy

from app import theme
from app.intents import EditingWidget
from app.views.timeline.axis import TimeAxis
from app.views.timeline.ruler_marks import (
    FLAGS_PX,
    flag,
    marker_at,
    range_end_at,
    region_bar,
    region_end_at,
)
from app.views.timeline.snapping import to_video_frame_s
from app.views.timeline.span import paint_span
from app.views.timeline.ticks import DEFAULT_RATE, choose_ticks
from app.views.timeline.time_formats import format_time
from app.words import tr
from engine.project.edits import MoveMarker, ResizeRegion
from engine.project.model import Marker, Project

HEIGHT_PX = 40
START_PX = 3.0


class Ruler(EditingWidget):
    """Click or drag to move the playhead; drag with Shift to set the loop, its ends to change it.

    A drag along the upper edge selects time; the ends of that can be dragged, a click clears it.
    Flags of markers are dragged, renamed by a double click, and have a menu.
    """

    scrub_requested = Signal(float)
    """The playhead is dragged here: sound on the way."""
    loop_requested = Signal(object)
    """(from_s, to_s), or None for no loop."""
    span_requested = Signal(object)
    """(from_s, to_s) of the time to be selected, or None."""
    wheel_turned = Signal(object)
    marker_menu_requested = Signal(str, object)
    """(marker id, global position)."""
    format_menu_requested = Signal(object)
    """A global position."""
    rename_requested = Signal(str)
    """A marker id."""

    def __init__(self, axis: TimeAxis) -> None:
        super().__init__()
        self._axis = axis
        self._project = Project()
        self._position_s = 0.0
        self._loop: tuple[float, float] | None = None
        self._loop_anchor_s: float | None = None
        self._span: tuple[float, float] | None = None
        self._span_anchor_s: float | None = None
        self._span_moves = False
        self._scrubbing = False
        self._marker: Marker | None = None
        self._marker_moves = False
        self._region: tuple[str, float] | None = None
        """Region whose end is dragged, and the time of its other end."""
        self.setMouseTracking(True)
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Timeline ruler"))
        self.setToolTip(
            tr(
                "Click to move the playhead, Shift+drag to set the loop;\n"
                "drag along the upper edge to select time;\n"
                "drag a marker to move it, double-click it to rename it"
            )
        )
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

    def set_span(self, span: tuple[float, float] | None) -> None:
        """Show the selected time."""
        self._span = span
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        time_s = self._time_at(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._loop_anchor_s = time_s
            return
        x, y = event.position().x(), event.position().y()
        self._marker = marker_at(self._project, self._axis, x, y)
        if self._marker is not None:
            self.locate_requested.emit(self._marker.time_s)
            return
        end = range_end_at(self._loop, self._axis, x) if y > FLAGS_PX else None
        if end is not None:
            self._loop_anchor_s = end.other_s
            return
        self._region = region_end_at(self._project, self._axis, x, y)
        if self._region is not None:
            self.gesture_began.emit()
            return
        if y <= FLAGS_PX:
            end = range_end_at(self._span, self._axis, x)
            self._span_anchor_s = time_s if end is None else end.other_s
            self._span_moves = end is not None
            return
        self.locate_requested.emit(time_s)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        time_s = self._time_at(event)
        held = (self._loop_anchor_s, self._span_anchor_s)
        held_any = self._marker_moves or held != (None, None) or self._region is not None
        if not event.buttons() and held_any:
            self.mouseReleaseEvent(event)
        elif self._loop_anchor_s is not None:
            first, last = sorted((self._loop_anchor_s, time_s))
            self.loop_requested.emit((first, last) if last > first else None)
        elif self._region is not None:
            self._resize_region(*self._region, time_s)
        elif self._span_anchor_s is not None:
            self._drag_span(self._span_anchor_s, time_s)
        elif self._marker is not None:
            self._move_marker(self._marker, time_s)
        elif event.buttons() & Qt.MouseButton.LeftButton:
            self._scrubbing = True
            self.scrub_requested.emit(time_s)
        else:
            self._show_cursor(event.position().x(), event.position().y())

    def _resize_region(self, marker_id: str, other_s: float, time_s: float) -> None:
        first_s, last_s = sorted((other_s, time_s))
        if last_s > first_s:
            self.edit_requested.emit(
                ResizeRegion(marker_id=marker_id, time_s=first_s, length_s=last_s - first_s)
            )

    def _drag_span(self, anchor_s: float, time_s: float) -> None:
        far_px = abs(self._axis.x_of(time_s) - self._axis.x_of(anchor_s))
        self._span_moves = self._span_moves or far_px >= START_PX
        if self._span_moves:
            first, last = sorted((anchor_s, time_s))
            self.span_requested.emit((first, last) if last > first else None)

    def _move_marker(self, marker: Marker, time_s: float) -> None:
        far = abs(self._axis.x_of(time_s) - self._axis.x_of(marker.time_s)) >= START_PX
        if far and not self._marker_moves:
            self._marker_moves = True
            self.gesture_began.emit()
        if self._marker_moves:
            self.edit_requested.emit(MoveMarker(marker_id=marker.id, time_s=time_s))

    def _show_cursor(self, x: float, y: float) -> None:
        if marker_at(self._project, self._axis, x, y) is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        elif (
            region_end_at(self._project, self._axis, x, y) is not None
            or range_end_at(self._span if y <= FLAGS_PX else self._loop, self._axis, x) is not None
        ):
            self.setCursor(Qt.CursorShape.SizeHorCursor)
        elif y <= FLAGS_PX:
            self.setCursor(Qt.CursorShape.IBeamCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        marker = marker_at(self._project, self._axis, event.position().x(), event.position().y())
        if marker is not None:
            self.rename_requested.emit(marker.id)
        else:
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        marker = marker_at(self._project, self._axis, event.pos().x(), event.pos().y())
        if marker is not None:
            self.marker_menu_requested.emit(marker.id, event.globalPos())
        else:
            self.format_menu_requested.emit(event.globalPos())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._loop_anchor_s is not None and self._time_at(event) == self._loop_anchor_s:
            self.loop_requested.emit(None)
        self._loop_anchor_s = None
        if self._span_anchor_s is not None:
            anchor_s, self._span_anchor_s = self._span_anchor_s, None
            if not self._span_moves:  # a click
                self.span_requested.emit(None)
                self.locate_requested.emit(anchor_s)
            self._span_moves = False
        moved, self._marker, self._marker_moves = self._marker_moves, None, False
        resized, self._region = self._region is not None, None
        if moved or resized:
            self.gesture_ended.emit()
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
        paint_span(painter, self._span, self._axis, FLAGS_PX)
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
        name, rate_hz = self._axis.time_format, self._project.sample_rate_hz
        bars = self._project.bars
        ticks = choose_ticks(self._axis.px_per_s, rate, name, rate_hz, bars)
        for time_s, labelled in ticks.between(self._axis.left_s, self._axis.right_s):
            x = round(self._axis.x_of(time_s))
            painter.fillRect(
                x, base - (10 if labelled else 4), 1, 10 if labelled else 4, table.line_strong
            )
            if labelled and x + 74 <= self.width():
                painter.setPen(table.text_soft)
                area = QRectF(x + 5, FLAGS_PX, 90, base - FLAGS_PX - 2)
                text = format_time(time_s, name, rate, rate_hz, bars)
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_loop(self, painter: QPainter) -> None:
        if self._loop is None:
            return
        table = theme.colours()
        left, right = (self._axis.x_of(time_s) for time_s in self._loop)
        painter.fillRect(
            QRectF(left, FLAGS_PX, right - left, self.height() - FLAGS_PX),
            theme.with_alpha(table.accent, 0.16),
        )
        painter.fillRect(QRectF(left, FLAGS_PX, right - left, 3), table.accent)

    def _paint_marks(self, painter: QPainter) -> None:
        table = theme.colours()
        for shot_s in self._project.analysis.shots_s[1:]:
            painter.fillRect(QRectF(self._axis.x_of(shot_s), 2, 1, 12), table.text_faint)
        painter.setFont(theme.font(10, 600))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for marker in self._project.markers:
            x = self._axis.x_of(marker.time_s)
            if -200 - marker.length_s * self._axis.px_per_s <= x <= self.width():
                painter.setPen(Qt.PenStyle.NoPen)
                if marker.length_s:
                    region = region_bar(self._axis, marker)
                    painter.fillRect(region, theme.with_alpha(table.warning, 0.3))
                if marker.scene:
                    painter.fillRect(QRectF(x, 2, 2, self.height() - 3), table.good)
                painter.setBrush(table.good if marker.scene else table.warning)
                painter.drawRoundedRect(flag(self._axis, marker), 2, 2)
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
