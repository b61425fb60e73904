"""The layers ambience beds are made of, each (4, samples) first-order AmbiX.

Levels within a layer are free: `engine.foley.ambience` balances whole layers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.foley.bubbles import bubble_stock, drop_stock
from engine.foley.envelope import place
from engine.foley.grains import arrivals, scatter
from engine.foley.noise import band, moving_noise, peak, shaped_noise, tilt, wander
from engine.foley.water import FLOWS, flow

Array = NDArray[np.float64]
DIFFUSE = np.array([1.0, 1.0, 0.5, 1.0]) / np.array([1.0, np.sqrt(3.0), np.sqrt(3.0), np.sqrt(3.0)])
"""Gains of W, Y, Z, X of a field that lies mostly around the horizon."""


def plane_wave(azimuth: Array | float, elevation: Array | float) -> Array:
    """(4, ...) AmbiX gains of a direction; radians (azimuth to the left)."""
    azimuth, elevation = np.broadcast_arrays(azimuth, elevation)
    flat = np.cos(elevation)
    return np.stack(
        [np.ones_like(flat), flat * np.sin(azimuth), np.sin(elevation), flat * np.cos(azimuth)]
    )


def diffuse(
    samples: int,
    rng: np.random.Generator,
    sample_rate_hz: int,
    magnitude: Callable[[Array], Array],
) -> Array:
    """(4, samples) stationary isotropic noise: four independent channels."""
    channels = [shaped_noise(rng, samples, sample_rate_hz, magnitude) for _ in range(4)]
    return np.stack(channels) * DIFFUSE[:, None]


def wind(samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Wind in the open: gusts that brighten as they swell, and a soft rustle of leaves."""
    gust = wander(rng, samples, sample_rate_hz, 0.22) + 0.4 * wander(
        rng, samples, sample_rate_hz, 0.8
    )
    speed = np.exp(0.38 * gust)
    coarse = speed[:: max(sample_rate_hz // 100, 1)]

    def spectrum(hz: Array, at: Array) -> Array:
        low = band(hz, 45.0, 190.0 * at, 1.0) * at
        howl = 0.28 * at**1.5 * peak(hz, 430.0 * at, 0.9)
        leaves = 0.05 * at**1.6 * band(hz, 1300.0, 4200.0, 1.5)
        return np.asarray(np.sqrt(low**2 + howl**2 + leaves**2))

    channels = [moving_noise(rng, coarse, samples, sample_rate_hz, spectrum) for _ in range(4)]
    return np.stack(channels) * DIFFUSE[:, None]


def traffic(samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """A city far away: low roar with a broad hill around 600 Hz, swelling slowly."""
    sound = diffuse(
        samples,
        rng,
        sample_rate_hz,
        lambda hz: band(hz, 40.0, 320.0, 1.0) + 0.22 * peak(hz, 650.0, 2.2) + 0.03 * tilt(hz, -5.0),
    )
    return sound * np.exp(0.18 * wander(rng, samples, sample_rate_hz, 0.15))


def passing_cars(samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Cars some streets away: swells of noise that travel around the listener."""
    out = np.zeros((4, samples))
    seconds = samples / sample_rate_hz
    for _ in range(max(int(rng.poisson(seconds / 5.0)), 1)):
        centre_s, width_s = rng.uniform(-2.0, seconds + 2.0), rng.uniform(1.2, 3.0)
        first = max(int((centre_s - 3 * width_s) * sample_rate_hz), 0)
        last = min(int((centre_s + 3 * width_s) * sample_rate_hz), samples)
        if last - first < 64:
            continue
        since = (np.arange(first, last) / sample_rate_hz - centre_s) / width_s
        closeness = 1.0 / (1.0 + since**2) * np.cos(np.clip(since / 3.0, -1, 1) * np.pi / 2) ** 2
        colour = partial(_car_colour, tread_hz=rng.uniform(700, 1300))
        noise = shaped_noise(rng, last - first, sample_rate_hz, colour)
        azimuth = rng.uniform(-np.pi, np.pi) + rng.choice([-1.0, 1.0]) * np.arctan(1.5 * since)
        loud = rng.uniform(0.4, 1.0)
        out[:, first:last] += loud * closeness * noise * plane_wave(azimuth, 0.03)
    return out


def _car_colour(hz: Array, tread_hz: float) -> Array:
    return band(hz, 50.0, 180.0, 1.0) + 0.5 * peak(hz, tread_hz, 1.8)


def birds(samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """A few birds, each with a song of its own and a tree of its own."""
    out = np.zeros((4, samples))
    seconds = samples / sample_rate_hz
    for _ in range(4):
        direction = plane_wave(rng.uniform(-np.pi, np.pi), rng.uniform(0.1, 0.7))
        far = rng.uniform(0.25, 1.0)
        song = _song(rng)
        at_s = rng.uniform(0.0, 3.0)
        while at_s < seconds:
            call = song(rng, sample_rate_hz)
            call = _distant(call, rng, sample_rate_hz)
            gain = far * float(rng.uniform(0.5, 1.0))
            place(out, gain * direction[:, None] * call, int(at_s * sample_rate_hz))
            at_s += len(call) / sample_rate_hz + rng.gamma(2.0, 1.3)
    return out


def _song(rng: np.random.Generator) -> Callable[[np.random.Generator, int], Array]:
    """A bird: its notes (start and end Hz, bend, length), how many, and how fast."""
    count = int(rng.integers(1, 4))
    starts_hz = rng.uniform(2300, 5200, count)
    ends_hz = starts_hz * np.exp(rng.uniform(-0.45, 0.45, count))
    lengths_s = rng.uniform(0.05, 0.17, count)
    gaps_s = rng.uniform(0.03, 0.12)
    trill_hz = float(rng.choice([0.0, 0.0, 28.0, 42.0]))

    def sing(take: np.random.Generator, sample_rate_hz: int) -> Array:
        notes = []
        for index in take.integers(0, count, int(take.integers(2, 8))):
            length = int(lengths_s[index] * take.uniform(0.9, 1.1) * sample_rate_hz)
            part = np.linspace(0.0, 1.0, length)
            hz = starts_hz[index] * (ends_hz[index] / starts_hz[index]) ** part
            hz = hz * (1.0 + (0.05 * np.sin(2 * np.pi * trill_hz * part * lengths_s[index])))
            phase = 2 * np.pi * np.cumsum(np.minimum(hz, 0.4 * sample_rate_hz)) / sample_rate_hz
            tone = np.sin(phase) + 0.08 * np.sin(2 * phase)
            notes += [tone * np.sin(np.pi * part) ** 0.8, np.zeros(int(gaps_s * sample_rate_hz))]
        return np.concatenate(notes)

    return sing


def _distant(call: Array, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """The call with a faint scatter of trees after it, so that it does not sit in the ear."""
    out = np.zeros(len(call) + int(0.3 * sample_rate_hz))
    place(out, call, 0)
    for delay_s in rng.uniform(0.01, 0.28, 10):
        gain = 0.28 * np.exp(-delay_s / 0.12) * rng.choice([-1.0, 1.0])
        place(out, call, int(delay_s * sample_rate_hz), float(gain))
    return out


def crickets(samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Crickets: pulses of a pure high tone in chirps, each insect at its own place and pace."""
    out = np.zeros((4, samples))
    times = np.arange(samples) / sample_rate_hz
    for _ in range(7):
        hz, pulse_hz = rng.uniform(4000, 5200), rng.uniform(26, 34)
        chirp_hz = rng.uniform(0.7, 2.4)
        pace = times + 0.05 * wander(rng, samples, sample_rate_hz, 0.5)
        pulses = np.maximum(np.sin(2 * np.pi * pulse_hz * pace), 0.0) ** 1.5
        beat = (pace * chirp_hz + rng.uniform()) % 1.0
        chirp = np.clip(np.sin(np.pi * np.clip(beat / 0.45, 0.0, 1.0)) * 3.0, 0.0, 1.0)
        tone = np.sin(2 * np.pi * hz * times) * pulses * chirp * rng.uniform(0.1, 1.0)
        out += plane_wave(rng.uniform(-np.pi, np.pi), -0.1)[:, None] * tone
    return out


def hum(samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Room tone: ventilation rolling off by 6 dB an octave, a breath of mains hum."""
    sound = diffuse(
        samples,
        rng,
        sample_rate_hz,
        lambda hz: band(hz, 35.0, 260.0, 1.0) + 0.06 * tilt(hz, -4.0) * band(hz, 200, 6000, 1.0),
    )
    times = np.arange(samples) / sample_rate_hz
    azimuth = rng.uniform(-np.pi, np.pi)
    for order, gain in ((2, 0.12), (4, 0.05), (6, 0.03)):
        tone = gain * np.sin(2 * np.pi * (50.0 * order * times + rng.uniform()))
        sound += plane_wave(azimuth, 0.4)[:, None] * tone
    return sound * np.exp(0.06 * wander(rng, samples, sample_rate_hz, 0.3))


def still_air(samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Air that might be a hall's or a quiet yard's: soft, even, falling by 6 dB an octave."""
    sound = diffuse(
        samples,
        rng,
        sample_rate_hz,
        lambda hz: band(hz, 40.0, 300.0, 1.0) + 0.08 * tilt(hz, -4.0) * band(hz, 300, 7000, 1.0),
    )
    return sound * np.exp(0.05 * wander(rng, samples, sample_rate_hz, 0.2))


def rainfall(samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Rain all around: the hiss of far drops, and near ones each from a direction of its own."""
    sound = 0.8 * diffuse(
        samples,
        rng,
        sample_rate_hz,
        lambda hz: band(hz, 650.0, 5200.0, 1.0) * tilt(hz, -1.5) + 0.10 * band(hz, 60, 400, 1.0),
    )
    drops = drop_stock(rng, 96, 1200, 5500, sample_rate_hz)
    puddles = bubble_stock(rng, 48, 0.0004, 0.0016, 0.6, sample_rate_hz)
    for _ in range(8):
        when = arrivals(rng, 110.0, samples, sample_rate_hz)
        gains = np.minimum(rng.pareto(1.7, len(when)) + 0.05, 6.0)
        near = scatter(samples, when, drops, rng.integers(0, 96, len(when)), gains)
        when = arrivals(rng, 9.0, samples, sample_rate_hz)
        gains = 0.6 * np.minimum(rng.pareto(2.0, len(when)) + 0.1, 4.0)
        near += scatter(samples, when, puddles, rng.integers(0, 48, len(when)), gains)
        direction = plane_wave(rng.uniform(-np.pi, np.pi), rng.uniform(-0.7, 0.3))
        sound += 2.2 * direction[:, None] * near
    return sound * np.exp(0.10 * wander(rng, samples, sample_rate_hz, 0.25))


def running_water(samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """A stream: four reaches of it, each with bubbles of its own, spread over half the horizon."""
    middle = rng.uniform(-np.pi, np.pi)
    out = np.zeros((4, samples))
    for offset, size in ((-0.9, 0.9), (-0.3, 1.1), (0.3, 1.0), (0.9, 1.3)):
        reach = flow(FLOWS["stream"], size, samples, rng, sample_rate_hz)
        out += plane_wave(middle + offset, -0.15)[:, None] * reach
    return out


def waves(samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Surf: breakers every six seconds or so that build, break bright and draw back hissing."""
    out = 0.35 * diffuse(
        samples, rng, sample_rate_hz, lambda hz: band(hz, 220.0, 1300.0, 1.5) * tilt(hz, -1.5)
    )
    seconds = samples / sample_rate_hz
    facing = rng.uniform(-np.pi, np.pi)
    at_s = -rng.uniform(0.0, 6.0)
    while at_s < seconds:
        length_s = rng.uniform(5.0, 9.0)
        wave = _breaker(length_s, float(rng.uniform(0.5, 1.0)), rng, sample_rate_hz)
        direction = plane_wave(facing + rng.uniform(-1.0, 1.0), -0.05)
        place(out, direction[:, None] * wave, int(at_s * sample_rate_hz))
        at_s += rng.uniform(3.5, 7.0)
    return out


def _breaker(
    length_s: float, height: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    part = np.linspace(0.0, 1.0, int(length_s * 100))
    rise = np.clip(part / 0.35, 0, 1) ** 2.5 * np.exp(-np.maximum(part - 0.35, 0) / 0.16)
    end = np.cos(0.5 * np.pi * np.clip((part - 0.8) / 0.2, 0, 1))
    control = rise * end

    def spectrum(hz: Array, at: Array) -> Array:
        return at * (band(hz, 330.0, 600.0 + 2000.0 * at, 1.5) + 0.15 * band(hz, 2000, 6500, 1.5))

    samples = int(length_s * sample_rate_hz)
    return height * moving_noise(rng, control, samples, sample_rate_hz, spectrum)
