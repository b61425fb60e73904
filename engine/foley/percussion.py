"""Drums, cymbals, wood and stretched skins, struck at the event's onsets.

A membrane's modes are the zeros of Bessel functions (1, 1.594, 2.136, 2.296, 2.653, ...), its pitch
sinking as the stretched skin relaxes; wires under a snare answer with noise; a cymbal is a
dense field of modes whose energy wanders upwards after the blow; wood blocks and claves are bars
over a cavity (Fletcher and Rossing, "The Physics of Musical Instruments", chapters 18-20).

Level: full effort is -22 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst
from engine.foley.modal import Modes, contact_pulse, ring
from engine.foley.noise import band, shaped_noise
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -22.0

MEMBRANE = (1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501, 3.600, 4.060, 4.154)
"""Zeros of Bessel functions over the first: modes of an ideal round membrane."""
BAR = (1.0, 2.756, 5.404, 8.933)


@dataclass(frozen=True)
class Drum:
    """Lowest mode and ratios, t60 there, losses over frequency, contact; bend (how much higher it
    starts), noise level, band, attack and decay; blows a second where they repeat."""

    hz: float
    ratios: tuple[float, ...]
    t60_s: float
    losses: float
    contact_s: float
    bend: float
    noise: float
    noise_hz: tuple[float, float]
    attack_s: float
    noise_s: float
    rate_hz: float


DRUMS: dict[str, Drum] = {
    "taiko": Drum(68, MEMBRANE, 1.1, 0.9, 0.004, 0.06, 0.35, (200, 2500), 0.001, 0.02, 1.3),
    "bass": Drum(52, MEMBRANE, 0.5, 1.1, 0.005, 0.25, 0.3, (600, 4000), 0.001, 0.008, 2.0),
    "snare": Drum(185, MEMBRANE, 0.16, 0.8, 0.0012, 0.05, 1.5, (1200, 10000), 0.001, 0.07, 3.0),
    "frame": Drum(118, MEMBRANE, 0.5, 0.7, 0.002, 0.04, 0.3, (500, 5000), 0.001, 0.02, 2.4),
    "hand": Drum(210, MEMBRANE, 0.28, 0.6, 0.0014, 0.10, 0.4, (700, 5000), 0.0006, 0.01, 3.6),
    "cymbal": Drum(310, (), 2.6, 0.35, 0.0002, 0.0, 1.6, (3500, 14000), 0.012, 0.55, 0.8),
    "woodblock": Drum(820, BAR, 0.07, 0.4, 0.0004, 0.0, 0.25, (1500, 7000), 0.0004, 0.004, 3.0),
    "clap": Drum(1050, (1.0, 1.7), 0.012, 0.2, 0.0004, 0.0, 2.5, (650, 5500), 0.0005, 0.010, 2.2),
}
DRUM_WORDS: dict[str, tuple[str, ...]] = {
    "bass": ("kick",),
    "snare": ("marching",),
    "frame": ("shaman", "bodhran", "tambour"),
    "hand": ("conga", "bongo", "djembe", "tabla"),
    "cymbal": ("cymbals", "crash", "hihat"),
    "woodblock": ("claves", "sticks", "clapper"),
    "clap": ("claps", "clapping", "slap"),
    "taiko": ("drum", "drums", "war"),
}


def percussion(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) blows at the event's onsets, else repeated.

    Parameters: `type` (else from the prompt), `pitch` (0.25..4), `rate_hz`.
    """
    drum = DRUMS[choice(event, "type", DRUM_WORDS, "taiko")]
    pitch = number(event, "pitch", 1.0, 0.25, 4.0)
    rate_hz = number(event, "rate_hz", drum.rate_hz, 0.05, 20.0)
    rng = random_stream(event, "percussion")
    ratios = np.array(drum.ratios) if drum.ratios else _dense(rng)
    ratios = ratios * vary(rng, 0.006, len(ratios))
    body = Modes(drum.hz * pitch * ratios, drum.t60_s * ratios**-drum.losses, ratios**-0.35)

    def make(strength: float) -> Array:
        return _blow(drum, body, strength, rng, sample_rate_hz)

    return perform(event, sample_rate_hz, rng, rate_hz, make, 0.01)


def _dense(rng: np.random.Generator) -> Array:
    """A cymbal's modes: many, denser upwards."""
    return np.sort(1.0 + 38.0 * rng.uniform(size=90) ** 1.2)


def _blow(
    drum: Drum, body: Modes, strength: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    seconds = max(1.2 * float(body.t60_s.max()), 6.0 * drum.noise_s, 0.1)
    samples = int(seconds * sample_rate_hz)
    pulse = contact_pulse(drum.contact_s * (1.6 - 0.6 * strength), sample_rate_hz)
    spot = rng.uniform(0.2, 0.8)
    shape = 0.3 + 0.7 * np.abs(np.cos(np.arange(len(body.hz)) * spot * 2.1))
    tone = ring(
        pulse, body.varied(gains=shape * vary(rng, 0.1, len(shape))), samples, sample_rate_hz
    )
    if drum.bend:
        tone = _relax(tone, drum.bend * strength, sample_rate_hz)
    tone /= np.sqrt(np.sum(tone**2)) + 1e-12
    low_hz, high_hz = drum.noise_hz
    top_hz = high_hz * (0.6 + 0.4 * strength)
    noise = shaped_noise(rng, samples, sample_rate_hz, lambda hz: band(hz, low_hz, top_hz, 1.5))
    noise *= burst(samples, sample_rate_hz, drum.attack_s, drum.noise_s * float(vary(rng, 0.1)))
    return tone + drum.noise * (0.5 + 0.5 * strength) * noise / (np.sqrt(np.sum(noise**2)) + 1e-12)


def _relax(tone: Array, bend: float, sample_rate_hz: int) -> Array:
    """The tone read faster at first: a skin under tension that lets go within 60 ms."""
    times = np.arange(len(tone)) / sample_rate_hz
    read = np.cumsum(1.0 + bend * np.exp(-times / 0.03)) - (1.0 + bend)
    return np.interp(read, np.arange(len(tone)), tone, right=0.0)
