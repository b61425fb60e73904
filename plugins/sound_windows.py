"""Sound of any length from a model that makes little: windows that overlap and cross-fade."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.errors import PluginError

Array = NDArray[np.float64]

OVERLAP_S = 1.0
_LARGEST_SHARE = 0.25
"""Of a window, at most, is overlap."""


def plan(samples: int, longest: int, rate_hz: int) -> list[tuple[int, int]]:
    """(start, length) of windows that cover `samples`, all of one length, none over `longest`."""
    if samples <= longest:
        return [(0, samples)]
    overlap = min(int(OVERLAP_S * rate_hz), int(_LARGEST_SHARE * longest))
    count = -(-(samples - overlap) // (longest - overlap))
    length = -(-(samples + (count - 1) * overlap) // count)
    starts = [round(index * (samples - length) / (count - 1)) for index in range(count)]
    return [(start, length) for start in starts]


def assembled(samples: int, longest: int, rate_hz: int, make: Callable[[int, int], Array]) -> Array:
    """(channels, samples) from ``make(number, length)`` for every window.

    Where windows overlap they cross-fade with gains that keep the power for the correlation they
    happen to have.

    Raises
    ------
    PluginError
        If a window is not finite, or shorter than asked for.
    """
    out: Array | None = None
    done = 0
    for number, (start, length) in enumerate(plan(samples, longest, rate_hz)):
        window = _checked(make(number, length), length)
        if out is None:
            out = np.zeros((len(window), samples))
        join = done - start
        if join > 0:
            out[:, start:done] = _joined(out[:, start:done], window[:, :join])
        out[:, start + max(join, 0) : start + length] = window[:, max(join, 0) :]
        done = start + length
    assert out is not None
    return out


def resampled(sound: Array, from_hz: int, to_hz: int) -> Array:
    """(channels, samples) at another rate."""
    if from_hz == to_hz:
        return sound
    ratio = Fraction(to_hz, from_hz)
    return np.asarray(signal.resample_poly(sound, ratio.numerator, ratio.denominator, axis=1))


def _checked(window: Array, length: int) -> Array:
    if window.ndim != 2 or not 1 <= len(window) <= 2:
        raise PluginError(f"the model answered a sound of shape {window.shape}")
    if window.shape[1] < length:
        raise PluginError(
            f"the model answered {window.shape[1]} samples, {length} were asked for",
            remedy="use other weights",
        )
    if not np.isfinite(window).all():
        raise PluginError("the model answered NaN or infinity", remedy="use other weights or steps")
    return window[:, :length]


def _joined(ending: Array, beginning: Array) -> Array:
    angle = 0.5 * np.pi * (np.arange(ending.shape[1]) + 0.5) / ending.shape[1]
    rise, fall = np.sin(angle), np.cos(angle)
    norms = np.sqrt(np.sum(ending**2) * np.sum(beginning**2))
    alike = float(np.sum(ending * beginning) / max(norms, 1e-12))
    power = np.sqrt(np.maximum(1.0 + 2.0 * alike * rise * fall, 0.1))
    return np.asarray((fall * ending + rise * beginning) / power)
