"""Meters of what is played: peaks, true peaks, RMS, loudness and correlation, block by block.

Everything is claimed at the start and the cost of a block is bounded. Integrated loudness keeps
how often, and with how much power, every hundredth of a LU occurred, so that a programme may last
for ever.

References
----------
ITU-R BS.1770-4; EBU Tech 3341. Windows begin in silence, as a live meter's do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.block_peaks import BlockPeaks
from engine.realtime.loudness_weighting import (
    ABSOLUTE_GATE_LUFS,
    HOPS_PER_SECOND,
    MOMENTARY_HOPS,
    OFFSET_LU,
    RELATIVE_GATE_LU,
    SHORT_TERM_HOPS,
    k_weighting,
)
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples

AVERAGE_S = 0.3
"""Time constant of RMS, correlation and direction."""

_BINS_PER_LU = 100
_LOUDEST_LUFS = 40.0
_BINS = int((_LOUDEST_LUFS - ABSOLUTE_GATE_LUFS) * _BINS_PER_LU)


@dataclass(frozen=True)
class MeterReading:
    """What the meters show after a block.

    `peaks`, `true_peaks` and `rms` are linear, one a channel, the first two of this block alone.
    Loudness is in LUFS, -inf for silence and where it is not defined. `correlation` is that of the
    first two channels, -1 to 1, 0 in silence.
    """

    peaks: NDArray[np.float32]
    true_peaks: NDArray[np.float32]
    rms: NDArray[np.float32]
    momentary_lufs: float
    short_term_lufs: float
    integrated_lufs: float
    correlation: float


class ProgrammeMeter:
    """Measures blocks of (channels, n <= HOP_SAMPLES) samples.

    Parameters
    ----------
    channels : int
    sample_rate_hz : int
    weights : (channels,) float64, optional
        BS.1770 weights; without them (ambisonics) there is no loudness.
    """

    def __init__(self, channels: int, sample_rate_hz: int, weights: Floats | None = None) -> None:
        self._rate_hz = sample_rate_hz
        self._weights = np.zeros(channels) if weights is None else np.asarray(weights, np.float64)
        assert self._weights.shape == (channels,)
        self._sections = k_weighting(sample_rate_hz)
        self._state = np.zeros((channels, 2, 2))
        self._hop_samples = max(round(sample_rate_hz / HOPS_PER_SECOND), 1)
        self._powers = np.zeros(SHORT_TERM_HOPS)
        self._counts = np.zeros(_BINS, dtype=np.int64)
        self._sums = np.zeros(_BINS)
        self._squares = np.zeros(channels)
        self._products = np.zeros(3)
        self._peaks = BlockPeaks(channels)
        self.reset()

    def reset(self) -> None:
        """Begin a new programme."""
        for values in (self._state, self._powers, self._counts, self._sums, self._squares):
            values[:] = 0
        self._products[:] = 0.0
        self._filled = 0
        self._sum = 0.0
        self._hops = 0
        self._momentary = self._short_term = self._integrated = -np.inf
        self._peaks.reset()

    def measure(self, block: Samples) -> MeterReading:
        """The reading after this block."""
        count = block.shape[1]
        assert count <= HOP_SAMPLES
        start = 0
        while start < count:
            stop = min(count, start + self._hop_samples - self._filled)
            self._sum += weighted_power(
                block, start, stop, self._sections, self._weights, self._state
            )
            self._filled += stop - start
            start = stop
            if self._filled == self._hop_samples:
                self._end_hop()
        keep = float(np.exp(-count / (AVERAGE_S * self._rate_hz)))
        average(block, keep, self._squares, self._products)
        peaks, true_peaks = self._peaks.measure(block)
        return MeterReading(
            peaks=peaks,
            true_peaks=true_peaks,
            rms=np.sqrt(self._squares).astype(np.float32),
            momentary_lufs=self._momentary,
            short_term_lufs=self._short_term,
            integrated_lufs=self._integrated,
            correlation=self._correlation(),
        )

    def _end_hop(self) -> None:
        self._powers[:-1] = self._powers[1:]
        self._powers[-1] = self._sum / self._hop_samples
        self._sum, self._filled = 0.0, 0
        self._hops += 1
        momentary = float(self._powers[-MOMENTARY_HOPS:].mean())
        self._momentary = _lufs(momentary)
        self._short_term = _lufs(float(self._powers.mean()))
        if self._hops >= MOMENTARY_HOPS and self._momentary > ABSOLUTE_GATE_LUFS:
            place = int((self._momentary - ABSOLUTE_GATE_LUFS) * _BINS_PER_LU)
            self._counts[min(place, _BINS - 1)] += 1
            self._sums[min(place, _BINS - 1)] += momentary
            self._integrated = self._gated()

    def _gated(self) -> float:
        gate = self._sums.sum() / self._counts.sum() * 10.0 ** (RELATIVE_GATE_LU / 10.0)
        place = max(int((_lufs(float(gate)) - ABSOLUTE_GATE_LUFS) * _BINS_PER_LU), 0)
        if self._sums[place] <= gate * self._counts[place]:  # most of this bin lies below
            place += 1
        return _lufs(float(self._sums[place:].sum() / self._counts[place:].sum()))

    def _correlation(self) -> float:
        left, right, both = self._products
        power = np.sqrt(left * right)
        return float(both / power) if power > 1e-12 else 0.0


class DirectionMeter:
    """Energy of an ambisonic sound field by direction.

    Parameters
    ----------
    beams : (directions, channels) float64
        Weights of a beam towards every direction.
    sample_rate_hz : int
    """

    def __init__(self, beams: Floats, sample_rate_hz: int) -> None:
        self._beams = np.ascontiguousarray(beams, dtype=np.float32)
        self._rate_hz = sample_rate_hz
        self._energy = np.zeros(len(beams))

    def reset(self) -> None:
        """Forget the past."""
        self._energy[:] = 0.0

    def measure(self, field: Samples) -> Floats:
        """(directions,) mean power of each beam, averaged over `AVERAGE_S`; a view."""
        channels, count = field.shape
        assert channels == self._beams.shape[1]
        keep = np.exp(-count / (AVERAGE_S * self._rate_hz))
        beamed = self._beams @ field
        self._energy *= keep
        self._energy += (1.0 - keep) * np.einsum("dn,dn->d", beamed, beamed) / max(count, 1)
        return self._energy


def _lufs(power: float) -> float:
    return float(10.0 * np.log10(power) + OFFSET_LU) if power > 0.0 else -np.inf


@numba.njit(cache=True, nogil=True)
def weighted_power(block, start, stop, sections, weights, state):
    """Sum over samples [start, stop) and channels of weight times K-weighted square.

    Parameters
    ----------
    block : (channels, n) float32
    sections : (2, 6) float64
    weights : (channels,) float64
    state : (channels, 2, 2) float64
    """
    total = 0.0
    for c in range(len(weights)):
        if weights[c] == 0.0:
            continue
        p0, p1, q0, q1 = state[c, 0, 0], state[c, 0, 1], state[c, 1, 0], state[c, 1, 1]
        channel = 0.0
        for n in range(start, stop):
            x = np.float64(block[c, n])
            y = sections[0, 0] * x + p0
            p0 = sections[0, 1] * x - sections[0, 4] * y + p1
            p1 = sections[0, 2] * x - sections[0, 5] * y
            z = sections[1, 0] * y + q0
            q0 = sections[1, 1] * y - sections[1, 4] * z + q1
            q1 = sections[1, 2] * y - sections[1, 5] * z
            channel += z * z
        if not (abs(p0) + abs(p1) + abs(q0) + abs(q1) < 1e12):
            p0 = p1 = q0 = q1 = channel = 0.0
        elif abs(p0) + abs(p1) + abs(q0) + abs(q1) < 1e-25:
            p0 = p1 = q0 = q1 = 0.0
        state[c, 0, 0], state[c, 0, 1], state[c, 1, 0], state[c, 1, 1] = p0, p1, q0, q1
        total += weights[c] * channel
    return total


@numba.njit(cache=True, nogil=True)
def average(block, keep, squares, products):
    """Move mean squares (channels,), and those of two channels and their product, along."""
    channels, count = block.shape
    if count == 0:
        return
    for c in range(channels):
        total = 0.0
        for n in range(count):
            total += np.float64(block[c, n]) * block[c, n]
        if not total < 1e30:
            total = 0.0
        squares[c] = keep * squares[c] + (1.0 - keep) * total / count
    if channels >= 2:
        both = 0.0
        for n in range(count):
            both += np.float64(block[0, n]) * block[1, n]
        if not abs(both) < 1e30:
            both = 0.0
        products[0], products[1] = squares[0], squares[1]
        products[2] = keep * products[2] + (1.0 - keep) * both / count
