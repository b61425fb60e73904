"""What is dropped on the window: videos and sessions, sounds, HRIR sets, paths."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QDropEvent

from app import work
from app.dialogs.asking import ask
from app.dialogs.import_sound import SOUND_PATTERNS, ImportDialog
from app.session import Session
from engine.project.edits import SetScene
from engine.project.model import Track

if TYPE_CHECKING:
    from app.window import MainWindow

SOUND_SUFFIXES = frozenset(pattern.removeprefix("*") for pattern in SOUND_PATTERNS.split())


class Dropping:
    """Takes what it knows; the rest is opened as a video, which says what is wrong with it."""

    def __init__(self, session: Session, window: MainWindow) -> None:
        self._session = session
        self._window = window

    def take(self, path: Path, place: QPoint) -> None:
        """A file or folder was dropped at a place in the window."""
        suffix = path.suffix.lower()
        if not self._session.is_open or suffix not in {*SOUND_SUFFIXES, ".sofa", ".csv"}:
            self._session.open(path)
        elif suffix == ".sofa":
            self.use_hrir(path)
        elif suffix == ".csv":
            self._window.verbs.read_path(path)
        else:
            time_s, track = self._under(place)
            self.bring_sound(path, time_s, track, onto_track=True)

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
            lambda edit: session.bundle is bundle and session.do(edit),
            work.import_sound, dialog.audio, session.project, bundle.path,
            dialog.convention, dialog.start_s, dialog.track_id,
        )  # fmt: skip
        self._window.show_jobs()

    def _under(self, place: QPoint) -> tuple[float, Track | None]:
        """Time and track under a place; the playhead's and none beside the lanes."""
        lanes = self._window.timeline.lanes
        point = QPointF(lanes.mapFrom(self._window, place))
        if not lanes.isVisible() or not lanes.rect().contains(point.toPoint()):
            return self._session.playback.position_s, None
        track_id = self._window.timeline.rows.track_at(point.y())
        track = self._session.project.track(track_id) if track_id is not None else None
        return max(0.0, lanes.axis.time_of(point.x())), track


def dropped_path(event: QDropEvent) -> Path | None:
    """The first local file or folder of a drop."""
    urls = [url for url in event.mimeData().urls() if url.isLocalFile()]
    return Path(urls[0].toLocalFile()) if urls else None
