"""Creaks and squeals: dry friction that sticks and slips.

While two surfaces stick, force builds up with the motion; at the break-away force they slip and
the body rings. Slow motion gives single ticks, faster motion a rattle and then a pitched squeal,
as breaks follow at (stiffness x speed / break-away force) a second. The rate wanders with the
grip, which differs along the path. After Rocchesso and Fontana (eds), "The Sounding Object"
(2003), chapter on friction; Farnell, "Designing Sound" (2010), chapter on creaking.

Level: full effort is -32 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst, intensity_curve, length_samples
from engine.foley.grains import scatter
from engine.foley.loudness import tame_texture
from engine.foley.modal import Modes, resonate
from engine.foley.noise import band, shaped_noise, wander
from engine.foley.oscillators import phase_of
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -32.0


@dataclass(frozen=True)
class Joint:
    """Slips a second at rest and at full speed, how they wander (natural log), jitter of each,
    body modes in Hz and their t60, noise of the sliding, swings of the motion a second, and how
    fast it is at least (of 1)."""

    slow_hz: float
    fast_hz: float
    wanders: float
    jitter: float
    modes_hz: tuple[float, ...]
    t60_s: float
    rub: float
    swing_hz: float
    least: float = 0.03


JOINTS: dict[str, Joint] = {
    "hinge": Joint(
        90, 300, 0.55, 0.012, (70, 130, 240, 430, 640, 1150, 2300, 4700, 8100), 0.03, 0.10, 0.3, 0.3
    ),
    "floorboard": Joint(18, 90, 0.40, 0.25, (180, 340, 560, 900, 1700, 3200), 0.03, 0.08, 0.8),
    "chair": Joint(
        25, 110, 0.50, 0.12, (180, 420, 950, 1700, 2900, 4600, 7300), 0.03, 0.10, 0.6, 0.2
    ),
    "rope": Joint(24, 120, 0.30, 0.35, (420, 900, 1500, 2600, 4800), 0.012, 0.35, 0.5),
    "leather": Joint(60, 190, 0.25, 0.45, (380, 800, 1300, 2200, 4100), 0.010, 0.4, 1.2),
    "metal": Joint(160, 620, 0.30, 0.05, (620, 1240, 1870, 2900, 4300, 6100), 0.10, 0.08, 0.5),
    "brake": Joint(900, 1350, 0.03, 0.02, (1180, 2360, 3540, 4720, 7080), 0.08, 0.12, 0.0),
    "glass": Joint(700, 1600, 0.12, 0.03, (1050, 2100, 3300, 5200), 0.10, 0.10, 1.6),
}
JOINT_WORDS: dict[str, tuple[str, ...]] = {
    "floorboard": ("floor", "stairs", "plank", "wood"),
    "chair": ("stool", "bed", "furniture"),
    "rope": ("rigging", "hammock"),
    "leather": ("saddle", "shoe"),
    "brake": ("brakes", "tyre", "tire", "train"),
    "metal": ("gate", "swing", "rusty"),
    "glass": ("window", "styrofoam", "balloon", "wet"),
    "hinge": ("door", "creak"),
}


def creak(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) stick and slip; speed follows the intensity.

    Parameters: `type` (else from the prompt), `size` (0.3..3; larger bodies are lower).
    """
    joint = JOINTS[choice(event, "type", JOINT_WORDS, "hinge")]
    size = number(event, "size", 1.0, 0.2, 5.0)
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.1)
    rng = random_stream(event, "creak")
    motion = _motion(joint, samples, rng, sample_rate_hz)
    speed = effort * motion
    grip = wander(rng, samples, sample_rate_hz, 1.1) + 0.5 * wander(
        rng, samples, sample_rate_hz, 5.0
    )
    rate = joint.slow_hz * (joint.fast_hz / joint.slow_hz) ** speed
    rate = np.minimum(rate * np.exp(joint.wanders * grip), 0.1 * sample_rate_hz)
    slips = _slips(joint, rate, speed, rng, sample_rate_hz)
    count = len(joint.modes_hz)
    hz = np.array(joint.modes_hz) / size**0.7 * vary(rng, 0.05, count)
    fall = (hz / hz[0]) ** -0.7
    body = Modes(
        hz, np.full(count, joint.t60_s) * vary(rng, 0.2, count), fall * vary(rng, 0.4, count)
    )
    sound = resonate(slips, body, sample_rate_hz) + 0.2 * slips
    sound /= np.sqrt(np.mean(sound**2)) + 1e-12
    noise = shaped_noise(rng, samples, sample_rate_hz, lambda hz: band(hz, 400, 8000, 1.0))
    sound += joint.rub * noise * np.sqrt(speed)
    return tame_texture(sound * (0.3 + 0.7 * motion), sample_rate_hz) * effort


def _motion(joint: Joint, samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Speed 0..1 of the hand or load: to and fro where it swings, never quite even."""
    uneven = 0.12 * wander(rng, samples, sample_rate_hz, 2.0)
    if joint.swing_hz <= 0.0:
        return np.clip(0.9 + uneven, 0.05, 1.0)
    pace = joint.swing_hz * (1.0 + 0.2 * wander(rng, samples, sample_rate_hz, joint.swing_hz))
    phase = phase_of(np.maximum(pace, 0.05), sample_rate_hz, 0.15 + 0.2 * rng.uniform())
    return np.clip(0.12 + 0.85 * np.sin(np.pi * phase) ** 2 + uneven, joint.least, 1.0)


def _slips(
    joint: Joint, rate: Array, speed: Array, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    """A train of slips, each some tenths of a millisecond of released force."""
    phase = phase_of(rate, sample_rate_hz, rng.uniform())
    when = np.flatnonzero(np.diff(np.floor(phase)) > 0)
    late = joint.jitter * rng.standard_normal(len(when)) / rate[when] * sample_rate_hz
    when = np.clip(when + late.astype(np.int64), 0, len(rate) - 1)
    gains = np.exp(2.0 * joint.jitter * rng.standard_normal(len(when))) * (0.4 + 0.6 * speed[when])
    length = max(int(0.0012 * sample_rate_hz), 4)
    stock = [
        burst(length, sample_rate_hz, 0.00005, 0.00012) * (1.0 + 0.5 * rng.standard_normal(length))
        for _ in range(12)
    ]
    return scatter(len(rate), when, stock, rng.integers(0, len(stock), len(when)), gains)
