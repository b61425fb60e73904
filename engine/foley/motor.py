"""Motors: an exhaust pulse per firing, pipes that resonate, turbulence in time with the strokes.

Speed follows the intensity with inertia; load opens the sound. Cylinders differ a little from each
other (so half orders are heard) and from cycle to cycle. Electric motors are gear-mesh tones and
magnetic whine instead. Compare Heywood, "Internal Combustion Engine Fundamentals", on firing
orders.

Level: full effort is -20 dBFS (K-weighted) at 1 m; idling is about 12 dB below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import intensity_curve, length_samples
from engine.foley.loudness import to_unit_texture
from engine.foley.modal import Modes, resonate
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
from engine.foley.streams import random_stream, vary
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -20.0
IDLE_DB = -12.0


@dataclass(frozen=True)
class Engine:
    """A motor. `revolutions` per firing cycle is 2 for four-stroke, 1 for two-stroke engines.

    `pipe_hz` are exhaust resonances; `hiss`, `clatter` the levels of turbulence and of the valve
    gear's noise beside the exhaust; `inertia_s` the time it takes to follow. `gated` is the share
    of that noise which comes in puffs, 0..1: of a car, whose exhaust is silenced, most comes from
    intake, fan, belts and many valves, and is steady; an open pipe puffs.
    """

    cylinders: int
    revolutions: int
    idle_rpm: float
    top_rpm: float
    pipe_hz: tuple[float, ...]
    hiss: float
    hiss_hz: tuple[float, float]
    clatter: float
    harmonics: int
    inertia_s: float
    gated: float = 1.0


ENGINES: dict[str, Engine] = {
    "car": Engine(
        4, 2, 820, 3600, (72, 118, 176, 265, 390, 610, 930), 0.60, (500, 7500), 0.16, 70, 0.35, 0.25
    ),
    "truck": Engine(
        6, 2, 560, 1900, (48, 83, 131, 205, 330, 520), 0.42, (350, 6000), 0.34, 80, 0.6, 0.4
    ),
    "motorcycle": Engine(
        2, 2, 1150, 6800, (92, 150, 235, 390, 640, 1050), 0.42, (700, 7000), 0.14, 50, 0.2
    ),
    "scooter": Engine(
        1, 1, 1500, 7200, (160, 310, 520, 890, 1500), 0.38, (900, 7000), 0.12, 30, 0.25
    ),
    "chainsaw": Engine(
        1, 1, 2700, 9800, (140, 290, 480, 820, 1350, 2300), 0.42, (900, 7000), 0.20, 40, 0.15
    ),
    "boat": Engine(6, 2, 640, 3000, (58, 95, 150, 240, 380, 560), 0.50, (250, 4000), 0.12, 70, 0.5),
    "train": Engine(
        12, 2, 360, 980, (44, 70, 108, 170, 260, 420), 0.55, (300, 5000), 0.25, 120, 1.2
    ),
}
MOTOR_WORDS: dict[str, tuple[str, ...]] = {
    "truck": ("lorry", "bus", "van", "diesel"),
    "motorcycle": ("motorbike",),
    "scooter": ("moped", "vespa"),
    "chainsaw": ("saw",),
    "boat": ("ship", "ferry"),
    "train": ("locomotive",),
    "electric": ("tram", "ev"),
    "car": ("automobile", "taxi"),
}


def motor(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) a motor whose speed and load follow the event's intensity.

    Parameters of the event: `type` (car, truck, motorcycle, scooter, chainsaw, boat, train,
    electric; else from the prompt), `pitch` (0.5..2, a larger or smaller engine).
    """
    kind = choice(event, "type", MOTOR_WORDS, "car")
    pitch = number(event, "pitch", 1.0, 0.25, 4.0)
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.15)
    rng = random_stream(event, "motor")
    if kind == "electric":
        return _electric(effort, pitch, rng, sample_rate_hz)
    return _combustion(ENGINES[kind], effort, pitch, rng, sample_rate_hz)


def _combustion(
    engine: Engine, effort: Array, pitch: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    samples = len(effort)
    load = follow(effort, sample_rate_hz, engine.inertia_s)
    hunting = 1.0 + 0.008 * wander(rng, samples, sample_rate_hz, 1.2)
    hunting += 0.004 * wander(rng, samples, sample_rate_hz, 6.0)
    rpm = pitch * (engine.idle_rpm + (engine.top_rpm - engine.idle_rpm) * load) * hunting
    cycle = phase_of(rpm / 60.0 / engine.revolutions, sample_rate_hz, rng.uniform())
    count = engine.cylinders
    even = np.arange(count) / count + 0.006 * rng.standard_normal(count)
    gains = vary(rng, 0.2, count)
    wide = pulse_table(even, 0.16 / count * vary(rng, 0.1, count), gains, engine.harmonics)
    sharp = pulse_table(even, 0.055 / count * vary(rng, 0.1, count), gains, 3 * engine.harmonics)
    firing = per_cycle(rng, cycle * count, 0.13)
    pulses = firing * ((1.0 - load) * read_table(wide, cycle) + load * read_table(sharp, cycle))
    exhaust = 0.45 * pulses + 1.2 * _pipe(engine, pulses, pitch, rng, sample_rate_hz)
    stroke = np.maximum(pulses, 0.0)
    sound = exhaust + _breath(engine, stroke, load, rng, sample_rate_hz)
    sound += _valves(engine, cycle, rng, sample_rate_hz)
    return to_unit_texture(sound, sample_rate_hz) * 10.0 ** (IDLE_DB * (1.0 - load) / 20.0)


def _pipe(
    engine: Engine, pulses: Array, pitch: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    hz = np.array(engine.pipe_hz) * pitch**0.5 * vary(rng, 0.04, len(engine.pipe_hz))
    gains = np.linspace(1.0, 0.55, len(hz))
    return resonate(pulses, Modes(hz, 14.0 / hz, gains), sample_rate_hz)


def _breath(
    engine: Engine, stroke: Array, load: Array, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    """Turbulence of exhaust and intake, louder at each stroke and with load."""
    low_hz, high_hz = engine.hiss_hz
    noise = shaped_noise(
        rng, len(load), sample_rate_hz, lambda hz: band(hz, low_hz, high_hz, 1.0) * tilt(hz, -3.0)
    )
    puffs = engine.gated * stroke + (1.0 - engine.gated) * np.mean(stroke)
    return engine.hiss * noise * (0.35 + 0.5 * puffs) * (0.6 + 0.4 * load)


def _valves(engine: Engine, cycle: Array, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Valve gear and injectors: noise gated twice per firing."""
    beat = (cycle * engine.cylinders * 2.0 + 0.37) % 1.0
    gate = np.exp(-beat * 5.0) * per_cycle(rng, cycle * engine.cylinders * 2.0, 0.3)
    noise = shaped_noise(rng, len(cycle), sample_rate_hz, lambda hz: band(hz, 1800, 9000, 1.5))
    gate = engine.gated * gate + (1.0 - engine.gated) * np.sqrt(np.mean(gate**2))
    return engine.clatter * noise * gate * 2.0


def _electric(effort: Array, pitch: float, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    load = follow(effort, sample_rate_hz, 0.3)
    turns = (
        pitch * (12.0 + 105.0 * load) * (1.0 + 0.003 * wander(rng, len(load), sample_rate_hz, 2))
    )
    phase = phase_of(turns, sample_rate_hz)
    gains = np.zeros(48)
    for order, gain in ((1, 0.5), (2, 0.35), (6, 0.7), (12, 1.0), (18, 0.3), (24, 0.5), (48, 0.18)):
        gains[order - 1] = gain
    whine = read_table(series_table(gains, rng), phase) * per_cycle(rng, phase / 8.0, 0.08)
    noise = shaped_noise(
        rng, len(load), sample_rate_hz, lambda hz: band(hz, 150, 5000, 1.0) * tilt(hz, -4.0)
    )
    sound = whine * (0.4 + 0.6 * load) + 0.5 * noise
    return to_unit_texture(sound, sample_rate_hz) * (0.08 + 0.42 * load)
