"""Machines that turn: fans, drills, grinders, washing machines, printers, sewing machines, vacuums.

A shaft turns at a rate that follows the intensity with inertia. It gives tones at its orders
(imbalance, blades, gear teeth, commutator), air and bearings give noise in time with the turn, and
cams strike at fixed angles of a slower working cycle. A casing colours all of it.

Level: full effort is -26 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import intensity_curve, length_samples
from engine.foley.grains import scatter, tick_stock
from engine.foley.loudness import to_unit_texture
from engine.foley.modal import Modes, resonate
from engine.foley.noise import band, shaped_noise, tilt, wander
from engine.foley.oscillators import follow, per_cycle, phase_of, read_table, series_table
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -26.0


@dataclass(frozen=True)
class Machine:
    """Turns a second at rest and full effort, (order, gain) of its tones, noise level and band,
    share of noise in time with the turn; strokes per turn (below 1: geared down) with their level
    and band, casing modes in Hz, inertia."""

    slow_hz: float
    fast_hz: float
    orders: tuple[tuple[int, float], ...]
    tones: float
    noise: float
    noise_hz: tuple[float, float]
    pulsed: float
    strokes_per_turn: float
    strokes: float
    stroke_hz: tuple[float, float]
    casing_hz: tuple[float, ...]
    inertia_s: float


MACHINES: dict[str, Machine] = {
    "fan": Machine(
        14,
        24,
        ((1, 0.3), (5, 1.0), (10, 0.45), (15, 0.2)),
        0.35,
        1.0,
        (120, 2600),
        0.25,
        0.0,
        0.0,
        (500, 2000),
        (140, 310, 620),
        0.8,
    ),
    "drill": Machine(
        120,
        330,
        ((1, 0.2), (2, 0.4), (3, 0.6), (5, 0.6), (11, 0.9), (17, 0.5), (22, 0.6), (33, 0.4)),
        0.7,
        1.8,
        (1100, 10000),
        0.4,
        0.37,
        0.35,
        (1200, 6000),
        (620, 1350, 2500, 4100),
        0.12,
    ),
    "grinder": Machine(
        110,
        190,
        ((1, 0.8), (2, 0.4), (10, 0.7), (20, 0.6), (40, 0.4)),
        0.6,
        1.2,
        (1500, 11000),
        0.3,
        0.0,
        0.0,
        (500, 2000),
        (900, 2100, 3900, 6200),
        0.2,
    ),
    "washing": Machine(
        3,
        16,
        ((1, 1.0), (2, 0.6), (3, 0.3), (18, 0.35), (36, 0.25)),
        0.7,
        0.8,
        (80, 1500),
        0.8,
        1.0,
        0.25,
        (200, 900),
        (85, 160, 290, 540),
        1.5,
    ),
    "printer": Machine(
        30,
        42,
        ((1, 0.4), (4, 1.0), (8, 0.8), (12, 0.5)),
        0.6,
        0.5,
        (700, 6000),
        0.3,
        0.11,
        0.9,
        (500, 4000),
        (340, 800, 1500, 2700),
        0.1,
    ),
    "sewing": Machine(
        8,
        17,
        ((1, 0.3), (12, 0.5), (24, 0.3)),
        0.25,
        0.4,
        (500, 6000),
        0.8,
        2.0,
        1.3,
        (700, 5000),
        (260, 590, 1150, 2300),
        0.25,
    ),
    "vacuum": Machine(
        250,
        340,
        ((1, 1.0), (2, 0.5), (7, 0.7), (14, 0.25)),
        0.5,
        1.3,
        (250, 6500),
        0.1,
        0.0,
        0.0,
        (500, 2000),
        (210, 480, 950, 1900),
        0.5,
    ),
    "pump": Machine(
        5,
        13,
        ((1, 0.8), (2, 1.0), (4, 0.5), (30, 0.3)),
        0.7,
        0.6,
        (150, 2500),
        1.0,
        1.0,
        0.8,
        (300, 1800),
        (110, 240, 460, 880),
        0.5,
    ),
    "robot": Machine(
        60,
        260,
        ((1, 0.5), (2, 0.8), (6, 1.0), (12, 0.7), (24, 0.3)),
        1.0,
        0.2,
        (1500, 8000),
        0.3,
        0.0,
        0.0,
        (900, 4000),
        (480, 1200, 2600),
        0.06,
    ),
}
MACHINE_WORDS: dict[str, tuple[str, ...]] = {
    "drill": ("screwdriver", "drilling", "dentist"),
    "grinder": ("sander", "circular", "saw", "blender", "mixer"),
    "washing": ("washer", "dryer", "laundry"),
    "printer": ("copier", "fax", "scanner"),
    "sewing": ("loom", "knitting"),
    "vacuum": ("hoover", "hairdryer", "shaver"),
    "pump": ("compressor", "engine", "hydraulic", "factory", "press"),
    "robot": ("servo", "actuator", "arm"),
    "fan": ("ventilator", "ventilation", "conditioner", "computer"),
}


def machine(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) a machine whose speed follows the event's intensity.

    Parameters: `type` (else from the prompt), `pitch` (0.25..4).
    """
    kind = MACHINES[choice(event, "type", MACHINE_WORDS, "fan")]
    pitch = number(event, "pitch", 1.0, 0.25, 4.0)
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.08)
    rng = random_stream(event, "machine")
    load = follow(effort, sample_rate_hz, kind.inertia_s)
    hunting = 1.0 + 0.010 * wander(rng, samples, sample_rate_hz, 1.5)
    hunting += 0.005 * wander(rng, samples, sample_rate_hz, 8.0)
    turn = phase_of(
        pitch * (kind.slow_hz + (kind.fast_hz - kind.slow_hz) * load) * hunting,
        sample_rate_hz,
        rng.uniform(),
    )
    low_hz, high_hz = kind.noise_hz
    noise = shaped_noise(
        rng, samples, sample_rate_hz, lambda hz: band(hz, low_hz, high_hz, 1.0) * tilt(hz, -2.0)
    )
    beat = 0.5 + 0.5 * np.cos(2 * np.pi * turn)
    noise *= (1.0 - kind.pulsed + 1.6 * kind.pulsed * beat) * per_cycle(rng, turn / 4.0, 0.1)
    sound = kind.tones * _tones(kind, pitch, turn, rng, sample_rate_hz) + kind.noise * noise
    if kind.strokes:
        sound += kind.strokes * _strokes(kind, turn, rng, sample_rate_hz)
    hz = np.array(kind.casing_hz) * vary(rng, 0.04, len(kind.casing_hz)) / pitch**0.3
    casing = Modes(hz, np.full(len(hz), 0.05), np.full(len(hz), 1.2))
    sound = sound + resonate(sound, casing, sample_rate_hz)
    return to_unit_texture(sound, sample_rate_hz) * effort**0.5 * (0.35 + 0.65 * load)


def _tones(
    kind: Machine, pitch: float, turn: Array, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    """Unit RMS: the shaft's orders, those that would fold back left out."""
    gains = np.zeros(max(order for order, _ in kind.orders))
    for order, gain in kind.orders:
        if order * kind.fast_hz * pitch < 0.4 * sample_rate_hz:
            gains[order - 1] = gain * float(vary(rng, 0.15))
    if not gains.any():
        return np.zeros(len(turn))
    return read_table(series_table(gains, rng), turn) * per_cycle(rng, turn, 0.06)


def _strokes(kind: Machine, turn: Array, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Unit RMS or so: cams that strike, each like the last but not quite."""
    cycle = turn * kind.strokes_per_turn
    when = np.flatnonzero(np.diff(np.floor(cycle)) > 0)
    low_hz, high_hz = kind.stroke_hz
    stock = tick_stock(rng, 16, low_hz, high_hz, 0.006, sample_rate_hz)
    out = np.zeros(len(turn))
    for layer in range(5):
        which = np.full(len(when), layer) + rng.integers(0, 3, len(when))
        late = 0.03 * layer * sample_rate_hz / max(kind.strokes_per_turn * kind.fast_hz, 4.0) * 4
        at = np.minimum(when + int(late), len(turn) - 1)
        out += scatter(len(turn), at, stock, which, np.exp(0.15 * rng.standard_normal(len(when))))
    return out / (np.sqrt(np.mean(out**2)) + 1e-3)
