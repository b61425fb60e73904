"""What one listens to: the monitor's format, what solo does to it, and how loud it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.loudness_history import LoudnessHistory
from engine.playback.readings import ProgrammeLevels
from engine.project.model import Project

if TYPE_CHECKING:
    from app.session import Session

TWO_EARS = "binaural"


class Listening(QObject):
    """Not part of the session: another user of it listens in another way."""

    format_changed = Signal(str)
    """What is heard from now on, one of `engine.playback.monitor_formats.MONITOR_FORMATS`."""
    head_turned = Signal(float)
    """Where the listener looks from now on: degrees to the left."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._chosen = self._heard = TWO_EARS
        self._solo_on_ears = False
        self.history = LoudnessHistory(self)
        session.project_changed.connect(self._look)
        session.opened.connect(self.history.clear)
        session.bridge.loudness_changed.connect(self._note_loudness)

    @property
    def heard(self) -> str:
        """The format that is heard."""
        return self._heard

    def choose(self, name: str) -> None:
        """Listen in another format."""
        self._chosen = name
        self._settle(self._session.project)

    def solo_on_ears(self, on: bool) -> None:
        """Whether what is soloed is heard on two ears, whatever the format is else."""
        self._solo_on_ears = on
        self._settle(self._session.project)

    def turn_head(self, yaw_deg: float) -> None:
        """Let the listener look elsewhere; nothing is rendered differently in files."""
        self._session.playback.set_head(yaw_deg, 0.0, 0.0)
        self.head_turned.emit(yaw_deg)

    def _look(self, old: Project, new: Project) -> None:
        if new != old:
            self.history.age()
        self._settle(new)

    def _settle(self, project: Project) -> None:
        soloed = any(track.strip.soloed for track in project.tracks)
        name = TWO_EARS if soloed and self._solo_on_ears else self._chosen
        if name != self._heard:
            self._heard = name
            self._session.playback.set_monitor_format(name)
            self.history.clear()
            self.format_changed.emit(name)

    def _note_loudness(self, levels: ProgrammeLevels) -> None:
        playback = self._session.playback
        plain = playback.is_playing and playback.speed == 1.0
        if plain and self._session.audition.heard is None:
            self.history.note(playback.position_s, levels)
        else:
            self.history.pause()
