"""The timeline panel: tool row, ruler, headers, lanes and overview on shared axes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollBar, QToolButton, QWidget

from app import icons
from app.intents import EditingWidget
from app.selection import Selected, Selection
from app.views.picture.overlay import BoxSource
from app.views.timeline.axis import TimeAxis
from app.views.timeline.clip_index import row_of
from app.views.timeline.header_painting import WIDTH_PX
from app.views.timeline.headers import Headers
from app.views.timeline.lanes import Lanes
from app.views.timeline.loudness_lane import LoudnessLane, LoudnessSource
from app.views.timeline.overview import Overview
from app.views.timeline.rows import Rows
from app.views.timeline.ruler import HEIGHT_PX, Ruler
from app.views.timeline.take_lanes import lane_count
from app.views.timeline.thumbnail_strip import ThumbnailSource, ThumbnailStrip
from app.views.timeline.waveforms import PeakSource
from app.words import said, tr
from engine.project.model import Project
from engine.project.rippling import RippleMode

_ZOOM_STEP = 1.25
_RIPPLES: dict[RippleMode, str] = {"off": "off", "track": "this track", "all": "all tracks"}
_RIPPLE_TIP = (
    "Ripple: {}\nWhat is behind an edited clip goes along (track Alt+R, all tracks Alt+Shift+R)"
)


class TimelineView(EditingWidget):
    """Ctrl+wheel zooms at the pointer, Shift+wheel goes sideways, the wheel goes up and down."""

    loop_requested = Signal(object)
    clip_menu_requested = Signal(object, object)
    track_menu_requested = Signal(str, object)
    envelope_menu_requested = Signal(str, str, object, object)
    envelopes_requested = Signal(str, object)
    """(track id, global position for a menu, or None to show or hide all)."""
    clip_opened = Signal(str)

    def __init__(
        self,
        selection: Selection,
        peaks: PeakSource,
        boxes: BoxSource,
        pictures: ThumbnailSource,
        loudness: LoudnessSource,
    ) -> None:
        super().__init__()
        self.axis = TimeAxis(self)
        self.rows = Rows(self)
        self.follow = True
        self.glides = False
        """Whether the playhead stays in the middle while it is followed."""
        self.ruler = Ruler(self.axis)
        self.headers = Headers(self.rows, selection)
        self.lanes = Lanes(self.axis, self.rows, selection, peaks, boxes)
        self.overview = Overview(self.axis)
        self.film = ThumbnailStrip(self.axis, pictures)
        self.loudness = LoudnessLane(self.axis, loudness)
        self._fitted = False
        self._project = Project()
        self._with_takes: set[str] = set()
        self._selection = selection
        self._track_id: str | None = None
        self._down = QScrollBar(Qt.Orientation.Vertical)
        self._build()
        self._wire()

    def set_project(self, project: Project) -> None:
        """Show another project."""
        ids = tuple(str(track.id) for track in project.tracks)
        self.rows.set_tracks(ids, tuple(row_of(project, one).lane_count for one in ids))
        self._project = project
        for one in self._with_takes.intersection(ids):
            self.rows.show_takes(one, lane_count(project, one))
        for part in self._parts:
            part.set_project(project)
        self.axis.set_duration(project.duration_s)
        count = len(project.tracks)
        words = said("{count} tracks", count=count) if count else tr("No tracks yet")
        self._count.setText(tr("1 track") if count == 1 else words)

    @property
    def _parts(
        self,
    ) -> tuple[Ruler | Headers | Lanes | Overview | ThumbnailStrip | LoudnessLane, ...]:
        """Everything that shows the project and the playhead."""
        return self.ruler, self.film, self.headers, self.lanes, self.loudness, self.overview

    def show_film(self, shown: bool) -> None:
        """Show the film strip, or hide it."""
        for part in (self.film, self._film_name):
            part.setVisible(shown)

    def show_loudness(self, shown: bool) -> None:
        """Show the loudness lane, or hide it."""
        for part in (self.loudness, self._loudness_name):
            part.setVisible(shown)

    def open_at_start(self) -> None:
        """A new session was opened: show all of it."""
        self._fitted = False
        self.axis.fit()

    def set_position(self, position_s: float, *, playing: bool) -> None:
        """Move the playhead; while playing, turn pages or glide when following."""
        if playing and self.follow and self.glides:
            self.axis.scroll_to(position_s - 0.5 * self.axis.visible_s)
        elif playing and self.follow:
            self.axis.show_time(position_s)
        for part in self._parts:
            part.set_position(position_s)

    def toggle_takes(self, track_id: str) -> None:
        """Show all takes of a track's clips in lanes of their own, or hide them."""
        self._with_takes ^= {track_id}
        shown = track_id in self._with_takes
        self.rows.show_takes(track_id, lane_count(self._project, track_id) if shown else 0)

    def zoom(self, factor: float) -> None:
        """Zoom around the playhead when it is in sight, else around the middle."""
        x = self.axis.x_of(self.lanes.position_s)
        self.axis.zoom_at(x if 0 <= x < self.axis.width_px else self.axis.width_px / 2, factor)
        self._fitted = True

    def turn_wheel(self, event: QWheelEvent) -> None:
        """Zoom or scroll, by the modifiers held."""
        turned = event.angleDelta()
        steps = (turned.y() or turned.x()) / 120.0
        held = event.modifiers()
        if held & Qt.KeyboardModifier.ControlModifier and held & Qt.KeyboardModifier.ShiftModifier:
            self.rows.set_row_height(round(self.rows.row_px * 1.15**steps))
        elif held & Qt.KeyboardModifier.ControlModifier:
            self._fitted = True
            self.axis.zoom_at(event.position().x(), _ZOOM_STEP**steps)
        elif held & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier):
            self.axis.scroll_to(self.axis.left_s - steps * 0.12 * self.axis.visible_s)
        else:
            if turned.x() and not turned.y():
                self.axis.scroll_to(self.axis.left_s - steps * 0.12 * self.axis.visible_s)
            else:
                self.rows.scroll_to(self.rows.top_px - round(steps * self.rows.row_px))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go from track to track."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: +1}
        by = steps.get(Qt.Key(event.key()))
        ids, now = self.rows.track_ids, self._selection.value.track_id
        if by is None or not ids:
            super().keyPressEvent(event)
            return
        index = ids.index(now) + by if now in ids else 0
        self._selection.select_track(ids[min(max(index, 0), len(ids) - 1)])

    def show_range(self, from_s: float, to_s: float) -> None:
        """Zoom so that a range fills the view."""
        self._fitted = True
        self.axis.show_range(from_s, to_s)

    def _build(self) -> None:
        corner = QWidget()
        corner.setObjectName("panel")
        corner.setFixedSize(WIDTH_PX, HEIGHT_PX)
        row = QHBoxLayout(corner)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(2)
        self._count = QLabel()
        self._count.setProperty("tone", "heading")
        row.addWidget(self._count, 1)
        self.snap_button = _tool("magnet", "Snap to contacts, clips, markers and frames (N)")
        self.follow_button = _tool("follow", "Keep the playhead in sight while playing (F)")
        self.ripple_button = _tool("ripple", _RIPPLE_TIP.format("off"))
        self.ripple_button.setChecked(False)
        self.fit_button = _tool("zoom_fit", "Show the whole session (Z)", checkable=False)
        for button in (self.snap_button, self.ripple_button, self.follow_button, self.fit_button):
            row.addWidget(button)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(corner, 0, 0)
        grid.addWidget(self.ruler, 0, 1)
        self._film_name, self._loudness_name = _strip_name("Film"), _strip_name("Loudness, LUFS")
        grid.addWidget(self._film_name, 1, 0)
        grid.addWidget(self.film, 1, 1)
        grid.addWidget(self.headers, 2, 0)
        grid.addWidget(self.lanes, 2, 1)
        grid.addWidget(self._down, 2, 2)
        grid.addWidget(self._loudness_name, 3, 0)
        grid.addWidget(self.loudness, 3, 1)
        grid.addWidget(self.overview, 4, 1)
        for row_number, column in ((0, 2), (4, 0), (4, 2)):
            filler = QWidget()
            filler.setObjectName("panel")
            grid.addWidget(filler, row_number, column)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(2, 1)
        self.show_loudness(False)

    def _wire(self) -> None:
        self._selection.changed.connect(self._follow_selection)
        for part in (self.headers, self.lanes):
            self.relay(part)
            part.wheel_turned.connect(self.turn_wheel)
        for strip in (self.film, self.loudness):
            strip.wheel_turned.connect(self.turn_wheel)
            strip.locate_requested.connect(self.locate_requested)
        self.relay(self.ruler)
        self.ruler.loop_requested.connect(self.loop_requested)
        self.ruler.wheel_turned.connect(self.turn_wheel)
        self.headers.menu_requested.connect(self.track_menu_requested)
        self.lanes.menu_requested.connect(self.clip_menu_requested)
        self.lanes.envelope_menu_requested.connect(self.envelope_menu_requested)
        self.headers.envelope_menu_requested.connect(self.envelope_menu_requested)
        self.headers.envelopes_requested.connect(self.envelopes_requested)
        self.lanes.clip_opened.connect(self.clip_opened)
        self.rows.changed.connect(self._show_scroll)
        self._down.valueChanged.connect(self.rows.scroll_to)
        self.snap_button.toggled.connect(self._set_snapping)
        self.follow_button.toggled.connect(self._set_follow)
        self.ripple_button.clicked.connect(self._turn_ripple)
        self._selection.ripple_changed.connect(self._show_ripple)
        self.fit_button.clicked.connect(self.axis.fit)

    def _follow_selection(self, selected: Selected) -> None:
        """A track that is selected elsewhere comes in sight."""
        if selected.track_id != self._track_id:
            self._track_id = selected.track_id
            if selected.track_id is not None and not self.lanes.is_dragging:
                self.rows.bring_in_sight(selected.track_id)

    def _set_snapping(self, on: bool) -> None:
        self.lanes.snapping = on

    def _turn_ripple(self) -> None:
        """Off, this track, all tracks, off."""
        modes = tuple(_RIPPLES)
        self._selection.set_ripple(modes[(modes.index(self._selection.ripple) + 1) % len(modes)])
        self._show_ripple(self._selection.ripple)

    def _show_ripple(self, mode: RippleMode) -> None:
        self.ripple_button.setChecked(mode != "off")
        self.ripple_button.setIcon(icons.icon("ripple_all" if mode == "all" else "ripple"))
        self.ripple_button.setToolTip(_RIPPLE_TIP.format(_RIPPLES[mode]))

    def _set_follow(self, on: bool) -> None:
        self.follow = on

    def _show_scroll(self) -> None:
        """Bring the scroll bar to the rows without it answering."""
        bar, rows = self._down, self.rows
        bar.blockSignals(True)
        bar.setRange(0, rows.scroll_end_px)
        bar.setPageStep(max(1, rows.height_px))
        bar.setSingleStep(max(1, round(rows.height_px / 20)))
        bar.setValue(rows.top_px)
        bar.blockSignals(False)

    def resizeEvent(self, event: object) -> None:
        if not self._fitted:
            self.axis.set_width(max(1, self.width() - WIDTH_PX - self._down.width()))
            self.axis.fit()


def _strip_name(text: str) -> QLabel:
    label = QLabel(tr(text))
    label.setObjectName("panel")
    label.setProperty("tone", "soft")
    label.setContentsMargins(12, 0, 8, 0)
    label.setFixedWidth(WIDTH_PX)
    return label


def _tool(icon: str, tip: str, *, checkable: bool = True) -> QToolButton:
    button = QToolButton()
    button.setIcon(icons.icon(icon))
    button.setToolTip(tr(tip))
    button.setAccessibleName(tr(tip))
    button.setCheckable(checkable)
    button.setChecked(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
