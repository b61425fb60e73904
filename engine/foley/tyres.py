"""Tyres on the road: tread noise around 1 kHz, the rumble of the road and what lies on it.

Level grows by 30 dB per decade of speed, as measured for pass-bys (Sandberg and Ejsmont,
"Tyre/Road Noise Reference Book", 2002). Level: full speed is -22 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import intensity_curve, length_samples
from engine.foley.grains import arrivals, scatter, tick_stock
from engine.foley.loudness import to_unit_texture
from engine.foley.noise import band, moving_noise, peak, wander
from engine.foley.oscillators import phase_of, read_table, series_table
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -22.0


@dataclass(frozen=True)
class Road:
    """Levels of rumble, tread hum (Hz at full speed, width in octaves), hiss, and loose stones."""

    rumble: float
    tread_hz: float
    tread_width: float
    hiss: float
    hiss_hz: tuple[float, float]
    stones: float
    stones_per_s: float
    joints: float = 0.0


ROADS: dict[str, Road] = {
    "asphalt": Road(0.55, 900, 1.9, 0.16, (2000, 8000), 0.05, 10),
    "wet": Road(0.40, 1000, 2.0, 0.75, (1800, 6000), 0.0, 0),
    "gravel": Road(0.60, 650, 2.2, 0.20, (1500, 6000), 1.2, 420),
    "cobbles": Road(1.10, 420, 2.0, 0.12, (1500, 6000), 0.1, 30, 1.3),
    "dirt": Road(0.90, 380, 2.2, 0.12, (1200, 5000), 0.4, 120),
    "unknown": Road(0.60, 600, 2.2, 0.10, (1500, 6000), 0.0, 0),
    "rails": Road(1.00, 520, 2.4, 0.30, (1800, 7000), 0.0, 0, 0.8),
}
ROAD_WORDS: dict[str, tuple[str, ...]] = {
    "wet": ("rain", "puddles"),
    "gravel": ("path",),
    "cobbles": ("cobblestones",),
    "dirt": ("track", "mud", "sand"),
    "rails": ("rail", "railway", "train", "tram"),
    "asphalt": ("road", "street", "concrete"),
    "unknown": ("neutral",),
}


def tyres(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) wheels on a road, speed following the intensity.

    Parameters of the event: `road` (else from the prompt), `speed_m_per_s` at intensity 1, and
    `wheel_m`, the wheel's diameter.
    """
    road = ROADS[choice(event, "road", ROAD_WORDS, "asphalt")]
    full_speed = number(event, "speed_m_per_s", 14.0, 0.1, 120.0)
    wheel_m = number(event, "wheel_m", 0.65, 0.02, 3.0)
    samples = length_samples(event, sample_rate_hz)
    speed = intensity_curve(event, samples, sample_rate_hz, 0.1)
    rng = random_stream(event, "tyres")
    sound = _road_noise(road, speed, rng, sample_rate_hz)
    turns = phase_of(np.maximum(speed, 0.02) * full_speed / (np.pi * wheel_m), sample_rate_hz)
    sound *= 1.0 + 0.10 * np.cos(2 * np.pi * turns)
    sound += _tread(turns, rng)
    sound += _loose(road, speed, turns, rng, sample_rate_hz)
    return to_unit_texture(sound, sample_rate_hz) * np.maximum(speed, 1e-4) ** 1.5


def _road_noise(road: Road, speed: Array, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    coarse = speed[:: max(sample_rate_hz // 100, 1)]

    def spectrum(hz: Array, at: Array) -> Array:
        scale = np.maximum(at, 0.05) ** 0.4
        tread = 2.2 * peak(hz, road.tread_hz * scale, road.tread_width)
        rumble = 2.6 * road.rumble * band(hz, 35.0, 190.0, 1.0)
        hiss = road.hiss * band(hz, *road.hiss_hz, 1.5) * scale
        return np.asarray(np.sqrt(tread**2 + rumble**2 + hiss**2))

    noise = moving_noise(rng, coarse, len(speed), sample_rate_hz, spectrum)
    return noise * (1.0 + 0.10 * wander(rng, len(speed), sample_rate_hz, 2.5))


def _tread(turns: Array, rng: np.random.Generator) -> Array:
    """Tread blocks meeting the road: a weak series at the block rate, not a pure tone."""
    blocks = turns * 64.0
    table = series_table(np.array([1.0, 0.5, 0.22, 0.1]), rng)
    return 0.03 * read_table(table, blocks + 0.25 * np.sin(2 * np.pi * turns))


def _loose(
    road: Road, speed: Array, turns: Array, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    """Stones thrown up, and joints or cobbles hit by both axles."""
    samples = len(speed)
    out = np.zeros(samples)
    if road.stones:
        when = arrivals(rng, road.stones_per_s * speed, samples, sample_rate_hz)
        stock = tick_stock(rng, 48, 900, 4500, 0.002, sample_rate_hz)
        gains = np.minimum(rng.pareto(2.6, len(when)) + 0.3, 3.0)
        stones = scatter(samples, when, stock, rng.integers(0, 48, len(when)), gains)
        out += 0.5 * road.stones * stones / np.sqrt(road.stones_per_s / sample_rate_hz)
    if road.joints:
        when = arrivals(rng, 22.0 * speed, samples, sample_rate_hz)
        stock = tick_stock(rng, 32, 55, 260, 0.012, sample_rate_hz)
        gains = 0.4 + rng.gamma(2.0, 0.25, len(when))
        knocks = scatter(samples, when, stock, rng.integers(0, 32, len(when)), gains)
        out += 0.5 * road.joints * knocks / np.sqrt(22.0 / sample_rate_hz)
    return out
