"""Rolling and scraping: a rough surface read at the speed of the motion, heard through a body.

The roughness of the ground is noise in space; at speed v a bump of length L becomes a force at
v/L Hz, so faster motion is brighter as well as louder. Rolling adds the once-per-turn unevenness
of the wheel or ball and small bumps; scraping adds stick and slip. After van den Doel, Kry and
Pai, "FoleyAutomatic", SIGGRAPH 2001.

Level: full speed is -29 dBFS (rolling) and -27 dBFS (scraping), K-weighted, at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import intensity_curve, length_samples
from engine.foley.grains import arrivals, scatter, tick_stock
from engine.foley.impacts import body
from engine.foley.loudness import to_unit_texture
from engine.foley.modal import Modes, resonate
from engine.foley.noise import band, moving_noise, wander
from engine.foley.oscillators import phase_of
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream
from engine.project.model import Event

Array = NDArray[np.float64]
ROLLING_DBFS = -29.0
SCRAPING_DBFS = -27.0


@dataclass(frozen=True)
class Ground:
    """What is rolled over: bump length, grit level and rate, and the ground's own resonance."""

    bump_m: float
    grit: float
    grit_per_m: float
    grit_hz: tuple[float, float]
    floor_hz: tuple[float, ...]
    floor: float


GROUNDS: dict[str, Ground] = {
    "concrete": Ground(0.0022, 0.55, 90.0, (1200, 5200), (105, 240), 0.5),
    "wood": Ground(0.0035, 0.20, 22.0, (300, 1600), (118, 187, 268, 402, 531), 1.2),
    "gravel": Ground(0.0040, 1.30, 160.0, (1100, 4200), (90, 170), 0.3),
    "grass": Ground(0.0060, 0.30, 60.0, (2500, 8000), (60, 115), 0.5),
    "metal": Ground(0.0016, 0.35, 45.0, (1800, 6500), (171, 283, 437, 655, 1012), 1.2),
    "carpet": Ground(0.0090, 0.05, 20.0, (800, 2500), (72, 140), 0.5),
    "snow": Ground(0.0080, 0.30, 120.0, (700, 4500), (60, 110), 0.4),
    "sand": Ground(0.0075, 0.40, 190.0, (1800, 6500), (55, 100), 0.4),
    "ground": Ground(0.0045, 0.40, 70.0, (800, 3400), (70, 135), 0.4),
}
GROUND_WORDS: dict[str, tuple[str, ...]] = {
    "gravel": ("pebbles", "path"),
    "grass": ("lawn", "meadow"),
    "metal": ("steel",),
    "carpet": ("rug",),
    "wood": ("wooden", "parquet", "floorboards"),
    "concrete": ("pavement", "asphalt", "street"),
    "snow": ("snowy",),
    "sand": ("sandy", "beach", "desert"),
    "ground": ("earth", "dirt", "soil"),
}


def rolling(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) something round rolling; intensity 1 is `speed_m_per_s`.

    Parameters of the event: `material` and `size_m` of the body, `surface`, `speed_m_per_s`.
    """
    ground = GROUNDS[choice(event, "surface", GROUND_WORDS, "ground")]
    size_m = number(event, "size_m", 0.25, 0.005, 20.0)
    speed, effort = _speed(event, sample_rate_hz)
    rng = random_stream(event, "rolling")
    rough = _roughness(ground, speed, len(speed), rng, sample_rate_hz, 1.0)
    turns = phase_of(speed / (np.pi * size_m), sample_rate_hz, rng.uniform())
    uneven = 0.30 * np.cos(2 * np.pi * turns) + 0.16 * np.cos(4 * np.pi * turns + 1.3)
    rough *= 1.0 + uneven + 0.22 * wander(rng, len(speed), sample_rate_hz, 3.0)
    sound = _through_bodies(event, ground, rough, sample_rate_hz)
    sound += _grit(ground, speed, rng, sample_rate_hz)
    return to_unit_texture(sound, sample_rate_hz) * effort


def scraping(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) something dragged; parameters as for `rolling`."""
    ground = GROUNDS[choice(event, "surface", GROUND_WORDS, "ground")]
    speed, effort = _speed(event, sample_rate_hz)
    rng = random_stream(event, "scraping")
    rough = _roughness(ground, speed, len(speed), rng, sample_rate_hz, 0.35)
    slip = wander(rng, len(speed), sample_rate_hz, 14.0) + wander(
        rng, len(speed), sample_rate_hz, 5.0
    )
    rough *= 0.5 + 0.5 * np.maximum(slip + 1.0, 0.1)
    sound = 1.4 * _through_bodies(event, ground, rough, sample_rate_hz) + 0.35 * rough
    sound += 1.5 * _grit(ground, speed, rng, sample_rate_hz)
    return to_unit_texture(sound, sample_rate_hz) * effort


def _speed(event: Event, sample_rate_hz: int) -> tuple[Array, Array]:
    """(samples,) speed in m/s and loudness factor (1 at full speed, about 20 dB a decade)."""
    curve = intensity_curve(event, length_samples(event, sample_rate_hz), sample_rate_hz)
    full_speed = number(event, "speed_m_per_s", 2.0, 0.01, 60.0)
    return np.maximum(curve, 0.02) * full_speed, curve**1.1


def _roughness(
    ground: Ground,
    speed: Array,
    samples: int,
    rng: np.random.Generator,
    sample_rate_hz: int,
    depth: float,
) -> Array:
    """Force of the surface: noise whose corner is speed over bump length, level kept even."""
    coarse = speed[:: max(sample_rate_hz // 200, 1)]

    def spectrum(hz: Array, at: Array) -> Array:
        corner = np.clip(at / ground.bump_m * depth * 2.0, 60.0, 9000.0)
        return np.sqrt(300.0 / corner) * band(hz, 30.0, 1e6, 1.0) / (1.0 + (hz / corner) ** 1.5)

    return moving_noise(rng, coarse, samples, sample_rate_hz, spectrum)


def _through_bodies(event: Event, ground: Ground, rough: Array, sample_rate_hz: int) -> Array:
    """The force heard through the object and through the ground, and a little directly."""
    _, modes = body(event)
    kept = np.argsort(-modes.gains, kind="stable")[:10]
    damped = Modes(modes.hz[kept], np.minimum(modes.t60_s[kept], 0.12), modes.gains[kept])
    count = len(ground.floor_hz)
    floor = Modes(np.array(ground.floor_hz), np.full(count, 0.06), np.full(count, ground.floor))
    through = resonate(rough, damped, sample_rate_hz) + resonate(rough, floor, sample_rate_hz)
    level = np.sqrt(np.mean(through**2)) + 1e-12
    return np.asarray(through / level + 0.25 * rough / (np.sqrt(np.mean(rough**2)) + 1e-12))


def _grit(ground: Ground, speed: Array, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Small stones and seams run over: ticks at a rate in proportion to speed."""
    rate = np.minimum(ground.grit_per_m * speed, 900.0)
    when = arrivals(rng, rate, len(speed), sample_rate_hz)
    low_hz, high_hz = ground.grit_hz
    stock = tick_stock(rng, 48, low_hz, high_hz, 0.0016, sample_rate_hz)
    gains = np.minimum(rng.pareto(2.0, len(when)) + 0.2, 5.0)
    ticks = scatter(len(speed), when, stock, rng.integers(0, len(stock), len(when)), gains)
    usual = np.sqrt(ground.grit_per_m * float(np.mean(speed)) / sample_rate_hz) + 1e-9
    return 0.7 * ground.grit * ticks / usual
