"""Colouring an existing sound by a spectrum that moves: mouths that open, bodies that fill."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

Array = NDArray[np.float64]


def moving_filter(
    sound: Array,
    sample_rate_hz: int,
    magnitude: Callable[[Array, Array], Array],
    window_s: float = 0.03,
) -> Array:
    """(samples,) the sound through a filter that changes as it goes.

    Weighted overlap-add with sine windows and half overlap; zero phase, so what must start
    sharply gets its envelope afterwards.

    Parameters
    ----------
    magnitude : callable
        ``magnitude(hz (1, bins), part (segments, 1))`` -> (segments, bins) gains, where `part`
        runs from 0 at the start of the sound to 1 at its end.
    """
    hop = max(round(0.5 * window_s * sample_rate_hz), 16)
    segments = len(sound) // hop + 2
    padded = np.zeros((segments + 1) * hop)
    padded[hop : hop + len(sound)] = sound
    window = np.sin(np.pi * (np.arange(2 * hop) + 0.5) / (2 * hop))
    blocks = padded.reshape(segments + 1, hop)
    pieces = np.concatenate([blocks[:-1], blocks[1:]], axis=1) * window
    hz = fft.rfftfreq(4 * hop, 1.0 / sample_rate_hz)[None, :]
    part = np.clip(np.arange(segments)[:, None] * hop / max(len(sound), 1), 0.0, 1.0)
    spectra = fft.rfft(pieces, 4 * hop, axis=1) * magnitude(hz, part)
    filtered = np.roll(fft.irfft(spectra, 4 * hop, axis=1), hop, axis=1)
    filtered[:, hop : 3 * hop] *= window
    out = np.zeros((segments + 1) * hop)
    out[: segments * hop] += filtered[:, hop : 2 * hop].ravel()
    out[hop:] += filtered[:, 2 * hop : 3 * hop].ravel()
    return out[hop : hop + len(sound)]


def resonances(
    hz: ArrayLike,
    centres_hz: Sequence[ArrayLike],
    widths_hz: Sequence[float],
    gains: Sequence[float],
) -> Array:
    """Magnitude of parallel resonances: each has its gain at its centre, -3 dB at half its width.

    A centre may be a column, one value a segment.
    """
    at = np.asarray(hz, dtype=np.float64)
    total: Array = np.zeros(1)
    for centre_hz, width_hz, gain in zip(centres_hz, widths_hz, gains, strict=True):
        aside = (at - np.asarray(centre_hz, dtype=np.float64)) / (0.5 * width_hz)
        total = total + gain / np.sqrt(1.0 + aside**2)
    return np.asarray(total)


def contour(part: ArrayLike, points: Sequence[tuple[float, float]]) -> Array:
    """Values at parts of a sound (0..1), log-linear between (part, value > 0) points."""
    at, values = np.array(points, dtype=np.float64).T
    return np.asarray(np.exp(np.interp(np.asarray(part), at, np.log(values))))
