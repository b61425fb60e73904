"""When single sounds fall: at the event's onsets, or at a rate that follows its intensity."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import close_tail, hits, intensity_curve, length_samples, place
from engine.foley.loudness import to_unit_loudest
from engine.foley.noise import wander
from engine.foley.oscillators import phase_of
from engine.foley.streams import vary
from engine.project.model import Event

Array = NDArray[np.float64]
SILENT = 0.02
"""Intensity below which nothing is struck."""


def moments(
    event: Event,
    sample_rate_hz: int,
    rng: np.random.Generator,
    rate_hz: float,
    uneven: float = 0.1,
) -> list[tuple[int, float]]:
    """(sample, strength) of every single sound of an event.

    Its onsets where it has any. Otherwise `rate_hz` a second at full intensity, down to 0.6 of
    that at rest, irregular by `uneven` (relative); with a rate of 0 one sound at the start.
    """
    if event.onsets_s:
        return hits(event, sample_rate_hz)
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.1)
    if rate_hz <= 0.0:
        return [(0, float(np.clip(effort[: sample_rate_hz // 4].max(), 0.05, 1.0)))]
    sway = 1.0 + uneven * wander(rng, samples, sample_rate_hz, rate_hz)
    rate = rate_hz * (0.6 + 0.4 * effort) * np.clip(sway, 0.3, 3.0)
    phase = phase_of(rate, sample_rate_hz, 0.999 - 0.02 * rng.uniform())
    starts = np.flatnonzero(np.diff(np.floor(phase), prepend=0.0) > 0)
    return [(int(at), float(max(effort[at], 0.05))) for at in starts if effort[at] > SILENT]


def perform(
    event: Event,
    sample_rate_hz: int,
    rng: np.random.Generator,
    rate_hz: float,
    make: Callable[[float], Array],
    uneven: float = 0.1,
) -> Array:
    """(samples,) of one sound per moment; ``make(strength)`` gives its samples, from its onset.

    Each is brought to unit K-weighted level (its loudest 125 ms) times its strength, give or
    take 8 percent.
    """
    out = np.zeros(length_samples(event, sample_rate_hz))
    for at, strength in moments(event, sample_rate_hz, rng, rate_hz, uneven):
        grain = close_tail(to_unit_loudest(make(strength), sample_rate_hz), sample_rate_hz)
        place(out, grain, at, strength * float(vary(rng, 0.08)))
    return out
