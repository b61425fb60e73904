"""Occlusion: what stands between a source and the listener, from 0 (nothing) to 1 (a thick wall).

A first-order low-pass, whose 6 dB an octave are those of the mass law of walls, and a level:

    corner = 250 Hz / occlusion^2        level = -12 dB * occlusion

so 0 is the sound as it is, 0.25 a curtain (-3 dB, 4 kHz), 0.5 a closed door (-6 dB, 1 kHz), 1 the
neighbours (-12 dB, 250 Hz).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.realtime.motion import travel
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples, SourcePlan

CORNER_HZ = 250.0
LEVEL_DB = -12.0


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
        self._plans = plans
        self._samples_per_metre = samples_per_metre
        self._rate_hz = sample_rate_hz
        self.present = np.array([plan.occlusion is not None for plan in plans], dtype=bool)
        self._stretch_hops = int(np.clip(4096 // max(int(self.present.sum()), 1), 4, 64))
        edges = self._stretch_hops + 1
        self._stretch: int | None = None
        self._loss = np.zeros((edges, len(plans)))
        self._level = np.ones((edges, len(plans)))
        self._positions, self._delays = np.zeros((edges, 3)), np.zeros(edges)

    def glides(self, hop: int, members: NDArray[np.int64], out: Samples) -> None:
        """Fill (groups, 4, LANES): what the low-pass takes away and its change over
        the hop, level and its change."""
        stretch = hop // self._stretch_hops
        if stretch != self._stretch:
            self._compute(stretch * self._stretch_hops)
            self._stretch = stretch
        i = hop - stretch * self._stretch_hops
        out[:, 0], out[:, 1] = self._loss[i][members], self._loss[i + 1][members]
        out[:, 2], out[:, 3] = self._level[i][members], self._level[i + 1][members]
        out[:, 1] -= out[:, 0]
        out[:, 3] -= out[:, 2]

    def _compute(self, first_hop: int) -> None:
        times = (first_hop + np.arange(len(self._delays))) * np.float64(HOP_SAMPLES)
        for index in np.flatnonzero(self.present).tolist():
            plan = self._plans[index]
            amount = self._heard(plan, times)
            self._loss[:, index] = low_pass_loss(amount, self._rate_hz)
            self._level[:, index] = occlusion_gain(amount)

    def _heard(self, plan: SourcePlan, times: Floats) -> Floats:
        assert plan.occlusion is not None
        speed = self._samples_per_metre if plan.delayed else 0.0
        motion = plan.motion
        travel(
            times, motion.times_samples, motion.positions_m, speed, 0, self._positions,
            self._delays,
        )  # fmt: skip
        arrival = times + np.minimum(np.nan_to_num(self._delays), plan.max_delay_samples)
        return plan.occlusion.at(arrival)
