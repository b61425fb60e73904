"""Whooshes: something swung or thrown past, one a moment.

The tip of a swing speeds up and slows down; vortices shed at 0.2 v / d (Strouhal) set the pitch
and the dipole's v^6 in power the level, so that a swing is heard from its fast middle (compare
Dobashi et al., "Real-time rendering of aerodynamic sound", SIGGRAPH 2003; Selfridge et al., "Sound
synthesis of objects swinging through air", 2017). A swing begins at its moment.

Level: full effort is -28 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.noise import band, moving_noise, peak, wander
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -28.0


@dataclass(frozen=True)
class Swing:
    """Top pitch in Hz and its width in octaves, broad air, length, part of its fastest moment,
    flutter of loose stuff in Hz (0: none) and swings a second when they repeat."""

    top_hz: float
    octaves: float
    broad: float
    length_s: float
    fastest: float
    flutter_hz: float
    rate_hz: float


SWINGS: dict[str, Swing] = {
    "sword": Swing(2600, 0.8, 0.25, 0.32, 0.5, 0.0, 1.4),
    "staff": Swing(780, 0.9, 0.35, 0.42, 0.5, 0.0, 1.5),
    "fist": Swing(520, 1.6, 0.9, 0.20, 0.55, 0.0, 2.0),
    "arrow": Swing(3600, 1.3, 0.6, 0.28, 0.18, 38.0, 0.8),
    "cape": Swing(700, 2.2, 1.0, 0.55, 0.45, 17.0, 1.0),
    "passby": Swing(900, 2.0, 0.9, 1.1, 0.5, 0.0, 0.6),
    "heavy": Swing(240, 1.6, 0.9, 0.8, 0.5, 0.0, 0.8),
}
SWING_WORDS: dict[str, tuple[str, ...]] = {
    "sword": ("blade", "katana", "knife"),
    "staff": ("stick", "bat", "club", "rope", "whip"),
    "fist": ("punch", "kick", "hand", "arm"),
    "arrow": ("dart", "bullet", "throw"),
    "cape": ("cloak", "flag", "sheet"),
    "heavy": ("giant", "tail", "axe"),
    "passby": ("pass", "swish", "whoosh"),
}


def whoosh(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) swings at the event's onsets, else repeated as its intensity goes.

    Parameters: `type` (else from the prompt), `length_s` of a swing at full strength.
    """
    swing = SWINGS[choice(event, "type", SWING_WORDS, "passby")]
    length_s = number(event, "length_s", swing.length_s, 0.05, 8.0)
    rng = random_stream(event, "whoosh")

    def make(strength: float) -> Array:
        return _swing(swing, length_s, strength, rng, sample_rate_hz)

    return perform(event, sample_rate_hz, rng, swing.rate_hz * swing.length_s / length_s, make)


def _swing(
    swing: Swing, length_s: float, strength: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    samples = int(length_s * (1.3 - 0.3 * strength) * float(vary(rng, 0.08)) * sample_rate_hz)
    middle = float(np.clip(swing.fastest * float(vary(rng, 0.08)), 0.1, 0.9))
    part = np.linspace(0.3 * middle, 1.0, samples)  # slower than that is not heard
    bent = np.where(part < middle, part / middle, (1.0 - part) / (1.0 - middle))
    speed = np.sin(0.5 * np.pi * bent) ** 1.2
    top_hz = swing.top_hz * float(vary(rng, 0.07)) * (0.6 + 0.4 * strength)

    def spectrum(hz: Array, at: Array) -> Array:
        centre = top_hz * (0.25 + 0.75 * at)
        tone = peak(hz, centre, swing.octaves)
        air = 0.3 * swing.broad * band(hz, 0.3 * centre, 3.0 * centre, 1.0)
        return np.asarray(np.sqrt(tone**2 + air**2) * np.sqrt(500.0 / centre))

    noise = moving_noise(rng, speed[::64], samples, sample_rate_hz, spectrum)
    if swing.flutter_hz:
        beat = np.sin(2 * np.pi * swing.flutter_hz * part * samples / sample_rate_hz)
        noise *= 1.0 + 0.5 * beat + 0.3 * wander(rng, samples, sample_rate_hz, swing.flutter_hz)
    edge = np.minimum(np.arange(samples) / (0.004 * sample_rate_hz), 1.0)
    return np.asarray(noise * speed**2.2 * edge)
