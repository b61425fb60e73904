"""Water near by: streams, pouring, dripping, splashes and rain on the spot.

Bubble and drop statistics over a bed of turbulence; see `engine.foley.bubbles`. Splashes and drips
fall on the event's onsets. Level: full effort is -26 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.bubbles import bubble_stock, drop_stock
from engine.foley.envelope import burst, close_tail, hits, intensity_curve, length_samples, place
from engine.foley.grains import arrivals, scatter
from engine.foley.loudness import to_unit_hit, to_unit_texture
from engine.foley.noise import band, shaped_noise, tilt, wander
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -26.0


@dataclass(frozen=True)
class Flow:
    """Bubbles a second and their radii, drops a second and their band, turbulence and its band;
    how often and how far (natural log) it surges, and the rumble of the bed or basin beneath."""

    bubbles_per_s: float
    radii_m: tuple[float, float]
    rise: float
    drops_per_s: float
    drop_hz: tuple[float, float]
    drops: float
    hiss: float
    hiss_hz: tuple[float, float]
    hiss_tilt_db: float
    surges_hz: float
    surges: float = 0.45
    rumble: float = 0.0


FLOWS: dict[str, Flow] = {
    "stream": Flow(
        420, (0.0006, 0.0065), 1.0, 60, (2500, 7000), 0.18, 0.42, (300, 5500), -2.5, 1.6, 0.3
    ),
    "river": Flow(700, (0.0008, 0.009), 0.8, 160, (1500, 6000), 0.15, 1.0, (150, 3500), -4.5, 0.7),
    "pour": Flow(
        520, (0.0012, 0.0075), 1.6, 120, (2000, 7000), 0.2, 0.38, (500, 6000), -2.0, 3.0, 0.2, 0.15
    ),
    "rain": Flow(60, (0.0004, 0.0016), 0.6, 1500, (1200, 5500), 1.0, 0.9, (500, 5000), -1.5, 0.4),
    "lake": Flow(90, (0.0015, 0.010), 1.2, 0, (2000, 6000), 0.0, 0.35, (120, 1400), -5.0, 0.45),
}
WATER_WORDS: dict[str, tuple[str, ...]] = {
    "splash": ("splashes", "splashing", "puddle"),
    "drip": ("drop", "drops", "dripping"),
    "rain": ("raining", "rainy"),
    "pour": ("pouring", "tap", "sink", "fountain"),
    "river": ("waterfall", "rapids"),
    "lake": ("pond", "lapping", "shore"),
    "stream": ("brook", "creek", "water"),
}


def water(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) water. Parameters: `type` (stream, river, pour, rain, lake, splash, drip; else
    from the prompt) and `size` (0.3..3, larger bodies of water are lower)."""
    kind = choice(event, "type", WATER_WORDS, "splash" if event.onsets_s else "stream")
    size = number(event, "size", 1.0, 0.2, 5.0)
    samples = length_samples(event, sample_rate_hz)
    rng = random_stream(event, "water")
    if kind in ("splash", "drip"):
        make = _splash if kind == "splash" else _drip
        out = np.zeros(samples)
        for at, strength in hits(event, sample_rate_hz):
            grain = to_unit_hit(make(size, strength, rng, sample_rate_hz), sample_rate_hz)
            place(out, grain, at, strength * float(vary(rng, 0.08)))
        return out
    effort = intensity_curve(event, samples, sample_rate_hz, 0.2)
    return flow(FLOWS[kind], size, samples, rng, sample_rate_hz) * effort


def flow(
    kind: Flow, size: float, samples: int, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    """(samples,) steady flow of unit K-weighted level."""
    surge = np.exp(kind.surges * wander(rng, samples, sample_rate_hz, kind.surges_hz))
    smallest_m, largest_m = kind.radii_m
    stock = bubble_stock(rng, 160, smallest_m * size, largest_m * size, kind.rise, sample_rate_hz)
    rate = kind.bubbles_per_s / size * surge
    when = arrivals(rng, rate, samples, sample_rate_hz)
    gains = rng.pareto(2.4, len(when)) + 0.15
    bubbles = scatter(samples, when, stock, rng.integers(0, 160, len(when)), np.minimum(gains, 5.0))
    sound = bubbles / (np.sqrt(np.mean(bubbles**2)) + 1e-9)
    if kind.drops:
        stock = drop_stock(rng, 96, *kind.drop_hz, sample_rate_hz)
        when = arrivals(rng, kind.drops_per_s * surge, samples, sample_rate_hz)
        gains = np.minimum(rng.pareto(1.9, len(when)) + 0.1, 7.0)
        drops = scatter(samples, when, stock, rng.integers(0, 96, len(when)), gains)
        share = kind.drops * 2.0 if kind.drops >= 1.0 else kind.drops
        sound = sound * (1.0 if share < 1.0 else 0.35)
        sound += share * drops / (np.sqrt(np.mean(drops**2)) + 1e-9)
    low_hz, high_hz = kind.hiss_hz
    hiss = shaped_noise(
        rng,
        samples,
        sample_rate_hz,
        lambda hz: band(hz, low_hz / size, high_hz, 1.5) * tilt(hz, kind.hiss_tilt_db),
    )
    sound += kind.hiss * hiss * surge**0.6
    if kind.rumble:
        low = shaped_noise(rng, samples, sample_rate_hz, lambda hz: band(hz, 45, 160 / size, 1.5))
        sound += kind.rumble * low * surge
    return to_unit_texture(sound, sample_rate_hz)


def _splash(size: float, strength: float, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Slap of the surface, a crown of drops falling back, and the cavity's bubbles."""
    reach_s = 0.9 * size**0.5 * (0.5 + 0.5 * strength)
    samples = int((reach_s + 0.4) * sample_rate_hz)
    slap = shaped_noise(
        rng, samples, sample_rate_hz, lambda hz: band(hz, 180 / size, 5000, 1.0) * tilt(hz, -3.0)
    )
    out = slap * (
        1.2 * burst(samples, sample_rate_hz, 0.002, 0.022)
        + 0.35 * burst(samples, sample_rate_hz, 0.03, 0.14)
    )
    later = burst(samples, sample_rate_hz, 0.09, 0.30 * reach_s)
    stock = bubble_stock(rng, 64, 0.0009 * size, 0.013 * size, 1.5, sample_rate_hz)
    when = arrivals(rng, 380.0 * strength * later, samples, sample_rate_hz)
    gains = np.minimum(rng.pareto(2.2, len(when)) + 0.2, 4.0)
    out += 0.45 * scatter(samples, when, stock, rng.integers(0, 64, len(when)), gains)
    drops = drop_stock(rng, 48, 1500, 8000, sample_rate_hz)
    when = arrivals(rng, 260.0 * strength * later, samples, sample_rate_hz)
    gains = np.minimum(rng.pareto(2.0, len(when)) + 0.2, 4.0)
    out += 0.9 * scatter(samples, when, drops, rng.integers(0, 48, len(when)), gains)
    return close_tail(out, sample_rate_hz, 0.15)


def _drip(size: float, strength: float, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """A drop: the faint tick of its impact and one rising bubble 10 ms later."""
    samples = int(0.35 * sample_rate_hz)
    out = np.zeros(samples)
    place(out, drop_stock(rng, 1, 2500, 6000, sample_rate_hz)[0], 0, 0.9)
    radius_m = 0.0027 * size * float(vary(rng, 0.2)) * (0.8 + 0.2 * strength)
    bubble = bubble_stock(rng, 1, radius_m, radius_m * 1.01, 2.5, sample_rate_hz, 0.3)[0]
    place(out, bubble, int(0.006 * sample_rate_hz), 0.8)
    return close_tail(out, sample_rate_hz)
