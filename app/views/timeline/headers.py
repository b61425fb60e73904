"""Track headers: name, colour, mute, solo and gain of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QToolTip

from app import theme
from app.intents import EditingWidget
from app.selection import Selection
from app.views.fader_drag import FaderDrag
from app.views.timeline.envelope_lanes import lanes_of
from app.views.timeline.header_painting import (
    WIDTH_PX,
    HeaderLayout,
    inside,
    meter_px,
    paint_envelope_header,
    paint_header,
    paint_meter,
)
from app.views.timeline.order_drag import OrderDrag
from app.views.timeline.rows import ENVELOPE_PX, Rows
from app.views.timeline.take_lanes import paint_take_headers
from app.words import said, tr
from engine.project.edits import (
    Edit,
    EditGroup,
    MuteTrack,
    RenameTrack,
    ReorderTrack,
    SetTrackGain,
    SoloTrack,
)
from engine.project.learned_ears import why_measured
from engine.project.model import Project, Track


class Headers(EditingWidget):
    """One column, as tall as the lanes, scrolled with them."""

    wheel_turned = Signal(object)
    menu_requested = Signal(str, object)
    """(track id, global position)."""
    envelope_menu_requested = Signal(str, str, object, object)
    """(track id, name of the envelope, None, global position)."""
    envelopes_requested = Signal(str, object)
    """(track id, global position for a menu, or None to show or hide all)."""

    def __init__(self, rows: Rows, selection: Selection) -> None:
        super().__init__()
        self._stale: set[str] = set()
        self.rows = rows
        self.selection = selection
        self.project = Project()
        self._position_s = 0.0
        self._lit_px: dict[str, int] = {}
        self._fader_track: str | None = None
        self._fader: FaderDrag | None = None
        self._order: OrderDrag | None = None
        self._name_box = QLineEdit(self)
        self._name_box.setAccessibleName(tr("Name of the track"))
        self._name_box.hide()
        self._name_track: str | None = None
        self._name_box.editingFinished.connect(self._take_name)
        self.setFixedWidth(WIDTH_PX)
        self.setAccessibleName(tr("Track headers"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        rows.changed.connect(self.update)
        selection.changed.connect(self.update)

    def set_project(self, project: Project) -> None:
        """Show another project."""
        self.project = project
        self._stale = {
            track.id
            for track in project.tracks
            if track.spatialiser != "measured" and why_measured(project, track)
        }
        self.update()

    def set_position(self, position_s: float) -> None:
        """Move the playhead: automation lanes show their value there."""
        self._position_s = position_s
        for index in self.rows.visible():
            for number in range(len(self.rows.envelopes_of(index))):
                self.update(100, self.rows.envelope_y(index, number), WIDTH_PX - 148, ENVELOPE_PX)

    def set_levels(self, levels_dbfs: Mapping[str, float]) -> None:
        """Show the tracks' peaks; only meters that changed are painted."""
        for index in self.rows.visible():
            track_id, layout = self.project.tracks[index].id, self.layout_of(index)
            lit_px = meter_px(layout, levels_dbfs.get(track_id, -120.0))
            if self._lit_px.get(track_id, 0) != lit_px:
                self._lit_px[track_id] = lit_px
                self.update(layout.meter.toAlignedRect())

    def layout_of(self, index: int) -> HeaderLayout:
        """Where the controls of a row are."""
        return HeaderLayout(self.rows.y_of(index), self.rows.row_px)

    def rename(self, track_id: str) -> None:
        """Open the name of a track for typing."""
        area = self.layout_of(self.rows.track_ids.index(track_id)).name
        self._name_track = track_id
        self._name_box.setText(self.project.track(track_id).name)
        self._name_box.setGeometry(area.adjusted(-6, -4, 4, 4).toRect())
        self._name_box.show()
        self._name_box.setFocus()
        self._name_box.selectAll()

    def _take_name(self) -> None:
        track_id, self._name_track = self._name_track, None
        self._name_box.hide()
        name = self._name_box.text().strip()
        if track_id and name and name != self.project.track(track_id).name:
            self.edit_requested.emit(RenameTrack(track_id=track_id, name=name))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.rows.index_at(event.position().y())
        if index is None or event.button() != Qt.MouseButton.LeftButton:
            return
        track = self.project.tracks[index]
        layout, point = self.layout_of(index), event.position()
        if inside(layout.mute, point):
            self._mute(track, event.modifiers())
        elif inside(layout.solo, point):
            self._solo(track, event.modifiers())
        elif inside(layout.automation, point):
            self.envelopes_requested.emit(track.id, None)
        elif inside(layout.fader, point, 3.0):
            self._fader_track = track.id
            self._fader = FaderDrag(point.x(), track.strip.gain_db, layout.fader.width())
        else:
            self._order = OrderDrag(self.rows, index, point.y())
        self.selection.select_track(track.id)

    def _mute(self, track: Track, modifiers: Qt.KeyboardModifier) -> None:
        """Mute or unmute a track; with Alt all of them alike."""
        muted = not track.strip.muted
        everywhere = modifiers & Qt.KeyboardModifier.AltModifier
        tracks = self.project.tracks if everywhere else (track,)
        self._switch(
            "Mute tracks" if muted else "Unmute tracks",
            [MuteTrack(track_id=one.id, muted=muted) for one in tracks],
        )

    def _solo(self, track: Track, modifiers: Qt.KeyboardModifier) -> None:
        """Solo a track or end it; with Ctrl it alone, with Alt all alike."""
        soloed = not track.strip.soloed
        edits = [SoloTrack(track_id=track.id, soloed=soloed)]
        others = [one for one in self.project.tracks if one.id != track.id]
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            edits = [SoloTrack(track_id=track.id, soloed=True)]
            edits += [SoloTrack(track_id=one.id, soloed=False) for one in others]
        elif modifiers & Qt.KeyboardModifier.AltModifier:
            edits += [SoloTrack(track_id=one.id, soloed=soloed) for one in others]
        self._switch("Solo tracks" if soloed else "Unsolo tracks", edits)

    def _switch(self, name: str, edits: Sequence[Edit]) -> None:
        single = len(edits) == 1
        self.edit_requested.emit(edits[0] if single else EditGroup(name=name, edits=tuple(edits)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons():
            self.mouseReleaseEvent(event)
            return
        if self._order is not None:
            self._order.move(event.position().y())
            self.update()
        if self._fader_track is None or self._fader is None:
            return
        if self._fader.starts(event.position().x()):
            self._fader.running = True
            self.gesture_began.emit()
        if self._fader.running:
            gain_db = self._fader.gain_db(event.position().x(), event.modifiers())
            self.edit_requested.emit(SetTrackGain(track_id=self._fader_track, gain_db=gain_db))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._let_go_of_fader():
            self.gesture_ended.emit()
        order, self._order = self._order, None
        if order is not None and order.running and order.new_index != order.index:
            track_id = self.rows.track_ids[order.index]
            self.edit_requested.emit(ReorderTrack(track_id=track_id, index=order.new_index))
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.rows.index_at(event.position().y())
        if index is None:
            return
        layout, track = self.layout_of(index), self.project.tracks[index]
        if inside(layout.fader, event.position(), 3.0) or inside(layout.gain, event.position()):
            self.edit_requested.emit(SetTrackGain(track_id=track.id, gain_db=0.0))
        elif inside(layout.name, event.position()):
            self.rename(track.id)
        else:
            self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._name_track is not None:
            self._name_track = None
            self._name_box.hide()
        elif event.key() == Qt.Key.Key_Escape and self._fader_track is not None:
            if self._let_go_of_fader():
                self.gesture_cancelled.emit()
        elif event.key() == Qt.Key.Key_Escape and self._order is not None:
            self._order = None
            self.update()
        elif event.key() == Qt.Key.Key_F2 and self.selection.value.track_id:
            self.rename(self.selection.value.track_id)
        else:
            super().keyPressEvent(event)

    def _let_go_of_fader(self) -> bool:
        """End a drag; whether there was one."""
        drag, self._fader, self._fader_track = self._fader, None, None
        return drag is not None and drag.running

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.rows.index_at(event.pos().y())
        if index is None:
            return
        track_id, point = self.rows.track_ids[index], QPointF(event.pos())
        self.selection.select_track(track_id)
        if inside(self.layout_of(index).automation, point):
            self.envelopes_requested.emit(track_id, event.globalPos())
            return
        number = (event.pos().y() - self.rows.envelope_y(index, 0)) // ENVELOPE_PX
        if number >= 0:
            name = self.rows.envelopes_of(index)[number]
            self.envelope_menu_requested.emit(track_id, name, None, event.globalPos())
        else:
            self.menu_requested.emit(track_id, event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.wheel_turned.emit(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def _tip(self, point: QPointF) -> str:
        index = self.rows.index_at(point.y())
        if index is None:
            return ""
        layout = self.layout_of(index)
        for area, text in (
            (layout.automation, "Automation lanes; right-click to choose them"),
            (layout.mute, "Mute; with Alt all tracks"),
            (layout.solo, "Solo; with Ctrl this track alone, with Alt all tracks"),
            (layout.fader, "Gain: drag, with Shift finely, double-click for 0 dB"),
            (layout.name, "Double-click to rename"),
        ):
            if inside(area, point):
                return text
        return ""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colours().panel)
        for index in self.rows.visible():
            track = self.project.tracks[index]
            paint_header(
                painter,
                self.layout_of(index),
                track,
                self._facts(track),
                height=self.rows.body_of(index),
                chosen=track.id == self.selection.value.track_id,
            )
            layout = self.layout_of(index)
            paint_meter(painter, layout.meter, self._lit_px.get(track.id, 0))
            paint_take_headers(painter, self.rows, index, self.width())
            for lane in lanes_of(self.project, self.rows, index):
                paint_envelope_header(painter, lane, self._position_s)
            painter.fillRect(
                0, self.rows.y_of(index) + self.rows.height_of(index) - 1, self.width(), 1,
                theme.colours().ground,
            )  # fmt: skip
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.colours().ground)
        if self._order is not None and self._order.running:
            painter.fillRect(0, self._order.line_px - 1, self.width(), 3, theme.colours().accent)

    def _facts(self, track: Track) -> str:
        clips = len(self.project.clips_of(track.id))
        count = tr("1 clip") if clips == 1 else said("{count} clips", count=clips)
        if track.kind == "ambience":
            return f"{tr('surrounds the listener')} · {count}"
        if track.id in self._stale:
            return f"{tr('two ears out of date')} · {count}"
        sure = f" {track.confidence:.0%}" if track.provenance == "machine" else ""
        return f"{tr(track.label)}{sure} · {count}"
