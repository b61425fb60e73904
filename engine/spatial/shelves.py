"""Octave-wise magnitudes as a cascade of first-order shelves: cheap, smooth, minimum-phase.

One shelf stands between every two neighbouring octaves; its gain is about the step between them.
What neighbours add to each other is solved for by Newton's method, in decibels, held back a little
so that shelves do not work against each other where the wanted curve has a corner.

References
----------
Jot, "Proportional parametric equalizers: application to digital reverberation and environmental
audio processing", AES 139th Convention, 2015 (shelves whose decibels add up nearly linearly).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

OCTAVES_HZ = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
"""Where rooms and materials are described."""

_ROUNDS = 12
_STEP_DB = 0.01
_HOLD = 0.1
_HIGHEST_CORNER = 0.45


def shelf(gain_db: float, corner_hz: float, sample_rate_hz: int) -> NDArray[np.float64]:
    """b0, b1, a1 of a first-order high shelf: 0 dB below, half at the corner, `gain_db` above.

    The corner is kept below Nyquist's frequency.
    """
    corner = min(corner_hz, _HIGHEST_CORNER * sample_rate_hz)
    gain = 10.0 ** (gain_db / 20.0)
    turn = np.tan(np.pi * corner / sample_rate_hz) * np.sqrt(gain)
    return np.array([gain + turn, turn - gain, turn - 1.0]) / np.array([1.0 + turn] * 3)


def shelves(
    levels_db: ArrayLike, sample_rate_hz: int, bands_hz: tuple[float, ...] = OCTAVES_HZ
) -> NDArray[np.float64]:
    """First-order sections whose cascade has the given level at each band's centre.

    Parameters
    ----------
    levels_db : (bands,) array
    sample_rate_hz : int
    bands_hz : tuple of float
        Rising centre frequencies.

    Returns
    -------
    (bands - 1, 3) float64 array
        b0, b1, a1 of every section; the first carries the overall level.
    """
    wanted = np.asarray(levels_db, dtype=np.float64)
    centres = np.minimum(np.array(bands_hz), _HIGHEST_CORNER * sample_rate_hz)
    corners = np.sqrt(centres[1:] * centres[:-1])
    likely = np.concatenate([wanted[:1], np.diff(wanted)])
    unknown = likely.copy()
    for _ in range(_ROUNDS):
        reached = _levels_db(unknown, corners, centres, sample_rate_hz)
        slopes = np.empty((len(wanted), len(unknown)))
        for k in range(len(unknown)):
            moved = unknown.copy()
            moved[k] += _STEP_DB
            slopes[:, k] = _levels_db(moved, corners, centres, sample_rate_hz) - reached
        slopes /= _STEP_DB
        held = _HOLD * np.eye(len(unknown))
        errors = np.concatenate([wanted - reached, _HOLD * (likely - unknown)])
        unknown += np.linalg.lstsq(np.concatenate([slopes, held]), errors)[0]
    sections = _sections(unknown, corners, sample_rate_hz)
    sections[0, :2] *= 10.0 ** (unknown[0] / 20.0)
    return sections


def response(
    sections: NDArray[np.float64], frequencies_hz: ArrayLike, sample_rate_hz: int
) -> NDArray[np.complex128]:
    """Complex response (n,) of a cascade of first-order sections at (n,) frequencies."""
    z = np.exp(-2j * np.pi * np.asarray(frequencies_hz) / sample_rate_hz)[:, None]
    b0, b1, a1 = np.asarray(sections, dtype=np.float64).T
    return np.asarray(np.prod((b0 + b1 * z) / (1.0 + a1 * z), axis=1))


def _sections(
    unknown: NDArray[np.float64], corners: NDArray[np.float64], sample_rate_hz: int
) -> NDArray[np.float64]:
    pairs = zip(unknown[1:], corners, strict=True)
    return np.array([shelf(gain_db, corner, sample_rate_hz) for gain_db, corner in pairs])


def _levels_db(
    unknown: NDArray[np.float64],
    corners: NDArray[np.float64],
    centres: NDArray[np.float64],
    sample_rate_hz: int,
) -> NDArray[np.float64]:
    sections = _sections(unknown, corners, sample_rate_hz)
    gains = np.abs(response(sections, centres, sample_rate_hz))
    return unknown[0] + 20.0 * np.log10(np.maximum(gains, 1e-12))
