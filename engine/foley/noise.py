"""Noise with a shape: stationary spectra, spectra that move in time, and slow random curves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft
from scipy.interpolate import CubicSpline

Array = NDArray[np.float64]
WINDOW_S = 0.04


def band(hz: ArrayLike, low_hz: ArrayLike, high_hz: ArrayLike, slope: float = 2.0) -> Array:
    """Smooth band-pass magnitude: -3 dB at the corners.

    It falls by 6*slope dB per octave below and, as air and bodies do, by 4.5 dB more above.
    """
    ratio = np.asarray(hz, dtype=np.float64) + 1e-6
    high_pass = 1.0 / np.sqrt(1.0 + (np.asarray(low_hz) / ratio) ** (2 * slope))
    return np.asarray(high_pass / np.sqrt(1.0 + (ratio / np.asarray(high_hz)) ** (2 * slope + 1.5)))


def peak(hz: ArrayLike, centre_hz: ArrayLike, width_octaves: float) -> Array:
    """Log-normal magnitude bump of 1 at the centre; half the width is one standard deviation."""
    octaves = np.log2((np.asarray(hz, dtype=np.float64) + 1.0) / np.asarray(centre_hz))
    return np.asarray(np.exp(-0.5 * (octaves / (0.5 * width_octaves)) ** 2))


def tilt(hz: ArrayLike, db_per_octave: float, reference_hz: float = 1000.0) -> Array:
    """Magnitude falling or rising at a constant rate, 1 at the reference, flat below 20 Hz."""
    octaves = np.log2(np.maximum(np.asarray(hz, dtype=np.float64), 20.0) / reference_hz)
    return np.asarray(10.0 ** (db_per_octave * octaves / 20.0))


def shaped_noise(
    rng: np.random.Generator,
    samples: int,
    sample_rate_hz: int,
    magnitude: Callable[[Array], Array],
) -> Array:
    """(samples,) Gaussian noise of unit RMS expectation with the given magnitude spectrum.

    `magnitude` maps frequencies in Hz to linear gains; the constant component is always removed.
    """
    length = fft.next_fast_len(max(samples, 256), real=True)
    spectrum = fft.rfft(rng.standard_normal(length, dtype=np.float32))
    gains = _on_bins(magnitude, length, sample_rate_hz)
    gains /= max(float(np.sqrt(np.mean(gains**2))), 1e-12)
    return np.asarray(fft.irfft(spectrum * gains.astype(np.float32), length)[:samples], float)


def _on_bins(magnitude: Callable[[Array], Array], length: int, sample_rate_hz: int) -> Array:
    """The magnitude at every bin of a transform; long ones are read from 1024 points a spectrum."""
    hz = fft.rfftfreq(length, 1.0 / sample_rate_hz)
    if length > 8192:
        points = np.geomspace(hz[1], hz[-1], 1024)
        gains = np.interp(hz, points, magnitude(points))
    else:
        gains = np.array(magnitude(hz))
    gains[0] = 0.0
    return gains


def moving_noise(
    rng: np.random.Generator,
    control: ArrayLike,
    samples: int,
    sample_rate_hz: int,
    magnitude: Callable[[Array, Array], Array],
) -> Array:
    """(samples,) noise whose spectrum follows a control curve.

    Independent stationary segments of 40 ms, each with its own spectrum, cross-faded at constant
    power every 20 ms. Not normalised: a magnitude of 1 everywhere gives unit RMS.

    Parameters
    ----------
    control : (k,) array
        Evenly spaced over the whole duration, read by linear interpolation.
    magnitude : callable
        ``magnitude(hz (1, bins), control (segments, 1))`` -> (segments, bins) gains.
    """
    hop = max(round(0.5 * WINDOW_S * sample_rate_hz), 16)
    length = 2 * hop
    segments = samples // hop + 2
    values = np.asarray(control, dtype=np.float64)
    position = np.linspace(0.0, (segments - 1) * hop / max(samples, 1), segments)
    curve = np.interp(position, np.linspace(0.0, 1.0, len(values)), values)
    hz = fft.rfftfreq(length, 1.0 / sample_rate_hz)[None, :]
    window = np.sin(np.pi * (np.arange(length) + 0.5) / length).astype(np.float32)
    out = np.zeros((segments + 1) * hop, dtype=np.float32)
    for first in range(0, segments, 1024):  # bounded memory for long takes
        part = curve[first : first + 1024, None]
        white = fft.rfft(rng.standard_normal((len(part), length), dtype=np.float32), axis=1)
        gains = magnitude(hz, part).astype(np.float32)
        gains[:, 0] = 0.0
        pieces = fft.irfft(white * gains, length, axis=1) * window
        out[first * hop : (first + len(part)) * hop] += pieces[:, :hop].ravel()
        out[(first + 1) * hop : (first + 1 + len(part)) * hop] += pieces[:, hop:].ravel()
    return out[hop : hop + samples].astype(np.float64)


def wander(rng: np.random.Generator, samples: int, sample_rate_hz: int, rate_hz: float) -> Array:
    """(samples,) slow random curve of about unit variance, about `rate_hz` swings a second."""
    steps = max(int(np.ceil(samples / sample_rate_hz * 2.0 * rate_hz)), 1) + 4
    knots = rng.standard_normal(steps)
    start = rng.uniform(0.0, 1.0)
    at = start + np.arange(0, samples + 64, 64) / sample_rate_hz * 2.0 * rate_hz
    coarse = CubicSpline(np.arange(steps), knots)(np.minimum(at, steps - 1.0)) * 1.15
    return np.interp(np.arange(samples) / 64.0, np.arange(len(coarse)), coarse)
