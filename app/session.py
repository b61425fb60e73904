"""The session: owns the document, its bundle, the playback client and the jobs.

Made once by `app.main` and passed down; views never hold document state. Everything that changes
the project goes through `do`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app import places, work
from app.audition import Audition
from app.background import Background
from app.beginnings import begin, first_project, first_settings
from app.bridge import PlaybackBridge
from app.faders import without_strips
from app.jobs import JobBoard, ListedJob
from app.media_store import MediaStore
from app.monitor_level import MonitorLevel
from app.notices import Notice
from app.recovery_offer import offer_recovery
from app.selection import Selection
from app.shuttle import Shuttle
from app.troubles import TroubleWatch
from engine.errors import FoleystageError, ProjectError
from engine.job_queue import URGENT
from engine.media.probe import probe_video
from engine.pipeline.settings import RunSettings
from engine.playback.client import PlaybackClient
from engine.project.edits import AddTrack, Edit, SetVideo
from engine.project.history import Document
from engine.project.model import Project, Video
from engine.project.store import Bundle

_AT_LOOP_END_S = 0.001
"""Playing that begins at the loop's end begins at its start."""
_SEND_MS = 30
"""Edits that follow each other this closely reach the engine together."""


class Session(QObject):
    """One open document and everything that serves it."""

    project_changed = Signal(object, object)
    """(old, new) project."""
    opened = Signal()
    """Another document (or none) is open."""
    saved = Signal()
    noticed = Signal(object)
    """A `Notice` for the user."""
    loop_changed = Signal(object)

    def __init__(self, playback: PlaybackClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.playback = playback
        self.bridge = PlaybackBridge(playback, self)
        self.shuttle = Shuttle(playback, self)
        self.shuttle.speed_changed.connect(self.bridge.refresh)
        self.jobs = JobBoard(self)
        self.jobs.finished.connect(self._job_finished)
        self.monitor_level = MonitorLevel(playback, self)
        self.media = MediaStore(self)
        self.selection = Selection(self)
        self.audition = Audition(self)
        self.document = Document(Project())
        self.document.subscribe(self._changed)
        self.bundle: Bundle | None = None
        self.troubles = TroubleWatch(self._journal_problem, self)
        self.troubles.told.connect(self.tell)
        self.bridge.status_changed.connect(self.troubles.look_at_engine)
        self.loop_s: tuple[float, float] | None = None
        self.begin_with: Callable[[Project], Project] = lambda project: project
        """What a new session begins with (a template)."""
        self.pre_roll_s = 0.0
        """Playing begins so much before the playhead."""
        self.began_s = 0.0
        """Where playing began the last time."""
        self._background = Background(self)
        self._saving = False
        self.holds_recovery = False  # True: until the user decides, nothing is saved by itself
        self._analysis: ListedJob | None = None
        self._send = QTimer(self)
        self._send.setSingleShot(True)
        self._send.setInterval(_SEND_MS)
        self._send.timeout.connect(self._send_project)
        self._autosave = QTimer(self)
        self._autosave.timeout.connect(self.save_in_background)

    @property
    def project(self) -> Project:
        """The current value."""
        return self.document.project

    @property
    def is_open(self) -> bool:
        """Whether a session is open."""
        return self.bundle is not None

    @property
    def is_analysing(self) -> bool:
        """Whether the picture is being analysed."""
        return self._analysis is not None and self._analysis.running

    # -- editing ------------------------------------------------------------------------------

    def do(self, edit: Edit) -> bool:
        """Apply an edit; one that makes no sense becomes a notice."""
        try:
            self.document.do(edit)
        except FoleystageError as error:
            self.tell(Notice(str(error), "error", fades=True))
            return False
        return True

    def undo(self) -> None:
        """Take back the last step."""
        self.document.undo()

    def redo(self) -> None:
        """Do it again."""
        self.document.redo()

    def jump(self, step: int) -> None:
        """Go to a step of the history."""
        try:
            self.document.jump(step)
        except FoleystageError as error:
            self.tell(Notice(str(error), "error", fades=True))

    # -- transport ----------------------------------------------------------------------------

    def play_or_stop(self) -> None:
        """Space."""
        if self.audition.heard is not None:
            self.audition.end()
            return
        if self.playback.is_playing:
            self.shuttle.halt()
        else:
            if self.loop_s and abs(self.playback.position_s - self.loop_s[1]) < _AT_LOOP_END_S:
                self.playback.locate(self.loop_s[0])
            self.began_s = self.playback.position_s
            if self.pre_roll_s:
                self.playback.locate(max(0.0, self.began_s - self.pre_roll_s))
            self.playback.play()
        self.bridge.refresh()

    def locate(self, time_s: float) -> None:
        """Move the playhead."""
        self.shuttle.release()
        self.playback.locate(min(max(0.0, time_s), self.project.duration_s))
        self.bridge.refresh()

    def scrub(self, time_s: float) -> None:
        """Move the playhead with sound, while the pointer drags it."""
        self.shuttle.release()
        self.playback.scrub(min(max(0.0, time_s), self.project.duration_s))
        self.bridge.refresh()

    def choose_device(self, device: str | None, block_samples: int | None = None) -> None:
        """Play on another device (None: the default one), in later runs too."""
        self.playback.set_device(device, block_samples)
        places.note_audio_device(device)

    def set_loop(self, loop_s: tuple[float, float] | None) -> None:
        """Repeat a range, or none."""
        self.loop_s = loop_s
        self.playback.set_loop(*(loop_s or (None, None)))
        self.loop_changed.emit(loop_s)

    # -- files --------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a session or a video, whichever it is."""
        if places.is_bundle(path):
            self.open_bundle(path)
        else:
            self.open_video(path)

    def open_bundle(self, path: Path) -> None:
        """Open a session folder."""
        try:
            bundle, project, recovery = Bundle.open(path)
        except FoleystageError as error:
            self.tell(Notice(str(error), "error"))
            return
        self.take(bundle, project)
        if recovery is not None:
            offer_recovery(self, bundle, recovery)

    def open_video(self, path: Path, settings: RunSettings | None = None) -> None:
        """Make a session of a video and analyse it in the background."""
        path = path.expanduser().absolute()
        self._background.run(
            lambda: probe_video(path),
            lambda video: self._begin(video, settings),
            lambda error: self.tell(Notice(str(error), "error")),
        )

    def save(self) -> bool:
        """Save now; False when the disk refused (the journal still has every edit)."""
        self._background.finish()
        self._saving = False
        if self.bundle is None:
            return True
        try:
            self.bundle.save(self.project)
        except FoleystageError as error:
            self.tell(Notice(str(error), "error"))
            return False
        self.document.mark_saved()
        self.holds_recovery = False
        self.saved.emit()
        return True

    def set_autosave(self, every_s: float) -> None:
        """How often it is saved by itself."""
        self._autosave.start(round(1000 * every_s))

    def save_in_background(self) -> None:
        """Save without the window noticing, when there is something to save."""
        bundle, project = self.bundle, self.project
        if bundle is None or self._saving or self.holds_recovery or not self.document.is_dirty:
            return
        self._saving = True
        document = self.document

        def done(_: object) -> None:
            self._saving = False
            document.mark_saved(project)
            self.saved.emit()

        def failed(error: object) -> None:
            self._saving = False
            self.tell(Notice(str(error), "warning"))

        self._background.run(lambda: bundle.save(project), done, failed)

    def analyse(self, settings: RunSettings) -> None:
        """Analyse the picture (again) in the background; hand edits stay."""
        video = self.project.video
        bundle = self.bundle
        if video is None or bundle is None or self.is_analysing:
            return
        self._analysis = self.jobs.start(
            f"Analyse {Path(video.path).name}",
            lambda edit: self.bundle is bundle and self.do(edit),
            work.analyse,
            Path(video.path),
            self.project,
            bundle.path,
            settings,
        )

    def follow(self, time_s: float, shown: tuple[float, ...]) -> None:
        """Follow what is at a point or in a box of the picture (full-size pixels), as a track."""
        video, bundle = self.project.video, self.bundle
        if video is None or bundle is None:
            return

        def arrived(edit: AddTrack) -> None:
            if self.bundle is bundle and self.do(edit):
                self.selection.select_track(edit.track.id)

        self.jobs.start(
            "Follow what was pointed at",
            arrived,
            work.follow,
            Path(video.path),
            self.project,
            bundle.path,
            time_s,
            shown,
            priority=URGENT,
        )

    def export(self, formats: tuple[str, ...], folder: Path, **options: bool) -> None:
        """Write deliverables in the background; `options` are those of `work.export`."""
        if self.bundle is None:
            return
        self.jobs.start(
            f"Export to {folder.name}",
            lambda where: self.tell(Notice(f"Exported to {where}", fades=True)),
            work.export,
            self.project,
            self.bundle.path,
            formats,
            folder,
            options,
        )

    def close(self) -> None:
        """Save, stop the engine and let go of everything."""
        self._autosave.stop()
        self._send.stop()
        self.troubles.close()
        self.bridge.close()
        self.shuttle.release()
        self.jobs.close()
        self.audition.close()
        self._put_away()
        self.media.close()
        self._background.finish()
        self.playback.close()

    def tell(self, notice: Notice) -> None:
        """Show a line to the user."""
        self.noticed.emit(notice)

    # -- inside -------------------------------------------------------------------------------

    def _begin(self, video: Video, settings: RunSettings | None) -> None:
        """A session of its own for a film; one that has none takes it up."""
        if self.is_open and self.project.video is None:
            begun = self.do(SetVideo(video=video))
        else:
            place = places.bundle_for(Path(video.path))
            begun = begin(self, first_project(video, settings), place)
        if begun:
            self.analyse(first_settings(settings, self.project))

    def take(self, bundle: Bundle, project: Project) -> None:
        """Put the old document away and work on another."""
        self.audition.end()
        self.jobs.cancel_of_session()
        self._analysis = None
        self._put_away()
        self.troubles.forget()
        self.bundle = bundle
        places.note_recent(bundle.path)
        self.media.open(bundle.media)
        self.start(Document(project, journal=bundle.journal))

    def start(self, document: Document) -> None:
        """Work on another history of the open session from now on."""
        old, self.document = self.project, document
        self.holds_recovery = False
        document.subscribe(self._changed)
        self.selection.clear()
        self.set_loop(None)
        self.playback.stop()
        self.playback.locate(0.0)
        self._changed(old, document.project)
        self.opened.emit()

    def _put_away(self) -> None:
        self._background.finish()
        if self.bundle is not None:
            if self.document.is_dirty:
                self.save()
            self.bundle.close()
            self.bundle = None

    def _changed(self, old: Project, new: Project) -> None:
        self.selection.keep_existing(new)
        if self.is_open:
            if without_strips(old) == without_strips(new):
                self._move_faders(new)
            else:
                self._send.start()
        self.project_changed.emit(old, new)

    def _move_faders(self, project: Project) -> None:
        """Faders skip the compiler."""
        for track in project.tracks:
            self.playback.set_track_gain(track.id, track.strip.gain_db)
            self.playback.set_track_mute(track.id, track.strip.muted)
            self.playback.set_track_solo(track.id, track.strip.soloed)
        self._move_master()

    def _move_master(self) -> None:
        self.playback.set_master_gain(self.project.master.gain_db, self.project.scene)

    def _journal_problem(self) -> ProjectError | None:
        return self.bundle.journal.problem if self.bundle is not None else None

    def send_again(self) -> None:
        """What the bundle holds has changed: the engine shall look at it again."""
        self._send.start()

    def _send_project(self) -> None:
        if self.bundle is not None:
            self.playback.set_project(self.project, self.bundle.path)
            self._move_master()

    def _job_finished(self, listed: ListedJob) -> None:
        if listed.state.state == "done":
            self.save_in_background()
        elif self.bundle is not None:
            self.bundle.media.clear_unfinished()
        if listed.state.state == "failed":
            self.tell(Notice(f"{listed.name}: {listed.state.message}", "error"))
