"""Electricity: mains hum, buzzing lamps, arcs and sparks.

A mains hum is the even harmonics of its frequency (magnetostriction pulls twice a cycle); an arc
strikes anew in every half cycle, so its noise comes in bursts 100 times a second; a spark is a
shock wave of some ten microseconds, heard as a click, in irregular flurries. After Farnell,
"Designing Sound" (2010), chapter on electricity.

Level: full effort is -32 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import intensity_curve, length_samples
from engine.foley.grains import arrivals, scatter, tick_stock
from engine.foley.loudness import tame_texture
from engine.foley.noise import band, shaped_noise, wander
from engine.foley.oscillators import per_cycle, phase_of, read_table, series_table
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -32.0


@dataclass(frozen=True)
class Current:
    """Levels of hum (with its fall over the order), arc noise and its band, and sparks."""

    hum: float
    fall: float
    arc: float
    arc_hz: tuple[float, float]
    sharp: float
    sparks: float
    sparks_per_s: float
    flicker: float


CURRENTS: dict[str, Current] = {
    "transformer": Current(1.0, 1.4, 0.02, (300, 4000), 1.0, 0.0, 1, 0.03),
    "neon": Current(0.7, 0.7, 0.25, (1500, 8000), 3.0, 0.1, 4, 0.15),
    "arc": Current(0.35, 0.8, 1.0, (600, 9000), 4.0, 0.8, 60, 0.5),
    "spark": Current(0.02, 0.8, 0.05, (2000, 10000), 4.0, 1.0, 14, 1.0),
    "fence": Current(0.05, 0.8, 0.0, (2000, 10000), 4.0, 1.0, 1.1, 0.0),
}
CURRENT_WORDS: dict[str, tuple[str, ...]] = {
    "transformer": ("hum", "substation"),
    "neon": ("lamp", "light", "fluorescent", "buzz"),
    "arc": ("welding", "tesla", "lightsaber"),
    "fence": ("zap",),
    "spark": ("sparks", "short", "electric"),
}


def electricity(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) current. Parameters: `type` (else from the prompt), `mains_hz` (50 or 60)."""
    current = CURRENTS[choice(event, "type", CURRENT_WORDS, "neon")]
    mains_hz = number(event, "mains_hz", 50.0, 16.0, 400.0)
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.05)
    rng = random_stream(event, "electricity")
    phase = phase_of(np.full(samples, mains_hz), sample_rate_hz, rng.uniform())
    order = np.arange(1, 49)
    gains = np.where(order % 2 == 0, 1.0, 0.12) * order**-current.fall
    hum = read_table(series_table(gains * rng.uniform(0.4, 1.0, 48), rng), phase)
    low_hz, high_hz = current.arc_hz
    noise = shaped_noise(rng, samples, sample_rate_hz, lambda hz: band(hz, low_hz, high_hz, 1.0))
    gate = np.abs(np.sin(2 * np.pi * phase)) ** current.sharp * per_cycle(rng, 2.0 * phase, 0.4)
    flicker = np.exp(current.flicker * wander(rng, samples, sample_rate_hz, 3.0))
    sound = current.hum * hum + current.arc * noise * gate * flicker
    stock = tick_stock(rng, 48, 1500, 9000, 0.0006, sample_rate_hz)
    when = arrivals(rng, current.sparks_per_s * flicker**1.5, samples, sample_rate_hz)
    size = np.minimum(rng.pareto(1.6, len(when)) + 0.3, 5.0)
    sparks = scatter(samples, when, stock, rng.integers(0, 48, len(when)), size)
    sound += current.sparks * sparks / np.sqrt(current.sparks_per_s / sample_rate_hz)
    return tame_texture(sound, sample_rate_hz) * effort
