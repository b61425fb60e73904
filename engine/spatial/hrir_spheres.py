"""Measurements sorted into spheres around the listener, nearest first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.spatial.hrir_measurements import Measurements

MOST_DIRECTIONS = 12_000
"""A sphere of more (2 degrees apart) is thinned, so that memory and loading time stay bounded."""

_SAME_DISTANCE = 1.03
_SAME_DIRECTION_DEG = 0.01
_FULL_SHARE = 0.5
_COVERED_SHARE = 0.8
_MOST_SPHERES = 12


def spheres(measurements: Measurements, path: Path) -> tuple[list[NDArray[np.intp]], list[str]]:
    """Indices of the measurements of every sphere, nearest first, and notes on what was left out.

    Distances within 3 % are one sphere. Spheres with less than half the directions of the fullest
    are left out; where most of the measurements would be lost so, distances are taken not to
    matter and all measurements are one sphere.
    """
    distances = np.linalg.norm(measurements.positions_m, axis=1)
    order = np.argsort(distances, kind="stable")
    steps = np.flatnonzero(distances[order][1:] > _SAME_DISTANCE * distances[order][:-1]) + 1
    groups = [np.sort(group) for group in np.split(order, steps)]
    most = max(map(len, groups))
    full = [group for group in groups if len(group) >= _FULL_SHARE * most]
    notes = []
    if len(full) > _MOST_SPHERES or sum(map(len, full)) < _COVERED_SHARE * len(distances):
        full = [np.arange(len(distances))]
        notes.append(f"HRIR set {path.name} has scattered distances, taken as one sphere")
    result = []
    for group in full:
        single, lost = _once_each(measurements, group)
        thinned = _thinned(measurements.positions_m[single])
        if lost:
            notes.append(f"HRIR set {path.name}: {lost} directions occur twice; the first counts")
        if len(thinned) < len(single):
            notes.append(
                f"HRIR set {path.name}: {len(single)} directions thinned to {len(thinned)}"
            )
        result.append(single[thinned])
    return result, notes


def _once_each(measurements: Measurements, group: NDArray[np.intp]) -> tuple[NDArray[np.intp], int]:
    """The group with every direction once, and how many were lost that were not mere copies."""
    unit = _unit(measurements.positions_m[group])
    apart = np.radians(_SAME_DIRECTION_DEG)
    pairs = cKDTree(unit).query_pairs(apart, output_type="ndarray")
    if not len(pairs):
        return group, 0
    twice = np.unique(pairs.max(axis=1))
    first = np.full(len(group), -1)
    first[pairs.max(axis=1)] = pairs.min(axis=1)
    here, there = measurements.responses[group[twice]], measurements.responses[group[first[twice]]]
    copies = np.isclose(here, there).all(axis=(1, 2))
    return np.delete(group, twice), int(np.sum(~copies))


def _thinned(positions_m: NDArray[np.float64]) -> NDArray[np.intp]:
    """Indices of at most `MOST_DIRECTIONS` positions: the nearest to a nearly even grid."""
    if len(positions_m) <= MOST_DIRECTIONS:
        return np.arange(len(positions_m))
    index = np.arange(MOST_DIRECTIONS) + 0.5
    z = 1.0 - 2.0 * index / MOST_DIRECTIONS
    turn = np.pi * (3.0 - np.sqrt(5.0)) * index
    grid = np.column_stack(
        [np.sqrt(1 - z * z) * np.cos(turn), np.sqrt(1 - z * z) * np.sin(turn), z]
    )
    return np.unique(cKDTree(_unit(positions_m)).query(grid)[1])


def _unit(positions_m: NDArray[np.float64]) -> NDArray[np.float64]:
    return positions_m / np.linalg.norm(positions_m, axis=1, keepdims=True)
