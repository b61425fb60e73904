"""The lanes: clips of every track on the time axis, with the gestures that edit them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip

from app import theme
from app.clip_groups import whole_groups
from app.intents import EditingWidget
from app.selection import Selection
from app.views.picture.overlay import BoxSource
from app.views.timeline import envelope_gestures
from app.views.timeline.auto_scroll import AutoScroll
from app.views.timeline.axis import TimeAxis
from app.views.timeline.clip_handles import DragGain, Pan, SlipClip, paint_handles
from app.views.timeline.envelope_lanes import find_envelope
from app.views.timeline.gestures import (
    CopyClips,
    DragFade,
    Gesture,
    MoveClips,
    RubberBand,
    TrimEdge,
)
from app.views.timeline.hits import Hit, find_hit
from app.views.timeline.lane_backing import LaneBacking
from app.views.timeline.lane_overlays import paint_band, paint_ghosts, paint_readout
from app.views.timeline.lane_painting import LanePainting
from app.views.timeline.rows import Rows
from app.views.timeline.snapping import to_video_frame_s
from app.views.timeline.span import SelectSpan, paint_span
from app.views.timeline.take_lanes import TakeCell, find_take, take_tip
from app.views.timeline.take_swipe import SwipeTake
from app.views.timeline.waveforms import PeakSource, WaveformTiles
from app.words import tr
from engine.project.edits import LockTake, SetClipGain
from engine.project.model import Clip, Project

_RESTS_MS = 120
_CURSORS = {
    "body": Qt.CursorShape.ArrowCursor,
    "left": Qt.CursorShape.SizeHorCursor,
    "right": Qt.CursorShape.SizeHorCursor,
    "fade in": Qt.CursorShape.PointingHandCursor,
    "fade out": Qt.CursorShape.PointingHandCursor,
    "gain": Qt.CursorShape.SizeVerCursor,
}


class Lanes(EditingWidget):
    """Paints from a picture of the lanes that is redrawn only when they change."""

    wheel_turned = Signal(object)
    menu_requested = Signal(object, object)
    """(clip id or None, global position)."""
    envelope_menu_requested = Signal(str, str, object, object)
    """(track id, name of the envelope, index of the point or None, global position)."""
    take_menu_requested = Signal(str, str, object)
    """(clip id, take id, global position)."""
    fade_menu_requested = Signal(str, str, object)
    """(clip id, 'in' or 'out', global position)."""
    audition_requested = Signal(str, str)
    """(clip id, take id): let it be heard in its place."""
    clip_opened = Signal(str)

    def __init__(
        self,
        axis: TimeAxis,
        rows: Rows,
        selection: Selection,
        peaks: PeakSource,
        boxes: BoxSource,
    ) -> None:
        super().__init__()
        self.axis = axis
        self.rows = rows
        self.selection = selection
        self.project = Project()
        self.position_s = 0.0
        self.snapping = True
        self.snap_line_s: float | None = None
        self.band: QRectF | None = None
        self.ghosts: list[Clip] = []
        self.readout: tuple[QPointF, str] | None = None
        """What a drag sets, and where the pointer is."""
        self._waves = WaveformTiles(peaks)
        self._boxes = boxes
        self._gesture: Gesture | None = None
        self._hover: Hit | None = None
        self._auto_scroll = AutoScroll(axis, self._drag_on, self)
        self._backing = LaneBacking(self, axis, rows, self._paint_lanes)
        self._zoom_px_per_s = axis.px_per_s
        self._rests = QTimer(self)
        self._rests.setSingleShot(True)
        self._rests.setInterval(_RESTS_MS)
        self._rests.timeout.connect(self._rest)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Timeline lanes"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        axis.changed.connect(self._follow_axis)
        rows.changed.connect(self.update)
        selection.changed.connect(self.redraw)
        selection.span_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(800, 320)

    def set_project(self, project: Project) -> None:
        """Show another project."""
        self.project = project
        self._hover = None
        self.redraw()

    def set_position(self, position_s: float) -> None:
        """Move the playhead; repaints two thin strips."""
        for time_s in (self.position_s, position_s):
            self.update(round(self.axis.x_of(time_s)) - 2, 0, 5, self.height())
        self.position_s = position_s

    @property
    def is_dragging(self) -> bool:
        """Whether a gesture is running."""
        return self._gesture is not None

    def redraw(self) -> None:
        """Something other than the playhead changed."""
        self._backing.forget()
        self.update()

    def _follow_axis(self) -> None:
        """Scrolled or zoomed: while one zooms, waveforms are stretched, not drawn anew."""
        if self.axis.px_per_s != self._zoom_px_per_s:
            self._zoom_px_per_s = self.axis.px_per_s
            self._waves.coarse = True
            self._rests.start()
        self.update()

    def _rest(self) -> None:
        self._waves.coarse = False
        self.redraw()

    def snapping_with(self, modifiers: Qt.KeyboardModifier) -> bool:
        """Whether to snap now: Alt turns the setting round."""
        return self.snapping != bool(modifiers & Qt.KeyboardModifier.AltModifier)

    def click_on_ground(self, point: QPointF) -> None:
        """A click beside all clips: playhead there, track selected."""
        self.selection.select_clips((), self.rows.track_at(point.y()))
        self.selection.select_track(self.rows.track_at(point.y()))
        time_s = to_video_frame_s(max(0.0, self.axis.time_of(point.x())), self.project)
        self.locate_requested.emit(time_s)

    def hit(self, point: QPointF) -> Hit | None:
        """Clip and part of it under a point."""
        return find_hit(self.project, self.axis, self.rows, point)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None:
            self._end(cancelled=False)  # its release got lost
        if event.button() == Qt.MouseButton.MiddleButton:
            self._gesture = Pan(self, event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point, modifiers = event.position(), event.modifiers()
        self._hover = None
        envelope = find_envelope(self.project, self.axis, self.rows, point)
        if envelope is not None:
            self._gesture = envelope_gestures.press(self, envelope, point, modifiers)
            return
        cell = self._take_at(point)
        if cell is not None:
            self._press_take(cell, point)
            return
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        found = self.hit(point)
        if found is None:
            self._gesture = (
                SelectSpan(self, point) if control else RubberBand(self, point, add=shift)
            )
            return
        self._press_clip(found, point, control=control, shift=shift)

    def _press_clip(self, found: Hit, point: QPointF, *, control: bool, shift: bool) -> None:
        """Shift chooses, Ctrl copies, both slip; else what is under the pointer is dragged."""
        clip = found.clip
        if shift and not control:
            self.selection.toggle_clips(self._whole(clip), clip.track_id)
            return
        if clip.id not in self.selection.value.clip_ids:
            self.selection.select_clips(self._whole(clip), clip.track_id)
        if shift:
            self._gesture = SlipClip(self, point, clip)
        elif found.part == "body":
            self._gesture = (CopyClips if control else MoveClips)(self, point, clip)
        elif found.part == "gain":
            self._gesture = DragGain(self, point, clip)
        elif found.part in ("left", "right"):
            self._gesture = TrimEdge(self, point, clip, "left" if found.part == "left" else "right")
        else:
            self._gesture = DragFade(self, point, clip, "in" if found.part == "fade in" else "out")

    def _take_at(self, point: QPointF) -> TakeCell | None:
        chosen = self.selection.value.clip_ids
        return find_take(self.project, self.axis, self.rows, chosen, point)

    def _press_take(self, cell: TakeCell, point: QPointF) -> None:
        """A click on a take chooses it, on its buttons lets it be heard or locks it."""
        clip, take = cell.clip, cell.take
        self.selection.select_clips((clip.id,), clip.track_id)
        if cell.part == "listen":
            self.audition_requested.emit(clip.id, take.id)
        elif cell.part == "lock":
            self.edit_requested.emit(LockTake(take_id=take.id, locked=not take.locked))
        else:
            self._gesture = SwipeTake(self, point, cell)

    def _whole(self, clip: Clip) -> frozenset[str]:
        """A clip and those it is grouped with."""
        return whole_groups(self.project, {clip.id})

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None and not event.buttons():
            self._end(cancelled=False)
        if self._gesture is not None:
            self._drag_on(event.position(), event.modifiers())
            if not isinstance(self._gesture, Pan):
                self._auto_scroll.follow(event.position(), event.modifiers())
            return
        envelope = find_envelope(self.project, self.axis, self.rows, event.position())
        if envelope is not None:
            self._hover = None
            on_it = envelope.on_line or envelope.point is not None
            self.setCursor(
                Qt.CursorShape.PointingHandCursor if on_it else Qt.CursorShape.ArrowCursor
            )
            return
        found = self.hit(event.position())
        if found != self._hover:
            self._hover = found
            self.update()
        self.setCursor(_CURSORS[found.part] if found else Qt.CursorShape.ArrowCursor)

    def _drag_on(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self._gesture is not None:
            self._gesture.move(point, modifiers)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._end(cancelled=False)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        envelope = find_envelope(self.project, self.axis, self.rows, event.position())
        if envelope is not None and envelope.point is None:
            self._gesture = envelope_gestures.add_point(
                self, envelope.lane, event.position(), on_line=False
            )
            return
        found = self.hit(event.position())
        if found is not None and found.part == "gain":
            self.edit_requested.emit(SetClipGain(clip_id=found.clip.id, gain_db=0.0))
        elif found is not None:
            self.selection.select_clips(self._whole(found.clip), found.clip.track_id)
            self.clip_opened.emit(found.clip.id)
            self.locate_requested.emit(found.clip.start_s)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._gesture is not None:
            self._end(cancelled=True)
        elif event.key() == Qt.Key.Key_Escape and self.selection.value.clip_ids:
            self.selection.select_clips(())
        elif event.key() == Qt.Key.Key_Escape:
            self.selection.set_span(None)
        else:
            super().keyPressEvent(event)

    def _end(self, *, cancelled: bool) -> None:
        self._auto_scroll.stop()
        gesture, self._gesture = self._gesture, None
        self.snap_line_s = None
        if gesture is not None:
            (gesture.cancel if cancelled else gesture.finish)()
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._gesture is not None:
            return
        point = QPointF(event.pos())
        envelope = find_envelope(self.project, self.axis, self.rows, point)
        if envelope is not None:
            self.envelope_menu_requested.emit(
                envelope.lane.track.id, envelope.lane.envelope.name, envelope.point,
                event.globalPos(),
            )  # fmt: skip
            return
        cell = self._take_at(point)
        if cell is not None:
            self.take_menu_requested.emit(cell.clip.id, cell.take.id, event.globalPos())
            return
        found = self.hit(point)
        if found is not None and found.clip.id not in self.selection.value.clip_ids:
            self.selection.select_clips(self._whole(found.clip), found.clip.track_id)
        elif found is None:
            self.selection.select_track(self.rows.track_at(point.y()))
        if found is not None and found.part in ("fade in", "fade out"):
            side = found.part.removeprefix("fade ")
            self.fade_menu_requested.emit(found.clip.id, side, event.globalPos())
            return
        self.menu_requested.emit(found.clip.id if found else None, event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.wheel_turned.emit(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def _tip(self, point: QPointF) -> str:
        envelope = find_envelope(self.project, self.axis, self.rows, point)
        if envelope is not None:
            lane = envelope.lane
            value = lane.envelope.at(lane.track, self.axis.time_of(point.x()))
            return (
                f"{lane.envelope.title} {lane.envelope.text(value)}\n"
                "Click the line (or double-click) to add a point, drag it, Alt+click deletes it"
            )
        cell = self._take_at(point)
        if cell is not None:
            return take_tip(cell)
        found = self.hit(point)
        if found is None:
            return ""
        take = self.project.take(found.clip.take_id)
        made = f"{take.recipe.generator} {take.recipe.version}" if take.recipe else "imported"
        hand = "edited by hand" if found.clip.provenance == "hand" else "placed by the machine"
        return f"{found.clip.name}\n{found.clip.duration_s:.2f} s, {made}, {hand}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.axis.set_width(self.width())
        self.rows.set_height(self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._backing.picture())
        table = theme.colours()
        paint_span(painter, self.selection.span_s, self.axis, self.height())
        if self.snap_line_s is not None:
            x = round(self.axis.x_of(self.snap_line_s))
            painter.fillRect(x, 0, 1, self.height(), table.warning)
        if self.band is not None:
            paint_band(painter, self.band)
        paint_ghosts(painter, self.ghosts, self.axis, self.rows)
        if self._hover is not None and self._gesture is None:
            paint_handles(painter, self._hover, self.axis, self.rows)
        if not self.project.tracks:
            painter.setFont(theme.font(12))
            painter.setPen(table.text_faint)
            text = tr("Tracks appear here once the picture is analysed.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
        x = round(self.axis.x_of(self.position_s))
        painter.fillRect(x, 0, 1, self.height(), table.accent)
        if self.readout is not None:
            paint_readout(painter, self.readout, self.size())

    def _paint_lanes(self, picture: QPixmap, area: QRectF) -> None:
        self._waves.ratio = self.devicePixelRatioF()
        painter = QPainter(picture)
        painter.setClipRect(area)
        LanePainting(
            self.project, self.axis, self.rows, self.selection.value, self._waves, self._boxes
        ).paint(painter, area)
        painter.end()
