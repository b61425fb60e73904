"""Rows of equal elevation, heard at the angles between their measurements.

Around a vertical axis a head of radius a answers a wave number k in as many harmonics as a sphere
does, about e/2 k a cos(elevation); what lies above is noise. Measurements that divide a row equally
and more than twice as finely tell all harmonics: the responses between them are exact, by Fourier
series over the angle, delays included. Where they are too coarse for a frequency, the mean of
aligned neighbours takes over.

References
----------
Zhang, Abhayapala, Kennedy, Duraiswami, "Insights into head-related transfer function: spatial
dimensionality and continuous representation", JASA 127(4), 2010: harmonics up to e k a / 2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from engine.coordinates import to_cartesian, to_spherical
from engine.spatial.alignment import delay_responses

SPACING_DEG = 2.5
"""How far apart directions in a row are in the end, at most: their sums of complex spectra leave
a tone that circles without false lines."""

_COARSEST_DEG = 12.5
"""Coarser ones are `stand_ins`' business: their series tell too little."""
_FEWEST = 8
_SAME_ROW_DEG = 0.25
_UNEVEN = 0.12
"""Of a step: files tell angles in whole degrees."""
SLACK_DEG = 0.25
_HEAD_RADIUS_M = 0.0875
_SPEED_OF_SOUND_M_S = 343.0
_CROSSOVER = (0.8, 1.0)
"""Shares of the highest frequency that a row tells: the mean of neighbours comes in between."""

Floats = NDArray[np.float64]


def between_measurements(
    directions: Floats, responses: Floats, delays: Floats, sample_rate_hz: float
) -> tuple[Floats, Floats, Floats]:
    """Directions (m, 3) between the (n, 3) ones of a row, with responses (m, 2, taps) and delays.

    Parameters
    ----------
    directions : (n, 3) float64
        Unit vectors.
    responses : (n, 2, taps) float64
    delays : (n, 2) float64
        Onset delays in samples.
    sample_rate_hz : float
    """
    angles = to_spherical(directions)
    found = [
        _between(angles[row], responses[row], delays[row], delays.min(), sample_rate_hz)
        for row in rows_of(angles)
        if len(row) >= _FEWEST and is_even(angles[row, 0])
    ]
    empty = (directions[:0], responses[:0], delays[:0])
    places, sounds, late = (np.concatenate(part) for part in zip(empty, *found, strict=True))
    return places, sounds, late


def rows_of(angles: Floats) -> list[NDArray[np.intp]]:
    """Indices of directions of equal elevation, anticlockwise, the lowest row first."""
    order = np.argsort(angles[:, 1], kind="stable")
    edges = np.flatnonzero(np.diff(angles[order, 1]) > _SAME_ROW_DEG) + 1
    return [row[np.argsort(angles[row, 0], kind="stable")] for row in np.split(order, edges)]


def is_even(azimuths_deg: Floats) -> bool:
    """Whether (n,) azimuths, in order, divide a circle equally."""
    step_deg = 360.0 / len(azimuths_deg)
    off_deg = azimuths_deg - azimuths_deg[0] - step_deg * np.arange(len(azimuths_deg))
    return bool(np.ptp(off_deg) <= _UNEVEN * step_deg)


def crossed_over(
    exact: Floats, mean: Floats, count: int, wide: float, sample_rate_hz: float
) -> Floats:
    """Responses (..., taps) that are `exact` up to the highest frequency that `count` measurements
    around a circle of radius `wide` (of the head's) tell, and the `mean` above."""
    highest_hz = (
        0.5 * count * _SPEED_OF_SOUND_M_S / (np.pi * np.e * _HEAD_RADIUS_M * max(wide, 1e-3))
    )
    return _joined(exact, mean, highest_hz / sample_rate_hz)


def _between(
    angles: Floats, responses: Floats, delays: Floats, earliest: float, sample_rate_hz: float
) -> tuple[Floats, Floats, Floats]:
    """What lies between the directions of one row."""
    count = len(angles)
    elevation_deg = float(angles[:, 1].mean())
    wide = np.cos(np.radians(elevation_deg))
    step_deg = 360.0 / count * wide
    parts = int(np.ceil((step_deg - SLACK_DEG) / SPACING_DEG)) if step_deg < _COARSEST_DEG else 1
    found = [(np.zeros((0, 3)), responses[:0], delays[:0])]
    aligned = delay_responses(responses, earliest - delays)
    following = (np.roll(aligned, -1, axis=0), np.roll(delays, -1, axis=0))
    turns_deg = (np.roll(angles[:, 0], -1) - angles[:, 0]) % 360.0
    for share in np.arange(1, parts) / parts if parts > 1 else ():
        late = delays + share * (following[1] - delays)
        mean = delay_responses(aligned + share * (following[0] - aligned), late - earliest)
        sound = crossed_over(_turned(responses, share), mean, count, wide, sample_rate_hz)
        places = to_cartesian(angles[:, 0] + share * turns_deg, np.full(count, elevation_deg))
        found.append((places, sound, late))
    places, sounds, lates = (np.concatenate(part) for part in zip(*found, strict=True))
    return places, sounds, lates


def _turned(responses: Floats, share: float) -> Floats:
    """(n, ...) the Fourier series around a row, a share of a step after its (n, ...) values."""
    count = len(responses)
    harmonics = np.arange(count // 2 + 1)
    turn = np.exp(2j * np.pi * harmonics * share / count)
    if count % 2 == 0:  # of that one only what is seen is known
        turn[-1] = np.cos(np.pi * share)
    series = fft.rfft(responses, axis=0) * turn.reshape(-1, *[1] * (responses.ndim - 1))
    return np.asarray(fft.irfft(series, count, axis=0))


def _joined(low: Floats, high: Floats, highest: float) -> Floats:
    """`low` (..., taps) up to a frequency in cycles a sample, `high` from a little above it."""
    taps = low.shape[-1]
    size = 2 * taps
    begin, end = (share * highest for share in _CROSSOVER)
    way = np.clip((fft.rfftfreq(size) - begin) / (end - begin), 0.0, 1.0)
    kept = np.cos(0.5 * np.pi * way) ** 2
    spectra = fft.rfft(high, size)
    spectra += kept * (fft.rfft(low, size) - spectra)
    return np.asarray(fft.irfft(spectra, size)[..., :taps])
