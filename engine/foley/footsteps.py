"""Footsteps: heel and toe, shoe and surface, no two steps alike.

Each step is a heel strike exactly at its onset and a lighter toe or ball strike 60-140 ms later.
A strike is a contact force that (1) rings the floor's low modes, (2) makes a short broadband
click where shoe meets floor, and (3) sets loose material moving: grains of gravel or a swish of
grass (stochastic particles after Cook, "PhISEM", 1997).

Level: a full-effort step is -27 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst, close_tail, hits, length_samples, place
from engine.foley.grains import arrivals, scatter, tick_stock
from engine.foley.loudness import to_unit_hit
from engine.foley.modal import Modes, contact_pulse, ring
from engine.foley.noise import band, shaped_noise, tilt
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -27.0
TAIL_S = 0.45


@dataclass(frozen=True)
class Surface:
    """What is walked on. Levels are relative amplitudes of the three parts of a strike.

    `modes` is ((hz, t60_s, gain), ...); `click_hz`, `swish_hz` and `grain_hz` are bands;
    `click_decay_s` and `swish_decay_s` are times to fall by e.
    """

    modes: tuple[tuple[float, float, float], ...]
    body: float
    click: float
    click_hz: tuple[float, float]
    click_decay_s: float
    swish: float = 0.0
    swish_hz: tuple[float, float] = (1000.0, 8000.0)
    swish_decay_s: float = 0.05
    grains: float = 0.0
    grains_per_step: float = 0.0
    grain_hz: tuple[float, float] = (1500.0, 6000.0)
    grain_ring_s: float = 0.002
    grain_decay_s: float = 0.03


@dataclass(frozen=True)
class Shoe:
    """What walks: contact time, relative click, brightness in dB/octave, toe level and delay."""

    contact_s: float
    click: float
    tilt_db: float
    toe: float
    roll_s: float


SURFACES: dict[str, Surface] = {
    "concrete": Surface(
        modes=(
            (112, 0.08, 0.5),
            (225, 0.06, 0.8),
            (440, 0.045, 0.7),
            (860, 0.03, 0.7),
            (1340, 0.02, 0.6),
        ),
        body=0.42,
        click=1.0,
        click_hz=(380, 2900),
        click_decay_s=0.0065,
        swish=0.10,
        swish_hz=(1300, 5500),
        swish_decay_s=0.05,
        grains=0.12,
        grains_per_step=14,
        grain_hz=(2200, 5600),
        grain_ring_s=0.0008,
    ),
    "wood": Surface(
        modes=(
            (118, 0.14, 0.3),
            (191, 0.13, 0.55),
            (274, 0.12, 0.9),
            (402, 0.10, 1.1),
            (547, 0.09, 1.1),
            (742, 0.07, 0.7),
            (1130, 0.05, 0.5),
            (1720, 0.03, 0.25),
        ),
        body=1.3,
        click=0.22,
        click_hz=(350, 1900),
        click_decay_s=0.005,
        swish=0.02,
        swish_hz=(900, 4000),
        swish_decay_s=0.04,
    ),
    "gravel": Surface(
        modes=((85, 0.06, 0.7), (160, 0.05, 0.5)),
        body=0.10,
        click=0.28,
        click_hz=(700, 3000),
        click_decay_s=0.006,
        swish=0.25,
        swish_hz=(1100, 3600),
        swish_decay_s=0.035,
        grains=1.0,
        grains_per_step=90,
        grain_hz=(1050, 3300),
        grain_ring_s=0.0016,
        grain_decay_s=0.040,
    ),
    "grass": Surface(
        modes=((62, 0.09, 1.0), (118, 0.07, 0.6)),
        body=0.42,
        click=0.10,
        click_hz=(250, 1800),
        click_decay_s=0.012,
        swish=0.6,
        swish_hz=(1500, 6000),
        swish_decay_s=0.075,
        grains=0.28,
        grains_per_step=45,
        grain_hz=(3000, 9500),
        grain_ring_s=0.0006,
        grain_decay_s=0.08,
    ),
    "snow": Surface(
        modes=((70, 0.05, 0.8),),
        body=0.3,
        click=0.08,
        click_hz=(300, 1500),
        click_decay_s=0.012,
        swish=0.25,
        swish_hz=(700, 4500),
        swish_decay_s=0.07,
        grains=0.8,
        grains_per_step=230,
        grain_hz=(600, 3400),
        grain_ring_s=0.0011,
        grain_decay_s=0.10,
    ),
    "leaves": Surface(
        modes=((75, 0.07, 0.8),),
        body=0.25,
        click=0.06,
        click_hz=(400, 2500),
        click_decay_s=0.010,
        swish=0.35,
        swish_hz=(1800, 7500),
        swish_decay_s=0.09,
        grains=1.0,
        grains_per_step=120,
        grain_hz=(1900, 7000),
        grain_ring_s=0.0009,
        grain_decay_s=0.09,
    ),
    "metal": Surface(
        modes=(
            (92, 0.16, 0.5),
            (171, 0.20, 0.8),
            (283, 0.22, 1.0),
            (437, 0.22, 1.0),
            (655, 0.2, 0.9),
            (1012, 0.17, 0.8),
            (1530, 0.14, 0.6),
            (2410, 0.10, 0.5),
            (3650, 0.07, 0.35),
        ),
        body=1.2,
        click=0.45,
        click_hz=(600, 5000),
        click_decay_s=0.004,
    ),
    "carpet": Surface(
        modes=((72, 0.08, 1.0), (140, 0.06, 0.7), (260, 0.04, 0.3)),
        body=1.0,
        click=0.14,
        click_hz=(180, 1100),
        click_decay_s=0.010,
        swish=0.10,
        swish_hz=(900, 5000),
        swish_decay_s=0.05,
    ),
    "sand": Surface(
        modes=((55, 0.06, 1.0),),
        body=0.30,
        click=0.03,
        click_hz=(200, 900),
        click_decay_s=0.014,
        swish=0.75,
        swish_hz=(700, 3400),
        swish_decay_s=0.11,
        grains=0.25,
        grains_per_step=300,
        grain_hz=(2600, 6800),
        grain_ring_s=0.0004,
        grain_decay_s=0.11,
    ),
    # hard earth, neither soft nor ringing: where nothing tells the ground
    "ground": Surface(
        modes=((84, 0.06, 0.9), (165, 0.05, 0.8), (320, 0.035, 0.5)),
        body=0.6,
        click=0.5,
        click_hz=(260, 1700),
        click_decay_s=0.009,
        swish=0.16,
        swish_hz=(1000, 4200),
        swish_decay_s=0.05,
    ),
}

SHOES: dict[str, Shoe] = {
    "leather": Shoe(contact_s=0.0011, click=1.0, tilt_db=0.0, toe=0.50, roll_s=0.095),
    "sneaker": Shoe(contact_s=0.0028, click=0.55, tilt_db=-2.5, toe=0.70, roll_s=0.080),
    "boot": Shoe(contact_s=0.0021, click=0.85, tilt_db=-1.5, toe=0.60, roll_s=0.110),
    "heels": Shoe(contact_s=0.0006, click=1.25, tilt_db=1.5, toe=0.32, roll_s=0.065),
    "barefoot": Shoe(contact_s=0.0045, click=0.35, tilt_db=-4.0, toe=0.85, roll_s=0.070),
    "paw": Shoe(contact_s=0.0040, click=0.45, tilt_db=-1.0, toe=0.35, roll_s=0.030),
    "hoof": Shoe(contact_s=0.0007, click=1.2, tilt_db=0.5, toe=0.45, roll_s=0.022),
}

SURFACE_WORDS: dict[str, tuple[str, ...]] = {
    "gravel": ("pebbles", "stones", "path"),
    "grass": ("lawn", "meadow", "field"),
    "snow": ("snowy",),
    "leaves": ("foliage", "undergrowth"),
    "metal": ("grating", "steel"),
    "carpet": ("rug",),
    "wood": ("wooden", "parquet", "floorboards", "planks"),
    "concrete": ("pavement", "asphalt", "street", "tiles", "stone", "marble"),
    "sand": ("sandy", "beach", "desert"),
    "ground": ("earth", "dirt", "soil"),
}
SHOE_WORDS: dict[str, tuple[str, ...]] = {
    "sneaker": ("sneakers", "trainers", "trainer"),
    "boot": ("boots",),
    "heels": ("stiletto",),
    "barefoot": ("bare",),
    "paw": ("paws", "dog", "cat"),
    "hoof": ("hooves", "horse"),
    "leather": ("shoes",),
}


@dataclass(frozen=True)
class Walker:
    """One foot of a walker: its shoe, what it meets, its random stream and stock of grains."""

    surface: Surface
    shoe: Shoe
    weight: float
    rng: np.random.Generator
    stock: list[Array]
    sample_rate_hz: int

    def noise(self, seconds: float, magnitude: Callable[[Array], Array]) -> Array:
        """Noise of unit RMS with a magnitude spectrum, for `seconds`."""
        samples = int(seconds * self.sample_rate_hz)
        return shaped_noise(self.rng, samples, self.sample_rate_hz, magnitude)

    def envelope(self, seconds: float, attack_s: float, decay_s: float) -> Array:
        """Burst envelope of `seconds`."""
        samples = int(seconds * self.sample_rate_hz)
        return burst(samples, self.sample_rate_hz, attack_s, decay_s)


def footsteps(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) steps at the event's onsets.

    Parameters of the event: `surface`, `shoe`, `weight` (0.3..3, default 1; heavier walkers have
    more and lower body), the first two otherwise read from the prompt.
    """
    surface = SURFACES[choice(event, "surface", SURFACE_WORDS, "ground")]
    shoe = SHOES[choice(event, "shoe", SHOE_WORDS, "leather")]
    weight = number(event, "weight", 1.0, 0.3, 3.0)
    out = np.zeros(length_samples(event, sample_rate_hz))
    rng = random_stream(event, "steps")
    stock = tick_stock(rng, 64, *surface.grain_hz, surface.grain_ring_s, sample_rate_hz)
    feet = [Walker(_foot(surface, rng), shoe, weight, rng, stock, sample_rate_hz) for _ in "LR"]
    for index, (at, strength) in enumerate(hits(event, sample_rate_hz)):
        grain = _step(feet[index % 2], strength)
        loudness = strength**0.9 * float(vary(rng, 0.09))
        place(out, to_unit_hit(grain, sample_rate_hz), at, loudness)
    return out


def _foot(surface: Surface, rng: np.random.Generator) -> Surface:
    """The surface as one foot finds it: small lasting differences between left and right."""
    return replace(
        surface,
        body=surface.body * float(vary(rng, 0.08)),
        click=surface.click * float(vary(rng, 0.10)),
    )


def _step(foot: Walker, strength: float) -> Array:
    """Heel at sample 0, then the toe: softer, a little brighter, after the foot has rolled."""
    shoe, rng = foot.shoe, foot.rng
    step = _strike(foot, strength)
    roll_s = shoe.roll_s * float(vary(rng, 0.12)) * (1.25 - 0.4 * strength)
    toe_shoe = replace(shoe, contact_s=shoe.contact_s * 1.3, tilt_db=shoe.tilt_db + 0.5)
    toe = _strike(replace(foot, shoe=toe_shoe), strength)
    place(step, toe, int(roll_s * foot.sample_rate_hz), shoe.toe * float(vary(rng, 0.2)))
    return close_tail(step, foot.sample_rate_hz, 0.06)


def _strike(foot: Walker, strength: float) -> Array:
    surface, shoe, rng = foot.surface, foot.shoe, foot.rng
    width_s = shoe.contact_s * (1.25 - 0.4 * strength) * foot.weight**0.3
    pulse = contact_pulse(width_s, foot.sample_rate_hz)
    table = np.array(surface.modes, dtype=np.float64).T
    modes = Modes(*table).varied(
        hz=vary(rng, 0.025, table.shape[1]) * foot.weight**-0.25,
        t60_s=vary(rng, 0.10, table.shape[1]),
        gains=vary(rng, 0.22, table.shape[1]),
    )
    samples = int(TAIL_S * foot.sample_rate_hz)
    out = surface.body * foot.weight**0.4 * ring(pulse, modes, samples, foot.sample_rate_hz)
    place(out, 0.9 * surface.click * shoe.click * _click(foot, strength, width_s), 0)
    if surface.swish:
        place(out, surface.swish * _swish(foot, strength), 0)
    if surface.grains:
        place(out, surface.grains * _loose(foot, strength), 0)
    return out


def _click(foot: Walker, strength: float, width_s: float) -> Array:
    """Shoe meets floor: a few milliseconds of noise, brighter the harder the step."""
    low_hz, high_hz = foot.surface.click_hz
    high_hz *= float(vary(foot.rng, 0.12))
    slope_db = foot.shoe.tilt_db - 2.0 * (1.0 - strength)
    decay_s = foot.surface.click_decay_s * float(vary(foot.rng, 0.15))
    noise = foot.noise(
        9.0 * decay_s, lambda hz: band(hz, low_hz, high_hz, 1.5) * tilt(hz, slope_db)
    )
    return noise * foot.envelope(9.0 * decay_s, min(width_s, 0.0015), decay_s)


def _swish(foot: Walker, strength: float) -> Array:
    """Sole or blades brushing: a quick start and a slower drag."""
    low_hz, high_hz = foot.surface.swish_hz
    high_hz *= 0.7 + 0.3 * strength
    decay_s = foot.surface.swish_decay_s * float(vary(foot.rng, 0.2))
    seconds = min(6.0 * decay_s, TAIL_S)
    quick = foot.envelope(seconds, 0.003, 0.3 * decay_s)
    slow = foot.envelope(seconds, 0.5 * decay_s, decay_s)
    return 0.21 * foot.noise(seconds, lambda hz: band(hz, low_hz, high_hz)) * (quick + slow)


def _loose(foot: Walker, strength: float) -> Array:
    """Grains set moving: many at the strike, fewer as they settle, the first within 2 ms."""
    surface, rng = foot.surface, foot.rng
    decay_s = surface.grain_decay_s * float(vary(rng, 0.2))
    envelope = foot.envelope(min(7.0 * decay_s, TAIL_S), 0.002, decay_s)
    rate = surface.grains_per_step * (0.5 + 0.5 * strength) * envelope / decay_s
    when = arrivals(rng, rate, len(envelope), foot.sample_rate_hz)
    gains = np.minimum(rng.pareto(2.2, len(when)) + 0.3, 4.0) * np.sqrt(envelope[when])
    which = rng.integers(0, len(foot.stock), len(when))
    loose = scatter(len(envelope), when, foot.stock, which, gains)
    return 2.2 * loose / np.sqrt(surface.grains_per_step)
