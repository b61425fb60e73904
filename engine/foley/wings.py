"""Wings: a strong downstroke and a light upstroke of noise per flap, feathers, or a buzz.

Flaps fall on the event's onsets where it has any, else at the rate of the kind of wing, quicker
with intensity. Level: full effort is -30 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst, hits, intensity_curve, length_samples, place
from engine.foley.grains import arrivals, scatter, tick_stock
from engine.foley.loudness import to_unit_hit, to_unit_texture
from engine.foley.noise import band, shaped_noise, tilt, wander
from engine.foley.oscillators import per_cycle, phase_of, pulse_table, read_table
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -30.0


@dataclass(frozen=True)
class Wing:
    """Flaps a second at full effort, band of the stroke in Hz, its attack and decay, feathers."""

    rate_hz: float
    band_hz: tuple[float, float]
    attack_s: float
    decay_s: float
    feathers: float


WINGS: dict[str, Wing] = {
    "bird": Wing(7.5, (280, 3200), 0.012, 0.030, 0.35),
    "large": Wing(2.8, (90, 1300), 0.018, 0.085, 0.30),
    "small": Wing(15.0, (700, 6500), 0.006, 0.014, 0.25),
    "bat": Wing(11.0, (900, 7500), 0.006, 0.016, 0.45),
    "insect": Wing(185.0, (400, 7000), 0.001, 0.002, 0.0),
}
WING_WORDS: dict[str, tuple[str, ...]] = {
    "large": ("eagle", "swan", "goose", "dragon", "heron", "stork", "owl"),
    "small": ("sparrow", "hummingbird", "finch", "butterfly"),
    "bat": ("bats",),
    "insect": ("bee", "fly", "wasp", "mosquito"),
    "bird": ("pigeon", "dove", "crow", "gull"),
}


def wings(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) flapping. Parameters: `wing` (else from the prompt), `rate_hz` at full effort."""
    kind = choice(event, "wing", WING_WORDS, "bird")
    wing = WINGS[kind]
    rate_hz = number(event, "rate_hz", wing.rate_hz, 0.2, 1000.0)
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.1)
    rng = random_stream(event, "wings")
    if kind == "insect":
        return _buzz(rate_hz, effort, rng, sample_rate_hz)
    strokes = _Strokes(wing, rng, sample_rate_hz)
    out = np.zeros(samples)
    for at, strength in _flaps(event, rate_hz, effort, rng, sample_rate_hz):
        place(out, strokes.make(strokes.down), at, strength * float(vary(rng, 0.12)))
        later = at + int(sample_rate_hz / rate_hz * rng.uniform(0.46, 0.56))
        place(out, strokes.make(strokes.up), later, 0.3 * strength * float(vary(rng, 0.2)))
    return out


def _flaps(
    event: Event, rate_hz: float, effort: Array, rng: np.random.Generator, sample_rate_hz: int
) -> list[tuple[int, float]]:
    if event.onsets_s:
        return hits(event, sample_rate_hz)
    rate = (
        rate_hz
        * (0.7 + 0.3 * effort)
        * (1.0 + 0.05 * wander(rng, len(effort), sample_rate_hz, 1.0))
    )
    phase = phase_of(rate, sample_rate_hz, rng.uniform())
    starts = np.flatnonzero(np.diff(np.floor(phase)) > 0)
    return [(int(at), float(0.25 + 0.75 * effort[at])) for at in starts if effort[at] > 0.02]


class _Strokes:
    """Strokes of one pair of wings, cut at random from a few seconds of its noise."""

    def __init__(self, wing: Wing, rng: np.random.Generator, sample_rate_hz: int) -> None:
        self._wing, self._rng, self._rate = wing, rng, sample_rate_hz
        low_hz, high_hz = wing.band_hz
        self.down = self._noise(low_hz, high_hz)
        self.up = self._noise(low_hz, 0.75 * high_hz)
        self._dark = self._noise(0.5 * low_hz, 0.4 * high_hz)
        self._stock = tick_stock(rng, 48, 1800, 6500, 0.0007, sample_rate_hz)

    def make(self, bright: Array) -> Array:
        """One stroke of unit level: a short push of noise, darker at its end, and feathers."""
        wing, rng = self._wing, self._rng
        samples = int((wing.attack_s + 7.0 * wing.decay_s) * self._rate)
        decay_s = wing.decay_s * float(vary(rng, 0.12))
        envelope = burst(samples, self._rate, wing.attack_s, decay_s)
        stroke = self._slice(bright, samples) * envelope**1.4
        stroke += 0.8 * self._slice(self._dark, samples) * envelope
        when = arrivals(rng, 420.0 * envelope, samples, self._rate)
        gains = 0.4 + rng.exponential(0.6, len(when))
        which = rng.integers(0, len(self._stock), len(when))
        stroke += 4.0 * wing.feathers * scatter(samples, when, self._stock, which, gains)
        return to_unit_hit(stroke, self._rate)

    def _noise(self, low_hz: float, high_hz: float) -> Array:
        samples = 4 * self._rate
        return shaped_noise(
            self._rng, samples, self._rate, lambda hz: band(hz, low_hz, high_hz, 1.5)
        )

    def _slice(self, noise: Array, samples: int) -> Array:
        first = int(self._rng.integers(0, len(noise) - samples))
        return noise[first : first + samples]


def _buzz(rate_hz: float, effort: Array, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    samples = len(effort)
    sway = 0.035 * wander(rng, samples, sample_rate_hz, 2.0)
    sway += 0.012 * wander(rng, samples, sample_rate_hz, 14.0)
    phase = phase_of(rate_hz * (0.85 + 0.15 * effort) * (1.0 + sway), sample_rate_hz)
    table = pulse_table([0.0, 0.52], [0.06, 0.08], [1.0, 0.6], 28)
    buzz = read_table(table, phase) * per_cycle(rng, phase, 0.1)
    noise = shaped_noise(
        rng, samples, sample_rate_hz, lambda hz: band(hz, 800, 7000) * tilt(hz, -3)
    )
    return (
        to_unit_texture(buzz + 0.12 * noise, sample_rate_hz) * (0.1 + 0.9 * effort) * (effort > 0)
    )
