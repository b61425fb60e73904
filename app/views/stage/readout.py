"""The line under the stage: direction and distance of the selected source, in fixed places."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app import theme
from app.selection import Selection
from engine.coordinates import to_spherical
from engine.project.model import Project

HEIGHT_PX = 28


class StageReadout(QWidget):
    """Name, azimuth, elevation and distance at the playhead (or of the selected keyframe)."""

    def __init__(self, selection: Selection) -> None:
        super().__init__()
        self._selection = selection
        self._project = Project()
        self._position_s = 0.0
        self.setFixedHeight(HEIGHT_PX)
        self.setAccessibleName("Position of the selected source")
        selection.changed.connect(self.update)

    def set_project(self, project: Project) -> None:
        """Show another project."""
        self._project = project
        self.update()

    def set_position(self, position_s: float) -> None:
        """Move to another time."""
        self._position_s = position_s
        self.update()

    def fields(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What is shown: a name and (label, value) pairs."""
        chosen = self._selection.value
        if chosen.track_id is None:
            return "Select a source to see where it is", ()
        track = self._project.track(chosen.track_id)
        if track.kind == "ambience":
            return f"{track.name}: surrounds the listener", ()
        if chosen.keyframe is not None:
            keyframe = track.trajectory.keyframes[chosen.keyframe]
            position = track.trajectory.positions_m[chosen.keyframe]
            name = f"{track.name}, keyframe {chosen.keyframe + 1} at {keyframe.time_s:.2f} s"
        else:
            position, name = track.trajectory.at(self._position_s), track.name
        azimuth, elevation, distance = (float(value) for value in to_spherical(position))
        minus = str.maketrans("-", "−")
        return name, (
            ("Az", f"{azimuth:+.1f}°".translate(minus)),
            ("El", f"{elevation:+.1f}°".translate(minus)),
            ("Dist", f"{distance:.2f} m"),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), table.panel)
        painter.fillRect(0, 0, self.width(), 1, table.line)
        name, pairs = self.fields()
        right = self.width() - 12.0
        painter.setFont(theme.font(11, 500))
        for (label, value), width in zip(reversed(pairs), (58, 50, 56), strict=False):
            area = QRectF(right - width, 0, width, HEIGHT_PX)
            painter.setPen(table.text)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(area, align, value)
            painter.setPen(table.text_faint)
            area = QRectF(right - width - 28, 0, 28, HEIGHT_PX)
            painter.drawText(area, align, label)
            right -= width + 44
        painter.setPen(table.text if pairs else table.text_faint)
        room = int(right - 12)
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(12, 0, room, HEIGHT_PX), Qt.AlignmentFlag.AlignVCenter, text)
