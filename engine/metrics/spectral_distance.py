"""How unlike two recordings' spectra are, in decibels.

References
----------
Gray and Markel, "Distance measures for speech processing", IEEE ASSP 24(5), 1976: the root mean
square, over frequency, of the difference of logarithmic power spectra; here its mean over time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError

WINDOW_S, HOP_S = 0.032, 0.016
FLOOR_DB = 60.0
"""Spectra are cut off this much under the reference's highest power: silence has no logarithm."""

Floats = NDArray[np.float64]


def log_spectral_distance_db(
    reference: NDArray[np.floating], estimate: NDArray[np.floating], sample_rate_hz: int
) -> float | None:
    """Of two mono sounds (samples,); None where the reference is silent.

    Windows in which the reference is silent (below the floor throughout) are left out.

    Raises
    ------
    ShapeError
        Unequal lengths, no samples, NaN or infinity.
    """
    if reference.ndim != 1 or reference.shape != estimate.shape or not len(reference):
        raise ShapeError(
            f"sounds of shapes {reference.shape} and {estimate.shape}",
            remedy="give two mono sounds of the same length",
        )
    for name, sound in (("reference", reference), ("estimate", estimate)):
        if not np.isfinite(sound).all():
            raise ShapeError(f"the {name} holds NaN or infinity", remedy="render it again")
    powers = [_powers(sound, sample_rate_hz) for sound in (reference, estimate)]
    highest = float(powers[0].max())
    if highest <= 0.0:
        return None
    floor = highest * 10.0 ** (-FLOOR_DB / 10.0)
    sounding = (powers[0] > floor).any(axis=1)
    levels = [10.0 * np.log10(np.maximum(power[sounding], floor)) for power in powers]
    return float(np.sqrt(np.mean((levels[0] - levels[1]) ** 2, axis=1)).mean())


def _powers(sound: NDArray[np.floating], sample_rate_hz: int) -> Floats:
    """(windows, frequencies) of Hann windows; the last are filled up with silence."""
    size, hop = round(WINDOW_S * sample_rate_hz), round(HOP_S * sample_rate_hz)
    count = -(-len(sound) // hop)
    padded = np.pad(np.asarray(sound, np.float64), (0, (count - 1) * hop + size - len(sound)))
    pieces = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    return np.asarray(np.square(np.abs(np.fft.rfft(pieces * np.hanning(size), axis=-1))))
