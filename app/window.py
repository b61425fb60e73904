"""The main window: menu, transport, notices, and the workspace or the welcome page."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
)
from PySide6.QtWidgets import (
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import actions, icons, places, preferences, preferring, shortcuts, window_place
from app.calm_wheel import CalmWheel
from app.distance_wheel import DistanceWheel
from app.doubts import find_doubts
from app.dropping import Dropping
from app.enabling import show_ripple, show_state
from app.ending import may_end
from app.envelope_menu import EnvelopeMenu
from app.fade_menu import FadeMenu
from app.focus_walk import walk
from app.gauge_wiring import wire_gauges
from app.gesture_gate import GestureGate
from app.intents import EditingWidget
from app.layouts import LayoutMenu
from app.library_desk import LibraryDesk
from app.light_copies import LightCopies
from app.listening import Listening
from app.lost_media import LostMedia
from app.marker_menu import MarkerMenu
from app.menus import Menus
from app.panel_tools import tool_buttons
from app.picture_menu import PictureMenu, move_box
from app.picture_tools import overlays_button
from app.place_menus import PlaceMenus
from app.play_state import PlayState
from app.recent_menu import RecentMenu
from app.ruler_menu import RulerMenu
from app.saliency_maps import SaliencyMaps
from app.script_verbs import ScriptVerbs
from app.session import Session
from app.status_strip import StatusStrip
from app.take_menu import TakeMenu
from app.templates_menu import NewFromTemplateMenu, TemplatesMenu, begun
from app.thumbnails import Thumbnails
from app.tour import Tour, stops_of
from app.tour_offer import TourOffer
from app.verbs import Verbs
from app.versions_menu import VersionsMenu
from app.views.analysis.panel import AnalysisPanel
from app.views.history.panel import HistoryPanel
from app.views.jobs.panel import JobsPanel
from app.views.meters.goniometer import Goniometer
from app.views.meters.sphere import SphereView
from app.views.notices.bar import NoticeBar
from app.views.picture.view import PictureView
from app.views.script.panel import ScriptPanel
from app.views.stage.view import StageView
from app.views.timeline.view import TimelineView
from app.views.tracks.panel import InspectorPanel
from app.views.transport.bar import TransportBar
from app.views.welcome.view import WelcomeView
from app.welcome_wiring import wire_welcome
from app.workspace import Workspace
from engine.project.model import Project


class MainWindow(QMainWindow):
    """Docks the views and connects them to the session; holds no document state."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setWindowIcon(icons.application_icon())
        self.setAcceptDrops(True)
        self.resize(window_place.first_size(self))
        self.verbs = Verbs(session, self)
        self.lost_media = LostMedia(session, self)
        self.dropping = Dropping(session, self)
        self.actions_by_name = actions.build(self, self.verbs)
        actions.give_keys(self.actions_by_name, shortcuts.in_use())
        self._build_views()
        self._build_frame()
        self._dock_views()
        self._build_edges()
        self._build_menus()
        self._wire_session()
        self._wire_views()
        self._calm_wheel = CalmWheel(self)
        self._calm_wheel.watch(self)
        self._restore()
        preferring.take(self, preferences.load())
        self._opened()

    # -- building -----------------------------------------------------------------------------

    def _build_views(self) -> None:
        selection, media = self.session.selection, self.session.media
        self.saliency = SaliencyMaps(self.session.jobs, self)
        self.picture = PictureView(selection, media, self.saliency)
        self.saliency.arrived.connect(self.picture.update)
        self.light_copies = LightCopies(self.session, self.picture)
        self.picture_menu = PictureMenu(self.session, self)
        self.distance_wheel = DistanceWheel(self.session, self)
        self.picture.distance_turned.connect(self.distance_wheel.turn)
        self.stage = StageView(selection)
        self.thumbnails = Thumbnails(self)
        self.listening = Listening(self.session, self)
        self.timeline = TimelineView(
            selection, media, media, self.thumbnails, self.listening.history
        )
        self.marker_menu = MarkerMenu(self.session, self)
        self.ruler_menu = RulerMenu(self.timeline.axis, self)
        self.take_menu = TakeMenu(self.session, self)
        self.fade_menu = FadeMenu(self.session, self)
        self.envelope_menu = EnvelopeMenu(self.session, self.timeline.rows, self)
        self.transport = TransportBar()
        self.transport.build(self.actions_by_name)
        self.inspector = InspectorPanel(selection)
        self.script = ScriptPanel(selection)
        self.library = LibraryDesk(self.session, self)
        self.history = HistoryPanel()
        self.analysis = AnalysisPanel()
        self.jobs = JobsPanel()
        self.sphere = SphereView()
        self.goniometer = Goniometer()
        self.welcome = WelcomeView()

    def _build_frame(self) -> None:
        """From the outside in: what gets another parent is styled once more, with all in it."""
        self._middle = QWidget()
        self.setCentralWidget(self._middle)
        column = QVBoxLayout(self._middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._pages = QStackedWidget()
        column.addWidget(self.transport)
        column.addWidget(self._pages, 1)
        self.workspace = Workspace()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.workspace)

    def _dock_views(self) -> None:
        self.workspace.setCentralWidget(self.timeline)
        add, tools = self.workspace.add, partial(tool_buttons, self.actions_by_name)
        overlays = overlays_button(self.actions_by_name, self)
        add("picture", "Picture", self.picture, (*tools("boxes"), overlays))
        add(
            "stage",
            "Stage",
            self.stage,
            (*self.stage.buttons(), *tools("touch", "stage_snap", "stage_fit")),
        )
        add("inspector", "Inspector", self.inspector)
        add("script", "Script", self.script)
        add("library", "Library", self.library.panel)
        add("history", "History", self.history)
        add("analysis", "Analysis", self.analysis)
        add("jobs", "Jobs", self.jobs)
        add("sphere", "Sphere", self.sphere)
        add("goniometer", "Goniometer", self.goniometer)
        self.workspace.reset()

    def _build_edges(self) -> None:
        self.notices = NoticeBar(self._middle)
        self.strip = StatusStrip()
        self.setStatusBar(self.strip)
        self.strip.jobs_requested.connect(self.show_jobs)
        self.tour = Tour(stops_of(self), self)
        self.tour.hide()
        self.tour_offer = TourOffer(self)

    def _build_menus(self) -> None:
        panels = (panel.toggleViewAction() for panel in self.workspace.panels.values())
        self.menus = Menus(self, self.actions_by_name)
        self.recent_menu = RecentMenu(self.session.open_bundle, self)
        self.layouts = LayoutMenu(self.workspace, self)
        self.session.begin_with = begun
        self.versions_menu = VersionsMenu(self.session, self)
        self.templates_menu = TemplatesMenu(self.session, self)
        self.new_menu = NewFromTemplateMenu(self.session, self)
        in_file = (self.new_menu, self.recent_menu, self.versions_menu, self.templates_menu)
        self.menus.fill_bar(in_file, (self.ruler_menu.menu, self.layouts, *panels))

    # -- wiring -------------------------------------------------------------------------------

    def _wire_session(self) -> None:
        session = self.session
        session.project_changed.connect(self._show_project)
        session.opened.connect(self._opened)
        session.saved.connect(self._show_title)
        session.noticed.connect(self.notices.tell)
        session.loop_changed.connect(self._show_loop)
        session.shuttle.speed_changed.connect(self.transport.show_speed)
        for changed in (session.selection.changed, session.selection.span_changed):
            changed.connect(lambda _: self._show_actions())
        session.selection.span_changed.connect(self.timeline.ruler.set_span)
        session.media.arrived.connect(self.timeline.lanes.redraw)
        self.thumbnails.arrived.connect(self.timeline.film.update)
        session.jobs.changed.connect(self._show_jobs)
        bridge = session.bridge
        bridge.moved.connect(self._show_position)
        bridge.playing_changed.connect(self.thumbnails.rest)
        self.play_state = PlayState(self.actions_by_name["play"], bridge)
        self.play_state.waits.connect(self.strip.show_waiting)
        wire_gauges(self)

    def _wire_views(self) -> None:
        session, verbs = self.session, self.verbs
        self._gates: list[GestureGate] = []
        editors: tuple[EditingWidget, ...] = (
            self.timeline, self.stage, self.inspector, self.transport.master,
        )  # fmt: skip
        for editor in editors:
            self._wire_editor(editor)
        self.inspector.ears_wanted.connect(verbs.learned_ears)
        self.script.edit_requested.connect(session.do)
        self.script_verbs = ScriptVerbs(session, self)
        for view in (self.timeline, self.stage, self.script, self.transport):
            view.locate_requested.connect(session.locate)
        self._wire_timeline()
        self.transport.monitor_chosen.connect(self.listening.choose)
        self.transport.meter.cleared.connect(session.playback.clear_clips)
        self.transport.loudness.cleared.connect(session.playback.clear_clips)
        self.transport.engine.set_device(session.playback.device)
        self.transport.engine.device_chosen.connect(session.choose_device)
        self.history.step_chosen.connect(session.jump)
        self.jobs.cancel_requested.connect(session.jobs.cancel)
        self.jobs.clear_requested.connect(session.jobs.clear_finished)
        self.analysis.analyse_requested.connect(verbs.analyse)
        self.analysis.doubts.chosen.connect(verbs.go_to_doubt)
        self.picture.relink_requested.connect(self.lost_media.pick_picture)
        self.picture.menu_requested.connect(self.picture_menu.popup)
        self.picture.follow_requested.connect(session.follow)
        self.picture.box_moved.connect(lambda *moved: move_box(session, *moved))
        wire_welcome(self)
        for name in actions.ON_AT_FIRST:
            self.actions_by_name[name].setChecked(True)

    def _wire_timeline(self) -> None:
        timeline, session = self.timeline, self.session
        timeline.ruler.scrub_requested.connect(session.scrub)
        timeline.ruler.marker_menu_requested.connect(self.marker_menu.popup)
        timeline.ruler.format_menu_requested.connect(self.ruler_menu.popup)
        timeline.ruler.rename_requested.connect(self.marker_menu.rename)
        timeline.ruler.span_requested.connect(session.selection.set_span)
        timeline.loop_requested.connect(session.set_loop)
        timeline.clip_menu_requested.connect(self.menus.of_clip)
        timeline.track_menu_requested.connect(self.menus.of_track)
        self.place_menus = PlaceMenus(self)
        timeline.lanes.take_menu_requested.connect(self.take_menu.popup)
        timeline.lanes.fade_menu_requested.connect(self.fade_menu.popup)
        timeline.lanes.audition_requested.connect(session.audition.begin)
        timeline.envelope_menu_requested.connect(self.envelope_menu.popup)
        timeline.envelopes_requested.connect(self._envelopes)
        timeline.clip_opened.connect(lambda _: self.workspace.panels["inspector"].raise_())
        timeline.snap_button.toggled.connect(self.actions_by_name["snap"].setChecked)
        timeline.follow_button.toggled.connect(self.actions_by_name["follow"].setChecked)
        session.selection.ripple_changed.connect(partial(show_ripple, self.actions_by_name))

    def _wire_editor(self, view: EditingWidget) -> None:
        view.edit_requested.connect(self.session.do)
        self._gates.append(GestureGate(self.session, view))

    # -- showing ------------------------------------------------------------------------------

    def _opened(self) -> None:
        is_open = self.session.is_open
        self._pages.setCurrentWidget(self.workspace if is_open else self.welcome)
        self.transport.setEnabled(is_open)
        self.welcome.show_recent(places.recent_sessions())
        self._show_project(self.session.project, self.session.project)
        if self.actions_by_name["saliency"].isChecked():
            self.saliency.want(self.session.project.video)
        if is_open:
            QTimer.singleShot(0, self._arrange)
            self.timeline.lanes.setFocus()
            first = next(iter(self.session.project.tracks), None)
            self.session.selection.select_track(first.id if first else None)

    def _show_project(self, old: Project, new: Project) -> None:
        self.thumbnails.show(new.video)
        for view in (
            self.picture, self.stage, self.timeline, self.transport, self.inspector,
            self.script, self.analysis, self.sphere,
        ):  # fmt: skip
            view.set_project(new)
        if not old.tracks and new.tracks and self.session.selection.value.track_id is None:
            self.session.selection.select_track(new.tracks[0].id)
            self.timeline.open_at_start()
            self.workspace.panels["inspector"].raise_()
        self.analysis.doubts.show_doubts(new, find_doubts(new, self.session.media.boxes))
        document = self.session.document
        self.history.show_steps(document.steps, document.position)
        self._show_title()
        self._show_actions()

    def _show_title(self) -> None:
        session = self.session
        self.setWindowModified(session.is_open and session.document.is_dirty)
        title = f"{session.project.title}[*] – Foleystage" if session.is_open else "Foleystage"
        self.setWindowTitle(title)
        self.strip.show_session(session)

    def _show_actions(self) -> None:
        show_state(self.actions_by_name, self.session)

    def _show_position(self, position_s: float, playing: bool) -> None:
        self.transport.set_position(position_s)
        self.timeline.set_position(position_s, playing=playing)
        self.stage.set_position(position_s, playing=playing)
        self.sphere.set_position(position_s)
        speed = self.session.shuttle.speed or 1 if playing else 0
        self.picture.set_position(position_s, speed)

    def _show_loop(self, loop_s: tuple[float, float] | None) -> None:
        self.timeline.ruler.set_loop(loop_s)
        self.actions_by_name["loop"].setChecked(loop_s is not None)

    def _show_jobs(self) -> None:
        board = self.session.jobs
        self.jobs.show_jobs(board.jobs)
        running = board.running
        if running and not self.session.project.tracks:
            self.show_jobs()  # the first analysis: there is nothing else to look at yet
        self.strip.show_jobs(running)
        self._show_actions()

    def show_jobs(self) -> None:
        """Bring the jobs panel forward."""
        self.workspace.panels["jobs"].show()
        self.workspace.panels["jobs"].raise_()

    # -- menus and files ----------------------------------------------------------------------

    def _envelopes(self, track_id: str, place: QPoint | None) -> None:
        if place is None:
            self.envelope_menu.toggle_all(track_id)
        else:
            self.envelope_menu.popup_lanes(track_id, place)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.dropping.takes(event):
            event.acceptProposedAction()
            self.welcome.set_drop_hint(True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.dropping.hint(event)
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.dropping.hint(None)
        self.welcome.set_drop_hint(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.welcome.set_drop_hint(False)
        self.dropping.drop(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        return walk(self, forward=forward)

    def _restore(self) -> None:
        window_place.restore(self)
        self._kept_layout = places.settings().value("window/panels")
        self._arranged = False

    def _arrange(self) -> None:
        """Once the workspace has its size: the user's layout, or the default one."""
        if not self._arranged and self._pages.currentWidget() is self.workspace:
            self._arranged = True
            if self._kept_layout is None or not self.workspace.restore(self._kept_layout):
                self.workspace.reset()
        if not self.session.jobs.running:
            self.workspace.bring_back("inspector", behind="jobs")
        self.timeline.open_at_start()

    def closeEvent(self, event: QCloseEvent) -> None:
        if event.spontaneous() and not may_end(self):
            event.ignore()
            return
        stored = places.settings()
        window_place.keep(self)
        if self._arranged:
            stored.setValue("window/panels", self.workspace.state())
        self.picture.close_decoder()
        self.lost_media.close()
        self.library.close()
        self.thumbnails.close()
        self.session.close()
        super().closeEvent(event)
