"""Two sounds joined so that the join is not heard."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def join_gains(ending: Array, beginning: Array) -> tuple[Array, Array]:
    """(n,) rising and falling gains that keep the power of two sounds as alike as these are.

    Equal power where they have nothing in common, equal gain where they are the same: quarter
    sines, divided by the root of ``1 + 2 r sin cos``, where r is their correlation.

    Parameters
    ----------
    ending, beginning : (channels, n) arrays
        What goes and what comes, over the time of the join.
    """
    angle = 0.5 * np.pi * (np.arange(ending.shape[1]) + 0.5) / max(ending.shape[1], 1)
    rise, fall = np.sin(angle), np.cos(angle)
    norms = np.sqrt(np.sum(ending**2) * np.sum(beginning**2))
    alike = float(np.sum(ending * beginning) / max(norms, 1e-12))
    power = np.sqrt(np.maximum(1.0 + 2.0 * alike * rise * fall, 0.1))
    return rise / power, fall / power


def joined(ending: Array, beginning: Array) -> Array:
    """(channels, n) one sound going into another over the whole of both."""
    rise, fall = join_gains(ending, beginning)
    return fall * ending + rise * beginning


def quietest(sound: Array, about: int, reach: int, width: int) -> int:
    """The sample within `reach` of `about` around which `width` samples hold the least energy.

    What is farther away has to be softer, by 1 dB at `reach`.
    """
    first = max(about - reach - width // 2, 0)
    piece = np.sum(sound[:, first : about + reach + width // 2] ** 2, axis=0)
    if len(piece) <= width:
        return about
    energy = np.convolve(piece, np.ones(width), "valid")
    at = first + width // 2 + np.arange(len(energy))
    return int(at[np.argmin(energy * (1.0 + 0.26 * np.abs(at - about) / max(reach, 1)))])
