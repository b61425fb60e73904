"""J, K and L: shuttle back and forth with sound; repeated taps double the speed."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from engine.playback.client import PlaybackClient

FASTEST = 8
_TICK_MS = 40


class Shuttle(QObject):
    """Plain speed forwards is the transport itself; other speeds scrub, and stop at either end."""

    speed_changed = Signal(int)

    def __init__(self, client: PlaybackClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._position_s = 0.0
        self._end_s = 0.0
        self._speed = 0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def speed(self) -> int:
        """Times the plain speed, negative backwards; 0 when the shuttle rests."""
        return self._speed

    @property
    def is_scrubbing(self) -> bool:
        """Whether it moves the playhead itself."""
        return self._timer.isActive()

    def set_end(self, end_s: float) -> None:
        """How far it may run."""
        self._end_s = end_s

    def forward(self) -> None:
        """L: play; again, or while it plays: twice as fast."""
        speed = self._speed if self.is_scrubbing else int(self._client.is_playing)
        self._set_speed(1 if speed <= 0 else min(speed * 2, FASTEST))

    def backward(self) -> None:
        """J: back; again: twice as fast."""
        self._set_speed(-1 if self._speed >= 0 else max(self._speed * 2, -FASTEST))

    def halt(self) -> None:
        """K, or anything else that takes over the transport."""
        if self.is_scrubbing:
            self._timer.stop()
            self._client.locate(self._position_s)  # the transport rests already
        else:
            self._client.stop()
        self._announce(0)

    def release(self) -> None:
        """The transport was used in another way: forget the speed."""
        self._timer.stop()
        self._announce(0)

    def _set_speed(self, speed: int) -> None:
        if speed == 1:
            self._timer.stop()
            self._client.locate(self._client.position_s)
            self._client.play()
        elif not self.is_scrubbing:
            self._position_s = self._client.position_s
            self._client.stop()
            self._clock.start()
            self._timer.start()
        self._announce(speed)

    def _announce(self, speed: int) -> None:
        if speed != self._speed:
            self._speed = speed
            self.speed_changed.emit(speed)

    def _tick(self) -> None:
        elapsed_s = self._clock.restart() / 1000.0
        wanted_s = self._position_s + self._speed * elapsed_s
        self._position_s = min(max(0.0, wanted_s), self._end_s)
        self._client.scrub(self._position_s)
        if self._position_s != wanted_s:
            self.halt()
