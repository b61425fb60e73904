"""Periodic sources: wave tables read along a phase, for engines, rotors and buzzing wings."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import signal

Array = NDArray[np.float64]
TABLE = 4096


def phase_of(rate_hz: Array, sample_rate_hz: int, start: float = 0.0) -> Array:
    """(samples,) phase in cycles of an oscillator that follows a rate curve."""
    return start + np.cumsum(rate_hz) / sample_rate_hz


def follow(curve: Array, sample_rate_hz: int, time_s: float) -> Array:
    """The curve with inertia (one pole), starting from its own first value."""
    keep = np.exp(-1.0 / (time_s * sample_rate_hz))
    zi = [curve[0] * keep] if len(curve) else [0.0]
    return np.asarray(signal.lfilter([1.0 - keep], [1.0, -keep], curve, zi=zi)[0])


def pulse_table(centres: ArrayLike, widths: ArrayLike, gains: ArrayLike, harmonics: int) -> Array:
    """One cycle of pulses, band-limited to a number of harmonics, without constant part, unit RMS.

    A pulse rises quickly and falls slowly, as a cylinder's exhaust does; `centres` and `widths`
    are parts of the cycle.
    """
    at = np.arange(TABLE) / TABLE
    table = np.zeros(TABLE)
    rows = zip(np.atleast_1d(centres), np.atleast_1d(widths), np.atleast_1d(gains), strict=True)
    for centre, width, gain in rows:
        since = (at - centre) % 1.0
        table += gain * (since / width) * np.exp(1.0 - since / width)
    spectrum = np.fft.rfft(table)
    spectrum *= np.exp(-((np.arange(len(spectrum)) / harmonics) ** 2))
    spectrum[0] = 0.0
    table = np.fft.irfft(spectrum, TABLE)
    return np.asarray(table / np.sqrt(np.mean(table**2)))


def series_table(gains: ArrayLike, rng: np.random.Generator) -> Array:
    """One cycle of a harmonic series with the given gains and random phases, unit RMS."""
    weights = np.asarray(gains, dtype=np.float64)
    spectrum = np.zeros(TABLE // 2 + 1, dtype=complex)
    spectrum[1 : len(weights) + 1] = weights * np.exp(2j * np.pi * rng.uniform(size=len(weights)))
    table = np.fft.irfft(spectrum, TABLE)
    return np.asarray(table / np.sqrt(np.mean(table**2)))


def read_table(table: Array, phase: Array) -> Array:
    """The table read at a phase in cycles, linearly interpolated."""
    position = (phase % 1.0) * TABLE
    index = position.astype(np.int64)
    part = position - index
    closed = np.append(table, table[0])
    index = np.minimum(index, TABLE - 1)
    return closed[index] * (1.0 - part) + closed[index + 1] * part


def per_cycle(rng: np.random.Generator, phase: Array, spread: float) -> Array:
    """(samples,) factor around 1 that changes from cycle to cycle, gliding in between."""
    cycles = int(np.ceil(phase[-1])) + 3 if len(phase) else 3
    factors = np.exp(spread * np.clip(rng.standard_normal(cycles), -2.5, 2.5))
    return np.interp(phase, np.arange(cycles), factors)
