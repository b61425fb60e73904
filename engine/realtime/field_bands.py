"""A sound field's way to channels: a matrix, or one each for low and for high frequencies.

The two bands are a first-order low-pass and what it leaves: they add up to the field itself. Where
both matrices agree nothing happens to the sound, and where they differ by a factor of two its phase
turns by 20 degrees at most: a field stays in phase with objects from the same direction.

References
----------
Lipshitz, Vanderkooy, "A family of linear-phase crossover networks of high slope derived by time
delay", JAES 31(1), 1983 (bands by subtraction).
Heller, Lee, Benjamin, "Is my decoder ambisonic?", AES 125th Convention, 2008 (phase-matched bands).
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples, Snapshot
from engine.realtime.space_bus import SpaceBus
from engine.realtime.space_plan import SpacePlan

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
        most = max((place.stop - place.start for place in rows.values()), default=0)
        self._room = np.zeros((most, HOP_SAMPLES), dtype=np.float32)

    @property
    def history_hops(self) -> int:
        """How many past hops are still heard."""
        return max((crossover.history_hops for crossover in self._crossovers), default=0)

    def reset(self) -> None:
        """Forget all past sound."""
        for crossover in self._crossovers:
            crossover.reset()

    def adopt(self, other: FieldBands) -> None:
        """Go on from the past of `other`, whose field this one takes over."""
        for mine in self._crossovers:
            for theirs in other._crossovers:
                if mine.crossover_hz == theirs.crossover_hz:
                    mine.adopt(theirs)

    def add_to(self, space: SpaceBus, bus: Samples) -> None:
        """Add the field's hop to `bus`, the hop of all channels."""
        if space.sounds:
            for place, matrix in self._whole:
                self._add(matrix, space.samples, bus[place])
        for crossover in self._crossovers:
            crossover.split(space)
        for place, matrix, crossover in self._low:
            if crossover.sounds:
                self._add(matrix, crossover.low, bus[place])
        for place, matrix, crossover in self._high:
            if crossover.sounds:
                self._add(matrix, crossover.high, bus[place])

    def _add(self, matrix: Samples, samples: Samples, out: Samples) -> None:
        out += np.matmul(matrix, samples, out=self._room[: len(matrix)])


class _Crossover:
    """Splits a field's hop into two bands of 6 dB an octave that add up to it."""

    def __init__(self, crossover_hz: float, sample_rate_hz: int, channels: int) -> None:
        self.crossover_hz = crossover_hz
        self._coefficients = crossover_coefficients(crossover_hz, sample_rate_hz)
        self._state = np.zeros(channels)
        self.low = np.zeros((channels, HOP_SAMPLES), dtype=np.float32)
        self.high = np.zeros((channels, HOP_SAMPLES), dtype=np.float32)
        memory_samples = _MEMORY_PERIODS / crossover_hz * sample_rate_hz
        self.history_hops = int(np.ceil(memory_samples / HOP_SAMPLES))
        self._rings_hops = 0
        self.sounds = False

    def reset(self) -> None:
        self._state[:] = 0.0
        self._rings_hops = 0

    def adopt(self, other: _Crossover) -> None:
        self._state[:] = other._state
        self._rings_hops = other._rings_hops

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
    """(2,) scale of the low band and its feedback: the bilinear transform of 1 / (1 + s)."""
    k = np.tan(np.pi * crossover_hz / sample_rate_hz)
    return np.array([k / (1.0 + k), (k - 1.0) / (k + 1.0)])


@numba.njit(cache=True, nogil=True)
def split_bands(samples, coefficients, state, low, high):
    """Both bands of (channels, n) samples; one recursion a channel, `state` (channels,)."""
    gain, feedback = coefficients
    for c in range(len(samples)):
        old = state[c]
        for n in range(samples.shape[1]):
            new = samples[c, n] - feedback * old
            below = gain * (new + old)
            low[c, n] = below
            high[c, n] = samples[c, n] - below
            old = new
        state[c] = old
