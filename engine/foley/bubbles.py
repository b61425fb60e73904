"""Bubbles and drops: the small sounds liquids are made of.

A bubble of radius r rings at Minnaert's frequency, about 3.26 m/s / r, decays by radiation, heat
and viscosity, and rises in pitch as it nears the surface (van den Doel, "Physically based models
for liquid sounds", ACM TAP 2005).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.foley.grains import darken

Array = NDArray[np.float64]
MINNAERT_M_PER_S = 3.26


def bubble_hz(radius_m: Array | float) -> Array:
    """Minnaert frequency in Hz of a bubble of that radius in water."""
    return np.asarray(MINNAERT_M_PER_S / np.asarray(radius_m, dtype=np.float64))


def bubble_stock(
    rng: np.random.Generator,
    count: int,
    smallest_m: float,
    largest_m: float,
    rise: float,
    sample_rate_hz: int,
    longest_s: float = 0.16,
) -> list[Array]:
    """Stock of single bubbles, radii log-uniform, larger ones louder.

    `rise` scales how much the pitch rises while a bubble decays.
    """
    stock = []
    for _ in range(count):
        radius_m = float(np.exp(rng.uniform(np.log(smallest_m), np.log(largest_m))))
        hz = min(float(bubble_hz(radius_m)), 0.4 * sample_rate_hz)
        decay_per_s = 0.043 * hz + 0.0014 * hz**1.5
        samples = max(int(min(6.0 / decay_per_s, longest_s) * sample_rate_hz), 16)
        times = np.arange(samples) / sample_rate_hz
        slope = rise * float(rng.gamma(1.2, 0.08)) * decay_per_s
        phase = 2.0 * np.pi * hz * (times + 0.5 * slope * times**2)
        grain = np.sin(phase) * np.exp(-decay_per_s * times)
        tail = max(samples // 8, 1)
        grain[-tail:] *= np.linspace(1.0, 0.0, tail)
        stock.append(grain * (radius_m / largest_m) ** 0.25)
    return stock


def drop_stock(
    rng: np.random.Generator, count: int, low_hz: float, high_hz: float, sample_rate_hz: int
) -> list[Array]:
    """Stock of drops hitting something solid: 1-4 ms of coloured noise with a sharp start."""
    stock = []
    for _ in range(count):
        centre_hz = float(np.exp(rng.uniform(np.log(low_hz), np.log(high_hz))))
        decay_s = float(rng.uniform(0.0005, 0.002))
        samples = max(int(6.0 * decay_s * sample_rate_hz), 16)
        times = np.arange(samples) / sample_rate_hz
        carrier = np.sin(
            2 * np.pi * (min(centre_hz, 0.42 * sample_rate_hz) * times + rng.uniform())
        )
        rise = np.minimum(times / 0.00015, 1.0)
        grain = rise * np.exp(-times / decay_s) * (carrier + 0.8 * rng.standard_normal(samples))
        grain = darken(grain, 1.5 * centre_hz, sample_rate_hz)
        stock.append(grain / np.sqrt(np.sum(grain**2)))
    return stock
