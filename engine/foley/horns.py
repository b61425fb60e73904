"""Signals: car and ship horns, sirens, whistles, alarms.

A car horn is two diaphragms a major or minor third apart, rich in harmonics; a ship's and a train's
are chords of low pipes; a siren sweeps between two pitches (wail, yelp, two-tone); a referee's
whistle is a tone that a ball chops. Tones start and stop with the intensity, without onsets of
their own, or sound for `length_s` at each onset.

Level: full effort is -20 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import hits, intensity_curve, length_samples
from engine.foley.loudness import to_unit_texture
from engine.foley.modal import Modes, resonate
from engine.foley.noise import band, shaped_noise, wander
from engine.foley.oscillators import follow, phase_of, read_table
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream
from engine.foley.vocal import glottis
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -20.0


@dataclass(frozen=True)
class Signal:
    """Pitches sounding together; how the spectrum falls per octave; resonance in Hz; breath;
    sweep (ratio of the upper to the lower pitch, sweeps a second, share of rise, steps)."""

    hz: tuple[float, ...]
    fall_db: float
    body_hz: float
    breath: float
    swell_s: float
    length_s: float
    sweep: float = 1.0
    sweeps_hz: float = 0.0
    rise: float = 0.5
    stepped: bool = False
    chop_hz: float = 0.0


SIGNALS: dict[str, Signal] = {
    "car": Signal((405.0, 508.0), -4.5, 2000, 0.03, 0.015, 0.5),
    "truck": Signal((165.0, 208.0, 247.0), -3.0, 1300, 0.06, 0.06, 1.2),
    "ship": Signal((92.0, 116.0), -4.5, 520, 0.12, 0.35, 3.0),
    "train": Signal((311.0, 370.0, 415.0, 494.0), -4.0, 1400, 0.10, 0.12, 1.8),
    "siren": Signal((560.0,), -4.0, 1600, 0.02, 0.05, 4.0, 2.4, 0.22, 0.6),
    "yelp": Signal((620.0,), -4.0, 1700, 0.02, 0.03, 3.0, 2.2, 3.4, 0.6),
    "twotone": Signal((435.0,), -3.5, 1500, 0.02, 0.03, 3.0, 1.333, 0.75, 0.5, True),
    "whistle": Signal((2750.0, 2830.0), -22.0, 2800, 0.10, 0.03, 0.6, 1.0, 0.0, 0.5, False, 38.0),
    "alarm": Signal((2100.0,), -7.0, 2200, 0.0, 0.005, 2.0, 1.0, 2.0, 0.5, True),
}
SIGNAL_WORDS: dict[str, tuple[str, ...]] = {
    "truck": ("lorry", "bus"),
    "ship": ("foghorn", "ferry", "boat"),
    "train": ("locomotive",),
    "yelp": ("american",),
    "twotone": ("ambulance", "european"),
    "siren": ("police",),
    "whistle": ("referee", "coach"),
    "alarm": ("beeper", "smoke", "burglar"),
    "car": ("horn", "honk", "beep"),
}


def horns(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) a signal. Parameters: `type` (else from the prompt), `pitch` (0.25..4),
    `length_s` (at each onset)."""
    signal = SIGNALS[choice(event, "type", SIGNAL_WORDS, "car")]
    pitch = number(event, "pitch", 1.0, 0.25, 4.0)
    length_s = number(event, "length_s", signal.length_s, 0.02, 60.0)
    samples = length_samples(event, sample_rate_hz)
    rng = random_stream(event, "horns")
    gate = _gate(event, length_s, samples, sample_rate_hz)
    level = follow(gate, sample_rate_hz, 0.4 * signal.swell_s + 0.003)
    if samples and not event.onsets_s:
        level *= np.clip(np.arange(samples) / (signal.swell_s * sample_rate_hz + 1.0), 0.0, 1.0)
    swing, on = _sweep(signal, samples, rng, sample_rate_hz)
    sound = np.zeros(samples)
    for hz in signal.hz:
        drift = 1.0 + 0.002 * wander(rng, samples, sample_rate_hz, 3.0)
        blown = 0.97 + 0.03 * level
        rate = np.minimum(hz * pitch * swing * drift * blown, 0.2 * sample_rate_hz)
        count = int(np.clip(0.42 * sample_rate_hz / float(rate.max()), 1, 60))
        sound += read_table(
            glottis(signal.fall_db, count), phase_of(rate, sample_rate_hz, rng.uniform())
        )
    top_hz = float(signal.body_hz)
    body = Modes(np.array([1.0, 1.9]) * top_hz, np.full(2, 0.004), np.array([4.0, 1.2]))
    sound = sound + resonate(sound, body, sample_rate_hz)
    air = shaped_noise(rng, samples, sample_rate_hz, lambda hz: band(hz, 0.5 * top_hz, 3 * top_hz))
    sound += signal.breath * air * np.sqrt(np.mean(sound**2))
    if signal.chop_hz:
        ball = phase_of(
            signal.chop_hz * (1 + 0.1 * wander(rng, samples, sample_rate_hz, 4.0)), sample_rate_hz
        )
        sound *= 0.55 + 0.45 * np.sin(2 * np.pi * ball)
    return to_unit_texture(sound * on, sample_rate_hz) * level


def _gate(event: Event, length_s: float, samples: int, sample_rate_hz: int) -> Array:
    if not event.onsets_s:
        return intensity_curve(event, samples, sample_rate_hz, 0.05)
    gate = np.zeros(samples)
    for at, strength in hits(event, sample_rate_hz):
        last = at + int(length_s * sample_rate_hz)
        gate[at:last] = np.maximum(gate[at:last], strength)
    return gate


def _sweep(
    signal: Signal, samples: int, rng: np.random.Generator, sample_rate_hz: int
) -> tuple[Array, Array]:
    """(pitch factor, on or off) over time."""
    if signal.sweeps_hz <= 0.0:
        return np.ones(samples), np.ones(samples)
    turn = (np.arange(samples) / sample_rate_hz * signal.sweeps_hz) % 1.0
    if signal.stepped and signal.sweep == 1.0:
        beeps = (turn < signal.rise).astype(float)
        return np.ones(samples), follow(beeps, sample_rate_hz, 0.002)
    if signal.stepped:
        high = follow((turn < signal.rise).astype(float), sample_rate_hz, 0.004)
        return 1.0 + (signal.sweep - 1.0) * high, np.ones(samples)
    up = np.where(turn < signal.rise, turn / signal.rise, (1.0 - turn) / (1.0 - signal.rise))
    return np.asarray(signal.sweep ** np.sin(0.5 * np.pi * up)), np.ones(samples)
