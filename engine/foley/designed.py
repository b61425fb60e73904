"""Designed sounds: risers, fallers, drones, booms, pulses, shimmers.

Not a model of anything, but built like the films': stacks of detuned tones and noise whose pitch,
brightness and density move as one gesture over the whole event (a riser ends on its last sample),
or with its intensity.

Level: full effort is -24 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst, hits, intensity_curve, length_samples, place
from engine.foley.loudness import to_unit_loudest, to_unit_texture
from engine.foley.noise import band, moving_noise, peak, shaped_noise, wander
from engine.foley.oscillators import phase_of, read_table
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream
from engine.foley.vocal import glottis
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -24.0
Gesture = Callable[[Array, float, np.random.Generator, int], Array]
"""(part 0..1 (samples,), pitch, random numbers, sample rate) -> (samples,)"""


def _stack(hz: Array, spread: float, fall_db: float, rng: np.random.Generator, rate: int) -> Array:
    """Seven detuned saws of unit RMS together."""
    out = np.zeros(len(hz))
    for detune in np.linspace(-1.0, 1.0, 7):
        own = np.minimum(hz * np.exp(spread * detune), 0.2 * rate)
        count = int(np.clip(0.42 * rate / float(own.max()), 1, 60))
        out += read_table(glottis(fall_db, count), phase_of(own, rate, rng.uniform()))
    return out / np.sqrt(7.0)


def _sweep(
    part: Array, low_hz: float, high_hz: float, rng: np.random.Generator, rate: int
) -> Array:
    """Noise around a pitch that moves from one to the other."""

    def spectrum(hz: Array, at: Array) -> Array:
        centre = low_hz * (high_hz / low_hz) ** at
        return peak(hz, centre, 1.2) * np.sqrt(800.0 / centre)

    return moving_noise(rng, part[:: max(rate // 200, 1)], len(part), rate, spectrum)


def _riser(part: Array, pitch: float, rng: np.random.Generator, rate: int) -> Array:
    tone = _stack(55.0 * pitch * 2.0 ** (3.0 * part**1.5), 0.012, -5.0, rng, rate)
    throb = 0.6 + 0.4 * np.sin(2 * np.pi * np.cumsum(2.0 + 12.0 * part**2) / rate)
    air = _sweep(part**1.3, 300.0, 6000.0, rng, rate)
    return np.asarray((0.7 * tone * throb + 0.9 * air) * (0.06 + part**2))


def _faller(part: Array, pitch: float, rng: np.random.Generator, rate: int) -> Array:
    tone = _stack(880.0 * pitch * 2.0 ** (-4.0 * part**0.7), 0.010, -6.0, rng, rate)
    air = _sweep(1.0 - part**0.7, 200.0, 5000.0, rng, rate)
    return np.asarray((0.8 * tone + 0.6 * air) * (1.0 - part) ** 1.2)


def _drone(part: Array, pitch: float, rng: np.random.Generator, rate: int) -> Array:
    out = np.zeros(len(part))
    for ratio, gain in ((1.0, 1.0), (1.5, 0.5), (2.0, 0.6), (3.02, 0.25)):
        swell = np.exp(0.4 * wander(rng, len(part), rate, 0.2))
        drift = np.exp(0.004 * wander(rng, len(part), rate, 0.3))
        out += gain * swell * _stack(46.0 * pitch * ratio * drift, 0.006, -9.0, rng, rate)
    dark = shaped_noise(rng, len(part), rate, lambda hz: band(hz, 60, 400, 1.0))
    return np.asarray(out + 0.5 * dark * np.exp(0.4 * wander(rng, len(part), rate, 0.4)))


def _pulse(part: Array, pitch: float, rng: np.random.Generator, rate: int) -> Array:
    beat = (np.arange(len(part)) / rate * 1.5) % 1.0
    envelope = np.minimum(beat / 0.01, 1.0) * np.exp(-beat * 6.0)
    tone = _stack(np.full(len(part), 58.0 * pitch), 0.006, -7.0, rng, rate)
    click = shaped_noise(rng, len(part), rate, lambda hz: band(hz, 900, 5000)) * envelope**6
    return np.asarray(tone * envelope + 0.3 * click)


def _shimmer(part: Array, pitch: float, rng: np.random.Generator, rate: int) -> Array:
    times = np.arange(len(part)) / rate
    out = np.zeros(len(part))
    for step in rng.choice([0, 2, 4, 7, 9, 12, 14, 16, 19, 21, 24], 18):
        hz = 880.0 * pitch * 2.0 ** (step / 12.0) * np.exp(rng.uniform(-0.004, 0.004))
        swell = np.maximum(wander(rng, len(part), rate, 1.4), 0.0) ** 1.5
        if hz < 0.4 * rate:
            out += swell * np.sin(2 * np.pi * (hz * times + rng.uniform()))
    air = shaped_noise(rng, len(part), rate, lambda hz: band(hz, 5000, 12000))
    return out + 0.25 * air * np.exp(0.4 * wander(rng, len(part), rate, 0.8))


def _boom(part: Array, pitch: float, rng: np.random.Generator, rate: int) -> Array:
    times = np.arange(len(part)) / rate
    hz = pitch * (34.0 + 70.0 * np.exp(-times / 0.07))
    low = np.sin(2 * np.pi * np.cumsum(hz) / rate) * np.exp(-times / 0.75)
    low += 0.4 * np.sin(4 * np.pi * np.cumsum(hz) / rate) * np.exp(-times / 0.3)
    hit = shaped_noise(rng, len(part), rate, lambda at: band(at, 100, 3500, 1.0))
    return low + 0.35 * hit * burst(len(part), rate, 0.001, 0.05)


def _braam(part: Array, pitch: float, rng: np.random.Generator, rate: int) -> Array:
    swell = np.minimum(part / 0.04, 1.0) * np.exp(-2.2 * np.maximum(part - 0.15, 0.0))
    tone = _stack(np.full(len(part), 55.0 * pitch), 0.010, -3.0, rng, rate)
    tone += 0.6 * _stack(np.full(len(part), 82.4 * pitch), 0.008, -4.0, rng, rate)
    return np.asarray(np.tanh(1.6 * tone * (0.4 + swell)) * swell)


TEXTURES: dict[str, Gesture] = {
    "riser": _riser,
    "faller": _faller,
    "drone": _drone,
    "pulse": _pulse,
    "shimmer": _shimmer,
}
"""Over the whole event."""
STROKES: dict[str, tuple[Gesture, float]] = {"boom": (_boom, 3.2), "braam": (_braam, 3.0)}
"""At every onset, else once; and their length in seconds."""
DESIGNS: tuple[str, ...] = (*TEXTURES, *STROKES)
DESIGN_WORDS: dict[str, tuple[str, ...]] = {
    "riser": ("rising", "build", "tension", "uplifter"),
    "faller": ("falling", "downer", "downlifter"),
    "pulse": ("heartbeat", "throb"),
    "shimmer": ("magic", "sparkle", "fairy", "glitter"),
    "boom": ("sub", "drop", "hit"),
    "braam": ("brass", "blast", "trailer"),
    "drone": ("dark", "pad", "ominous", "eerie"),
}


def designed(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) a designed sound. Parameters: `type` (else from the prompt), `pitch` (0.25..4),
    `length_s` of what falls on onsets."""
    kind = choice(event, "type", DESIGN_WORDS, "drone")
    pitch = number(event, "pitch", 1.0, 0.25, 4.0)
    samples = length_samples(event, sample_rate_hz)
    rng = random_stream(event, "designed")
    if kind in TEXTURES:
        effort = intensity_curve(event, samples, sample_rate_hz, 0.1)
        part = np.arange(samples) / max(samples, 1)
        return (
            to_unit_texture(TEXTURES[kind](part, pitch, rng, sample_rate_hz), sample_rate_hz)
            * effort
        )
    make, usual_s = STROKES[kind]
    length = int(number(event, "length_s", usual_s, 0.1, 60.0) * sample_rate_hz)
    out = np.zeros(samples)
    moments = hits(event, sample_rate_hz) if event.onsets_s else [(0, 1.0)]
    for at, strength in moments:
        part = np.arange(length) / length
        stroke = make(part, pitch, rng, sample_rate_hz) * np.minimum((1.0 - part) / 0.1, 1.0)
        place(out, to_unit_loudest(stroke, sample_rate_hz), at, strength)
    return out
