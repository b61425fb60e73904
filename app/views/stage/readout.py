"""The line under the stage: direction and distance of the selected source; numbers can be typed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy

from app import theme
from app.intents import EditingWidget
from app.selection import Selection
from app.views.stage.gestures import bends_at_time
from app.views.tracks.fields import NumberField
from app.words import said, tr
from engine.coordinates import to_cartesian, to_spherical
from engine.project.model import Project, Track

_LEAST_LETTERS = 4
"""Of a name that is cut; less says nothing."""
HEIGHT_PX = 34
FARTHEST_M = 1000.0
_STEEPEST_DEG = 90.0


class StageReadout(EditingWidget):
    """Name, azimuth, elevation and distance at the playhead (or of the selected keyframe)."""

    def __init__(self, selection: Selection) -> None:
        super().__init__()
        self._selection = selection
        self._project = Project()
        self._position_s = 0.0
        self._armed = False
        self.setFixedHeight(HEIGHT_PX)
        self.setAccessibleName(tr("Position of the selected source"))
        self._name = QLabel()
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.azimuth = NumberField("°", (-180.0, 180.0), 1, self._typed)
        self.elevation = NumberField("°", (-_STEEPEST_DEG, _STEEPEST_DEG), 1, self._typed)
        self.distance = NumberField("m", (0.05, FARTHEST_M), 2, self._typed, step=0.1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(6)
        row.addWidget(self._name, 1)
        for label, field, width in (
            ("Az", self.azimuth, 76), ("El", self.elevation, 70), ("Dist", self.distance, 76),
        ):  # fmt: skip
            caption = QLabel(tr(label))
            caption.setProperty("tone", "faint")
            field.setFixedWidth(width)
            field.setAccessibleName({"Az": "Azimuth", "El": "Elevation"}.get(label, "Distance"))
            field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            row.addWidget(caption)
            row.addWidget(field)
        selection.changed.connect(self._show)
        self._show()

    def set_project(self, project: Project) -> None:
        """Show another project."""
        self._project = project
        self._show()

    def set_position(self, position_s: float) -> None:
        """Move to another time."""
        self._position_s = position_s
        self._show()

    def set_armed(self, on: bool) -> None:
        """Say that dragging records."""
        self._armed = on
        self._show()

    def _track(self) -> Track | None:
        """The selected object."""
        track_id = self._selection.value.track_id
        if track_id is None or not any(track.id == track_id for track in self._project.tracks):
            return None
        track = self._project.track(track_id)
        return track if track.kind == "object" else None

    def _time_s(self, track: Track) -> float:
        keyframe = self._selection.value.keyframe
        if keyframe is None or keyframe >= len(track.trajectory.keyframes):
            return self._position_s
        return track.trajectory.keyframes[keyframe].time_s

    def words(self) -> str:
        """What is shown before the numbers."""
        track, chosen = self._track(), self._selection.value
        if track is None:
            known = chosen.track_id is not None and self._project.tracks
            name = self._project.track(str(chosen.track_id)).name if known else ""
            if not name:
                return tr("Select a source")
            return said("{name}: surrounds the listener", name=name)
        recording = f"{tr('Play and drag to record:')} " if self._armed else ""
        if chosen.keyframe is None:
            return f"{recording}{track.name}"
        return said(
            "{name}, keyframe {number} at {time} s",
            name=track.name, number=chosen.keyframe + 1, time=f"{self._time_s(track):.2f}",
        )  # fmt: skip

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()

    def _show(self, *_: object) -> None:
        words, room = self.words(), self._name.width()
        metrics = self._name.fontMetrics()
        text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        self._name.setText(text if len(text) >= _LEAST_LETTERS or text == words else "")
        self._name.setToolTip(words)
        track = self._track()
        for field in (self.azimuth, self.elevation, self.distance):
            field.setEnabled(track is not None)
        if track is None or self._typing():
            return
        place = to_spherical(track.trajectory.at(self._time_s(track)))
        for field, value in zip((self.azimuth, self.elevation, self.distance), place, strict=True):
            if round(float(value), field.decimals()) != field.value():
                field.show_value(float(value))

    def _typing(self) -> bool:
        """Numbers under the user's hands are left alone."""
        return any(f.hasFocus() for f in (self.azimuth, self.elevation, self.distance))

    def _typed(self, _: float) -> None:
        """A number was typed: the source goes there, and its path near that time follows."""
        track = self._track()
        if track is None:
            return
        x_m, y_m, z_m = (
            float(value)
            for value in to_cartesian(
                self.azimuth.value(), self.elevation.value(), self.distance.value()
            )
        )
        make_edit = bends_at_time(self._project, track.id, self._time_s(track))
        self.edit_requested.emit(make_edit(x_m, y_m, z_m))

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), table.panel)
        painter.fillRect(0, 0, self.width(), 1, table.line)
