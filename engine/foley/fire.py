"""Fire: lapping flames, hissing gas and crackling wood.

Three layers after Farnell, "Designing Sound" (2010), chapter on fire: flames are low noise that
laps as buoyant puffs leave the bed (a few a second, slower the larger: Cetegen and Ahmed, 1993,
f = 1.5 / sqrt(diameter in m)); gas hisses in gusts; wood cracks in clusters, each crack a short
burst whose pitch is that of the splinter and whose size follows a power law.

Level: full effort is -30 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import intensity_curve, length_samples
from engine.foley.grains import arrivals, darken, scatter
from engine.foley.loudness import tame_texture
from engine.foley.noise import band, moving_noise, shaped_noise, tilt, wander
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -30.0
CREST_DB = 25.0
"""Cracks stand out: recorded fires reach 25 to 30 dB."""


@dataclass(frozen=True)
class Flame:
    """Levels of lapping, hiss and cracks; cracks a second, their band, clustering; diameter."""

    lap: float
    lap_hz: float
    hiss: float
    hiss_hz: tuple[float, float]
    cracks: float
    cracks_per_s: float
    crack_hz: tuple[float, float]
    cluster: float
    diameter_m: float


FLAMES: dict[str, Flame] = {
    "campfire": Flame(0.22, 110, 0.07, (1500, 11000), 1.0, 15, (1900, 11000), 0.7, 0.6),
    "fireplace": Flame(0.24, 110, 0.05, (1200, 9000), 1.0, 8, (1400, 9000), 0.8, 0.4),
    "torch": Flame(1.2, 420, 0.30, (600, 7000), 0.15, 6, (1500, 8000), 0.8, 0.15),
    "blaze": Flame(0.6, 150, 0.25, (400, 6000), 0.8, 40, (400, 6000), 0.7, 3.0),
    "embers": Flame(0.08, 160, 0.04, (2000, 11000), 1.0, 6, (2200, 12000), 0.9, 0.3),
}
FLAME_WORDS: dict[str, tuple[str, ...]] = {
    "fireplace": ("hearth", "stove"),
    "torch": ("candle", "flare"),
    "blaze": ("inferno", "wildfire", "house"),
    "embers": ("coals", "charcoal"),
    "campfire": ("fire", "bonfire"),
}


def fire(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) fire. Parameters: `type` (else from the prompt), `size` (0.3..3)."""
    flame = FLAMES[choice(event, "type", FLAME_WORDS, "campfire")]
    size = number(event, "size", 1.0, 0.2, 5.0)
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.2)
    rng = random_stream(event, "fire")
    puffs_hz = 1.5 / np.sqrt(flame.diameter_m * size)
    lapping = np.exp(0.35 * wander(rng, samples, sample_rate_hz, puffs_hz))
    sound = flame.lap * _lapping(flame, lapping, size, rng, sample_rate_hz)
    low_hz, high_hz = flame.hiss_hz
    hiss = shaped_noise(
        rng, samples, sample_rate_hz, lambda hz: band(hz, low_hz, high_hz, 1.0) * tilt(hz, -2.0)
    )
    gusts = np.exp(0.25 * wander(rng, samples, sample_rate_hz, 2.5))
    sound += flame.hiss * hiss * gusts
    sound += flame.cracks * _cracks(flame, samples, rng, sample_rate_hz)
    return tame_texture(sound, sample_rate_hz, CREST_DB) * effort


def _lapping(
    flame: Flame, lapping: Array, size: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    """Low turbulence whose corner rises with every puff."""
    top_hz = flame.lap_hz / size**0.4

    def spectrum(hz: Array, at: Array) -> Array:
        return at * band(hz, 35.0, top_hz * at, 1.0)

    noise = moving_noise(
        rng, lapping[:: max(sample_rate_hz // 200, 1)], len(lapping), sample_rate_hz, spectrum
    )
    return noise / (np.sqrt(np.mean(noise**2)) + 1e-12)


def _cracks(flame: Flame, samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Clustered cracks, sizes by a power law, the largest with a body of their own."""
    stock = [_crack(flame.crack_hz, rng, sample_rate_hz) for _ in range(72)]
    cluster = flame.cluster * wander(rng, samples, sample_rate_hz, 1.7)
    rate = flame.cracks_per_s * np.exp(cluster - 0.5 * flame.cluster**2)
    when = arrivals(rng, rate, samples, sample_rate_hz)
    gains = np.minimum(0.15 * (rng.pareto(1.25, len(when)) + 0.4), 4.0)
    cracks = scatter(samples, when, stock, rng.integers(0, len(stock), len(when)), gains)
    usual = np.sqrt(flame.cracks_per_s / sample_rate_hz)
    return cracks / usual * 0.6


def _crack(crack_hz: tuple[float, float], rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """One crack of unit energy: a snap of noise and a splinter that rings for some cycles."""
    low_hz, high_hz = np.log(crack_hz)
    hz = min(float(np.exp(rng.uniform(low_hz, high_hz))), 0.4 * sample_rate_hz)
    decay_s = float(np.exp(rng.uniform(np.log(0.0005), np.log(0.004))))
    times = np.arange(max(int(6.0 * decay_s * sample_rate_hz), 24)) / sample_rate_hz
    snap = rng.standard_normal(len(times)) * np.exp(-times / decay_s)
    splinter = np.sin(2 * np.pi * (hz * times + rng.uniform())) * np.exp(-times / (0.6 * decay_s))
    grain = np.minimum(times / 0.00012, 1.0) * (snap + 0.5 * splinter)
    grain = darken(grain, 3.0 * hz + 1500.0, sample_rate_hz)
    return grain / np.sqrt(np.sum(grain**2))
