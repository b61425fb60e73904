"""Mud, flesh and slime: what squelches.

Suction and release: a soft slap as something wet is pressed, low bubbles of a thick liquid that
rise in pitch as they close (Minnaert, damped by viscosity), and the smack of films that part. One
squelch at every onset, else at a pace.

Level: full effort is -28 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.bubbles import bubble_stock
from engine.foley.envelope import burst
from engine.foley.grains import arrivals, scatter, tick_stock
from engine.foley.noise import band, shaped_noise, tilt
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -28.0


@dataclass(frozen=True)
class Ooze:
    """Slap (level, band, decay), bubbles (level, a second, radii in m, rise), smacks (level, a
    second), crunch, length, squelches a second."""

    slap: float
    slap_hz: tuple[float, float]
    slap_s: float
    bubbles: float
    bubbles_per_s: float
    radii_m: tuple[float, float]
    smacks: float
    smacks_per_s: float
    crunch: float
    seconds: float
    rate_hz: float


OOZE: dict[str, Ooze] = {
    "mud": Ooze(0.9, (120, 2200), 0.05, 1.0, 110, (0.004, 0.018), 0.4, 120, 0.0, 0.5, 1.7),
    "flesh": Ooze(1.2, (140, 3500), 0.028, 0.5, 60, (0.003, 0.010), 0.9, 260, 0.5, 0.4, 1.0),
    "slime": Ooze(0.4, (250, 3000), 0.06, 0.9, 160, (0.0015, 0.008), 1.2, 320, 0.0, 0.7, 0.9),
    "swamp": Ooze(0.25, (90, 900), 0.08, 1.4, 45, (0.007, 0.028), 0.1, 30, 0.0, 0.9, 0.8),
    "chew": Ooze(0.5, (250, 4500), 0.02, 0.4, 70, (0.0015, 0.006), 0.9, 300, 0.9, 0.3, 1.6),
}
OOZE_WORDS: dict[str, tuple[str, ...]] = {
    "flesh": ("gore", "meat", "stab", "blood", "punch"),
    "slime": ("goo", "jelly", "squish", "alien"),
    "swamp": ("bog", "lava", "boiling"),
    "chew": ("chewing", "eating", "bite", "crunch", "munch"),
    "mud": ("muddy", "clay", "squelch"),
}


def mud(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) squelches. Parameters: `type` (else from the prompt), `size` (0.3..3)."""
    ooze = OOZE[choice(event, "type", OOZE_WORDS, "mud")]
    size = number(event, "size", 1.0, 0.2, 5.0)
    rng = random_stream(event, "mud")
    small_m, large_m = ooze.radii_m
    bubbles = bubble_stock(rng, 48, small_m * size, large_m * size, 4.0, sample_rate_hz)
    films = tick_stock(rng, 32, 700, 4500, 0.0012, sample_rate_hz)

    def make(strength: float) -> Array:
        return _squelch(ooze, size, strength, bubbles, films, rng, sample_rate_hz)

    return perform(event, sample_rate_hz, rng, ooze.rate_hz, make, 0.2)


def _squelch(
    ooze: Ooze,
    size: float,
    strength: float,
    bubbles: list[Array],
    films: list[Array],
    rng: np.random.Generator,
    sample_rate_hz: int,
) -> Array:
    samples = int(ooze.seconds * size**0.3 * float(vary(rng, 0.12)) * sample_rate_hz)
    low_hz, high_hz = ooze.slap_hz
    slap = shaped_noise(
        rng,
        samples,
        sample_rate_hz,
        lambda hz: (
            band(hz, low_hz / size**0.5, high_hz * (0.6 + 0.4 * strength), 1.0) * tilt(hz, -2.0)
        ),
    ) * burst(samples, sample_rate_hz, 0.002, ooze.slap_s * float(vary(rng, 0.15)))
    out = ooze.slap * slap / (np.sqrt(np.sum(slap**2)) + 1e-12)
    later = burst(samples, sample_rate_hz, 0.06, 0.22 * ooze.seconds)
    when = arrivals(rng, ooze.bubbles_per_s * later, samples, sample_rate_hz)
    gains = 0.2 + rng.exponential(0.6, len(when))
    wet = scatter(samples, when, bubbles, rng.integers(0, len(bubbles), len(when)), gains)
    out += ooze.bubbles * wet / (np.sqrt(np.sum(wet**2)) + 1e-3)
    release = burst(samples, sample_rate_hz, 0.35 * ooze.seconds, 0.12 * ooze.seconds)
    rate = ooze.smacks_per_s * (release + ooze.crunch * burst(samples, sample_rate_hz, 0.001, 0.03))
    when = arrivals(rng, rate, samples, sample_rate_hz)
    gains = np.minimum(rng.pareto(1.8, len(when)) + 0.2, 4.0)
    smack = scatter(samples, when, films, rng.integers(0, len(films), len(when)), gains)
    return out + 0.8 * ooze.smacks * smack / (np.sqrt(np.sum(smack**2)) + 1e-3)
