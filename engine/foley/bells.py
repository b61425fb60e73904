"""Bells, gongs, bowls and chimes: what rings long, struck at the event's onsets.

Partials are those of the instruments: a church bell's hum, prime, tierce, quint and nominal at
0.5, 1, 1.2, 1.5 and 2 times its strike note; free bars for chimes; bowls' and glasses' flexural
modes at n^2-like ratios; close doublets that beat, since no bell is quite round (Fletcher and
Rossing, "The Physics of Musical Instruments", chapters 19-21). An alarm repeats its blow many
times a second.

Level: full effort is -24 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst, place
from engine.foley.modal import Modes, contact_pulse, ring
from engine.foley.noise import band, shaped_noise
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -24.0


@dataclass(frozen=True)
class Bell:
    """Strike note in Hz; (ratio, t60 in s, gain) of its partials; contact time, beating, click;
    blows of one stroke and their rate; strokes a second where they repeat."""

    hz: float
    partials: tuple[tuple[float, float, float], ...]
    contact_s: float
    beating: float
    click: float
    blows: int
    blows_hz: float
    rate_hz: float


BELLS: dict[str, Bell] = {
    "church": Bell(
        420,
        (
            (0.5, 9.0, 0.5),
            (1.0, 6.0, 0.9),
            (1.2, 5.0, 1.0),
            (1.5, 3.5, 0.5),
            (2.0, 3.2, 1.0),
            (2.5, 1.8, 0.5),
            (2.67, 1.6, 0.4),
            (3.0, 1.4, 0.6),
            (4.0, 1.0, 0.5),
            (5.4, 0.6, 0.3),
        ),
        0.0012,
        0.0025,
        0.15,
        1,
        1.0,
        0.6,
    ),
    "bicycle": Bell(
        2350,
        ((1.0, 0.45, 1.0), (1.49, 0.4, 0.5), (2.28, 0.3, 0.9), (3.27, 0.2, 0.5), (4.1, 0.15, 0.3)),
        0.00012,
        0.006,
        0.5,
        1,
        9.0,
        0.7,
    ),
    "alarm": Bell(
        1480,
        ((1.0, 0.5, 1.0), (1.71, 0.45, 0.8), (2.43, 0.4, 0.8), (3.61, 0.3, 0.6), (4.9, 0.25, 0.4)),
        0.00015,
        0.008,
        0.3,
        26,
        22.0,
        0.75,
    ),
    "hand": Bell(
        1180,
        ((1.0, 2.2, 1.0), (2.0, 1.2, 0.35), (3.0, 1.6, 0.6), (4.6, 0.6, 0.3), (6.3, 0.4, 0.2)),
        0.0003,
        0.004,
        0.12,
        1,
        1.0,
        1.6,
    ),
    "chimes": Bell(
        980,
        ((1.0, 4.5, 1.0), (2.756, 2.6, 0.6), (5.404, 1.2, 0.3), (8.933, 0.5, 0.12)),
        0.0003,
        0.0015,
        0.05,
        1,
        1.0,
        2.2,
    ),
    "gong": Bell(
        92,
        (
            (1.0, 9.0, 0.8),
            (1.47, 8.0, 0.6),
            (1.93, 7.0, 0.8),
            (2.61, 6.0, 0.7),
            (3.4, 5.0, 0.8),
            (4.25, 4.5, 0.7),
            (5.6, 4.0, 0.7),
            (7.3, 3.2, 0.6),
            (9.4, 2.6, 0.5),
            (12.7, 1.8, 0.4),
        ),
        0.004,
        0.006,
        0.05,
        1,
        1.0,
        0.2,
    ),
    "bowl": Bell(
        310,
        ((1.0, 10.0, 1.0), (2.76, 7.0, 0.6), (5.15, 4.0, 0.35), (8.1, 2.0, 0.2)),
        0.0014,
        0.003,
        0.03,
        1,
        1.0,
        0.25,
    ),
    "glass": Bell(
        1350,
        ((1.0, 1.6, 1.0), (2.32, 0.9, 0.5), (4.25, 0.5, 0.3), (6.63, 0.3, 0.2)),
        0.00025,
        0.003,
        0.15,
        1,
        1.0,
        1.0,
    ),
}
BELL_WORDS: dict[str, tuple[str, ...]] = {
    "church": ("tower", "cathedral"),
    "bicycle": ("bike",),
    "alarm": ("telephone", "phone", "school", "fire"),
    "chimes": ("wind", "chime", "tubular"),
    "gong": ("tamtam",),
    "bowl": ("singing", "tibetan"),
    "glass": ("clink", "toast", "wineglass"),
    "hand": ("bell", "reception", "doorbell"),
}


def bells(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) strokes at the event's onsets, else repeated.

    Parameters: `type` (else from the prompt), `pitch` (0.25..4), `rate_hz`.
    """
    kind = choice(event, "type", BELL_WORDS, "hand")
    bell = BELLS[kind]
    pitch = number(event, "pitch", 1.0, 0.25, 4.0)
    rate_hz = number(event, "rate_hz", bell.rate_hz, 0.02, 10.0)
    rng = random_stream(event, "bells")
    notes = _notes(kind, rng)
    bodies = [partials(bell, pitch * float(note), rng) for note in notes]

    def make(strength: float) -> Array:
        body = bodies[int(rng.integers(0, len(bodies)))]
        return _stroke(bell, body, strength, rng, sample_rate_hz)

    return perform(event, sample_rate_hz, rng, rate_hz, make, 0.5 if kind == "chimes" else 0.02)


def partials(bell: Bell, pitch: float, rng: np.random.Generator) -> Modes:
    """The bell's modes, each a doublet a little apart."""
    ratio, t60_s, gain = np.array(bell.partials).T
    hz = bell.hz * pitch * ratio * np.where(ratio == 1.0, 1.0, vary(rng, 0.004, len(ratio)))
    apart = 1.0 + bell.beating * rng.uniform(0.4, 1.0, len(hz))
    return Modes(
        np.concatenate([hz, hz * apart]),
        np.tile(t60_s, 2) * np.repeat([1.0, 0.85], len(hz)),
        np.tile(gain, 2) * np.repeat([1.0, 0.6], len(hz)),
    )


def _notes(kind: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """Chimes are a set of tubes (pentatonic); all else is one bell."""
    if kind != "chimes":
        return np.ones(1)
    return np.asarray(rng.permutation(2.0 ** (np.array([0, 2, 4, 7, 9, 12]) / 12.0)))


def _stroke(
    bell: Bell, body: Modes, strength: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    longest_s = min(1.1 * float(body.t60_s.max()), 10.0)
    samples = int((longest_s + bell.blows / bell.blows_hz) * sample_rate_hz)
    force = np.zeros(int(bell.blows / bell.blows_hz * sample_rate_hz) + 64)
    at_s = 0.0
    for _ in range(bell.blows):
        pulse = contact_pulse(bell.contact_s * (1.5 - 0.5 * strength), sample_rate_hz)
        place(force, pulse, int(at_s * sample_rate_hz), float(vary(rng, 0.15)))
        at_s += float(vary(rng, 0.04)) / bell.blows_hz
    out = ring(force, body.varied(gains=vary(rng, 0.12, len(body.hz))), samples, sample_rate_hz)
    click = shaped_noise(
        rng, int(0.03 * sample_rate_hz), sample_rate_hz, lambda hz: band(hz, 1200, 8000)
    )
    click *= burst(len(click), sample_rate_hz, 0.0002, 0.002)
    place(
        out, click, 0, bell.click * float(np.abs(out).max()) / (float(np.abs(click).max()) + 1e-12)
    )
    return out
