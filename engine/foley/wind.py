"""Wind on the spot: gusts in the open, in trees, around corners and through gaps.

Turbulence brightens and grows with speed; a gap or wire whistles at 0.2 v / d (Strouhal), so its
pitch follows the gust, as in Farnell, "Designing Sound" (2010), chapter on wind. Gusts wander
slowly; leaves lag behind them.

Level: full effort is -32 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import intensity_curve, length_samples
from engine.foley.loudness import to_unit_texture
from engine.foley.noise import band, moving_noise, peak, wander
from engine.foley.oscillators import follow
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -32.0


@dataclass(frozen=True)
class Blow:
    """Corner of the turbulence and howl in Hz at a usual gust, levels, gustiness, leaves."""

    turbulence_hz: float
    turbulence: float
    howl_hz: float
    howl_octaves: float
    howl: float
    leaves: float
    leaves_hz: tuple[float, float]
    gusts: float


BLOWS: dict[str, Blow] = {
    "breeze": Blow(300, 1.0, 480, 1.2, 0.12, 0.02, (1500, 4500), 0.30),
    "gale": Blow(420, 1.0, 520, 0.7, 0.7, 0.03, (900, 3500), 0.42),
    "whistle": Blow(220, 0.35, 820, 0.13, 1.0, 0.004, (1200, 4000), 0.36),
    "trees": Blow(260, 0.5, 400, 1.0, 0.08, 0.3, (900, 4200), 0.45),
    "blizzard": Blow(600, 1.0, 900, 0.5, 0.6, 0.10, (1800, 6000), 0.38),
    "desert": Blow(200, 0.7, 340, 0.8, 0.3, 0.10, (2500, 6500), 0.5),
}
BLOW_WORDS: dict[str, tuple[str, ...]] = {
    "gale": ("storm", "howling", "hurricane"),
    "whistle": ("gap", "draught", "draft", "window"),
    "trees": ("leaves", "forest", "foliage", "grass"),
    "blizzard": ("snow", "snowstorm"),
    "desert": ("sand", "dunes"),
    "breeze": ("gentle", "wind"),
}


def wind(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) wind. Parameters: `type` (else from the prompt), `speed_m_per_s` (usual 8)."""
    blow = BLOWS[choice(event, "type", BLOW_WORDS, "breeze")]
    usual = number(event, "speed_m_per_s", 8.0, 0.5, 60.0) / 8.0
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.4)
    rng = random_stream(event, "wind")
    gust = wander(rng, samples, sample_rate_hz, 0.25)
    gust += 0.5 * wander(rng, samples, sample_rate_hz, 0.9)
    gust += 0.2 * wander(rng, samples, sample_rate_hz, 4.0)
    speed = usual**0.7 * np.exp(blow.gusts * gust) * (0.45 + 0.55 * effort)
    step = max(sample_rate_hz // 100, 1)

    def spectrum(hz: Array, at: Array) -> Array:
        low = blow.turbulence * at * band(hz, 40.0, blow.turbulence_hz * at, 1.0)
        howl = 3.0 * blow.howl * at**1.5 * peak(hz, blow.howl_hz * at, blow.howl_octaves)
        second = 0.5 * blow.howl * at**1.5 * peak(hz, 1.62 * blow.howl_hz * at, blow.howl_octaves)
        return np.asarray(np.sqrt(low**2 + howl**2 + second**2))

    low_hz, high_hz = blow.leaves_hz

    def rustle(hz: Array, at: Array) -> Array:
        return blow.leaves * at**1.8 * band(hz, low_hz, high_hz * np.minimum(at, 1.5), 1.5)

    sound = moving_noise(rng, speed[::step], samples, sample_rate_hz, spectrum)
    late = follow(speed, sample_rate_hz, 0.25)
    shiver = np.exp(0.25 * wander(rng, samples, sample_rate_hz, 11.0))
    sound += moving_noise(rng, late[::step], samples, sample_rate_hz, rustle) * shiver
    return to_unit_texture(sound, sample_rate_hz) * effort**1.2
