"""A sound field's way to channels: a matrix, or one each for low and for high frequencies.

The two bands of a crossover add up to a first-order all-pass, and so do both matrices' sounds
where they agree: nothing is cancelled around the crossover, whatever the matrices are.

References
----------
Linkwitz, "Active crossover networks for noncoincident drivers", JAES 24(1), 1976 (second order).
Heller, Lee, Benjamin, "Is my decoder ambisonic?", AES 125th Convention, 2008 (phase-matched bands).
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples, Snapshot, SpacePlan
from engine.realtime.space_bus import SpaceBus

_MEMORY_PERIODS = 33.0 / (2.0 * np.pi)
"""Periods of a crossover's frequency after which it has forgotten all but -250 dB."""


class FieldBands:
    """Adds a sound field to all channels, hop by hop.

    Parameters
    ----------
    plan : SpacePlan
    snapshot : Snapshot
    rows : mapping of format to slice
        Which of all channels are a format's.
    """

    def __init__(self, plan: SpacePlan, snapshot: Snapshot, rows: dict[str, slice]) -> None:
        turn = None if snapshot.rotation is None else plan.rotation(snapshot.rotation)
        self._whole: list[tuple[slice, Samples]] = []
        self._low: list[tuple[slice, Samples, _Crossover]] = []
        self._high: list[tuple[slice, Samples, _Crossover]] = []
        crossovers: dict[float, _Crossover] = {}
        for name, place in rows.items():
            matrix = _turned(plan.matrices[name], turn)
            band = plan.low_bands.get(name)
            if band is None:
                self._whole.append((place, matrix))
                continue
            crossover = crossovers.setdefault(
                band.crossover_hz,
                _Crossover(band.crossover_hz, snapshot.sample_rate_hz, plan.channels),
            )
            self._low.append((place, _turned(band.matrix, turn), crossover))
            self._high.append((place, matrix, crossover))
        self._crossovers = tuple(crossovers.values())

    @property
    def history_hops(self) -> int:
        """How many past hops are still heard."""
        return max((crossover.history_hops for crossover in self._crossovers), default=0)

    def reset(self) -> None:
        """Forget all past sound."""
        for crossover in self._crossovers:
            crossover.reset()

    def add_to(self, space: SpaceBus, bus: Samples) -> None:
        """Add the field's hop to `bus`, the hop of all channels."""
        if space.sounds:
            for place, matrix in self._whole:
                bus[place] += matrix @ space.samples
        for crossover in self._crossovers:
            crossover.split(space)
        for place, matrix, crossover in self._low:
            if crossover.sounds:
                bus[place] += matrix @ crossover.low
        for place, matrix, crossover in self._high:
            if crossover.sounds:
                bus[place] += matrix @ crossover.high


class _Crossover:
    """Splits a field's hop into two bands of 12 dB an octave."""

    def __init__(self, crossover_hz: float, sample_rate_hz: int, channels: int) -> None:
        self._coefficients = crossover_coefficients(crossover_hz, sample_rate_hz)
        self._state = np.zeros((channels, 2))
        self.low = np.zeros((channels, HOP_SAMPLES), dtype=np.float32)
        self.high = np.zeros((channels, HOP_SAMPLES), dtype=np.float32)
        memory_samples = _MEMORY_PERIODS / crossover_hz * sample_rate_hz
        self.history_hops = int(np.ceil(memory_samples / HOP_SAMPLES))
        self._rings_hops = 0
        self.sounds = False

    def reset(self) -> None:
        self._state[:] = 0.0
        self._rings_hops = 0

    def split(self, space: SpaceBus) -> None:
        """Fill `low` and `high`; a field that has fallen silent rings out first."""
        self._rings_hops = self.history_hops if space.sounds else self._rings_hops - 1
        self.sounds = self._rings_hops > 0
        if self.sounds:
            split_bands(space.samples, self._coefficients, self._state, self.low, self.high)
        else:
            self.reset()


def _turned(matrix: Samples, turn: Floats | None) -> Samples:
    whole = matrix if turn is None else matrix @ turn
    return np.ascontiguousarray(whole, dtype=np.float32)


def crossover_coefficients(crossover_hz: float, sample_rate_hz: int) -> Floats:
    """(4,) scales of the low and of the high band, and the feedback a1, a2 they share.

    The bilinear transform of 1 / (1 + s)^2 and of -s^2 / (1 + s)^2.
    """
    k = np.tan(np.pi * crossover_hz / sample_rate_hz)
    scale = (1.0 + k) ** 2
    return np.array(
        [k * k / scale, -1.0 / scale, 2.0 * (k * k - 1.0) / scale, (1.0 - k) ** 2 / scale]
    )


@numba.njit(cache=True, nogil=True)
def split_bands(samples, coefficients, state, low, high):
    """Both bands of (channels, n) samples; one recursion a channel, `state` (channels, 2)."""
    gain_low, gain_high, a1, a2 = coefficients
    for c in range(len(samples)):
        w1, w2 = state[c, 0], state[c, 1]
        for n in range(samples.shape[1]):
            w = samples[c, n] - a1 * w1 - a2 * w2
            low[c, n] = gain_low * (w + 2.0 * w1 + w2)
            high[c, n] = gain_high * (w - 2.0 * w1 + w2)
            w1, w2 = w, w1
        state[c, 0], state[c, 1] = w1, w2
