"""Doors, latches, locks and drawers.

A leaf that falls into its frame is three things within milliseconds: the air pressed out and the
wall (a thump), the panel's bending modes (impact of a soft contact), and the latch (small metal
contacts); then what is loose rattles at shortening intervals. A knock is knuckles on the panel.

Level: full effort is -22 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst, place
from engine.foley.modal import Modes, contact_pulse, ring
from engine.foley.noise import band, shaped_noise, tilt
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -22.0


@dataclass(frozen=True)
class Panel:
    """Modes of what is hit: lowest Hz, t60 there, how fast it falls over frequency."""

    hz: float
    t60_s: float
    losses: float
    bright: float


PANELS: dict[str, Panel] = {
    "wood": Panel(92.0, 0.20, 0.50, 0.8),
    "metal": Panel(74.0, 0.50, 0.25, 0.35),
    "glass": Panel(130.0, 0.22, 0.35, 0.5),
    "car": Panel(68.0, 0.10, 0.6, 0.9),
}
PANEL_WORDS: dict[str, tuple[str, ...]] = {
    "metal": ("steel", "garage", "gate", "cell", "fridge"),
    "glass": ("window", "shop"),
    "car": ("vehicle", "taxi"),
    "wood": ("wooden", "room"),
}


@dataclass(frozen=True)
class Action:
    """Contacts of a movement, as (delay_s, kind, gain), with kinds thump, panel, latch, slide;
    contact time on the panel, rattles, length, movements a second where they repeat,
    how long the slap of the leaf lasts (time to fall by e), and the walls' ringing on."""

    contacts: tuple[tuple[float, str, float], ...]
    contact_s: float
    rattles: int
    seconds: float
    rate_hz: float = 0.0
    slap_s: float = 0.012
    boom: float = 0.0


ACTIONS: dict[str, Action] = {
    "slam": Action(
        ((0.0, "thump", 0.4), (0.0, "panel", 1.0), (0.004, "latch", 0.5), (0.03, "latch", 0.3)),
        0.0011,
        6,
        2.2,
        slap_s=0.075,
        boom=1.0,
    ),
    "close": Action(
        ((0.0, "latch", 0.5), (0.035, "panel", 0.7), (0.035, "thump", 0.6), (0.06, "latch", 0.6)),
        0.0022,
        3,
        0.7,
    ),
    "open": Action(
        ((0.0, "latch", 1.0), (0.05, "latch", 0.7), (0.09, "panel", 0.25), (0.1, "slide", 0.25)),
        0.003,
        2,
        0.7,
    ),
    "knock": Action(((0.0, "panel", 1.0), (0.0, "thump", 0.2)), 0.0026, 0, 0.35, 3.2),
    "latch": Action(
        ((0.0, "latch", 1.0), (0.018, "latch", 0.6), (0.07, "latch", 0.8)), 0.002, 0, 0.3
    ),
    "lock": Action(
        ((0.0, "latch", 0.4), (0.12, "latch", 0.35), (0.3, "latch", 1.0), (0.33, "panel", 0.15)),
        0.002,
        1,
        0.6,
    ),
    "drawer": Action(
        ((0.0, "slide", 0.8), (0.42, "panel", 1.0), (0.42, "thump", 0.5)), 0.0018, 3, 0.9
    ),
}
ACTION_WORDS: dict[str, tuple[str, ...]] = {
    "slam": ("slams", "slamming", "bang"),
    "knock": ("knocks", "knocking"),
    "lock": ("key", "unlock", "bolt"),
    "latch": ("handle", "click"),
    "drawer": ("cupboard", "cabinet"),
    "open": ("opens", "opening"),
    "close": ("closes", "closing", "shut", "door"),
}


def doors(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) movements of a door at the event's onsets, else once (knocks repeat).

    Parameters: `action` (else from the prompt), `material` (wood, metal, glass, car; else from
    the prompt), `size` (0.3..3).
    """
    action = ACTIONS[choice(event, "action", ACTION_WORDS, "close")]
    panel = PANELS[choice(event, "material", PANEL_WORDS, "wood")]
    size = number(event, "size", 1.0, 0.2, 5.0)
    rng = random_stream(event, "doors")
    count = 22
    ratios = 1.0 + 0.62 * np.arange(count) ** 1.25 * vary(rng, 0.05, count)
    hz = panel.hz / size**0.7 * ratios
    body = Modes(hz, panel.t60_s * ratios**-panel.losses, ratios**-panel.bright)
    latch_hz = np.array([880.0, 1650.0, 2480.0, 3900.0, 5700.0]) * vary(rng, 0.08, 5)
    latch = Modes(latch_hz, np.full(5, 0.045), np.array([0.5, 1.0, 0.9, 0.6, 0.4]))

    def make(strength: float) -> Array:
        return _movement(_Door(action, body, latch, rng, sample_rate_hz), strength)

    return perform(event, sample_rate_hz, rng, action.rate_hz, make, 0.08)


@dataclass(frozen=True)
class _Door:
    action: Action
    body: Modes
    latch: Modes
    rng: np.random.Generator
    sample_rate_hz: int


def _movement(door: _Door, strength: float) -> Array:
    samples = int(door.action.seconds * door.sample_rate_hz)
    out = np.zeros(samples)
    parts = {"thump": _thump, "panel": _panel, "latch": _latch, "slide": _slide}
    for delay_s, kind, gain in door.action.contacts:
        part = parts[kind](door, strength, samples)
        part /= np.sqrt(np.sum(part**2)) + 1e-12
        place(out, part, int(delay_s * door.sample_rate_hz), gain * float(vary(door.rng, 0.12)))
    if door.action.boom:
        out += door.action.boom * strength * _boom(door, samples)
    at_s, gap_s, gain = 0.05, 0.055, 0.25 * strength
    for _ in range(door.action.rattles):
        at_s += gap_s * float(vary(door.rng, 0.25))
        gap_s, gain = 0.78 * gap_s, 0.68 * gain
        rattle = 0.6 * _latch(door, 0.5, samples) + _panel(door, 0.5, samples)
        place(
            out,
            rattle / (np.sqrt(np.sum(rattle**2)) + 1e-12),
            int(at_s * door.sample_rate_hz),
            gain,
        )
    return out


def _thump(door: _Door, strength: float, samples: int) -> Array:
    """Air and wall: low noise and two strongly damped modes."""
    rate = door.sample_rate_hz
    hz = np.array([46.0, 78.0, 131.0]) * vary(door.rng, 0.05, 3)
    wall = Modes(hz, np.array([0.22, 0.18, 0.12]), np.array([0.8, 1.0, 0.6]))
    low = ring(contact_pulse(0.006, rate), wall, samples, rate)
    air = shaped_noise(door.rng, samples, rate, lambda hz: band(hz, 40, 220 + 300 * strength, 1.5))
    air *= burst(samples, rate, 0.002, 0.035)
    return low / (np.sqrt(np.sum(low**2)) + 1e-12) + 0.7 * air / (np.sqrt(np.sum(air**2)) + 1e-12)


def _boom(door: _Door, samples: int) -> Array:
    """Walls and floor of the house, ringing on for some tenths of a second: unit energy."""
    rate = door.sample_rate_hz
    walls = shaped_noise(door.rng, samples, rate, lambda hz: band(hz, 90, 6000) * tilt(hz, -3.5))
    walls *= burst(samples, rate, 0.012, 0.3)
    return walls / (np.sqrt(np.sum(walls**2)) + 1e-12)


def _panel(door: _Door, strength: float, samples: int) -> Array:
    rate, rng = door.sample_rate_hz, door.rng
    pulse = contact_pulse(door.action.contact_s * (1.5 - 0.5 * strength), rate)
    place_hit = rng.uniform(0.2, 0.45)
    shape = 0.3 + 0.7 * np.abs(np.sin(np.pi * np.arange(1, len(door.body.hz) + 1) * place_hit))
    out = ring(pulse, door.body.varied(gains=shape * vary(rng, 0.15, len(shape))), samples, rate)
    knuckles = door.action.rate_hz > 0.0
    top_hz, tilt_db = (1600.0, -3.0) if knuckles else (9000.0, -2.5)
    slap = shaped_noise(rng, samples, rate, lambda hz: band(hz, 150, top_hz) * tilt(hz, tilt_db))
    slap *= burst(samples, rate, 0.0006, door.action.slap_s)
    out /= np.sqrt(np.sum(out**2)) + 1e-12
    return out + 0.55 * slap / (np.sqrt(np.sum(slap**2)) + 1e-12)


def _latch(door: _Door, strength: float, samples: int) -> Array:
    rate, rng = door.sample_rate_hz, door.rng
    pulse = contact_pulse(0.0003 * (1.4 - 0.4 * strength), rate)
    out = ring(pulse, door.latch.varied(gains=vary(rng, 0.35, 5)), samples, rate)
    snap = shaped_noise(rng, samples, rate, lambda hz: band(hz, 1500, 9000, 1.5))
    snap *= burst(samples, rate, 0.0002, 0.0025)
    out /= np.sqrt(np.sum(out**2)) + 1e-12
    return out + 0.6 * snap / (np.sqrt(np.sum(snap**2)) + 1e-12)


def _slide(door: _Door, strength: float, samples: int) -> Array:
    rate, rng = door.sample_rate_hz, door.rng
    rub = shaped_noise(rng, samples, rate, lambda hz: band(hz, 200, 2600, 1.5) * tilt(hz, -2.0))
    return rub * burst(samples, rate, 0.02, 0.14 + 0.05 * strength)
