"""What the play button shows: whether it plays, or waits for the audio engine to begin."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from app import icons
from app.bridge import PlaybackBridge
from app.words import tr
from engine.playback.status import EngineStatus

_READY = ("running", "silent")


class PlayState(QObject):
    """Gives the play action its icon.

    Parameters
    ----------
    action : QAction
    bridge : PlaybackBridge
    """

    waits = Signal(str)
    """What is waited for, in words; empty when it is over."""

    def __init__(self, action: QAction, bridge: PlaybackBridge) -> None:
        super().__init__(action)
        self._action = action
        self._playing = False
        self._state = "stopped"
        bridge.playing_changed.connect(self._take_playing)
        bridge.status_changed.connect(self._take_status)

    @property
    def is_waiting(self) -> bool:
        """Whether playing is wanted and nothing moves yet."""
        return self._playing and self._state not in _READY

    def _take_playing(self, playing: bool) -> None:
        self._playing = playing
        self._show()

    def _take_status(self, status: EngineStatus) -> None:
        self._state = status.state
        self._show()

    def _show(self) -> None:
        name = "waiting" if self.is_waiting else "stop" if self._playing else "play"
        self._action.setIcon(icons.icon(name))
        self.waits.emit(tr("plays when the audio has started") if self.is_waiting else "")
