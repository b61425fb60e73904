"""Between rows of measurements: heard along the meridians that the rows cross.

Rows of equal elevation, equally far apart, cross every meridian at equal steps all the way round,
over the pole above and the one below: what the rows are around the axis (`engine.spatial.rows`)
meridians are across it, and a Fourier series over the angle tells what lies between. Rows that
nobody measured (KEMAR below -40 degrees) are stand-ins' business. Where the steps are too coarse
for a frequency, the mean of aligned neighbours takes over.

A loudspeaker that was moved from row to row was not always equally far: KEMAR's rows are up to
0.2 ms apart from what lies smoothly between the others, at both ears alike. Series are made
without that, or it would be heard as a tone that trembles while a source climbs.

References
----------
Merilees, "The pseudospectral approximation applied to the shallow water equations on a sphere",
Atmosphere 11(1), 1973: Fourier series along meridians, continued over the poles.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_cartesian, to_spherical
from engine.spatial.alignment import delay_responses
from engine.spatial.rows import SLACK_DEG, SPACING_DEG, crossed_over, is_even, rows_of

_FINEST_DEG, _COARSEST_DEG = 6.0, 12.5
"""Rows as far apart as this are told more finely."""

_ROW_DEG = 5.0
"""How far apart directions of a row are that nobody measured."""
_SAME_DEG = 0.25
_FEWEST_ROWS = 6
_EARLY_S, _EARLY = 3e-4, 4.5
"""It fades in within this time, which begins so many times as long before the onset."""
_HEAD_RADIUS_S = 0.0875 / 343.0
_SMOOTH_DEGREE = 3
"""How delays of rows go with the elevation, besides a sphere's: as a polynomial of this degree."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lattice:
    """Rows from pole to pole, equally far apart.

    Parameters
    ----------
    step_deg : float
        Between rows.
    measured_deg : (m,) float64
        Elevations of the rows that were measured.
    elevations_deg : (rows,) float64
        Of all, from -90 to 90.
    missing : (m, 3) float64
        Unit vectors that complete it.
    """

    step_deg: float
    measured_deg: Floats
    elevations_deg: Floats
    missing: Floats


def lattice_of(directions: Floats) -> Lattice | None:
    """The lattice that most of (n, 3) unit vectors are part of, or None.

    Measured rows follow each other without a gap, divide a quarter of a circle and are even around.
    """
    angles = to_spherical(directions)
    rows = rows_of(angles)
    heights = np.array([angles[row, 1].mean() for row in rows])
    steps = np.diff(heights)
    if len(rows) < _FEWEST_ROWS or np.ptp(steps) > _SAME_DEG:
        return None
    step_deg = 90.0 / max(round(90.0 / steps.mean()), 1)
    off_deg = np.abs(heights / step_deg - np.round(heights / step_deg)).max() * step_deg
    even = all(is_even(angles[row, 0]) for row in rows)
    if not (_FINEST_DEG < step_deg < _COARSEST_DEG and off_deg < _SAME_DEG and even):
        return None
    every = np.arange(-round(90.0 / step_deg), round(90.0 / step_deg) + 1) * step_deg
    unmeasured = every[np.abs(every[:, None] - heights).min(axis=1) > _SAME_DEG]
    missing = [_row(height, max(round(360.0 * np.cos(np.radians(height)) / _ROW_DEG), 1))
               for height in unmeasured]  # fmt: skip
    return Lattice(step_deg, heights, every, np.concatenate([np.zeros((0, 3)), *missing]))


def row_delays(lattice: Lattice, directions: Floats, delays: Floats, rate_hz: float) -> Floats:
    """(rows,) samples that the measured rows are late, both ears alike, the latest row 0.

    What is left of (n, 2) onset delays, on average over a row of (n, 3) directions, of a sphere's
    (Woodworth and Schlosberg 1962) and what goes smoothly with the elevation: loudspeakers that
    were nearer in one row than in the next.
    """
    sides = directions[:, 1]
    ways = [np.where(side > 0.0, -side, -np.arcsin(side)) for side in (sides, -sides)]
    later = delays.mean(axis=1) - np.mean(ways, axis=0) * _HEAD_RADIUS_S * rate_hz
    rows = rows_of(to_spherical(directions))
    means = np.array([later[row].mean() for row in rows])
    shares = lattice.measured_deg / 90.0
    uneven = means - np.polyval(np.polyfit(shares, means, _SMOOTH_DEGREE), shares)
    return np.asarray(uneven - uneven.max())


def between_rows(
    lattice: Lattice, directions: Floats, responses: Floats, delays: Floats, sample_rate_hz: float
) -> tuple[Floats, Floats, Floats]:
    """Directions (m, 3) between rows, with responses (m, 2, taps) and delays (m, 2).

    Parameters
    ----------
    lattice : Lattice
    directions : (n, 3) float64
        Unit vectors, those of the lattice that are missing among them.
    responses : (n, 2, taps) float64
    delays : (n, 2) float64
        Onset delays in samples.
    sample_rate_hz : float
    """
    angles = to_spherical(directions)
    rows = rows_of(angles)
    aligned = delay_responses(responses, delays.min() - delays)
    parts = int(np.ceil((lattice.step_deg - SLACK_DEG) / SPACING_DEG))
    counts = [max(len(low), len(high)) for low, high in itertools.pairwise(rows)]
    found = []
    for count in sorted(set(counts)):
        around = _meridians(angles, rows, responses, count)
        for (low, high), own in zip(itertools.pairwise(rows), counts, strict=True):
            beside = [_beside(angles[row, 0], count) for row in (low, high)]
            for share in np.arange(1, parts) / parts if own == count else ():
                height_deg = float(angles[low, 1].mean() + share * lattice.step_deg)
                weights = [(1.0 - share) * beside[0], share * beside[1]]
                late, mean = (
                    np.tensordot(weights[0], known[low], 1)
                    + np.tensordot(weights[1], known[high], 1)
                    for known in (delays, aligned)
                )
                mean = delay_responses(mean, late - delays.min())
                exact = np.tensordot(_along(lattice, height_deg), around, 1)
                sound = crossed_over(exact, mean, len(around), 1.0, sample_rate_hz)
                found.append((_row(height_deg, count), _begun(sound, late, sample_rate_hz), late))
    places, sounds, lates = (np.concatenate(part) for part in zip(*found, strict=True))
    return places, sounds, lates


def _begun(sounds: Floats, late: Floats, sample_rate_hz: float) -> Floats:
    """Responses (n, 2, taps) without what a series leaves before their onsets (n, 2)."""
    time = np.arange(sounds.shape[-1])
    return sounds * _risen((time - late[..., None]) / (_EARLY_S * sample_rate_hz) + _EARLY)


def _risen(way: Floats) -> Floats:
    """A raised cosine of what goes (...) from 0 to 1."""
    return np.asarray(np.sin(0.5 * np.pi * np.clip(way, 0.0, 1.0)) ** 2)


def _row(elevation_deg: float, count: int) -> Floats:
    """(count, 3) unit vectors."""
    return to_cartesian(np.arange(count) * 360.0 / count, np.full(count, elevation_deg))


def _meridians(
    angles: Floats, rows: list[NDArray[np.intp]], responses: Floats, count: int
) -> Floats:
    """(points, count, 2, taps) what the rows tell at `count` meridians, from the pole below up and
    down again on the other side."""
    azimuths_deg = np.arange(count) * 360.0 / count
    ahead = [*rows, *rows[-2:0:-1]]
    turns_deg = [0.0] * len(rows) + [180.0] * (len(rows) - 2)
    points = []
    for row, turn_deg in zip(ahead, turns_deg, strict=True):
        off_deg = azimuths_deg[:, None] + turn_deg - angles[row, 0]
        points.append(np.tensordot(_dirichlet(off_deg, len(row)), responses[row], 1))
    return np.stack(points)


def _along(lattice: Lattice, height_deg: float) -> Floats:
    """(points,) weights of a meridian's points at an elevation."""
    points = 2 * (len(lattice.elevations_deg) - 1)
    places_deg: Floats = lattice.step_deg * np.arange(points, dtype=np.float64) - 90.0
    return _dirichlet(height_deg - places_deg, points)


def _dirichlet(off_deg: Floats, count: int) -> Floats:
    """What a value of `count` around a circle adds, so many degrees (...) beside it."""
    half = np.radians(off_deg) / 2.0
    under = np.tan(half) if count % 2 == 0 else np.sin(half)
    there = np.abs(np.sin(half)) < 1e-9
    share = np.sin(count * half) / (count * np.where(there, 1.0, under))
    return np.asarray(np.where(there, 1.0, share))


def _beside(azimuths_deg: Floats, count: int) -> Floats:
    """(count, n) shares of a row's (n,) neighbours in what is at `count` equal azimuths."""
    wanted_deg = np.arange(count) * 360.0 / count
    turn = (wanted_deg[:, None] - azimuths_deg + 180.0) % 360.0 - 180.0
    beside = np.clip(1.0 - np.abs(turn) * len(azimuths_deg) / 360.0, 0.0, None)
    return np.asarray(beside / np.maximum(beside.sum(axis=1, keepdims=True), 1e-12))
