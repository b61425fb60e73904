"""Impacts: modal bodies struck by a contact force, by material and size.

Frequencies follow the body (free bar, plate, shell or air-filled ball), decay times the material's
losses, and brightness the contact time, which shortens with force (Hertz). The same object keeps
its modes for the whole event; the place that is hit, and so the balance of modes, differs.
Sources: Fletcher and Rossing, "The Physics of Musical Instruments" (bars, plates); van den Doel
and Pai (1998) for material as damping; Chaigne and Askenfelt (1994) for the contact.

Level: a full-effort hit is -22 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst, close_tail, hits, length_samples, place
from engine.foley.loudness import to_unit_hit
from engine.foley.modal import Modes, contact_pulse, damping_t60_s, ring
from engine.foley.noise import band, shaped_noise
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -22.0
REFERENCE_SIZE_M = 0.25

BAR = (1.0, 2.756, 5.404, 8.933, 13.34, 18.64)
PLATE = (1.0, 1.73, 2.33, 2.91, 3.85, 4.52, 5.26, 6.07, 7.37, 8.25, 9.88, 11.4, 13.9, 16.2)
SHELL = (1.0, 2.15, 2.76, 4.08, 5.23, 6.71, 8.43, 10.6, 12.9)
BALL = (1.0, 1.42, 2.01, 2.83, 4.2)


@dataclass(frozen=True)
class Material:
    """What is struck. `hz` is the lowest mode of a body of 25 cm; losses as in `damping_t60_s`.

    `slope` is the gain exponent over mode frequency; `click` the level of the contact's own
    noise between `click_hz`; `floor` the low thump of what it lands on.
    """

    ratios: tuple[float, ...]
    hz: float
    constant_per_s: float
    viscous_s: float
    contact_s: float
    slope: float
    click: float
    click_hz: tuple[float, float]
    floor: float


MATERIALS: dict[str, Material] = {
    "wood": Material(PLATE, 255.0, 32.0, 0.018, 0.0009, 0.45, 0.30, (500, 5000), 0.6),
    "metal": Material(PLATE, 420.0, 3.2, 0.0007, 0.00025, 0.25, 0.12, (1500, 9000), 0.15),
    "plastic": Material(SHELL, 340.0, 75.0, 0.022, 0.0008, 0.35, 0.40, (700, 6500), 0.3),
    "glass": Material(SHELL, 980.0, 9.0, 0.0011, 0.00022, 0.15, 0.15, (2500, 12000), 0.1),
    "rubber": Material(BALL, 88.0, 38.0, 0.55, 0.0042, 0.9, 0.22, (250, 1600), 1.0),
    "ceramic": Material(SHELL, 760.0, 22.0, 0.0024, 0.0003, 0.2, 0.2, (2000, 10000), 0.2),
    "stone": Material(BAR, 620.0, 85.0, 0.008, 0.0004, 0.3, 0.6, (900, 7000), 0.5),
    # a contact that tells no material: the body's modes are gone within some 25 ms
    "neutral": Material(BALL, 230.0, 260.0, 0.05, 0.0014, 0.5, 0.7, (350, 3500), 0.35),
}
MATERIAL_WORDS: dict[str, tuple[str, ...]] = {
    "rubber": ("ball", "basketball", "football", "tyre"),
    "metal": ("steel", "iron", "can", "tin", "aluminium"),
    "plastic": ("bottle", "bucket", "toy"),
    "glass": ("window", "jar"),
    "ceramic": ("cup", "plate", "porcelain", "mug"),
    "stone": ("rock", "brick", "boulder"),
    "neutral": ("unspecific",),
    "wood": ("wooden", "box", "crate", "door", "table"),
}


def body(event: Event) -> tuple[Material, Modes]:
    """The event's object: its material and its own modes (the same for every hit).

    Parameters of the event: `material` (else from the prompt), `size_m` (largest extent).
    """
    material = MATERIALS[choice(event, "material", MATERIAL_WORDS, "wood")]
    size_m = number(event, "size_m", REFERENCE_SIZE_M, 0.005, 20.0)
    rng = random_stream(event, "body")
    ratios = np.array(material.ratios)
    stretch = 1.0 + 0.035 * np.clip(rng.standard_normal(len(ratios)), -2, 2)
    stretch[0] = 1.0
    hz = material.hz * (REFERENCE_SIZE_M / size_m) ** 0.8 * ratios * stretch
    # two close modes instead of one: bodies are never quite symmetric, so their tails beat
    hz = np.concatenate([hz, hz * (1.0 + rng.uniform(0.004, 0.02, len(hz)))])
    t60_s = damping_t60_s(hz, material.constant_per_s, material.viscous_s * 1e-3)
    gains = np.tile(ratios**-material.slope, 2) * np.repeat([1.0, 0.55], len(ratios))
    heard = (hz > 25.0) & (hz < 20000.0)
    return material, Modes(hz[heard], t60_s[heard], gains[heard])


def impacts(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) hits at the event's onsets. Parameters: see `body`, and `hardness` (0..1)."""
    material, modes = body(event)
    hardness = number(event, "hardness", 0.5, 0.0, 1.0)
    out = np.zeros(length_samples(event, sample_rate_hz))
    rng = random_stream(event, "hits")
    for at, strength in hits(event, sample_rate_hz):
        room = len(out) - at
        grain = strike(material, modes, strength, hardness, rng, sample_rate_hz, room)
        place(out, grain, at, strength**1.2 * float(vary(rng, 0.05)))
    return out


def strike(
    material: Material,
    modes: Modes,
    strength: float,
    hardness: float,
    rng: np.random.Generator,
    sample_rate_hz: int,
    room_samples: int,
) -> Array:
    """One hit of unit K-weighted level, at most `room_samples` long but for its first 125 ms."""
    longest_s = float(np.clip(1.1 * modes.t60_s.max(initial=0.1), 0.25, 6.0))
    samples = min(int(longest_s * sample_rate_hz), max(room_samples, int(0.25 * sample_rate_hz)))
    width_s = material.contact_s * 4.0 ** (0.5 - hardness) * (0.3 + 0.7 * strength) ** -0.2
    pulse = contact_pulse(width_s, sample_rate_hz)
    place_hit = rng.uniform(0.15, 0.5)
    order = np.arange(1, len(modes.hz) + 1)
    shape = 0.35 + 0.65 * np.abs(np.sin(np.pi * order * place_hit))
    grain = ring(pulse, modes.varied(gains=shape), samples, sample_rate_hz)
    grain /= max(float(np.sqrt(np.sum(grain**2))), 1e-12)
    low_hz, high_hz = material.click_hz
    click = shaped_noise(rng, samples, sample_rate_hz, lambda hz: band(hz, low_hz, high_hz, 1.5))
    click *= burst(samples, sample_rate_hz, min(width_s, 0.001), 0.004)
    grain += material.click * click / max(float(np.sqrt(np.sum(click**2))), 1e-12)
    if material.floor:
        thump = Modes(
            np.array([68.0, 127.0, 215.0]) * vary(rng, 0.03, 3),
            np.array([0.11, 0.09, 0.06]),
            np.array([1.0, 0.7, 0.4]),
        )
        low = ring(
            contact_pulse(max(width_s, 0.002), sample_rate_hz), thump, samples, sample_rate_hz
        )
        grain += 0.6 * material.floor * low / max(float(np.sqrt(np.sum(low**2))), 1e-12)
    return close_tail(to_unit_hit(grain, sample_rate_hz), sample_rate_hz, 0.04)
