"""A slim scale of elevation beside the stage; the selected keyframe can be lifted on it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen

from app import theme
from app.intents import EditingWidget
from app.selection import Selection
from app.views.stage.gestures import bends_at_time, edits_at_time
from app.views.stage.snapping import snapped_elevation_deg
from app.words import tr
from engine.coordinates import to_cartesian, to_spherical
from engine.project.model import Project

WIDTH_PX = 60
_MARGIN_PX = 30
_STEEPEST_DEG = 85.0
_REACH_DEG = 4.0


class ElevationScale(EditingWidget):
    """Elevation -90 to 90 degrees, a dot for each source; drag to lift the selected one."""

    def __init__(self, selection: Selection) -> None:
        super().__init__()
        self._selection = selection
        self._project = Project()
        self._position_s = 0.0
        self._make_edit: Callable[[float], object] | None = None
        self.setFixedWidth(WIDTH_PX)
        self.setAccessibleName(tr("Elevation of sources"))
        self.setToolTip(
            tr(
                "Elevation: drag to lift the selected source or keyframe at its distance; what is "
                "near in time follows (Alt: that moment alone)"
            )
        )
        selection.changed.connect(self.update)

    def set_project(self, project: Project) -> None:
        """Show another project."""
        self._project = project
        self.update()

    def set_position(self, position_s: float) -> None:
        """Move to another time."""
        self._position_s = position_s
        self.update()

    def y_of(self, elevation_deg: float) -> float:
        """Pixel of an elevation."""
        room = self.height() - 2 * _MARGIN_PX
        return _MARGIN_PX + (90.0 - elevation_deg) / 180.0 * room

    def elevation_at(self, y: float) -> float:
        """Elevation at a pixel, never straight up or down."""
        room = max(1, self.height() - 2 * _MARGIN_PX)
        elevation = 90.0 - (y - _MARGIN_PX) / room * 180.0
        return min(max(elevation, -_STEEPEST_DEG), _STEEPEST_DEG)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            alone = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self._make_edit = self._edits(alone)
            if self._make_edit is not None:
                self.gesture_began.emit()
                self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._make_edit is not None:
            elevation_deg = self.elevation_at(event.position().y())
            if self._selection.snapping_in_space(event.modifiers()):
                elevation_deg = snapped_elevation_deg(elevation_deg, _REACH_DEG)
            self.edit_requested.emit(self._make_edit(elevation_deg))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._make_edit is not None:
            self._make_edit = None
            self.gesture_ended.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._make_edit is not None:
            self._make_edit = None
            self.gesture_cancelled.emit()
        else:
            super().keyPressEvent(event)

    def _edits(self, alone: bool) -> Callable[[float], object] | None:
        """From an elevation in degrees to the edit that lifts the selected keyframe or source."""
        chosen = self._selection.value
        if chosen.track_id is None or self._project.track(chosen.track_id).kind != "object":
            return None
        trajectory = self._project.track(chosen.track_id).trajectory
        time_s = self._position_s
        if chosen.keyframe is not None:
            time_s = trajectory.keyframes[chosen.keyframe].time_s
        azimuth_deg, _, distance_m = (float(value) for value in to_spherical(trajectory.at(time_s)))
        kind = edits_at_time if alone else bends_at_time
        make_edit = kind(self._project, chosen.track_id, time_s)
        return lambda elevation_deg: make_edit(
            *(float(v) for v in to_cartesian(azimuth_deg, elevation_deg, distance_m))
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), table.panel)
        painter.fillRect(0, 0, 1, self.height(), table.line)
        painter.setFont(theme.font(10, 600))
        painter.setPen(table.text_soft)
        painter.drawText(QRectF(0, 4, WIDTH_PX, 16), Qt.AlignmentFlag.AlignCenter, tr("Elevation"))
        axis_x = 38.0
        painter.setFont(theme.font(10))
        for degrees in (90, 60, 30, 0, -30, -60, -90):
            y = round(self.y_of(degrees)) + 0.5
            painter.setPen(QPen(table.line_strong if degrees == 0 else table.line, 1))
            painter.drawLine(QPointF(axis_x - 5, y), QPointF(WIDTH_PX - 6, y))
            painter.setPen(table.text_faint)
            label = f"{degrees:+d}°".replace("-", "−") if degrees else "0°"
            painter.drawText(
                QRectF(0, y - 7, 30, 14),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                label,
            )
        painter.setPen(QPen(table.line_strong, 1))
        painter.drawLine(QPointF(axis_x, self.y_of(90)), QPointF(axis_x, self.y_of(-90)))
        self._paint_sources(painter, axis_x)

    def _paint_sources(self, painter: QPainter, axis_x: float) -> None:
        table = theme.colours()
        chosen = self._selection.value
        for track in sorted(self._project.tracks, key=lambda one: one.id == chosen.track_id):
            if track.kind != "object":
                continue
            position = track.trajectory.at(self._position_s)
            if track.id == chosen.track_id and chosen.keyframe is not None:
                position = track.trajectory.positions_m[chosen.keyframe]
            place = QPointF(axis_x, self.y_of(float(to_spherical(position)[1])))
            active = track.start_s <= self._position_s <= track.end_s
            colour = theme.legible(track.colour)
            painter.setPen(QPen(table.ground if active else colour, 1.5))
            painter.setBrush(colour if active else table.field)
            radius = 6.0 if track.id == chosen.track_id else 4.5
            painter.drawEllipse(place, radius, radius)
