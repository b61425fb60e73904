"""Things that break and fall apart: glass, ceramics, masonry, wood, metal, ice.

A break is a crack of noise with the modes of the whole, then shards: they leave at once and land
later, each ringing at the modes of its size (small pieces are many, by a power law) and bouncing
at shortening intervals. Arrivals fall off exponentially, as in Cook's stochastic particle models
("PhISEM", Computer Music Journal 21, 1997) and Farnell's falling debris.

Level: full effort is -20 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst, place
from engine.foley.grains import scatter
from engine.foley.modal import Modes, contact_pulse, ring
from engine.foley.noise import band, shaped_noise
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -20.0
STOCK = 40


@dataclass(frozen=True)
class Stuff:
    """What breaks. Crack band and decay; shards' pitch range, t60 of a mid one, noise in each;
    how many at size 1, how long they go on falling (time to fall by e), bounces; low boom."""

    crack_hz: tuple[float, float]
    crack_s: float
    crack: float
    shard_hz: tuple[float, float]
    ring_s: float
    rough: float
    shards: int
    falls_s: float
    bounces: int
    boom: float


STUFF: dict[str, Stuff] = {
    "glass": Stuff((600, 13000), 0.06, 1.3, (1900, 11000), 0.07, 0.6, 240, 0.20, 3, 0.15),
    "ceramic": Stuff((500, 9000), 0.03, 1.1, (1100, 6500), 0.05, 0.6, 80, 0.16, 3, 0.25),
    "rubble": Stuff((120, 3500), 0.10, 0.9, (180, 2200), 0.022, 1.4, 150, 0.55, 2, 1.0),
    "wood": Stuff((300, 5500), 0.022, 1.2, (260, 2600), 0.05, 0.8, 40, 0.22, 2, 0.6),
    "metal": Stuff((500, 9000), 0.03, 0.7, (420, 5200), 0.35, 0.3, 32, 0.30, 3, 0.5),
    "ice": Stuff((900, 9500), 0.035, 1.2, (1500, 7500), 0.03, 0.9, 80, 0.30, 2, 0.4),
    "gravel": Stuff((700, 6000), 0.05, 0.25, (900, 4800), 0.008, 1.2, 220, 0.45, 2, 0.1),
}
STUFF_WORDS: dict[str, tuple[str, ...]] = {
    "glass": ("window", "bottle", "pane", "shards"),
    "ceramic": ("plate", "cup", "vase", "tiles", "porcelain"),
    "wood": ("wooden", "crate", "planks", "branch", "snap"),
    "metal": ("scrap", "steel", "car"),
    "ice": ("icicle", "frozen"),
    "gravel": ("pebbles", "coal", "sand", "dirt"),
    "rubble": ("wall", "bricks", "stone", "rocks", "debris", "concrete"),
}


def debris(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) a break at every onset, else one.

    Parameters: `material` (else from the prompt), `size` (0.2..5: more and larger pieces).
    """
    stuff = STUFF[choice(event, "material", STUFF_WORDS, "rubble")]
    size = number(event, "size", 1.0, 0.2, 5.0)
    rng = random_stream(event, "debris")
    stock = shard_stock(stuff, size, rng, sample_rate_hz)

    def make(strength: float) -> Array:
        return _breaking(stuff, size, strength, stock, rng, sample_rate_hz)

    return perform(event, sample_rate_hz, rng, 0.0, make)


def shard_stock(
    stuff: Stuff, size: float, rng: np.random.Generator, sample_rate_hz: int
) -> list[Array]:
    """Stock of pieces landing, from the largest to the smallest."""
    sizes = np.linspace(0.0, 1.0, STOCK) ** 0.7
    return [_shard(stuff, size, float(part), rng, sample_rate_hz) for part in sizes]


def _shard(
    stuff: Stuff, size: float, small: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    """One landing of one piece; `small` runs from 0 (the largest) to 1."""
    low_hz, high_hz = stuff.shard_hz
    hz = low_hz * (high_hz / low_hz) ** small / size**0.3 * float(vary(rng, 0.05))
    ratios = np.array([1.0, 1.58, 2.24, 2.92, 4.07]) * vary(rng, 0.06, 5)
    t60_s = stuff.ring_s * (1.3 - 0.8 * small) * ratios**-0.6 * vary(rng, 0.3, 5)
    piece = Modes(hz * ratios, t60_s, vary(rng, 0.5, 5) * ratios**-0.5)
    samples = int(max(1.3 * t60_s.max(), 0.02) * sample_rate_hz)
    tone = ring(contact_pulse(0.35 / hz, sample_rate_hz), piece, samples, sample_rate_hz)
    tone /= np.sqrt(np.sum(tone**2)) + 1e-12
    noise = shaped_noise(rng, samples, sample_rate_hz, lambda at: band(at, 0.5 * hz, 2.5 * hz, 1.5))
    noise *= burst(samples, sample_rate_hz, 0.0003, 2.5 / hz + 0.001)
    grain = tone + stuff.rough * noise / (np.sqrt(np.sum(noise**2)) + 1e-12)
    grain[-samples // 8 :] *= np.linspace(1.0, 0.0, len(grain[-samples // 8 :]))
    return np.asarray(grain * (1.0 - 0.75 * small))


def _breaking(
    stuff: Stuff,
    size: float,
    strength: float,
    stock: list[Array],
    rng: np.random.Generator,
    sample_rate_hz: int,
) -> Array:
    falls_s = stuff.falls_s * size**0.5 * (0.6 + 0.4 * strength)
    samples = int((5.5 * falls_s + 0.6) * sample_rate_hz)
    low_hz, high_hz = stuff.crack_hz
    crack = shaped_noise(rng, samples, sample_rate_hz, lambda hz: band(hz, low_hz, high_hz, 1.0))
    crack *= burst(samples, sample_rate_hz, 0.0008, stuff.crack_s * size**0.3)
    out = 3.0 * stuff.crack * crack / (np.sqrt(np.sum(crack**2)) + 1e-12)
    when, which, gains = _landings(stuff, size, strength, falls_s, rng)
    positions = np.minimum((when * sample_rate_hz).astype(np.int64), samples - 1)
    out += 1.1 * scatter(samples, positions, stock, which, gains)
    if stuff.boom:
        hz = np.array([52.0, 88.0, 145.0]) / size**0.3 * vary(rng, 0.05, 3)
        floor = Modes(hz, np.array([0.3, 0.22, 0.15]), np.array([1.0, 0.8, 0.5]))
        boom = ring(contact_pulse(0.005, sample_rate_hz), floor, samples, sample_rate_hz)
        place(out, boom, 0, 2.0 * stuff.boom * strength / (np.sqrt(np.sum(boom**2)) + 1e-12))
    return out


def _landings(
    stuff: Stuff, size: float, strength: float, falls_s: float, rng: np.random.Generator
) -> tuple[Array, NDArray[np.int64], Array]:
    """Times in seconds, kinds and gains of all landings, bounces included."""
    count = max(int(stuff.shards * size * (0.4 + 0.6 * strength)), 3)
    first = 0.01 + rng.gamma(1.3, falls_s / 1.3, count)
    which = np.minimum((STOCK * rng.beta(1.6, 1.0, count)).astype(np.int64), STOCK - 1)
    gains = np.minimum(0.3 * (rng.pareto(1.8, count) + 0.5), 2.5) * strength
    gap = rng.uniform(0.04, 0.14, count)
    times, kinds, levels = [first], [which], [gains]
    for bounce in range(1, stuff.bounces + 1):
        back = rng.uniform(0.45, 0.7, count) ** bounce
        times.append(times[-1] + gap * back)
        kinds.append(which)
        levels.append(gains * back)
    when = np.concatenate(times)
    order = np.argsort(when, kind="stable")
    return when[order], np.concatenate(kinds)[order], np.concatenate(levels)[order]
