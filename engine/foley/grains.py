"""Sounds made of many small ones: random arrivals of short grains from a varied stock."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Array = NDArray[np.float64]


def arrivals(
    rng: np.random.Generator, rate_per_s: Array | float, samples: int, sample_rate_hz: int
) -> NDArray[np.int64]:
    """Sorted sample positions of a Poisson process.

    Parameters
    ----------
    rate_per_s : float or (samples,) array
        Mean number a second, constant or following a curve.
    """
    rate = np.broadcast_to(np.asarray(rate_per_s, dtype=np.float64), (samples,))
    mean = np.concatenate([[0.0], np.cumsum(rate[::32])]) * 32.0 / sample_rate_hz
    count = int(rng.poisson(mean[-1]))
    places = np.interp(np.sort(rng.uniform(0.0, mean[-1], count)), mean, np.arange(len(mean)))
    return np.minimum((places * 32.0).astype(np.int64), samples - 1)


def scatter(
    samples: int,
    positions: NDArray[np.int64],
    stock: Sequence[Array],
    which: NDArray[np.int64],
    gains: Array,
) -> Array:
    """(samples,) sum of grains ``stock[which[i]] * gains[i]`` starting at ``positions[i]``."""
    longest = max((len(grain) for grain in stock), default=0)
    out = np.zeros(samples + longest)
    rows = zip(positions.tolist(), which.tolist(), gains.tolist(), strict=True)
    for at, kind, gain in rows:
        grain = stock[kind]
        out[at : at + len(grain)] += gain * grain
    return out[:samples]


def darken(grain: Array, corner_hz: float, sample_rate_hz: int) -> Array:
    """The grain through two one-pole low-passes: no small body radiates far above its pitch."""
    keep = float(np.exp(-2.0 * np.pi * min(corner_hz / sample_rate_hz, 0.45)))
    poles = (1.0, -2.0 * keep, keep * keep)
    return np.asarray(signal.lfilter([(1.0 - keep) ** 2], poles, grain))


def tick_stock(
    rng: np.random.Generator,
    count: int,
    low_hz: float,
    high_hz: float,
    ring_s: float,
    sample_rate_hz: int,
) -> list[Array]:
    """Stock of short damped clicks (stones, twigs, grit): log-uniform pitch, noisy start."""
    stock = []
    for _ in range(count):
        hz = min(float(np.exp(rng.uniform(np.log(low_hz), np.log(high_hz)))), 0.42 * sample_rate_hz)
        decay_s = ring_s * float(np.exp(0.4 * rng.standard_normal()))
        times = np.arange(max(int(5.0 * decay_s * sample_rate_hz), 8)) / sample_rate_hz
        phase = 2.0 * np.pi * (hz * times + rng.uniform())
        rough = rng.standard_normal(len(times)) * np.exp(-times / (0.4 * decay_s))
        rise = np.minimum(times / 0.00025, 1.0)
        grain = rise * (np.sin(phase) * np.exp(-times / decay_s) + 0.5 * rough)
        grain = darken(grain, 1.6 * hz, sample_rate_hz)
        stock.append(grain / np.sqrt(np.sum(grain**2)))
    return stock
