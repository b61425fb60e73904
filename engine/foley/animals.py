"""Animal voices: dogs, cats, cocks, cattle, horses, crows, songbirds, wolves, lions, frogs.

Calls are phrases of utterances (see `engine.foley.vocal`) at delays, with pitches and formants as
measured: barks 0.1-0.3 s at 300-900 Hz, rough (Yin, J. Comp. Psych. 116, 2002); meows 0.5-1 s
around 600 Hz (Nicastro, 2004); crowing in four notes to some 900 Hz over about two seconds;
bleats shaking at 8-12 a second; whinnies falling with 10-15 (Briefer et al., 2015).

Level: full effort is -24 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import place
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.foley.vocal import Call, fixed, utter
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -24.0
Phrase = tuple[tuple[float, Call], ...]

_BARK = Call(
    0.19,
    ((0.0, 420.0), (0.25, 780.0), (0.6, 640.0), (1.0, 330.0)),
    ((0.0, 0.3), (0.12, 1.0), (0.55, 0.7), (1.0, 0.05)),
    (
        (((0.0, 650.0), (0.3, 1050.0), (1.0, 600.0)), 260.0, 1.0),
        (((0.0, 1500.0), (0.3, 1900.0), (1.0, 1400.0)), 400.0, 0.5),
        (((0.0, 3000.0),), 900.0, 0.16),
    ),
    fall_db=-7.0,
    breath=0.9,
    rough=0.9,
)
_MEOW = Call(
    0.8,
    ((0.0, 480.0), (0.25, 720.0), (0.6, 680.0), (1.0, 430.0)),
    ((0.0, 0.2), (0.2, 0.8), (0.5, 1.0), (1.0, 0.1)),
    (
        (((0.0, 700.0), (0.45, 1300.0), (1.0, 750.0)), 260.0, 1.0),
        (((0.0, 2400.0), (0.45, 2000.0), (1.0, 1500.0)), 380.0, 0.5),
        (((0.0, 4200.0),), 900.0, 0.2),
    ),
    fall_db=-6.0,
    breath=0.06,
    shake=0.02,
)
_THROAT = fixed(
    (900.0, 420.0, 0.55), (1900.0, 520.0, 1.0), (3000.0, 700.0, 0.8), (4400.0, 900.0, 0.3)
)
_CROW_UP = Call(
    0.17,
    ((0.0, 430.0), (1.0, 640.0)),
    ((0.0, 0.5), (0.5, 0.8), (1.0, 0.4)),
    _THROAT,
    -3.0,
    0.22,
    0.2,
)
_CROW_LONG = Call(
    1.05,
    ((0.0, 620.0), (0.15, 860.0), (0.6, 800.0), (1.0, 480.0)),
    ((0.0, 0.6), (0.15, 1.0), (0.7, 0.8), (1.0, 0.12)),
    _THROAT,
    -3.0,
    0.2,
    0.2,
)
_MOO = Call(
    1.7,
    ((0.0, 95.0), (0.3, 170.0), (0.8, 160.0), (1.0, 110.0)),
    ((0.0, 0.3), (0.25, 0.9), (0.7, 1.0), (1.0, 0.1)),
    (
        (((0.0, 240.0), (0.4, 420.0), (1.0, 330.0)), 120.0, 1.0),
        (((0.0, 750.0), (0.4, 1000.0)), 220.0, 0.45),
        (((0.0, 2300.0),), 500.0, 0.12),
    ),
    fall_db=-5.0,
    breath=0.12,
    rough=0.25,
)
_BLEAT = Call(
    0.9,
    ((0.0, 290.0), (0.2, 350.0), (1.0, 300.0)),
    ((0.0, 0.5), (0.15, 1.0), (1.0, 0.25)),
    fixed((750.0, 220.0, 1.0), (1450.0, 320.0, 0.8), (2600.0, 500.0, 0.35)),
    -4.0,
    0.15,
    0.25,
    9.0,
    0.35,
)
_WHINNY = Call(
    1.6,
    ((0.0, 900.0), (0.15, 1350.0), (0.6, 900.0), (1.0, 420.0)),
    ((0.0, 0.4), (0.15, 1.0), (0.6, 0.8), (1.0, 0.15)),
    fixed((1100.0, 420.0, 1.0), (2200.0, 600.0, 0.6), (3700.0, 900.0, 0.3)),
    -5.0,
    0.25,
    0.2,
    12.0,
    0.28,
)
_CAW = Call(
    0.32,
    ((0.0, 480.0), (0.3, 560.0), (1.0, 430.0)),
    ((0.0, 0.5), (0.2, 1.0), (0.8, 0.8), (1.0, 0.1)),
    fixed((1250.0, 500.0, 1.0), (1750.0, 600.0, 0.9), (3400.0, 900.0, 0.3)),
    -2.0,
    0.8,
    0.8,
)
_HOWL = Call(
    3.0,
    ((0.0, 300.0), (0.2, 560.0), (0.7, 590.0), (1.0, 330.0)),
    ((0.0, 0.2), (0.25, 0.9), (0.7, 1.0), (1.0, 0.08)),
    fixed((620.0, 240.0, 1.0), (1200.0, 300.0, 0.2), (2400.0, 600.0, 0.05)),
    -12.0,
    0.03,
    0.0,
    5.0,
    0.02,
)
_ROAR = Call(
    1.5,
    ((0.0, 90.0), (0.3, 190.0), (1.0, 70.0)),
    ((0.0, 0.3), (0.25, 1.0), (0.6, 0.8), (1.0, 0.1)),
    (
        (((0.0, 260.0), (0.35, 520.0), (1.0, 280.0)), 220.0, 1.0),
        (((0.0, 900.0), (0.35, 1150.0), (1.0, 800.0)), 380.0, 0.6),
        (((0.0, 2300.0),), 900.0, 0.25),
    ),
    -2.0,
    0.9,
    0.8,
)
_CROAK = Call(
    0.26,
    ((0.0, 105.0), (1.0, 88.0)),
    ((0.0, 0.6), (0.5, 1.0), (1.0, 0.2)),
    fixed((480.0, 140.0, 1.0), (1150.0, 200.0, 0.8), (2100.0, 500.0, 0.2)),
    -1.0,
    0.15,
    0.6,
)
_QUACK = Call(
    0.17,
    ((0.0, 230.0), (0.3, 290.0), (1.0, 220.0)),
    ((0.0, 0.6), (0.2, 1.0), (1.0, 0.15)),
    fixed((1300.0, 300.0, 1.0), (2400.0, 420.0, 0.8), (3600.0, 600.0, 0.4)),
    -1.0,
    0.2,
    0.4,
)

CALLS: dict[str, tuple[Phrase, float]] = {
    "dog": (((0.0, _BARK),), 1.7),
    "cat": (((0.0, _MEOW),), 0.45),
    "rooster": (
        ((0.0, _CROW_UP), (0.24, _CROW_UP), (0.46, _CROW_UP), (0.72, _CROW_LONG)),
        0.3,
    ),
    "cow": (((0.0, _MOO),), 0.3),
    "sheep": (((0.0, _BLEAT),), 0.5),
    "horse": (((0.0, _WHINNY),), 0.3),
    "crow": (((0.0, _CAW), (0.48, _CAW)), 0.6),
    "wolf": (((0.0, _HOWL),), 0.22),
    "lion": (((0.0, _ROAR),), 0.4),
    "frog": (((0.0, _CROAK), (0.33, _CROAK)), 0.9),
    "duck": (((0.0, _QUACK), (0.24, _QUACK)), 1.2),
}
"""Animal -> (phrase of (delay in s, utterance), phrases a second where they repeat)."""
ANIMALS: tuple[str, ...] = (*CALLS, "songbird")
ANIMAL_WORDS: dict[str, tuple[str, ...]] = {
    "dog": ("bark", "barking", "puppy"),
    "cat": ("meow", "kitten"),
    "rooster": ("cock", "crowing", "hen", "chicken"),
    "cow": ("moo", "cattle", "bull"),
    "sheep": ("goat", "lamb", "bleat"),
    "horse": ("neigh", "whinny", "donkey"),
    "crow": ("raven", "gull", "caw"),
    "wolf": ("howl", "coyote"),
    "lion": ("roar", "tiger", "bear", "growl", "monster"),
    "frog": ("toad",),
    "duck": ("goose", "quack"),
    "songbird": ("bird", "birds", "blackbird", "robin", "chirp"),
}


def animals(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) calls at the event's onsets, else repeated as its intensity goes.

    Parameters: `animal` (else from the prompt), `size` (0.3..3 against a usual one of its kind),
    `rate_hz` (calls a second).
    """
    kind = choice(event, "animal", ANIMAL_WORDS, "dog")
    size = number(event, "size", 1.0, 0.2, 5.0)
    rng = random_stream(event, "animals")
    phrase, usual_hz = CALLS.get(kind, ((), 0.5))
    rate_hz = number(event, "rate_hz", usual_hz, 0.02, 20.0)

    def make(strength: float) -> Array:
        if kind == "songbird":
            return _song(size, strength, rng, sample_rate_hz)
        return _say(phrase, size, strength, rng, sample_rate_hz)

    return perform(event, sample_rate_hz, rng, rate_hz, make, 0.35)


def _say(
    phrase: Phrase, size: float, strength: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    voices = [utter(call, strength, size, rng, sample_rate_hz) for _, call in phrase]
    starts = [int(delay_s * float(vary(rng, 0.06)) * sample_rate_hz) for delay_s, _ in phrase]
    out = np.zeros(max(at + len(voice) for at, voice in zip(starts, voices, strict=True)))
    for at, voice in zip(starts, voices, strict=True):
        place(out, voice, at)
    return out


def _song(size: float, strength: float, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """A strophe of whistled notes: nearly pure tones that sweep (syrinx, not throat)."""
    notes = int(rng.integers(3, 9))
    base_hz = rng.uniform(2400.0, 4200.0) / size**0.8 * (0.9 + 0.1 * strength)
    pieces = []
    for _ in range(notes):
        seconds = rng.uniform(0.05, 0.16)
        samples = int(seconds * sample_rate_hz)
        part = np.arange(samples) / samples
        bend = rng.uniform(-0.5, 0.5) * part + rng.uniform(-0.25, 0.25) * np.sin(np.pi * part)
        hz = np.minimum(base_hz * np.exp(bend + rng.uniform(-0.25, 0.25)), 0.4 * sample_rate_hz)
        phase = 2 * np.pi * np.cumsum(hz) / sample_rate_hz
        note = (np.sin(phase) + 0.08 * np.sin(2 * phase)) * np.sin(np.pi * part) ** 0.7
        pieces += [
            note * rng.uniform(0.5, 1.0),
            np.zeros(int(rng.uniform(0.02, 0.09) * sample_rate_hz)),
        ]
    return np.concatenate(pieces)
