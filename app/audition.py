"""Hearing a take in its place before it is chosen: the engine plays a project with it, for once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import FoleystageError
from engine.project.edits import LockTake, SetClipTake
from engine.project.model import Project

if TYPE_CHECKING:
    from app.session import Session

LEAD_S = 0.5
"""It begins so much before the clip, so that it is heard among what surrounds it."""
_LOOK_MS = 30


class Audition(QObject):
    """Plays one clip with another take; the document is not touched, nor its history."""

    changed = Signal(object)
    """(clip id, take id) that is heard, or None."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._heard: tuple[str, str] | None = None
        self._end_s = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def heard(self) -> tuple[str, str] | None:
        """Clip and take that are being heard."""
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
        self._heard, self._end_s = (clip_id, take_id), clip.start_s + clip.duration_s + LEAD_S
        session.shuttle.release()
        session.playback.set_project(project, Path(bundle.path))
        session.playback.locate(max(0.0, clip.start_s - LEAD_S))
        session.playback.play()
        session.bridge.refresh()
        self._timer.start()
        self.changed.emit(self._heard)

    def end(self) -> None:
        """Back to what the document says."""
        if self._heard is None:
            return
        self._heard = None
        self._timer.stop()
        self._session.shuttle.halt()
        self._session.send_again()
        self._session.bridge.refresh()
        self.changed.emit(None)

    def _look(self) -> None:
        playback = self._session.playback
        if not playback.is_playing or playback.position_s >= self._end_s:
            self.end()


def heard_with(project: Project, clip_id: str, take_id: str) -> Project:
    """The project with a clip sounding a take, even where its own is locked."""
    clip = project.clip(clip_id)
    if clip.take_id == take_id:
        return project
    freed = LockTake(take_id=clip.take_id, locked=False).apply(project)
    return SetClipTake(clip_id=clip_id, take_id=take_id).apply(freed)
