"""J, K and L: shuttle back and forth with sound; repeated taps double the speed."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from engine.playback.client import PlaybackClient

FASTEST = 32
_LOOK_MS = 40


class Shuttle(QObject):
    """Speeds of the transport; the engine moves the playhead, and stops at either end."""

    speed_changed = Signal(int)

    def __init__(self, client: PlaybackClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._speed = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def speed(self) -> int:
        """Times the plain speed, negative backwards; 0 when the shuttle rests."""
        return self._speed

    def forward(self) -> None:
        """L: play; again, or while it plays: twice as fast."""
        speed = self._speed or int(self._client.is_playing)
        self._run(1 if speed <= 0 else min(speed * 2, FASTEST))

    def backward(self) -> None:
        """J: back; again: twice as fast."""
        self._run(-1 if self._speed >= 0 else max(self._speed * 2, -FASTEST))

    def halt(self) -> None:
        """K: stop at once."""
        self._client.stop()
        self._announce(0)

    def release(self) -> None:
        """The transport is used in another way: leave plain playing alone, end the rest."""
        if self._speed not in (0, 1):
            self._client.stop()
        self._announce(0)

    def _run(self, speed: int) -> None:
        self._client.shuttle(speed)
        self._announce(speed)

    def _announce(self, speed: int) -> None:
        if speed:
            self._timer.start()
        else:
            self._timer.stop()
        if speed != self._speed:
            self._speed = speed
            self.speed_changed.emit(speed)

    def _look(self) -> None:
        """The engine has stopped by itself: an end is reached."""
        if not self._client.is_playing:
            self._announce(0)
