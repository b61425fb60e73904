"""How present a mover is: loud by its distance, weighty by its way, or only swaying on the spot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Track
from engine.units import SPEED_OF_SOUND_M_PER_S

Array = NDArray[np.float64]

_NEAREST_M = 1.0
_ACROSS_DB, _FULL_DEG = 14.0, 60.0
"""What it adds to a mover's weight to go across this angle."""
_FAINT_DB, _MOST_RAISED_DB = -20.0, 12.0
"""Softer than this where it is nearest (10 m away), a mover is raised to it, at most so much."""
_CROSSES_DEG = 40.0
_NEAR_M = 12.0
_STRUCK = 3
"""So many hits tell that something is done there, and no leaf sways."""
_SWAY_S, _SWAY_DEG, _SWAY_NET, _SWAY_NEARER = 1.5, 20.0, 0.5, 1.4
"""Duration, reach, share of its way that remains, and change of distance of what only sways."""


def levels_db(track: Track, times: Array) -> Array:
    """How loud a mover is by distance, at times (n,), re 1 m; -inf where it is not there."""
    distance = np.linalg.norm(track.trajectory.at(times), axis=1)
    there = (times >= track.start_s) & (times <= track.end_s)
    return np.where(there, -20.0 * np.log10(np.maximum(distance, _NEAREST_M)), -np.inf)


def delays_s(track: Track, times: Array) -> Array:
    """How long its sound takes to the listener, at times (n,); 0 where it travels at once."""
    distance = np.linalg.norm(track.trajectory.at(times), axis=1)
    return np.asarray(distance / SPEED_OF_SOUND_M_PER_S * track.doppler)


def weight_db(track: Track, levels: Array) -> float:
    """How much a mover matters: its level (n,) when near, and how far across it goes."""
    if not np.isfinite(levels).any():
        return -np.inf
    across = min(1.0, float(np.ptp(azimuth_deg(track.seen_positions_m))) / _FULL_DEG)
    return _nearest_db(levels) + _ACROSS_DB * across


def raised_db(levels: Array) -> float:
    """What a mover of these levels (n,) lacks to stand clear of the beds, 0 and up."""
    if not np.isfinite(levels).any():
        return 0.0
    return float(np.clip(_FAINT_DB - _nearest_db(levels), 0.0, _MOST_RAISED_DB))


def crosses(track: Track) -> bool:
    """Whether it goes across a good part of the picture."""
    times = np.linspace(track.start_s, max(track.end_s, track.start_s), 64)
    return bool(np.ptp(azimuth_deg(track.trajectory.at(times))) >= _CROSSES_DEG)


def is_near(track: Track) -> bool:
    """Whether it comes within 12 m."""
    times = np.linspace(track.start_s, max(track.end_s, track.start_s), 64)
    return bool(np.linalg.norm(track.trajectory.at(times), axis=1).min() <= _NEAR_M)


def sways(track: Track, *, camera_moves: bool = False) -> bool:
    """Whether it moves to and fro on the spot, as leaves and flags do, and goes nowhere.

    Where the camera moves, what stands in the picture is what the camera follows: that goes.
    """
    if camera_moves or track.end_s - track.start_s < _SWAY_S or _is_struck(track):
        return False
    times = np.arange(track.start_s, track.end_s, 0.1)
    positions = track.trajectory.at(times)
    azimuth = azimuth_deg(positions)
    distance = np.maximum(np.linalg.norm(positions, axis=1), _NEAREST_M)
    way, net = np.abs(np.diff(azimuth)).sum(), abs(azimuth[-1] - azimuth[0])
    early, late = (float(np.median(half)) for half in np.array_split(distance, 2))
    nearer = max(early / late, late / early)
    return bool(np.ptp(azimuth) < _SWAY_DEG and net < _SWAY_NET * way and nearer < _SWAY_NEARER)


def _is_struck(track: Track) -> bool:
    return sum(contact.kind in ("bounce", "impact") for contact in track.contacts) >= _STRUCK


def azimuth_deg(positions: Array) -> Array:
    """Azimuths (n,) of positions (n, 3), without jumps."""
    return np.asarray(np.degrees(np.unwrap(np.arctan2(positions[:, 1], positions[:, 0]))))


def _nearest_db(levels: Array) -> float:
    return float(np.percentile(levels[np.isfinite(levels)], 90))
