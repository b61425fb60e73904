"""Hearing a take in its place, or a recording alone: the engine plays another project, for once."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background
from app.notices import Notice
from engine.errors import FoleystageError
from engine.project.edits import LockTake, SetClipTake
from engine.project.media_folder import MediaFolder
from engine.project.model import Project

if TYPE_CHECKING:
    from app.session import Session

LEAD_S = 0.5
"""It begins so much before the clip, so that it is heard among what surrounds it."""
_LOOK_MS = 30


class Audition(QObject):
    """Plays what is not in the document; neither it nor its history is touched."""

    changed = Signal(object)
    """(clip id, take id) that is heard, ("", path) of a recording, or None."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._heard: tuple[str, str] | None = None
        self._end_s = 0.0
        self._back_s: float | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._background = Background(self)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def heard(self) -> tuple[str, str] | None:
        """What is being heard, as `changed` tells it."""
        return self._heard

    def begin(self, clip_id: str, take_id: str) -> None:
        """Play a clip with a take; the same one again: stop."""
        session, again = self._session, self._heard == (clip_id, take_id)
        self.end()
        bundle = session.bundle
        if again or bundle is None:
            return
        try:
            project = heard_with(session.project, clip_id, take_id)
        except FoleystageError:
            return
        clip = project.clip(clip_id)
        end_s = clip.start_s + clip.duration_s + LEAD_S
        self._heard = (clip_id, take_id)
        self._play(project, Path(bundle.path), max(0.0, clip.start_s - LEAD_S), end_s)

    def begin_recording(self, path: Path) -> None:
        """Play a sound file alone, on the monitor; the same one again: stop."""
        again = self._heard == ("", str(path))
        self.end()
        if again or self._session.bundle is None:
            return
        self._heard, self._back_s = ("", str(path)), self._session.playback.position_s
        self._folder = folder = tempfile.TemporaryDirectory(prefix="foleystage-heard-")
        where = Path(folder.name)

        def play(project: Project) -> None:
            if self._folder is folder:
                self._play(project, where, 0.0, project.duration_s)

        self._background.run(
            lambda: _heard_alone(path, where), play, lambda error: self._refuse(folder, error)
        )

    def end(self) -> None:
        """Back to what the document says, and to where the playhead was."""
        if self._heard is None:
            return
        self._heard = None
        self._timer.stop()
        self._session.shuttle.halt()
        self._session.send_again()
        if self._back_s is not None:
            self._session.locate(self._back_s)
            self._back_s = None
        self._session.bridge.refresh()
        self._forget()
        self.changed.emit(None)

    def close(self) -> None:
        """Wait for what is being read, and leave nothing behind."""
        self._timer.stop()
        self._background.finish()
        self._forget()

    def _play(self, project: Project, folder: Path, from_s: float, end_s: float) -> None:
        session = self._session
        self._end_s = end_s
        session.shuttle.release()
        session.playback.set_project(project, folder)
        session.playback.locate(from_s)
        session.playback.play()
        session.bridge.refresh()
        self._timer.start()
        self.changed.emit(self._heard)

    def _refuse(self, folder: tempfile.TemporaryDirectory[str], error: FoleystageError) -> None:
        if self._folder is folder:
            self._heard = self._back_s = None
            self._forget()
            self._session.tell(Notice(str(error), "error", fades=True))

    def _forget(self) -> None:
        if self._folder is not None:
            self._background.finish()
            self._folder.cleanup()
            self._folder = None

    def _look(self) -> None:
        playback = self._session.playback
        if not playback.is_playing or playback.position_s >= self._end_s:
            self.end()


def _heard_alone(path: Path, folder: Path) -> Project:
    from engine.pipeline.heard_alone import heard_alone

    return heard_alone(path, MediaFolder(folder))


def heard_with(project: Project, clip_id: str, take_id: str) -> Project:
    """The project with a clip sounding a take, even where its own is locked."""
    clip = project.clip(clip_id)
    if clip.take_id == take_id:
        return project
    freed = LockTake(take_id=clip.take_id, locked=False).apply(project)
    return SetClipTake(clip_id=clip_id, take_id=take_id).apply(freed)
