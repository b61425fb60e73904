"""Rotors: multicopters, helicopters, propellers and jets.

Each rotor is a harmonic series at its blade-passing frequency with a wandering speed of its own
(several rotors beat against each other), noise in time with the blades, and motor whine.
Blade slap of a helicopter is a sharp pulse per main-rotor blade.

Level: full effort is -21 dBFS (K-weighted) at 1 m; hovering is 6 dB below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import intensity_curve, length_samples
from engine.foley.loudness import to_unit_texture
from engine.foley.noise import band, shaped_noise, tilt, wander
from engine.foley.oscillators import (
    follow,
    per_cycle,
    phase_of,
    pulse_table,
    read_table,
    series_table,
)
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -21.0
HOVER_DB = -6.0


@dataclass(frozen=True)
class Aircraft:
    """Rotors, blade-passing frequency at rest and full effort, how fast the series falls with
    its order (exponent), noise level and band, whine level and Hz, and blade slap."""

    rotors: int
    low_hz: float
    high_hz: float
    fall: float
    noise: float
    noise_hz: tuple[float, float]
    whine: float
    whine_hz: float
    slap: float = 0.0


AIRCRAFT: dict[str, Aircraft] = {
    "quadcopter": Aircraft(4, 165, 235, 0.75, 0.45, (900, 9000), 0.12, 3100),
    "helicopter": Aircraft(1, 15.5, 18.5, 0.55, 0.55, (60, 3000), 0.05, 2300, 0.75),
    "propeller": Aircraft(1, 68, 92, 0.85, 0.35, (200, 4000), 0.0, 0),
    "jet": Aircraft(1, 900, 1700, 1.6, 3.0, (60, 5000), 0.25, 3900),
}
AIRCRAFT_WORDS: dict[str, tuple[str, ...]] = {
    "helicopter": ("chopper",),
    "propeller": ("plane", "aeroplane", "airplane", "biplane"),
    "jet": ("airliner", "fighter"),
    "quadcopter": ("drone", "multicopter"),
}


def drone(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) an aircraft whose rotor speed and load follow the intensity.

    Parameters of the event: `type` (quadcopter, helicopter, propeller, jet; else from the
    prompt), `pitch` (0.5..2; small machines are higher).
    """
    craft = AIRCRAFT[choice(event, "type", AIRCRAFT_WORDS, "quadcopter")]
    pitch = number(event, "pitch", 1.0, 0.25, 4.0)
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.15)
    rng = random_stream(event, "drone")
    load = follow(effort, sample_rate_hz, 0.25)
    sound = np.zeros(samples)
    for _ in range(craft.rotors):
        sound += _rotor(craft, pitch, load, rng, sample_rate_hz) / np.sqrt(craft.rotors)
    if craft.whine:
        sound += _whine(craft, pitch, load, rng, sample_rate_hz)
    return to_unit_texture(sound, sample_rate_hz) * 10.0 ** (HOVER_DB * (1.0 - load) / 20.0)


def _rotor(
    craft: Aircraft, pitch: float, load: Array, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    samples = len(load)
    trim = 1.0 + 0.02 * rng.standard_normal()
    sway = 0.010 * wander(rng, samples, sample_rate_hz, 2.5)
    sway += 0.005 * wander(rng, samples, sample_rate_hz, 9.0)
    rate = pitch * (craft.low_hz + (craft.high_hz - craft.low_hz) * load) * trim * (1.0 + sway)
    phase = phase_of(rate, sample_rate_hz, rng.uniform())
    # blades of one rotor differ: a half-order component at the shaft's own rate
    count = int(min(9000.0 / craft.high_hz, 60.0))
    order = np.arange(1, 2 * count + 1)
    gains = np.where(order % 2 == 0, 1.0, 0.18) * (order / 2.0) ** -craft.fall
    tone = read_table(series_table(gains, rng), phase / 2.0) * per_cycle(rng, phase, 0.06)
    low_hz, high_hz = craft.noise_hz
    noise = shaped_noise(
        rng, samples, sample_rate_hz, lambda hz: band(hz, low_hz, high_hz, 1.0) * tilt(hz, -3.0)
    )
    beat = 0.5 + 0.5 * np.cos(2 * np.pi * phase)
    out = tone + craft.noise * noise * (0.45 + 0.9 * beat**2)
    if craft.slap:
        slap = read_table(pulse_table([0.0], [0.03], [1.0], 90), phase)
        strength = per_cycle(rng, phase, 0.15)
        out += craft.slap * strength * (slap + 0.7 * noise * np.maximum(slap, 0.0))
    return out


def _whine(
    craft: Aircraft, pitch: float, load: Array, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    sway = 1.0 + 0.006 * wander(rng, len(load), sample_rate_hz, 4.0)
    rate = pitch * craft.whine_hz * (0.75 + 0.25 * load) * sway
    table = series_table(np.array([1.0, 0.3, 0.12]), rng)
    return craft.whine * read_table(
        table, phase_of(np.minimum(rate, 0.14 * sample_rate_hz), sample_rate_hz)
    )
