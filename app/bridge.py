"""Turns the engine's shared memory into Qt signals by polling: no engine thread touches Qt."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine.playback.client import PlaybackClient

PLAYING_MS = 16
RESTING_MS = 80
_STATUS_EVERY = 6
_TRACKS_EVERY = 2


class PlaybackBridge(QObject):
    """Announces position, transport, meters and status when they change."""

    moved = Signal(float, bool)
    """(position in seconds, whether it plays)."""
    playing_changed = Signal(bool)
    levels_changed = Signal(object, object)
    """(peaks in dBFS, clip flags), one per monitored channel."""
    tracks_changed = Signal(object)
    """Peaks in dBFS by track id."""
    loudness_changed = Signal(object)
    """ProgrammeLevels."""
    directions_changed = Signal(object)
    """Power of the sound field by direction; empty but for ambisonic monitor formats."""
    scope_changed = Signal(object)
    """(2, n) samples of left and right that were heard last."""
    channels_changed = Signal(object)
    """RMS in dBFS over 0.3 s, one per monitored channel."""
    status_changed = Signal(object)

    def __init__(self, client: PlaybackClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._position_s = -1.0
        self._playing = False
        self._status: object = None
        self._ticks = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(RESTING_MS)

    def refresh(self) -> None:
        """Look now."""
        playing = self._client.is_playing
        position_s = self._client.position_s
        if playing != self._playing:
            self._playing = playing
            self._timer.setInterval(PLAYING_MS if playing else RESTING_MS)
            self.playing_changed.emit(playing)
        if position_s != self._position_s:
            self._position_s = position_s
            self.moved.emit(position_s, playing)
        self.levels_changed.emit(self._client.meters(), self._client.clipped())
        if self._ticks % _TRACKS_EVERY == 0:
            self.tracks_changed.emit(self._client.track_levels())
            self.directions_changed.emit(self._client.readings.directions())
            self.channels_changed.emit(self._client.readings.rms())
            self.scope_changed.emit(self._client.readings.scope())
        self._ticks += 1
        if self._ticks % _STATUS_EVERY == 1:
            self.loudness_changed.emit(self._client.readings.programme())
            status = self._client.status
            if status != self._status:
                self._status = status
                self.status_changed.emit(status)

    def close(self) -> None:
        """Stop looking."""
        self._timer.stop()
