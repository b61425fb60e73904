"""How loud one listens: dimmed or muted for a moment. Nothing of it is part of the session."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

DIM_DB = -20.0
MUTE_DB = -144.0


class MonitorLevel(QObject):
    """What is added to the master fader of what is heard; files are not touched."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dimmed = False
        self._muted = False

    @property
    def offset_db(self) -> float:
        """Decibels on top of the master fader."""
        return MUTE_DB if self._muted else DIM_DB if self._dimmed else 0.0

    def dim(self, on: bool) -> None:
        """Softer, to talk."""
        self._dimmed = on
        self.changed.emit()

    def mute(self, on: bool) -> None:
        """Not at all."""
        self._muted = on
        self.changed.emit()
