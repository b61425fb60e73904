"""What all views of the stage share: sources and paths are chosen, dragged, recorded and painted.

A view adds its projection, its ground, and what dragging the ground and turning the wheel do.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)

from app.intents import EditingWidget
from app.selection import Selection
from app.views.stage import painting
from app.views.stage.gestures import DragOnStage, bends_at_time, edits_at_time
from app.views.stage.ground import StageGround
from app.views.stage.labels import place_labels
from app.views.stage.snapping import targets
from app.views.stage.tangents import Handle, handle_at, paint_tangent, tangent_edits
from app.views.stage.touch import TouchRecord
from engine.project.edits import AddKeyframe
from engine.project.model import Project, Track

_REACH_PX = 9.0
_RESTS_MS = 120
Metres = tuple[float, float, float]


class StageProjection(Protocol):
    """Metres to pixels, and what a movement on the screen is in space."""

    def points(self, positions_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) pixels of (n, 3) positions."""

    @property
    def ring_step_m(self) -> float:
        """From one ring of the ground to the next."""

    def shift_m(self, step_px: QPointF, position_m: Metres) -> Metres:
        """By how much a thing at a position moves when it is dragged by some pixels."""


class StageCanvas(EditingWidget):
    """Drag keyframes and sources, wheel to zoom, double-click a path for a keyframe.

    With `armed` a source that is dragged while it plays is recorded.
    """

    menu_requested = Signal(str, object)
    """('source', 'keyframe', 'head' or 'ground', a global position)."""
    projection: StageProjection
    keeps_height = False
    """Whether drags leave the height as it is."""

    def __init__(self, selection: Selection) -> None:
        super().__init__()
        self._selection = selection
        self._project = Project()
        self._position_s = 0.0
        self.armed = False
        self.coarse = False
        self._ground = StageGround()
        self._rests = QTimer(self)
        self._rests.setSingleShot(True)
        self._rests.setInterval(_RESTS_MS)
        self._rests.timeout.connect(self._rest)
        self._playing = False
        self._monitor = "binaural"
        self._backing: QPixmap | None = None
        self._fitted = True
        self._drag: DragOnStage | TouchRecord | None = None
        self._pan: QPointF | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(220, 160)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        selection.changed.connect(self.redraw)

    def sizeHint(self) -> QSize:
        return QSize(480, 380)

    def set_project(self, project: Project) -> None:
        """Show another project; the view stays where it is while something is dragged."""
        self._project = project
        if self._fitted and self._drag is None:
            self.fit()
        self.redraw()

    def set_position(self, position_s: float, *, playing: bool = False) -> None:
        """Move to another time; what is being recorded goes on."""
        self._position_s, self._playing = position_s, playing
        if isinstance(self._drag, TouchRecord) and self._drag.running:
            self.edit_requested.emit(self._drag.hold(position_s))
        self.update()

    def set_monitor_format(self, name: str) -> None:
        """Show the loudspeakers of the monitored format."""
        self._monitor = name
        self.redraw()

    @abstractmethod
    def fit(self) -> None:
        """Show the listener and all trajectories."""

    @abstractmethod
    def pan_by(self, step_px: QPointF) -> None:
        """The ground was dragged."""

    @abstractmethod
    def zoom_at(self, point: QPointF, factor: float) -> None:
        """The wheel was turned."""

    @abstractmethod
    def ground_picture(self, tracks: Sequence[Track]) -> QPixmap:
        """What stays while a source is dragged, with the paths of `tracks`."""

    def hurry(self) -> None:
        """The view itself moves: paths are drawn coarsely until it rests."""
        self.coarse = True
        self._rests.start()
        self.redraw()

    def _rest(self) -> None:
        self.coarse = False
        self.redraw()

    def redraw(self) -> None:
        """Something other than the time changed."""
        self._backing = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._fitted = False
        self.zoom_at(event.position(), 1.2 ** (event.angleDelta().y() / 120.0))
        self.hurry()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan = point
        elif event.button() == Qt.MouseButton.LeftButton:
            alone = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self._press(point, alone)

    def _press(self, point: QPointF, alone: bool) -> None:
        chosen = self._chosen_track()
        held = self._source_at(point) if self.armed and self._playing else None
        if held is not None:
            self._selection.select_keyframe(held.id, None)
            self._drag = TouchRecord(point, self.projection, held, self._position_s)
        elif chosen is not None and (handle := self._handle_at(chosen, point)) is not None:
            make_edit = tangent_edits(chosen, handle)
            self._drag = DragOnStage(point, self.projection, handle.place_m, make_edit)
        elif chosen is not None and (index := self._keyframe_at(chosen, point)) is not None:
            self._selection.select_keyframe(chosen.id, index)
            time_s = chosen.trajectory.keyframes[index].time_s
            self._start_drag(chosen, time_s, point, alone)
        elif (track := self._source_at(point)) is not None:
            self._selection.select_keyframe(track.id, None)
            self._start_drag(track, self._position_s, point, alone)
        elif (found := self._path_at(point)) is not None:
            self._selection.select_keyframe(found[0].id, None)
        else:
            self._pan = point

    def _start_drag(self, track: Track, time_s: float, point: QPointF, alone: bool) -> None:
        """Pull the path at a time; with `alone`, only the keyframe there."""
        x_m, y_m, z_m = (float(value) for value in track.trajectory.at(time_s))
        make_edit = (edits_at_time if alone else bends_at_time)(self._project, track.id, time_s)
        found = targets(
            self._project, track.id, time_s, self._monitor, self.projection.ring_step_m,
            level=self.keeps_height,
        )  # fmt: skip
        self._drag = DragOnStage(point, self.projection, (x_m, y_m, z_m), make_edit, found)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._drag is not None:
            if self._drag.starts(point):
                self._drag.running = True
                self.gesture_began.emit()
            if self._drag.running:
                snap = self._selection.snapping_in_space(event.modifiers())
                self.edit_requested.emit(self._drag.edit(point, event.modifiers(), snap=snap))
        elif self._pan is not None:
            self._fitted = False
            self.pan_by(point - self._pan)
            self._pan = point
            self.hurry()
        else:
            self._show_cursor(point)

    def _show_cursor(self, point: QPointF) -> None:
        chosen = self._chosen_track()
        over = self._source_at(point) is not None or (
            chosen is not None
            and (
                self._handle_at(chosen, point) is not None
                or self._keyframe_at(chosen, point) is not None
            )
        )
        self.setCursor(Qt.CursorShape.OpenHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag, self._pan = self._drag, None, None
        if drag is not None and drag.running:
            if isinstance(drag, TouchRecord):
                self.edit_requested.emit(drag.simplified())
            self.gesture_ended.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._drag is not None:
            drag, self._drag = self._drag, None
            if drag.running:
                self.gesture_cancelled.emit()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._drag = None
        found = self._path_at(event.position())
        if found is None:
            self.fit()
            return
        track, time_s = found
        x_m, y_m, z_m = (float(value) for value in track.trajectory.at(time_s))
        self.edit_requested.emit(
            AddKeyframe(track_id=track.id, time_s=time_s, x_m=x_m, y_m=y_m, z_m=z_m)
        )
        self.locate_requested.emit(time_s)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What is under the pointer is selected, and has its menu."""
        if self._drag is None:
            self.menu_requested.emit(self.what_is_at(QPointF(event.pos())), event.globalPos())

    def what_is_at(self, point: QPointF) -> str:
        """'keyframe', 'source' (or its path) or 'ground'; the first two are selected."""
        chosen = self._chosen_track()
        if chosen is not None and (index := self._keyframe_at(chosen, point)) is not None:
            self._selection.select_keyframe(chosen.id, index)
            return "keyframe"
        path = self._path_at(point)
        track = self._source_at(point) or (path[0] if path else None)
        if track is None:
            return "ground"
        self._selection.select_keyframe(track.id, None)
        return "source"

    def _chosen_track(self) -> Track | None:
        track_id = self._selection.value.track_id
        if track_id is None:
            return None
        track = self._project.track(track_id)
        return track if track.kind == "object" else None

    def _objects(self) -> list[Track]:
        """Object tracks, the selected one last (it is painted on top)."""
        chosen = self._selection.value.track_id
        tracks = [track for track in self._project.tracks if track.kind == "object"]
        return sorted(tracks, key=lambda track: track.id == chosen)

    def _handle_at(self, track: Track, point: QPointF) -> Handle | None:
        return handle_at(self.projection, track, self._selection.value.keyframe, point)

    def _keyframe_at(self, track: Track, point: QPointF) -> int | None:
        selected = self._selection.value.keyframe
        shown = painting.shown_keyframes(self.projection, track, selected)
        pixels = self.projection.points(track.trajectory.positions_m[shown])
        apart = np.hypot(pixels[:, 0] - point.x(), pixels[:, 1] - point.y())
        nearest = int(np.argmin(apart))
        return shown[nearest] if apart[nearest] <= _REACH_PX else None

    def _source_at(self, point: QPointF) -> Track | None:
        for track in reversed(self._objects()):
            if (self._place_of(track) - point).manhattanLength() <= _REACH_PX * 1.3:
                return track
        return None

    def _path_at(self, point: QPointF) -> tuple[Track, float] | None:
        """Track whose path passes here, and the time it does."""
        for track in reversed(self._objects()):
            times = track.trajectory.times_s
            if len(times) < 2:
                continue
            even = np.linspace(times[0], times[-1], 600)
            pixels = self.projection.points(track.trajectory.at(even))
            apart = np.hypot(pixels[:, 0] - point.x(), pixels[:, 1] - point.y())
            nearest = int(np.argmin(apart))
            if apart[nearest] <= _REACH_PX * 0.8:
                return track, float(even[nearest])
        return None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._still_picture())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self._selection.value.track_id
        tracks = self._objects()
        if not tracks:
            return
        positions_m = np.stack([track.trajectory.at(self._position_s) for track in tracks])
        self.paint_sources(painter, tracks, positions_m)
        places = [QPointF(*place) for place in self.projection.points(positions_m).tolist()]
        names = [painting.name_of(track, chosen=track.id == chosen) for track in tracks]
        area = QRectF(self.rect())
        labels = place_labels(places, [width for _, width in names], area, self.taken_areas())
        for track, (text, _), label in zip(tracks, names, labels, strict=True):
            painting.paint_name(painter, label, text, chosen=track.id == chosen)

    def paint_sources(
        self, painter: QPainter, tracks: Sequence[Track], positions_m: NDArray[np.float64]
    ) -> None:
        """The sources at the playhead, at (n, 3) positions."""
        chosen = self._selection.value.track_id
        places = self.projection.points(positions_m).tolist()
        for track, place in zip(tracks, places, strict=True):
            active = track.start_s <= self._position_s <= track.end_s
            here = QPointF(*place)
            painting.paint_source(painter, here, track, chosen=track.id == chosen, active=active)

    def paint_paths(self, painter: QPainter, tracks: Sequence[Track]) -> None:
        """Paths that are not selected."""
        for track in tracks:
            painting.paint_path(painter, self.projection, track, chosen=False, coarse=self.coarse)

    def _place_of(self, track: Track) -> QPointF:
        """Pixel of a source at the playhead."""
        x, y = self.projection.points(track.trajectory.at([self._position_s]))[0]
        return QPointF(float(x), float(y))

    def taken_areas(self) -> list[QRectF]:
        """Where no names of sources go."""
        return []

    def _still_picture(self) -> QPixmap:
        """Everything that does not move with the playhead."""
        if self._backing is None or self._backing.deviceIndependentSize() != self.size():
            selected = self._selection.value
            tracks = self._objects()
            others = [track for track in tracks if track.id != selected.track_id]
            self._backing = self.ground_picture(others).copy()
            painter = QPainter(self._backing)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for track in tracks[-1:]:
                if track.id == selected.track_id:
                    if not self.coarse:
                        painting.paint_detected(painter, self.projection, track)
                    painting.paint_path(
                        painter, self.projection, track, chosen=True, coarse=self.coarse
                    )
                    if not self.coarse:
                        painting.paint_keyframes(painter, self.projection, track, selected.keyframe)
                        paint_tangent(painter, self.projection, track, selected.keyframe)
            painter.end()
        return self._backing
