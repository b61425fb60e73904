"""What is dropped on the window: films, sessions, sounds, HRIR sets, paths, screenplays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QDragMoveEvent, QDropEvent

from app import places, work
from app.dialogs.asking import ask
from app.dialogs.import_sound import SOUND_PATTERNS, ImportDialog
from app.notices import Notice
from app.ripples import making_room
from app.session import Session
from app.views.library.model import MIME
from app.words import said, tr
from engine.project.edits import SetScene
from engine.project.model import Track

if TYPE_CHECKING:
    from app.window import MainWindow

SOUND_SUFFIXES = frozenset(pattern.removeprefix("*") for pattern in SOUND_PATTERNS.split())

SCREENPLAY_SUFFIXES = frozenset({".fountain", ".fdx", ".txt", ".md"})
_TAKEN = SOUND_SUFFIXES | SCREENPLAY_SUFFIXES | {".sofa", ".csv"}


class Dropping:
    """Takes what it knows; the rest is opened as a video, which says what is wrong with it."""

    def __init__(self, session: Session, window: MainWindow) -> None:
        self._session = session
        self._window = window

    def takes(self, event: QDropEvent) -> bool:
        """Whether what is dragged over the window can be dropped."""
        return bool(dropped_recording(event)) or dropped_path(event) is not None

    def hint(self, event: QDragMoveEvent | None) -> None:
        """Say beside the pointer what a recording becomes where it is; None: no more."""
        lanes = self._window.timeline.lanes
        lanes.readout = None
        recording = dropped_recording(event) if event is not None else ""
        if event is not None and recording:
            point = self._in_lanes(event.position().toPoint())
            if point is not None:
                words = self._window.library.what_drop_does(recording, point)
                lanes.readout = (point, words)
        lanes.update()

    def drop(self, event: QDropEvent) -> None:
        """Take what is dropped where it is dropped."""
        self.hint(None)
        place, recording = event.position().toPoint(), dropped_recording(event)
        path = dropped_path(event)
        if recording and self._session.is_open:
            event.acceptProposedAction()
            self._window.library.drop(recording, self._in_lanes(place))
        elif path is not None:
            event.acceptProposedAction()
            self.take(path, place)

    def take(self, path: Path, place: QPoint) -> None:
        """A file or folder was dropped at a place in the window."""
        suffix = path.suffix.lower()
        film = suffix not in _TAKEN
        wanted = film and self._session.project.video is None
        if not self._session.is_open or places.is_bundle(path) or wanted:
            self._session.open(path)
        elif film:
            self._offer_video(path)
        elif suffix == ".sofa":
            self.use_hrir(path)
        elif suffix == ".csv":
            self._window.verbs.read_path(path)
        elif suffix in SCREENPLAY_SUFFIXES:
            self._window.verbs.analyse_with(path)
        else:
            time_s, track = self._under(place)
            self.bring_sound(path, time_s, track, onto_track=True)

    def _offer_video(self, path: Path) -> None:
        """A film makes a session of its own: that is said before it happens."""
        place = places.shown(places.bundle_for(path))
        words = said(
            "Open {film}? Its session goes to {place}; the open one is saved.",
            film=path.name, place=place,
        )  # fmt: skip
        open_it = (tr("Open it"), lambda: self._session.open(path))
        self._session.tell(Notice(words, "info", (open_it,)))

    def use_hrir(self, path: Path) -> None:
        """Hear the scene through another set."""
        scene = structs.replace(self._session.project.scene, hrir=str(path))
        self._session.do(SetScene(scene=scene))

    def bring_sound(
        self, path: Path, start_s: float, track: Track | None, *, onto_track: bool = False
    ) -> None:
        """Ask how a sound file comes in, and bring it in as a job."""
        session, bundle = self._session, self._session.bundle
        dialog = ImportDialog(path, start_s, self._window, track, onto_track=onto_track)
        if bundle is None or not ask(dialog, self._window):
            return
        session.jobs.start(
            f"Import {dialog.audio.name}",
            lambda edit: session.bundle is bundle
            and session.do(making_room(session.project, session.selection, edit)),
            work.import_sound, dialog.audio, session.project, bundle.path,
            dialog.convention, dialog.start_s, dialog.track_id,
        )  # fmt: skip
        self._window.show_jobs()

    def _in_lanes(self, place: QPoint) -> QPointF | None:
        """A place of the window in the lanes' own pixels; None beside them."""
        lanes = self._window.timeline.lanes
        point = QPointF(lanes.mapFrom(self._window, place))
        inside = lanes.isVisible() and lanes.rect().contains(point.toPoint())
        return point if inside else None

    def _under(self, place: QPoint) -> tuple[float, Track | None]:
        """Time and track under a place; the playhead's and none beside the lanes."""
        point = self._in_lanes(place)
        if point is None:
            return self._session.playback.position_s, None
        lanes = self._window.timeline.lanes
        track_id = lanes.rows.track_at(point.y())
        track = self._session.project.track(track_id) if track_id is not None else None
        return max(0.0, lanes.axis.time_of(point.x())), track


def dropped_recording(event: QDropEvent) -> str:
    """The path of a recording that is dragged out of the library; '' where it is none."""
    return event.mimeData().data(MIME).toStdString()


def dropped_path(event: QDropEvent) -> Path | None:
    """The first local file or folder of a drop."""
    urls = [url for url in event.mimeData().urls() if url.isLocalFile()]
    return Path(urls[0].toLocalFile()) if urls else None
