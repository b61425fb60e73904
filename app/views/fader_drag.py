"""Dragging a fader: relative to where it was taken hold of, so that a click alone moves nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.views.timeline.header_painting import TRACK_SCALE, FaderScale

START_DISTANCE_PX = 2.0
_FINE = 0.2
_UNITY_REACH_DB = 0.7


class FaderDrag:
    """One drag of a fader that is `width_px` long. Shift makes it fine; 0 dB catches, but for Alt.

    Parameters
    ----------
    x_px : float
        Where it was pressed.
    gain_db : float
        Where the fader stood.
    scale : FaderScale
        What its places mean.
    """

    def __init__(
        self, x_px: float, gain_db: float, width_px: float, scale: FaderScale = TRACK_SCALE
    ) -> None:
        self.running = False
        self._start_px = x_px
        self._scale = scale
        self._share = scale.share(gain_db)
        self._last_px = x_px
        self._width_px = width_px

    def starts(self, x_px: float) -> bool:
        """Whether this movement makes it a drag."""
        return not self.running and abs(x_px - self._start_px) >= START_DISTANCE_PX

    def gain_db(self, x_px: float, modifiers: Qt.KeyboardModifier) -> float:
        """Gain in dB for the pointer's place now."""
        fine = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._share += (x_px - self._last_px) / self._width_px * (_FINE if fine else 1.0)
        self._last_px = x_px
        gain_db = self._scale.gain_db(self._share)
        catches = not fine and not modifiers & Qt.KeyboardModifier.AltModifier
        return 0.0 if catches and abs(gain_db) < _UNITY_REACH_DB else gain_db
