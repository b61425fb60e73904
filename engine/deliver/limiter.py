"""A look-ahead limiter that holds a true-peak ceiling.

The gain that every sample needs is known before the sample leaves: its running minimum is spread
by a smooth window of the look-ahead's length, so the gain arrives in time without a step. All
channels share one gain, so the image does not move. Where nothing exceeds the ceiling the sound
passes unchanged, bit for bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d
from scipy.signal import windows

from engine.errors import ShapeError
from engine.realtime.oversampling import HALF_TAPS, peaks_between
from engine.units import db_to_gain, gain_to_db

LOOK_AHEAD_S = 0.005
RELEASE_DB_PER_S = 60.0
SAFETY_DB = 0.1
"""Kept below the ceiling: finite oversampling and other makers' meters read this much apart."""


class TruePeakLimiter:
    """Limit sound given block by block.

    Parameters
    ----------
    channels, sample_rate_hz : int
    ceiling_dbtp : float
        Highest true peak that leaves.

    Attributes
    ----------
    reduction_db : float
        Largest gain reduction so far (>= 0).
    """

    def __init__(self, channels: int, sample_rate_hz: int, ceiling_dbtp: float) -> None:
        self.reduction_db = 0.0
        self._ceiling_db = ceiling_dbtp - SAFETY_DB
        self._window_samples = max(round(LOOK_AHEAD_S * sample_rate_hz), 2)
        shape = windows.hann(self._window_samples + 2)[1:-1]
        self._smoothing = shape / shape.sum()
        self._release_db = RELEASE_DB_PER_S / sample_rate_hz
        # Silence of one look-ahead runs before the sound and is dropped again, so that a peak in
        # the first samples finds its gain in place.
        lead = self._window_samples - 1
        self._history = np.zeros((channels, HALF_TAPS), np.float32)
        self._pending = np.zeros((channels, lead), np.float32)
        self._needed_db = np.zeros(lead)
        self._held_db = np.zeros(lead)
        self._to_drop = lead

    @property
    def latency_samples(self) -> int:
        """Samples still inside when as many have left as could."""
        return self._window_samples - 1 + HALF_TAPS

    def process(self, block: NDArray[np.floating]) -> NDArray[np.float32]:
        """Take (channels, n); give what is ready, (channels, m). Nothing is lost or shifted."""
        if block.ndim != 2 or block.shape[0] != self._pending.shape[0]:
            expected = self._pending.shape[0]
            raise ShapeError(f"block has shape {block.shape}, expected ({expected}, n)")
        fresh = np.asarray(block, dtype=np.float32)
        self._pending = np.concatenate([self._pending, fresh], axis=1)
        self._history = np.concatenate([self._history, fresh], axis=1)
        needed = self._gain_needed_db()
        self._needed_db = np.concatenate([self._needed_db, needed])
        ready = self._release()
        dropped = min(self._to_drop, ready.shape[1])
        self._to_drop -= dropped
        return ready[:, dropped:]

    def flush(self) -> NDArray[np.float32]:
        """Give what is still inside (channels, m); the limiter is empty afterwards."""
        remaining = self._pending.shape[1] - self._to_drop
        channels = self._pending.shape[0]
        last = self.process(np.zeros((channels, self.latency_samples), np.float32))
        self._pending = self._pending[:, :0]
        return last[:, :remaining]

    def _gain_needed_db(self) -> NDArray[np.float64]:
        """Gain in dB (<= 0) that each sample, and the curve to its neighbours, needs."""
        ceiling = float(db_to_gain(self._ceiling_db))
        count = self._history.shape[1] - 2 * HALF_TAPS
        if count <= 0:
            return np.zeros(0)
        between = peaks_between(self._history, ceiling)  # entry i: samples i+H-1 to i+H
        own = np.abs(self._history[:, HALF_TAPS : HALF_TAPS + count]).max(axis=0)
        peak = np.maximum(np.maximum(own, between[:count]), between[1 : count + 1])
        self._history = self._history[:, count:]
        return np.asarray(np.minimum(0.0, self._ceiling_db - gain_to_db(np.maximum(peak, 1e-9))))

    def _release(self) -> NDArray[np.float32]:
        ready = self._needed_db.size - (self._window_samples - 1)
        if ready <= 0:
            return self._pending[:, :0]
        held = self._hold(ready)
        sound = self._pending[:, :ready]
        self._pending = self._pending[:, ready:]
        if not held.any():
            return sound
        gain_db = np.convolve(held, self._smoothing, mode="valid")
        self.reduction_db = max(self.reduction_db, -float(gain_db.min()))
        return np.asarray(sound * db_to_gain(gain_db)).astype(np.float32)

    def _hold(self, ready: int) -> NDArray[np.float64]:
        """Running minimum over the look-ahead, recovering at the release rate."""
        lowest = _leading_minimum(self._needed_db, self._window_samples, ready)
        self._needed_db = self._needed_db[ready:]
        slope = self._release_db * np.arange(1, ready + 1)
        start = self._held_db[-1] if self._held_db.size else 0.0
        recovering = np.minimum(np.minimum.accumulate(lowest - slope), start) + slope
        held = np.concatenate([self._held_db, np.minimum(np.minimum(recovering, lowest), 0.0)])
        self._held_db = held[ready:].copy()
        return held


def _leading_minimum(values: NDArray[np.float64], window: int, count: int) -> NDArray[np.float64]:
    """Minimum of ``values[i : i + window]`` for the first `count` entries."""
    centred = minimum_filter1d(values, window, mode="nearest")
    # scipy centres an even window half a sample early: entry i covers i - window//2 onwards.
    return np.asarray(centred[window // 2 : window // 2 + count])
