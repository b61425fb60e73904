"""HRIR sets: measured responses at the project's rate, ready to be interpolated.

A set is taken apart into time-aligned responses and onset delays (`engine.spatial.alignment`).
Between measurements the aligned spectra and the delays are interpolated separately, by barycentric
weights in the triangle around the direction; at a measured direction the result is the measured
response itself. Where a set leaves a part of the sphere unmeasured (KEMAR below -40 degrees, a
set of the horizon only), further directions stand in, each a mean of the measurements nearest to
it, so that interaural differences fade towards the gap's middle instead of jumping.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import signal
from scipy.spatial import cKDTree

from engine import resources
from engine.coordinates import to_cartesian
from engine.errors import HrirError
from engine.realtime.binaural import locate_triangle
from engine.spatial.alignment import delay_responses, onset_delays
from engine.spatial.hrir_checks import check_head
from engine.spatial.sofa import Measurements, read_sofa
from engine.spatial.sphere import Triangulation, triangulate

KEMAR = "kemar"
_KEMAR_FILE = "hrir/mit_kemar_normal_pinna.sofa"
_GAP_DEG = 35.0
_SAME_DIRECTION_DEG = 0.01
_RESAMPLER_HALF_LENGTH = 48
_LARGEST_RATIO_TERM = 2000
_LONGEST_SPREAD_SAMPLES = 200
"""Onsets later than the earliest by more than this are no heads but echoes; the kernel's
partitions leave room for no more."""


@dataclass(frozen=True, eq=False)
class HrirSet:
    """Measured head-related impulse responses on one sphere around the listener.

    Parameters
    ----------
    name : str
        'kemar' or the file.
    sample_rate_hz : int
    directions : (n, 3) float64
        Unit vectors, x front, y left, z up; measured ones first, stand-ins after them.
    responses : (n, 2, taps) float64
        Left and right ear, onset delays included.
    delays_samples : (n, 2) float64
        Onset delay of every response, >= 0.
    measured : int
        How many of the directions were measured.
    distance_m : float
        Radius they were measured at.
    notes : tuple of str
        What is odd about the set, in words.
    """

    name: str
    sample_rate_hz: int
    directions: NDArray[np.float64]
    responses: NDArray[np.float64]
    delays_samples: NDArray[np.float64]
    measured: int
    distance_m: float
    notes: tuple[str, ...] = ()

    @cached_property
    def triangulation(self) -> Triangulation:
        """Triangles between the directions."""
        return triangulate(self.directions)

    @cached_property
    def aligned(self) -> NDArray[np.float64]:
        """(n, 2, taps) responses whose onsets all coincide with the earliest one."""
        return delay_responses(self.responses, -self.relative_delays_samples)

    @cached_property
    def relative_delays_samples(self) -> NDArray[np.float64]:
        """(n, 2) onset delays after the earliest of all."""
        return self.delays_samples - self.delays_samples.min()

    def nearest(self, direction: ArrayLike) -> int:
        """Index of the measurement nearest to a direction (3,)."""
        return int(np.argmax(self.directions[: self.measured] @ np.asarray(direction, float)))

    def weights(self, directions: ArrayLike) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Vertices (m, 3) and barycentric weights (m, 3) of unit vectors (m, 3)."""
        sphere = self.triangulation
        wanted = np.atleast_2d(np.asarray(directions, dtype=np.float64))
        weights = np.empty((len(wanted), 3))
        found = [
            locate_triangle(direction, sphere.inverses, sphere.neighbours, sphere.lookup, row)
            for direction, row in zip(wanted, weights, strict=True)
        ]
        return sphere.triangles[found], weights

    def interpolate(self, directions: ArrayLike) -> NDArray[np.float64]:
        """Responses (m, 2, taps) at any unit vectors (m, 3)."""
        vertices, weights = self.weights(directions)
        aligned = np.einsum("mk,mket->met", weights, self.aligned[vertices])
        delays = np.einsum("mk,mke->me", weights, self.relative_delays_samples[vertices])
        return delay_responses(aligned, delays)


def load_hrirs(source: str | Path, sample_rate_hz: int) -> HrirSet:
    """HRIR set from a SOFA file, or the shipped one ('kemar'), at a sample rate.

    Of sets with several distances, the sphere with the most measurements is taken (the widest of
    equals). The result is cached.

    Raises
    ------
    HrirError
        If the file is missing, damaged, no set of directions, or cannot be a head's.
    """
    path = resources.path(_KEMAR_FILE) if str(source) == KEMAR else Path(source).expanduser()
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return _load(str(source), path, stamp, int(sample_rate_hz))


@lru_cache(maxsize=4)
def _load(name: str, path: Path, stamp: int, sample_rate_hz: int) -> HrirSet:
    measurements = read_sofa(path)
    chosen = _one_sphere(measurements)
    positions = measurements.positions_m[chosen]
    radii = np.linalg.norm(positions, axis=1)
    ratio = sample_rate_hz / measurements.sample_rate_hz
    up, down = _ratio(measurements.sample_rate_hz, sample_rate_hz, path)
    responses = _resample(measurements.responses[chosen], up, down)
    file_delays = measurements.delays_samples[chosen] * ratio
    file_delays -= min(file_delays.min(), 0.0)
    if file_delays.any():
        room = int(np.ceil(file_delays.max())) + 1
        responses = delay_responses(np.pad(responses, ((0, 0), (0, 0), (0, room))), file_delays)
    delays = onset_delays(responses, sample_rate_hz)
    notes = check_head(responses, delays, sample_rate_hz, path)
    delays = np.minimum(delays, delays.min() + _LONGEST_SPREAD_SAMPLES)
    directions = positions / radii[:, None]
    filled = _fill_gaps(directions, responses, delays)
    try:
        distance_m = float(np.median(radii))
        result = HrirSet(name, sample_rate_hz, *filled, len(directions), distance_m, notes)
        _ = result.triangulation
    except ValueError as error:
        raise HrirError(
            "the directions cannot be triangulated", place=path, remedy="choose another SOFA file"
        ) from error
    return result


def _one_sphere(measurements: Measurements) -> NDArray[np.intp]:
    """Indices of the measurements to use: one distance, every direction once."""
    radii = np.round(np.linalg.norm(measurements.positions_m, axis=1), 2)
    values, counts = np.unique(radii, return_counts=True)
    radius = values[counts == counts.max()].max()
    if counts.max() < 0.5 * len(radii):  # scattered distances: one cloud, taken as it is
        chosen = np.arange(len(radii))
    else:
        chosen = np.flatnonzero(radii == radius)
    directions = measurements.positions_m[chosen]
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    pairs = cKDTree(directions).query_pairs(np.radians(_SAME_DIRECTION_DEG), output_type="ndarray")
    return np.delete(chosen, np.unique(pairs.max(axis=1))) if len(pairs) else chosen


def _ratio(from_hz: int, to_hz: int, path: Path) -> tuple[int, int]:
    """Whole numbers to go up and down by; refused where the filter would grow without bound."""
    common = int(np.gcd(from_hz, to_hz))
    up, down = to_hz // common, from_hz // common
    if not 1 <= max(up, down) <= _LARGEST_RATIO_TERM:
        raise HrirError(
            f"cannot convert responses of {from_hz} Hz to {to_hz} Hz",
            place=path,
            remedy="convert the sound to 44100 or 48000 Hz, or choose another SOFA file",
        )
    return up, down


def _resample(responses: NDArray[np.float64], up: int, down: int) -> NDArray[np.float64]:
    """Responses at another rate, with the same spectrum (so samples scale by the rates' ratio)."""
    if up == down:
        return responses
    larger = max(up, down)
    taps = signal.firwin(
        2 * _RESAMPLER_HALF_LENGTH * larger + 1, 1.0 / larger, window=("kaiser", 9.0)
    )
    return np.asarray(signal.resample_poly(responses, up, down, axis=-1, window=taps)) * (down / up)


def _fill_gaps(
    directions: NDArray[np.float64], responses: NDArray[np.float64], delays: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Add stand-ins where nothing was measured within `_GAP_DEG` (see the module's docstring)."""
    candidates = np.concatenate(
        [to_cartesian(np.arange(8) * 45.0, e) for e in (0.0, 45.0, -45.0)]
        + [to_cartesian([0.0, 0.0], [90.0, -90.0])]
    )
    angles = np.degrees(np.arccos(np.clip(candidates @ directions.T, -1.0, 1.0)))
    candidates, angles = candidates[angles.min(1) > _GAP_DEG], angles[angles.min(1) > _GAP_DEG]
    if not len(candidates):
        return directions, responses, delays
    closeness = np.clip(1.0 - (angles - angles.min(1, keepdims=True)) / 10.0, 0.0, None)
    shares = closeness / closeness.sum(1, keepdims=True)
    aligned = delay_responses(responses, -delays + delays.min())
    mean_delays = shares @ delays.reshape(len(delays), -1)
    mean = np.einsum("cn,net->cet", shares, aligned)
    stand_ins = delay_responses(mean, mean_delays - delays.min())
    return (
        np.concatenate([directions, candidates]),
        np.concatenate([responses, stand_ins]),
        np.concatenate([delays, mean_delays]),
    )
