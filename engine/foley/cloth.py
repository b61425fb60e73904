"""Cloth: sleeves and legs brushing past each other, fibre by fibre.

Each swing is a soft swish of band noise with small snags in it; between swings the fabric rests.
Swings come at `swing_hz` (twice the stride for a walker), irregular as people are.

Level: full effort is -38 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import intensity_curve, length_samples
from engine.foley.grains import arrivals, scatter, tick_stock
from engine.foley.loudness import to_unit_texture
from engine.foley.noise import band, moving_noise, wander
from engine.foley.oscillators import per_cycle, phase_of
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -38.0


@dataclass(frozen=True)
class Fabric:
    """Band of the swish in Hz, level and band of snags, and snags a second at full effort."""

    band_hz: tuple[float, float]
    snags: float
    snag_hz: tuple[float, float]
    snags_per_s: float


FABRICS: dict[str, Fabric] = {
    "cotton": Fabric((700, 4200), 0.35, (1200, 5000), 160),
    "denim": Fabric((450, 3200), 0.75, (900, 4200), 210),
    "nylon": Fabric((2200, 9500), 1.1, (2500, 10000), 420),
    "leather": Fabric((300, 2200), 0.9, (500, 2600), 60),
    "silk": Fabric((1800, 8000), 0.12, (3000, 9000), 120),
}
FABRIC_WORDS: dict[str, tuple[str, ...]] = {
    "denim": ("jeans",),
    "nylon": ("raincoat", "anorak", "jacket", "windbreaker"),
    "leather": ("hide",),
    "silk": ("satin", "dress"),
    "cotton": ("shirt", "wool", "linen"),
}


def cloth(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) fabric in motion. Parameters: `fabric` (else from the prompt), `swing_hz`."""
    fabric = FABRICS[choice(event, "fabric", FABRIC_WORDS, "cotton")]
    swing_hz = number(event, "swing_hz", 1.8, 0.1, 12.0)
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.1)
    rng = random_stream(event, "cloth")
    uneven = 1.0 + 0.08 * wander(rng, samples, sample_rate_hz, 1.0)
    phase = phase_of(swing_hz * (0.6 + 0.4 * effort) * uneven, sample_rate_hz, rng.uniform())
    swing = 0.5 - 0.5 * np.cos(2 * np.pi * (phase % 1.0) ** 1.3)
    swing = swing**2.2 * per_cycle(rng, phase, 0.35) + 0.05
    coarse = swing[:: max(sample_rate_hz // 200, 1)]
    low_hz, high_hz = fabric.band_hz

    def spectrum(hz: Array, at: Array) -> Array:
        return band(hz, low_hz, high_hz * (0.5 + 0.5 * np.minimum(at, 1.2)), 1.5)

    swish = moving_noise(rng, coarse, samples, sample_rate_hz, spectrum)
    swish *= swing * (1.0 + 0.25 * wander(rng, samples, sample_rate_hz, 25.0))
    snag_low_hz, snag_high_hz = fabric.snag_hz
    stock = tick_stock(rng, 32, snag_low_hz, snag_high_hz, 0.0009, sample_rate_hz)
    when = arrivals(rng, fabric.snags_per_s * np.minimum(swing, 1.5), samples, sample_rate_hz)
    gains = np.minimum(rng.pareto(2.5, len(when)) + 0.2, 3.0)
    snags = scatter(samples, when, stock, rng.integers(0, 32, len(when)), gains)
    usual = np.sqrt(fabric.snags_per_s / sample_rate_hz)
    level = np.sqrt(np.mean(swish**2)) + 1e-12
    sound = swish / level + 0.8 * fabric.snags * snags / usual
    return to_unit_texture(sound, sample_rate_hz) * effort
