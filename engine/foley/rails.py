"""Wheels on rails: rolling roar, joints and points under every axle, flanges that squeal.

Roughness of wheel and rail is noise in space, as in `engine.foley.friction`; every wheel passing a
joint strikes both rail ends, so axles 2.5 m apart on bogies 14 m apart give the two-by-two beat
whose rate is the speed over the length of a rail (compare Thompson, "Railway Noise and Vibration",
2009: level grows by 30 dB a decade of speed). At joints the blows outdo rolling by far from 500 Hz
on (Ver, Ventres and Myles, JSV 46, 1976), and wheels, whose damping is slight even while they roll
(a loss factor of about 0.001; Thompson), ring on for half a second.

Level: full effort is -20 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import intensity_curve, length_samples
from engine.foley.grains import scatter
from engine.foley.loudness import to_unit_texture
from engine.foley.modal import Modes, contact_pulse, ring
from engine.foley.noise import band, moving_noise, peak, wander
from engine.foley.oscillators import follow, phase_of, read_table, series_table
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -20.0
_SLEEPERS_M = 0.6
_WHEEL_LOSS = 1.0e-3
"""Loss factor of a wheel that rolls: its modes fall by 60 dB in 2.2 / (f * loss) seconds."""
_WHEEL_HZ = (1500.0, 9500.0)


@dataclass(frozen=True)
class Stock:
    """Full speed, length of a rail, axle places along one car, car length; levels of roar, joints,
    squeal and motor whine (Hz at full speed)."""

    speed_m_per_s: float
    rail_m: float
    axles_m: tuple[float, ...]
    car_m: float
    roar_hz: float
    roar: float
    joints: float
    squeal: float
    whine: float
    whine_hz: float


STOCKS: dict[str, Stock] = {
    "train": Stock(22.0, 24.0, (0.0, 2.5, 14.0, 16.5), 22.0, 850, 0.4, 5.5, 0.05, 0.0, 0),
    "freight": Stock(14.0, 18.0, (0.0, 1.8, 9.0, 10.8), 13.0, 520, 0.45, 4.5, 0.15, 0.0, 0),
    "tram": Stock(11.0, 60.0, (0.0, 1.8, 8.0, 9.8), 14.0, 700, 0.9, 0.5, 0.25, 0.25, 620),
    "subway": Stock(18.0, 30.0, (0.0, 2.1, 12.0, 14.1), 18.0, 600, 1.3, 0.5, 0.12, 0.3, 780),
    "minecart": Stock(5.0, 6.0, (0.0, 1.0), 3.0, 900, 0.8, 1.4, 0.2, 0.0, 0),
}
STOCK_WORDS: dict[str, tuple[str, ...]] = {
    "freight": ("goods", "wagons", "cargo"),
    "tram": ("streetcar", "trolley"),
    "subway": ("metro", "underground", "tube"),
    "minecart": ("cart", "mine", "trolley"),
    "train": ("railway", "rail", "carriage"),
}


def rails(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) wheels on rails, speed following the intensity.

    Parameters: `type` (else from the prompt), `speed_m_per_s` at intensity 1.
    """
    stock = STOCKS[choice(event, "type", STOCK_WORDS, "train")]
    full = number(event, "speed_m_per_s", stock.speed_m_per_s, 0.5, 120.0)
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.3)
    rng = random_stream(event, "rails")
    pace = np.maximum(follow(effort, sample_rate_hz, 0.4), 0.02)
    sound = stock.roar * _roar(stock, pace, rng, sample_rate_hz)
    sound += stock.joints * _joints(stock, full * pace, rng, sample_rate_hz)
    sound += _sleepers(full * pace, rng, sample_rate_hz)
    if stock.whine:
        rate = stock.whine_hz * pace * (1.0 + 0.003 * wander(rng, samples, sample_rate_hz, 3.0))
        table = series_table(np.array([1.0, 0.5, 0.6, 0.2]), rng)
        sound += stock.whine * read_table(table, phase_of(rate, sample_rate_hz))
    return to_unit_texture(sound, sample_rate_hz) * pace**1.5 * (effort > 0)


def _roar(stock: Stock, pace: Array, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Unit RMS: rolling noise, and flanges now and then."""
    samples = len(pace)
    step = max(sample_rate_hz // 100, 1)
    bite = np.maximum(wander(rng, samples, sample_rate_hz, 0.35) - 0.7, 0.0)
    squeal_hz = float(rng.uniform(1900.0, 3300.0))

    def spectrum(hz: Array, at: Array) -> Array:
        centre = stock.roar_hz * (0.35 + 0.65 * at)
        rumble = 0.8 * band(hz, 30.0, 80.0 + 50.0 * at, 1.5) + 5.0 * peak(hz, 72.0, 0.35)
        tread = 0.03 * at * band(hz, 1200.0, 9000.0, 1.0)
        return np.asarray(np.sqrt(rumble**2 + (0.4 * peak(hz, 1.3 * centre, 2.2)) ** 2 + tread**2))

    def flange(hz: Array, at: Array) -> Array:
        return at * (peak(hz, squeal_hz, 0.03) + 0.6 * peak(hz, 2.1 * squeal_hz, 0.03))

    roar = moving_noise(rng, pace[::step], samples, sample_rate_hz, spectrum)
    roar *= np.exp(0.15 * wander(rng, samples, sample_rate_hz, 6.0))
    roar /= np.sqrt(np.mean(roar**2)) + 1e-12
    squeal = moving_noise(rng, bite[::step], samples, sample_rate_hz, flange)
    return roar + 14.0 * stock.squeal * squeal


def _sleepers(speed: Array, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Track and ground under the axles: a hum at the rate of sleepers passed and its octave.

    Rails are stiffer over a sleeper than between two, so that every wheel presses at the rate of
    speed over spacing (0.6 m), heard in the ground (Thompson, 2009, on parametric excitation).
    """
    swell = np.exp(0.35 * wander(rng, len(speed), sample_rate_hz, 0.7))
    phase = phase_of(speed / _SLEEPERS_M, sample_rate_hz, rng.uniform())
    table = series_table(np.array([0.8, 1.0, 0.16, 0.08]), rng)
    return 0.7 * read_table(table, phase) * swell


def _joints(stock: Stock, speed: Array, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Blows as the axles of one car pass the joints: clack-clack, clack-clack."""
    way = phase_of(speed, sample_rate_hz, rng.uniform(0.0, stock.rail_m))
    hits: list[NDArray[np.int64]] = []
    gains: list[Array] = []
    for axle_m in stock.axles_m:
        at = np.flatnonzero(np.diff(np.floor((way - axle_m) / stock.rail_m)) > 0)
        hits.append(at)
        gains.append(np.exp(0.25 * rng.standard_normal(len(at))))
    when, level = np.concatenate(hits), np.concatenate(gains)
    order = np.argsort(when, kind="stable")
    kinds = [_blow(rng, sample_rate_hz) for _ in range(12)]
    which = rng.integers(0, len(kinds), len(order))
    blows = scatter(
        len(speed), when[order], kinds, which, level[order] * np.sqrt(speed[when[order]])
    )
    return 22.0 * blows / np.sqrt(stock.speed_m_per_s)


def _blow(rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Rail end, bogie, and a wheel that rings on: unit energy."""
    hz = np.array([62.0, 120.0, 320.0, 910.0, 1900.0, 3400.0, 5600.0]) * vary(rng, 0.05, 7)
    body = Modes(hz, 0.16 * (hz / 88.0) ** -0.35, np.array([1.6, 0.4, 0.4, 0.5, 0.7, 0.6, 0.5]))
    wheel_hz = np.exp(rng.uniform(np.log(_WHEEL_HZ[0]), np.log(_WHEEL_HZ[1]), 11))
    gains = 0.18 * (wheel_hz / 3000.0) * vary(rng, 0.5, 11)
    wheel = Modes(wheel_hz, 2.2 / (_WHEEL_LOSS * wheel_hz), gains)
    samples = int(0.7 * sample_rate_hz)
    force = contact_pulse(0.0002, sample_rate_hz)
    grain = ring(force, body, samples, sample_rate_hz) + ring(force, wheel, samples, sample_rate_hz)
    grain *= np.minimum(1.0, (samples - np.arange(samples)) / (0.15 * sample_rate_hz))
    return np.asarray(grain / np.sqrt(np.sum(grain**2)))
