"""Occlusion: what stands between a source and the listener, from 0 (nothing) to 1 (a thick wall).

A first-order low-pass, whose 6 dB an octave are those of the mass law of walls, and a level:

    corner = 250 Hz / occlusion^2        level = -12 dB * occlusion

so 0 is the sound as it is, 0.25 a curtain (-3 dB, 4 kHz), 0.5 a closed door (-6 dB, 1 kHz), 1 the
neighbours (-12 dB, 250 Hz).
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples, SourcePlan

CORNER_HZ = 250.0
LEVEL_DB = -12.0
_LEVEL_NEPERS = LEVEL_DB / 20.0 * np.log(10.0)


def occlusion_corner_hz(occlusion: ArrayLike) -> NDArray[np.float64]:
    """Corner of the low-pass in Hz; infinite where nothing occludes."""
    amount = np.clip(np.asarray(occlusion, dtype=np.float64), 0.0, 1.0)
    squared = np.square(amount)
    return np.divide(CORNER_HZ, squared, out=np.full(squared.shape, np.inf), where=squared > 0.0)


def occlusion_gain(occlusion: ArrayLike) -> NDArray[np.float64]:
    """Linear level."""
    amount = np.clip(np.asarray(occlusion, dtype=np.float64), 0.0, 1.0)
    return np.asarray(10.0 ** (LEVEL_DB * amount / 20.0))


def low_pass_loss(occlusion: ArrayLike, sample_rate_hz: int) -> NDArray[np.float64]:
    """1 / (1 + g) of a topology-preserving one-pole, g = tan(pi corner / rate).

    From 0 (no low-pass) upwards; a corner at the Nyquist frequency or above is none.
    """
    half = np.pi * np.minimum(occlusion_corner_hz(occlusion) / sample_rate_hz, 0.5)
    loss = np.cos(half) / (np.sin(half) + np.cos(half))
    return np.asarray(np.where(half < 0.5 * np.pi, loss, 0.0))


class OcclusionSampler:
    """The sources' occlusion at hop edges of the moment they emit what is heard then.

    The curve says what is heard when, as the picture shows it: a sound that travels for a second
    is dulled a second before it arrives.

    Attributes
    ----------
    present : (sources,) bool
        Which sources are ever occluded.
    """

    def __init__(
        self, plans: Sequence[SourcePlan], samples_per_metre: float, sample_rate_hz: int
    ) -> None:
        self._rate_hz = sample_rate_hz
        self.present = np.array([plan.occlusion is not None for plan in plans], dtype=bool)
        curves = [(p, p.occlusion) for p in plans if p.occlusion is not None]
        self._members = np.flatnonzero(self.present)
        self._key_bounds = _bounds([len(p.motion.times_samples) for p, _ in curves])
        self._key_times = _joined([p.motion.times_samples for p, _ in curves], 0)
        self._key_positions = _joined([p.motion.positions_m for p, _ in curves], 3)
        self._point_bounds = _bounds([len(curve.values) for _, curve in curves])
        self._point_times = _joined([curve.times_samples for _, curve in curves], 0)
        self._point_values = _joined([curve.values for _, curve in curves], 0)
        speeds = [samples_per_metre if p.delayed else 0.0 for p, _ in curves]
        self._speeds = np.array(speeds, dtype=np.float64)
        self._longest = np.array([p.max_delay_samples for p, _ in curves], dtype=np.float64)
        self._hop: int | None = None
        self._edges = np.zeros((2, 2, len(plans)))
        self._edges[:, 1] = 1.0

    def glides(self, hop: int, members: NDArray[np.int64], out: Samples) -> None:
        """Fill (groups, 4, LANES): what the low-pass takes away and its change over the hop, level
        and its change."""
        if self._hop == hop - 1:
            self._edges[0] = self._edges[1]
        else:
            self._sample(hop, self._edges[0])
        self._sample(hop + 1, self._edges[1])
        self._hop = hop
        lay_out(self._edges[0], self._edges[1], members, out)

    def _sample(self, hop: int, edge: Floats) -> None:
        sample_occlusion(
            float(hop * HOP_SAMPLES), self._rate_hz, self._members, self._key_bounds,
            self._key_times, self._key_positions, self._point_bounds, self._point_times,
            self._point_values, self._speeds, self._longest, edge,
        )  # fmt: skip


def _bounds(lengths: Sequence[int]) -> NDArray[np.int64]:
    """(n + 1,) where each of n pieces begins when they are joined."""
    return np.concatenate([[0], np.cumsum(np.array(lengths, dtype=np.int64))]).astype(np.int64)


def _joined(pieces: Sequence[Floats], columns: int) -> Floats:
    if not pieces:
        return np.zeros((0, columns) if columns else 0)
    return np.ascontiguousarray(np.concatenate(pieces), dtype=np.float64)


@numba.njit(inline="always")
def _before(time, times, first, last):
    """Index of the last time in [first, last) that is not after `time`; `first` if all are."""
    low, high = first, last
    while high - low > 1:
        middle = (low + high) // 2
        if times[middle] <= time:
            low = middle
        else:
            high = middle
    return low


@numba.njit(inline="always")
def _share(time, times, index, last):
    """How far `time` is from time `index` to the next, 0 to 1."""
    if index + 1 >= last or time <= times[index]:
        return 0.0
    return (time - times[index]) / (times[index + 1] - times[index])


@numba.njit(cache=True, nogil=True)
def sample_occlusion(
    time, rate_hz, members, key_bounds, key_times, key_positions, point_bounds, point_times,
    point_values, speeds, longest, edge,
):  # fmt: skip
    """Fill edge (2, sources): what the low-pass takes away, and the level, of sounds that leave
    the sources `members` at sample `time`. See `low_pass_loss` and `occlusion_gain`."""
    for i in range(len(members)):
        first, last = key_bounds[i], key_bounds[i + 1]
        k = _before(time, key_times, first, last)
        share = _share(time, key_times, k, last)
        squared = 0.0
        for axis in range(3):
            here = key_positions[k, axis]
            if share > 0.0:
                here += share * (key_positions[k + 1, axis] - here)
            squared += here * here
        travel = speeds[i] * np.sqrt(squared)
        if not travel < longest[i]:
            travel = longest[i]
        arrival = time + (travel if speeds[i] > 0.0 else 0.0)
        first, last = point_bounds[i], point_bounds[i + 1]
        k = _before(arrival, point_times, first, last)
        share = _share(arrival, point_times, k, last)
        amount = point_values[k]
        if share > 0.0:
            amount += share * (point_values[k + 1] - amount)
        amount = min(max(amount, 0.0), 1.0)
        loss = 0.0
        if 0.5 * rate_hz * amount * amount > CORNER_HZ:
            loss = 1.0 / (1.0 + np.tan(np.pi * CORNER_HZ / (amount * amount * rate_hz)))
        edge[0, members[i]] = loss
        edge[1, members[i]] = np.exp(_LEVEL_NEPERS * amount)


@numba.njit(cache=True, nogil=True)
def lay_out(start, end, members, out):
    """See `OcclusionSampler.glides`; `start` and `end` are (2, sources)."""
    for group in range(len(members)):
        for lane in range(members.shape[1]):
            m = members[group, lane]
            for k in range(2):
                out[group, 2 * k, lane] = start[k, m]
                out[group, 2 * k + 1, lane] = end[k, m] - start[k, m]
