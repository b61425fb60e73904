"""Things that jingle and rattle: keys, coins, chains, shakers, sleigh bells, beads.

Cook's stochastic particle model ("Physically informed sonic modeling (PhISM)", Computer Music
Journal 21, 1997): shaking feeds energy into a system that loses it exponentially; collisions fall
at random with a probability that follows the energy, and each excites resonances of one of the
pieces, which differ by some percent.

Level: full effort is -32 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.foley.envelope import hits, intensity_curve, length_samples, place
from engine.foley.grains import arrivals, scatter
from engine.foley.loudness import tame_texture, to_unit_loudest
from engine.foley.modal import Modes, contact_pulse, ring
from engine.foley.noise import band, shaped_noise, tilt, wander
from engine.foley.oscillators import per_cycle, phase_of
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -32.0


@dataclass(frozen=True)
class Rattle:
    """Pieces: mode range in Hz, modes each, t60, dry noise in a hit; collisions a second at full
    energy, time the energy takes to fall by e, shakes a second; level of the hand or purse that
    holds them, beside them."""

    hz: tuple[float, float]
    modes: int
    t60_s: float
    dry: float
    hits_per_s: float
    loses_s: float
    shakes_hz: float
    holding: float = 0.0


RATTLES: dict[str, Rattle] = {
    "keys": Rattle((2800, 15000), 9, 0.26, 1.5, 55, 0.14, 0.9, 0.65),
    "coins": Rattle((3200, 11000), 6, 0.12, 0.5, 90, 0.12, 2.6),
    "chain": Rattle((1200, 9000), 7, 0.07, 1.1, 180, 0.16, 2.0),
    "sleighbells": Rattle((2400, 8200), 5, 0.35, 0.1, 90, 0.14, 4.0),
    "shaker": Rattle((3000, 7500), 1, 0.004, 1.5, 900, 0.035, 4.5),
    "beads": Rattle((1200, 5000), 2, 0.015, 0.9, 160, 0.10, 2.6),
    "cutlery": Rattle((1500, 9500), 8, 0.18, 0.5, 60, 0.10, 2.2),
}
RATTLE_WORDS: dict[str, tuple[str, ...]] = {
    "coins": ("coin", "money", "change"),
    "chain": ("chains", "shackles", "handcuffs"),
    "sleighbells": ("sleigh", "bells", "tambourine"),
    "shaker": ("maraca", "rice", "pills", "matches"),
    "beads": ("dice", "marbles", "pebbles", "necklace"),
    "cutlery": ("forks", "spoons", "dishes", "plates"),
    "keys": ("key", "keyring", "jingle"),
}


def jingle(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) shaken with the intensity; with onsets, thrown or jolted at each.

    Parameters: `type` (else from the prompt), `pieces` (0.2..5 times the usual number).
    """
    kind = RATTLES[choice(event, "type", RATTLE_WORDS, "keys")]
    pieces = number(event, "pieces", 1.0, 0.2, 5.0)
    samples = length_samples(event, sample_rate_hz)
    rng = random_stream(event, "jingle")
    stock = [_hit(kind, rng, sample_rate_hz) for _ in range(36)]
    if event.onsets_s:
        out = np.zeros(samples)
        for at, strength in hits(event, sample_rate_hz):
            jolt = np.zeros(int(7.0 * kind.loses_s * sample_rate_hz))
            jolt[0] = 1.0
            grain = _collisions(kind, pieces, jolt * 2.0, stock, rng, sample_rate_hz, True)
            place(out, to_unit_loudest(grain, sample_rate_hz), at, strength)
        return out
    effort = intensity_curve(event, samples, sample_rate_hz, 0.08)
    phase = phase_of(kind.shakes_hz * (0.6 + 0.4 * effort), sample_rate_hz, rng.uniform())
    shakes = (np.maximum(np.sin(2 * np.pi * phase), 0.0) ** 1.5 + 0.08) * per_cycle(rng, phase, 0.4)
    fed = 3.0 * shakes / (kind.loses_s * sample_rate_hz)
    sound = _collisions(kind, pieces, fed, stock, rng, sample_rate_hz, False)
    if kind.holding:
        held = _holding(shakes, rng, sample_rate_hz)
        sound += kind.holding * held * np.sqrt(np.mean(sound**2))
    return tame_texture(sound, sample_rate_hz) * effort


def _collisions(
    kind: Rattle,
    pieces: float,
    fed: Array,
    stock: list[Array],
    rng: np.random.Generator,
    sample_rate_hz: int,
    at_once: bool,
) -> Array:
    """Collisions of a system fed with energy per sample; `at_once` puts one at the start."""
    keep = float(np.exp(-1.0 / (kind.loses_s * sample_rate_hz)))
    energy = np.asarray(signal.lfilter([1.0], [1.0, -keep], fed)) + 1e-4
    when = arrivals(
        rng, kind.hits_per_s * pieces * np.minimum(energy, 2.0), len(fed), sample_rate_hz
    )
    if at_once:
        when = np.concatenate([[0], when])
    gains = np.sqrt(energy[when]) * (0.2 + rng.exponential(0.6, len(when)))
    if at_once:
        gains[0] = 1.2 * np.sqrt(energy[0])
    return scatter(len(fed), when, stock, rng.integers(0, len(stock), len(when)), gains)


def _holding(shakes: Array, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Unit RMS: skin, cloth and what the bunch falls against, as it is moved."""
    noise = shaped_noise(
        rng, len(shakes), sample_rate_hz, lambda at: band(at, 45, 1800, 1.0) * tilt(at, -3.0)
    )
    moved = noise * (0.3 + shakes) * np.exp(0.5 * wander(rng, len(shakes), sample_rate_hz, 9.0))
    return np.asarray(moved / (np.sqrt(np.mean(moved**2)) + 1e-12))


def _hit(kind: Rattle, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """One piece struck by another, unit energy."""
    low_hz, high_hz = np.log(kind.hz)
    hz = np.exp(rng.uniform(low_hz, high_hz, kind.modes))
    t60_s = kind.t60_s * vary(rng, 0.35, kind.modes) * (hz / kind.hz[0]) ** -0.4
    samples = int((1.3 * float(np.max(t60_s)) + 0.01) * sample_rate_hz)
    piece = Modes(hz, t60_s, vary(rng, 0.5, kind.modes))
    tone = ring(contact_pulse(0.00012, sample_rate_hz), piece, samples, sample_rate_hz)
    tone /= np.sqrt(np.sum(tone**2)) + 1e-12
    top_hz = float(kind.hz[1])
    dry = shaped_noise(
        rng, samples, sample_rate_hz, lambda at: band(at, 0.6 * kind.hz[0], top_hz, 1.0)
    ) * np.exp(-np.arange(samples) / sample_rate_hz / 0.0012)
    grain = tone + kind.dry * dry / (np.sqrt(np.sum(dry**2)) + 1e-12)
    grain[-samples // 6 :] *= np.linspace(1.0, 0.0, len(grain[-samples // 6 :]))
    return np.asarray(grain / np.sqrt(np.sum(grain**2)))
