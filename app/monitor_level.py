"""How loud one listens: dimmed or muted for a moment. Nothing of it is part of the session."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject

from engine.playback.client import PlaybackClient

DIM_DB = -20.0
MUTE_DB = -math.inf


class MonitorLevel(QObject):
    """A level behind the meters: what is measured and what is delivered stay as they are."""

    def __init__(self, playback: PlaybackClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._dimmed = False
        self._muted = False

    def dim(self, on: bool) -> None:
        """Softer, to talk."""
        self._dimmed = on
        self._move()

    def mute(self, on: bool) -> None:
        """Not at all."""
        self._muted = on
        self._move()

    def _move(self) -> None:
        level_db = MUTE_DB if self._muted else DIM_DB if self._dimmed else 0.0
        self._playback.set_monitor_level(level_db)
