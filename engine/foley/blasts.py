"""Explosions, shots, fireworks and thunder.

A charge in the open sends out a shock: a jump in pressure that falls and undershoots (Friedlander,
1946), longer the larger (its length grows with the cube root of the charge: Hopkinson scaling).
Behind it follow turbulent roar, whose corner sinks as the fireball cools, and echoes of the
surroundings. Thunder is the same from every piece of a crooked channel, each an N-shaped wave
arriving when sound has come from there (Ribner and Roy, JASA 72, 1982): near pieces crack, far
ones rumble.

Level: full effort is -14 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.foley.envelope import burst, place
from engine.foley.noise import band, moving_noise, shaped_noise, wander
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -14.0
SOUND_M_PER_S = 343.0
PIECES = 3000
"""Of a channel of lightning, each heard by itself."""


@dataclass(frozen=True)
class Charge:
    """Length of the shock, level and band of its crack, roar (corner in Hz at first, time to fall
    by e), echoes (level, spread in s), late crackle, length."""

    shock_s: float
    crack: float
    crack_s: float
    roar: float
    roar_hz: float
    roar_s: float
    echo: float
    echo_s: float
    crackle: float
    seconds: float


CHARGES: dict[str, Charge] = {
    "explosion": Charge(0.030, 1.0, 0.020, 1.3, 900, 0.55, 0.5, 0.7, 0.0, 3.6),
    "grenade": Charge(0.012, 1.4, 0.012, 0.9, 1600, 0.25, 0.5, 0.5, 0.0, 2.0),
    "gunshot": Charge(0.0022, 1.8, 0.006, 0.25, 3200, 0.09, 0.55, 0.35, 0.0, 1.3),
    "cannon": Charge(0.022, 0.7, 0.015, 1.0, 600, 0.30, 0.6, 0.6, 0.0, 2.4),
    "firework": Charge(0.008, 1.2, 0.010, 0.5, 1400, 0.18, 0.5, 0.6, 0.7, 2.4),
    "distant": Charge(0.045, 0.0, 0.030, 1.4, 160, 0.9, 0.8, 1.2, 0.0, 4.5),
}
CHARGE_WORDS: dict[str, tuple[str, ...]] = {
    "thunder": ("lightning", "storm"),
    "grenade": ("bomb", "mine"),
    "gunshot": ("gun", "shot", "pistol", "rifle", "bullet"),
    "cannon": ("artillery", "mortar"),
    "firework": ("fireworks", "firecracker"),
    "distant": ("far",),
    "explosion": ("blast", "explodes", "boom"),
}


def blasts(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) a blast at every onset, else one at the start.

    Parameters: `type` (explosion, grenade, gunshot, cannon, firework, distant, thunder; else from
    the prompt), `size` (0.2..5: longer and lower).
    """
    kind = choice(event, "type", CHARGE_WORDS, "explosion")
    size = number(event, "size", 1.0, 0.2, 5.0)
    rng = random_stream(event, "blasts")

    def make(strength: float) -> Array:
        if kind == "thunder":
            return _thunder(size, strength, rng, sample_rate_hz)
        return _blast(CHARGES[kind], size, strength, rng, sample_rate_hz)

    return perform(event, sample_rate_hz, rng, 0.0, make)


def friedlander(samples: int, positive_s: float, sample_rate_hz: int) -> Array:
    """(samples,) shock of unit peak: ``(1 - t/T) exp(-t/T)``, smoothed over its first samples."""
    part = np.arange(samples) / sample_rate_hz / positive_s
    rise = np.minimum((np.arange(samples) + 1.0) / 4.0, 1.0)
    return np.asarray(rise * (1.0 - part) * np.exp(-np.minimum(part, 50.0)))


def _blast(
    charge: Charge, size: float, strength: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    longer = size ** (1.0 / 3.0)
    samples = int(charge.seconds * longer * sample_rate_hz)
    shock = friedlander(samples, charge.shock_s * longer, sample_rate_hz)
    out = shock / np.sqrt(np.sum(shock**2))
    crack = shaped_noise(
        rng, samples, sample_rate_hz, lambda hz: band(hz, 250 / longer, 9000 / longer**1.5, 0.8)
    )
    crack *= burst(samples, sample_rate_hz, 0.0003, charge.crack_s * longer)
    out += charge.crack * (0.4 + 0.6 * strength) * crack / np.sqrt(np.sum(crack**2))
    part = np.arange(0, samples, 64) / sample_rate_hz / (charge.roar_s * longer)
    corner = np.maximum(charge.roar_hz / longer**1.5 * np.exp(-0.8 * part), 45.0)

    def spectrum(hz: Array, at: Array) -> Array:
        return band(hz, 22.0, at, 1.0) / np.sqrt(at)

    roar = moving_noise(rng, corner, samples, sample_rate_hz, spectrum)
    roar *= burst(samples, sample_rate_hz, 0.004, charge.roar_s * longer)
    roar *= np.exp(0.35 * wander(rng, samples, sample_rate_hz, 9.0))
    out += 1.6 * charge.roar * roar / np.sqrt(np.sum(roar**2))
    out = out + charge.echo * _echoes(out, charge.echo_s * longer, rng, sample_rate_hz)
    if charge.crackle:
        when = np.sort(rng.uniform(0.25, 0.8, 90)) * samples
        for at in when.astype(np.int64).tolist():
            tick = friedlander(int(0.004 * sample_rate_hz), 0.0003, sample_rate_hz)
            place(out, tick, at, 0.05 * charge.crackle * float(rng.pareto(2.5) + 0.3))
    return out


def _echoes(dry: Array, spread_s: float, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """What walls and slopes send back: sparse, later ones duller and softer."""
    response = np.zeros(int(2.5 * spread_s * sample_rate_hz) + 1)
    at_s = rng.exponential(spread_s, 60) + 0.02
    for delay_s in at_s[at_s < 2.4 * spread_s]:
        width = max(int((0.0004 + 0.004 * delay_s) * sample_rate_hz), 3)
        bump = np.hanning(width + 2)[1:-1]
        gain = rng.choice([-1.0, 1.0]) * np.exp(-delay_s / spread_s) * rng.uniform(0.3, 1.0)
        place(response, bump / np.sqrt(bump.sum()), int(delay_s * sample_rate_hz), float(gain))
    wet = signal.fftconvolve(dry, response)[: len(dry)]
    return np.asarray(wet / (np.sqrt(np.sum(wet**2)) + 1e-12) * np.sqrt(np.sum(dry**2)))


def _thunder(size: float, strength: float, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """A channel of pieces going up crookedly from `near_m` away; stronger is nearer."""
    near_m = 150.0 + 1400.0 * (1.0 - strength) ** 1.5
    spread_m, drift_m = np.array([9.5, 9.5, 2.6]), np.array([0.42, 0.28, 1.26])
    steps = rng.standard_normal((PIECES, 3)) * spread_m + drift_m
    path = np.cumsum(steps * size**0.5, axis=0) + np.array([near_m, 0.0, 0.0])
    distance_m = np.linalg.norm(path, axis=1)
    delay_s = (distance_m - distance_m.min()) / SOUND_M_PER_S
    samples = int((delay_s.max() + 1.5) * sample_rate_hz)
    groups = np.minimum((np.log2(distance_m / distance_m.min()) * 3).astype(int), 7)
    out = np.zeros(samples)
    for group in range(8):
        chosen = groups == group
        if not chosen.any():
            continue
        train = np.zeros(samples)
        gains = rng.choice([-1.0, 1.0], chosen.sum()) * rng.exponential(1.0, chosen.sum())
        np.add.at(train, (delay_s[chosen] * sample_rate_hz).astype(int), gains)
        far_m = near_m * 2.0 ** (group / 3.0)
        wave = _n_wave(0.006 * (far_m / 150.0) ** 0.25 * size**0.3, sample_rate_hz)
        soft_hz = 6000.0 / (1.0 + (far_m / 260.0) ** 1.4)
        sections = signal.butter(
            2, min(soft_hz, 0.4 * sample_rate_hz), fs=sample_rate_hz, output="sos"
        )
        part = signal.sosfilt(sections, signal.fftconvolve(train, wave)[:samples])
        out += part * (near_m / far_m) ** 0.6
    out += 0.7 * _echoes(out, 1.1 * size**0.3, rng, sample_rate_hz)
    crack = shaped_noise(rng, samples, sample_rate_hz, lambda hz: band(hz, 90, 3500, 1.0))
    crack *= burst(samples, sample_rate_hz, 0.003, 0.05 + 0.12 * float(vary(rng, 0.2)))
    energy = np.sqrt(np.sum(out**2))
    return out + 0.5 * strength**2 * energy * crack / np.sqrt(np.sum(crack**2))


def _n_wave(length_s: float, sample_rate_hz: int) -> Array:
    width = max(int(length_s * sample_rate_hz), 4)
    return np.linspace(1.0, -1.0, width) * np.minimum(
        np.minimum(np.arange(width), np.arange(width)[::-1]) / 2.0, 1.0
    )
