"""J, K and L: shuttle back and forth with sound; repeated taps double the speed."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from engine.playback.client import PlaybackClient

FASTEST = 8
_TICK_MS = 40


class Shuttle(QObject):
    """Plain speed forwards is the transport itself; other speeds scrub."""

    def __init__(self, client: PlaybackClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._position_s = 0.0
        self._end_s = 0.0
        self.speed = 0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def set_end(self, end_s: float) -> None:
        """How far it may run."""
        self._end_s = end_s

    def forward(self) -> None:
        """L: play; again: twice as fast."""
        self._set_speed(1 if self.speed <= 0 else min(self.speed * 2, FASTEST))

    def backward(self) -> None:
        """J: back; again: twice as fast."""
        self._set_speed(-1 if self.speed >= 0 else max(self.speed * 2, -FASTEST))

    def halt(self) -> None:
        """K, or anything else that takes over the transport."""
        if self.speed:
            self._timer.stop()
            if self.speed != 1:
                self._client.locate(self._position_s)
            self.speed = 0
        self._client.stop()

    def release(self) -> None:
        """The transport was used in another way: forget the speed."""
        self._timer.stop()
        self.speed = 0

    def _set_speed(self, speed: int) -> None:
        self._position_s = self._client.position_s
        if speed == 1:
            self._timer.stop()
            self._client.locate(self._position_s)
            self._client.play()
        elif not self._timer.isActive():
            self._client.stop()
            self._clock.start()
            self._timer.start()
        self.speed = speed

    def _tick(self) -> None:
        elapsed_s = self._clock.restart() / 1000.0
        wanted_s = self._position_s + self.speed * elapsed_s
        self._position_s = min(max(0.0, wanted_s), self._end_s)
        self._client.scrub(self._position_s)
        if self._position_s != wanted_s:
            self.halt()
