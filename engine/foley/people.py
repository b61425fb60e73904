"""People without words: sneezes, coughs, breath, crying, laughter, screams, snores, heartbeats.

Voices as in `engine.foley.vocal`. A sneeze is a shout that turns into a hiss. A cry
of a baby is a second of voice at 350-550 Hz that rises and falls, and a gasp (Wasz-Hoeckert et
al., 1968); laughter is about five calls a second with falling pitch (Bachorowski et al., JASA 110,
2001); heart sounds are two thumps some 0.3 s apart.

Level: full effort is -26 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst, place
from engine.foley.modal import Modes, contact_pulse, ring
from engine.foley.noise import shaped_noise, tilt
from engine.foley.parameters import choice, number
from engine.foley.shaping import resonances
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.foley.vocal import Call, fixed, utter
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -26.0
Make = Callable[[float, float, np.random.Generator, int], Array]

_AH = fixed((800.0, 160.0, 1.0), (1250.0, 200.0, 0.6), (2700.0, 350.0, 0.25), (3600.0, 500.0, 0.12))
_INFANT = fixed(
    (1100.0, 300.0, 1.0), (1900.0, 420.0, 0.45), (3400.0, 600.0, 0.7), (5200.0, 900.0, 0.3)
)
_CRY = Call(
    1.0,
    ((0.0, 340.0), (0.15, 460.0), (0.45, 510.0), (0.85, 430.0), (1.0, 320.0)),
    ((0.0, 0.3), (0.12, 0.9), (0.6, 1.0), (1.0, 0.12)),
    _INFANT,
    -6.0,
    0.05,
    0.12,
    7.0,
    0.04,
)
_HA = Call(
    0.13,
    ((0.0, 260.0), (0.3, 285.0), (1.0, 200.0)),
    ((0.0, 0.3), (0.3, 1.0), (1.0, 0.05)),
    _AH,
    -8.0,
    0.35,
    0.1,
)
_CHOO = Call(
    0.22,
    ((0.0, 330.0), (0.3, 380.0), (1.0, 190.0)),
    ((0.0, 0.5), (0.15, 1.0), (1.0, 0.05)),
    _AH,
    -6.0,
    0.8,
    0.3,
)
_COUGH = Call(
    0.16,
    ((0.0, 190.0), (1.0, 130.0)),
    ((0.0, 1.0), (0.4, 0.5), (1.0, 0.02)),
    _AH,
    -6.0,
    1.6,
    0.5,
)
_SCREAM = Call(
    1.3,
    ((0.0, 700.0), (0.2, 1150.0), (0.8, 1050.0), (1.0, 700.0)),
    ((0.0, 0.3), (0.15, 1.0), (0.8, 0.9), (1.0, 0.1)),
    fixed((1200.0, 300.0, 1.0), (2500.0, 500.0, 0.8), (3800.0, 700.0, 0.4)),
    -4.0,
    0.2,
    0.35,
    8.0,
    0.04,
)


def _breath(
    seconds: float, centres_hz: tuple[float, ...], rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    """Noise through an open tract, swelling and sinking."""
    samples = int(seconds * float(vary(rng, 0.08)) * sample_rate_hz)
    widths, gains = (
        [0.35 * hz for hz in centres_hz],
        [1.0 / (1 + i) for i in range(len(centres_hz))],
    )
    noise = shaped_noise(
        rng,
        samples,
        sample_rate_hz,
        lambda hz: (resonances(hz, centres_hz, widths, gains) + 0.05) * tilt(hz, -1.0),
    )
    part = np.arange(samples) / samples
    return np.asarray(noise * np.sin(np.pi * part**0.8) ** 1.3)


def _sneeze(strength: float, size: float, rng: np.random.Generator, rate: int) -> Array:
    """A voiced shout that turns within 70 ms into a hiss through teeth and nose."""
    samples = int(0.55 * rate)
    hiss = shaped_noise(
        rng,
        samples,
        rate,
        lambda hz: resonances(
            hz, (1400.0, 3200.0, 5600.0), (900.0, 1500.0, 3000.0), (0.5, 1.0, 0.7)
        ),
    ) * (burst(samples, rate, 0.07, 0.06) + 0.35 * burst(samples, rate, 0.12, 0.12))
    voice = utter(_CHOO, strength, size, rng, rate)
    voice /= np.sqrt(np.mean(voice**2)) + 1e-12
    out = np.zeros(samples)
    place(out, voice, 0, 1.6)
    return out + 1.3 * hiss


def _cough(strength: float, size: float, rng: np.random.Generator, rate: int) -> Array:
    out = np.zeros(int(0.75 * rate))
    for at_s, gain in ((0.0, 1.0), (0.34, 0.7)):
        place(
            out,
            utter(_COUGH, strength, size, rng, rate),
            int(at_s * float(vary(rng, 0.1)) * rate),
            gain,
        )
    return out


def _breathing(strength: float, size: float, rng: np.random.Generator, rate: int) -> Array:
    pace = 1.5 - 0.7 * strength
    drawn = _breath(0.8 * pace, (1500.0 / size**0.3, 2900.0, 5200.0), rng, rate)
    let_go = _breath(0.95 * pace, (700.0 / size**0.3, 1600.0, 3000.0), rng, rate)
    return np.concatenate([0.7 * drawn, np.zeros(int(0.12 * pace * rate)), let_go])


def _baby(strength: float, size: float, rng: np.random.Generator, rate: int) -> Array:
    cry = utter(_CRY, strength, size, rng, rate)
    gasp = _breath(0.22, (1900.0, 3600.0), rng, rate) * np.abs(cry).max() * 0.05
    return np.concatenate([cry, np.zeros(int(0.12 * rate)), gasp])


def _laugh(strength: float, size: float, rng: np.random.Generator, rate: int) -> Array:
    count = int(rng.integers(4, 7))
    out = np.zeros(int((0.21 * count + 0.2) * rate))
    for index in range(count):
        voice = utter(_HA, strength * (1.0 - 0.08 * index), size * (1.0 + 0.03 * index), rng, rate)
        place(out, voice, int(0.2 * index * float(vary(rng, 0.04)) * rate), 1.0 - 0.1 * index)
    return out


def _scream(strength: float, size: float, rng: np.random.Generator, rate: int) -> Array:
    return utter(_SCREAM, strength, size, rng, rate)


def _snore(strength: float, size: float, rng: np.random.Generator, rate: int) -> Array:
    """Breath broken by a flapping palate, 30-60 times a second, then let go with a sigh."""
    drawn = _breath(1.2, (420.0 / size**0.3, 1100.0, 2400.0), rng, rate)
    part = np.arange(len(drawn)) / rate
    flap = np.abs(np.sin(np.pi * (38.0 + 10.0 * strength) * part)) ** 3
    return np.concatenate([drawn * (0.15 + flap), 0.25 * _breath(1.0, (900.0, 2200.0), rng, rate)])


def _heart(strength: float, size: float, rng: np.random.Generator, rate: int) -> Array:
    out = np.zeros(int(0.6 * rate))
    for at_s, hz, gain in ((0.0, 46.0, 1.0), (0.29 - 0.05 * strength, 62.0, 0.7)):
        body = Modes(
            np.array([hz, 1.8 * hz, 3.1 * hz]),
            np.array([0.16, 0.1, 0.06]),
            np.array([1.0, 0.7, 0.3]),
        )
        place(
            out,
            ring(contact_pulse(0.012, rate), body, int(0.3 * rate), rate),
            int(at_s * rate),
            gain,
        )
    return out


SOUNDS: dict[str, tuple[Make, float]] = {
    "sneeze": (_sneeze, 0.25),
    "cough": (_cough, 0.5),
    "breath": (_breathing, 0.4),
    "baby": (_baby, 0.6),
    "laugh": (_laugh, 0.55),
    "scream": (_scream, 0.4),
    "snore": (_snore, 0.36),
    "heartbeat": (_heart, 1.3),
}
"""Sound -> (how it is made, how many a second where they repeat)."""
SOUND_WORDS: dict[str, tuple[str, ...]] = {
    "sneeze": ("sneezing",),
    "cough": ("coughing",),
    "baby": ("cry", "crying", "infant"),
    "laugh": ("laughs", "laughing", "laughter"),
    "scream": ("shout", "yell"),
    "snore": ("snoring", "sleeping"),
    "heartbeat": ("heart", "pulse"),
    "breath": ("breathing", "panting", "sigh"),
}


def people(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) sounds of people at the event's onsets, else repeated as its intensity goes.

    Parameters: `sound` (else from the prompt), `size` (0.3..3: a child is 0.6), `rate_hz`.
    """
    kind = choice(event, "sound", SOUND_WORDS, "breath")
    make, usual_hz = SOUNDS[kind]
    size = number(event, "size", 1.0, 0.2, 5.0)
    rate_hz = number(event, "rate_hz", usual_hz, 0.02, 20.0)
    rng = random_stream(event, "people")

    def one(strength: float) -> Array:
        return make(strength, size, rng, sample_rate_hz)

    return perform(event, sample_rate_hz, rng, rate_hz, one, 0.2 if kind != "heartbeat" else 0.03)
