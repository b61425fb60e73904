"""HRIR sets: measured responses at the project's rate, ready to be interpolated.

A set is taken apart into time-aligned responses and onset delays (`neighbour_alignment`). Between
directions the aligned spectra and the delays are interpolated separately, by barycentric weights
in the triangle around the direction; at a measured direction the result is the measured response
itself. Rows of measurements around the head are told more finely by `rows`; where measurements are
missing or far apart, `stand_ins` fill in. Sets of several distances
keep a sphere for each; nearer than the nearest, `near_field` takes over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft
from scipy.spatial import QhullError

from engine import resources
from engine.coordinates import to_spherical
from engine.errors import HrirError, ShapeError
from engine.realtime.triangles import locate_triangle
from engine.spatial import kept_hrirs, near_field
from engine.spatial.alignment import delay_responses
from engine.spatial.hrir_checks import check_head, coverage_notes, room_note
from engine.spatial.hrir_measurements import Measurements, head_measurements
from engine.spatial.hrir_resampling import resample_responses
from engine.spatial.hrir_spheres import spheres
from engine.spatial.joined_spheres import joined
from engine.spatial.meridians import Lattice, between_rows, lattice_of, row_delays
from engine.spatial.neighbour_alignment import aligned_delays
from engine.spatial.rows import between_measurements
from engine.spatial.sofa import read_sofa
from engine.spatial.sphere import Triangulation, edges_of, triangulate
from engine.spatial.stand_ins import (
    across_gaps,
    between,
    coarse_places,
    gaps,
    refining_note,
    worth_refining,
)

KEMAR = "kemar"
_KEMAR_FILE = "hrir/mit_kemar_normal_pinna.sofa"
_LONGEST_SPREAD_S = 4e-3
"""Onsets later than the earliest by more than this are no heads but echoes, at any rate; sets whose
ears lie farther apart than a head's are refused by `hrir_checks`."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HrirSet:
    """Measured head-related impulse responses on one sphere around the listener, or several.

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
        Radius they were measured at: the widest, where there are several.
    notes : tuple of str
        What is odd about the set, in words.
    nearer : tuple of HrirSet
        Spheres measured nearer, nearest first, with levels and onsets as if 1/r and the way to
        the head's centre were taken out.
    shared_delays_samples : (n,) float64, optional
        Parts of the delays that both ears share and that go up and down from row to row, <= 0:
        measurements from unequal distances. What moves had better be heard without them.
    onset_samples : float, optional
        Where aligned responses begin; without it, where the earliest of them does. The spheres of
        a set share it.
    """

    name: str
    sample_rate_hz: int
    directions: Floats
    responses: Floats
    delays_samples: Floats
    measured: int
    distance_m: float
    notes: tuple[str, ...] = ()
    nearer: tuple[HrirSet, ...] = ()
    shared_delays_samples: Floats | None = None
    onset_samples: float | None = None

    @cached_property
    def triangulation(self) -> Triangulation:
        """Triangles between the directions."""
        return triangulate(self.directions)

    @property
    def description(self) -> str:
        """What it is, in one line for people."""
        spheres = (*self.nearer, self)
        distances = ", ".join(f"{sphere.distance_m:.3g}" for sphere in spheres)
        added = len(self.directions) - self.measured
        return (
            f"{self.name}: {self.measured} measured directions at {distances} m"
            f"{f' ({added} filled in)' if added else ''}, "
            f"{self.responses.shape[-1]} taps at {self.sample_rate_hz} Hz"
        )

    @cached_property
    def aligned(self) -> Floats:
        """(n, 2, taps) responses whose onsets all coincide."""
        return delay_responses(self.responses, -self.relative_delays_samples)

    @cached_property
    def relative_delays_samples(self) -> Floats:
        """(n, 2) onset delays after where aligned responses begin."""
        return self.delays_samples - self.onset

    @property
    def onset(self) -> float:
        """Where aligned responses begin, in samples."""
        given = self.onset_samples
        return float(self.delays_samples.min()) if given is None else given

    @cached_property
    def even_delays_samples(self) -> Floats:
        """(n, 2) relative delays, less what both ears share."""
        shared = self.shared_delays_samples
        return self.relative_delays_samples - (0.0 if shared is None else shared[:, None])

    def nearest(self, direction: ArrayLike) -> int:
        """Index of the measurement nearest to a direction (3,)."""
        return int(np.argmax(self.directions[: self.measured] @ np.asarray(direction, float)))

    def weights(self, directions: ArrayLike) -> tuple[NDArray[np.int32], Floats]:
        """Vertices (m, 3) and barycentric weights (m, 3) of unit vectors (m, 3)."""
        sphere = self.triangulation
        wanted = np.atleast_2d(np.asarray(directions, dtype=np.float64))
        weights = np.empty((len(wanted), 3))
        found = [
            locate_triangle(direction, sphere.inverses, sphere.neighbours, sphere.lookup, row)
            for direction, row in zip(wanted, weights, strict=True)
        ]
        return sphere.triangles[found], weights

    def interpolate(self, directions: ArrayLike, distance_m: ArrayLike | None = None) -> Floats:
        """Responses (m, 2, taps) at any unit vectors (m, 3).

        With distances (m,) or one for all, responses are those of sources there, without the loss
        and the delay of the way to the head's centre (which are the propagation's): between
        measured spheres by weights linear in 1/r, nearer than the nearest by `near_field`, and at
        `distance_m` and beyond as measured.
        """
        return delay_responses(*self.apart(directions, distance_m))

    def apart(
        self, directions: ArrayLike, distance_m: ArrayLike | None = None
    ) -> tuple[Floats, Floats]:
        """Time-aligned responses (m, 2, taps), and the delays (m, 2) in samples to put back."""
        wanted = np.atleast_2d(np.asarray(directions, dtype=np.float64))
        if distance_m is None:
            aligned, delays = self._on_sphere(wanted)
            return aligned, delays + self._shared(wanted)
        distances = np.broadcast_to(np.asarray(distance_m, dtype=np.float64), len(wanted))
        steps = (*self.nearer, self)
        radii = np.array([step.distance_m for step in steps])
        aligned, delays = self._on_sphere(wanted)
        for outer in range(1, len(steps)):
            chosen = np.flatnonzero((distances >= radii[outer - 1]) & (distances < radii[outer]))
            part = 1.0 / distances[chosen] - 1.0 / radii[outer]
            part = (part / (1.0 / radii[outer - 1] - 1.0 / radii[outer]))[:, None]
            far, near = (
                step._on_sphere(wanted[chosen]) for step in (steps[outer], steps[outer - 1])
            )
            aligned[chosen] = far[0] + part[..., None] * (near[0] - far[0])
            delays[chosen] = far[1] + part * (near[1] - far[1])
        close = np.flatnonzero(distances < radii[0])
        if len(close):
            aligned[close], delays[close] = steps[0]._close(wanted[close], distances[close])
        return aligned, delays + self._shared(wanted)

    def at_distance(self, distance_m: float) -> HrirSet:
        """The set as if it had been measured at another distance, on the same directions.

        Such sets share triangles and weights, so that whoever renders can mix several distances.
        """
        aligned, delays = self.apart(self.directions, distance_m)
        responses = delay_responses(aligned, delays)
        late = delays + self.onset
        return replace(
            self, responses=responses, delays_samples=late, distance_m=distance_m, nearer=()
        )

    def describe(self) -> str:
        """The set in a line: directions, where they lie, distances, rate, taps."""
        elevations = to_spherical(self.directions[: self.measured])[:, 1]
        low, high = np.round([elevations.min(), elevations.max()]).astype(int)
        where = f"elevations {low} to {high} degrees" if high > low else f"elevation {low} degrees"
        steps = ", ".join(f"{step.distance_m:g}" for step in (*self.nearer, self))
        return (
            f"{self.measured} directions, {where}, {steps} m, {self.responses.shape[-1]} taps at "
            f"{self.sample_rate_hz} Hz"
        )

    def lengthened(self, taps: int) -> HrirSet:
        """The set with silence after its responses."""
        silence = taps - self.responses.shape[-1]
        padded = np.pad(self.responses, ((0, 0), (0, 0), (0, silence)))
        return replace(self, responses=padded) if silence else self

    def _on_sphere(self, directions: Floats) -> tuple[Floats, Floats]:
        vertices, weights = self.weights(directions)
        aligned = np.einsum("mk,mket->met", weights, self.aligned[vertices])
        delays = np.einsum("mk,mke->me", weights, self.even_delays_samples[vertices])
        return aligned, delays

    def _shared(self, directions: Floats) -> Floats:
        """(m, 1) samples that both ears share in directions (m, 3)."""
        if self.shared_delays_samples is None:
            return np.zeros((len(directions), 1))
        vertices, weights = self.weights(directions)
        return np.sum(weights * self.shared_delays_samples[vertices], axis=1, keepdims=True)

    def _close(self, directions: Floats, distances_m: Floats) -> tuple[Floats, Floats]:
        """`apart` for sources nearer than this sphere. See `near_field`."""
        sources = directions * np.maximum(distances_m, near_field.NEAREST_M)[:, None]
        taken = near_field.ear_directions(sources, self.distance_m)
        parts = [self._on_sphere(taken[:, ear]) for ear in range(2)]
        aligned = np.stack([part[0][:, ear] for ear, part in enumerate(parts)], axis=1)
        delays = np.stack([part[1][:, ear] for ear, part in enumerate(parts)], axis=1)
        later_s = near_field.near_delays_s(sources, taken, self.distance_m)
        taps = aligned.shape[-1]
        size = 1 << int(2 * taps - 1).bit_length()
        filters = near_field.near_filters(
            sources, taken, self.distance_m, size, self.sample_rate_hz
        )
        spectra = fft.rfft(aligned, size, axis=-1) * filters
        filtered = fft.irfft(spectra, size, axis=-1)[..., :taps]
        return filtered, delays + later_s * self.sample_rate_hz


def load_hrirs(source: str | Path, sample_rate_hz: int) -> HrirSet:
    """HRIR set from a SOFA file, or the shipped one ('kemar'), at a sample rate.

    Converted to the rate once (`hrir_resampling`). The result is cached, on disk, too
    (`kept_hrirs`).

    Raises
    ------
    HrirError
        If the file is missing, damaged, no set of directions, or cannot be a head's.
    """
    path = resources.path(_KEMAR_FILE) if str(source) == KEMAR else Path(source).expanduser()
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return _load(str(source), path, stamp, int(sample_rate_hz))


def hrir_set(
    name: str, sample_rate_hz: int, directions: Floats, responses: Floats, distance_m: float
) -> HrirSet:
    """A set out of (n, 3) directions with (n, 2, taps) responses: onsets found, gaps filled.

    Raises
    ------
    ShapeError, scipy.spatial.QhullError
        If the directions cannot be triangulated, which stand-ins make all but impossible.
    """
    measured = len(directions)
    missing = gaps(directions)
    edges = edges_of(triangulate(np.concatenate([directions, missing])).triangles)
    edges = edges[(edges < measured).all(axis=1)]
    delays = aligned_delays(responses, edges, sample_rate_hz)
    delays = np.minimum(delays, delays.min() + _LONGEST_SPREAD_S * sample_rate_hz)
    lattice = lattice_of(directions)
    if lattice is None:
        known = _filled(missing, directions, responses, delays, sample_rate_hz)
        return HrirSet(name, sample_rate_hz, *known, measured, distance_m)
    late = row_delays(lattice, directions, delays, sample_rate_hz)
    shared = _at_height(directions, lattice.measured_deg, late)
    even = (delay_responses(responses, -np.repeat(shared, 2, axis=1)), delays - shared)
    known = _filled(lattice.missing, directions, *even, sample_rate_hz, lattice)
    everywhere, sounds, onsets = known
    shared = _at_height(everywhere, lattice.measured_deg, late)
    onsets += shared
    sounds = delay_responses(sounds, np.repeat(shared, 2, axis=1))
    sounds[:measured] = responses
    return HrirSet(name, sample_rate_hz, everywhere, sounds, onsets, measured, distance_m,
                   shared_delays_samples=shared[:, 0])  # fmt: skip


def _at_height(directions: Floats, rows_deg: Floats, values: Floats) -> Floats:
    """(n, 1) of values (rows,) at directions (n, 3), linear in the elevation."""
    return np.interp(to_spherical(directions)[:, 1], rows_deg, values)[:, None]


def _filled(
    missing: Floats,
    directions: Floats,
    responses: Floats,
    delays: Floats,
    sample_rate_hz: int,
    lattice: Lattice | None = None,
) -> tuple[Floats, Floats, Floats]:
    """All directions, responses and delays: measured ones, missing ones, and those in between."""
    measured = len(directions)
    parts = [(directions, responses, delays)]
    if len(missing):
        parts.append((missing, *across_gaps(missing, directions, responses, delays)))
    is_worth = worth_refining(measured, responses.shape[-1])
    if lattice is not None and is_worth:
        places, heard, late = (np.concatenate(part) for part in zip(*parts, strict=True))
        parts.append(between_rows(lattice, places, heard, late, sample_rate_hz))
    if is_worth:
        parts.append(between_measurements(directions, responses, delays, sample_rate_hz))
        everywhere = np.concatenate([part[0] for part in parts])
        finer = coarse_places(everywhere, measured)
        if len(finer):
            parts.append((finer, *between(finer, directions, responses, delays)))
    everywhere, sounds, onsets = (np.concatenate(part) for part in zip(*parts, strict=True))
    return everywhere, sounds, onsets


@lru_cache(maxsize=4)
def _load(name: str, path: Path, stamp: int, sample_rate_hz: int) -> HrirSet:
    place = kept_hrirs.place_of(path, sample_rate_hz)
    kept = None if place is None else kept_hrirs.read(place, HrirSet, name, sample_rate_hz)
    if kept is not None:
        return kept
    made = _made(name, path, sample_rate_hz)
    if place is not None:
        kept_hrirs.write(place, made)
    return made


def _made(name: str, path: Path, sample_rate_hz: int) -> HrirSet:
    measurements = head_measurements(read_sofa(path), path)
    groups, notes = spheres(measurements, path)
    try:
        sets = [_sphere(name, sample_rate_hz, measurements, group, path) for group in groups]
    except (ValueError, QhullError, ShapeError) as error:
        raise HrirError(
            "the directions cannot be triangulated", place=path, remedy="choose another SOFA file"
        ) from error
    widest = sets[-1]
    heard, late = (part[: widest.measured] for part in (widest.responses, widest.delays_samples))
    notes = [
        *measurements.notes,
        *notes,
        *check_head(heard, late, sample_rate_hz, path),
        *(
            room_note(heard, sample_rate_hz, path)
            or refining_note(widest.measured, heard.shape[-1], sample_rate_hz)
        ),
        *coverage_notes(widest.directions[: widest.measured], path),
    ]
    result = replace(joined(sets) if len(sets) > 1 else widest, notes=tuple(notes))
    for one in (*result.nearer, result):
        _ = one.triangulation  # kept, so that no session waits for it later
    return result


def _sphere(
    name: str, sample_rate_hz: int, measurements: Measurements, group: NDArray[np.intp], path: Path
) -> HrirSet:
    """One sphere's set: at the project's rate, with the file's delays before the responses."""
    positions = measurements.positions_m[group]
    distances = np.linalg.norm(positions, axis=1)
    from_hz = measurements.sample_rate_hz
    responses = resample_responses(measurements.responses[group], from_hz, sample_rate_hz, path)
    delays = measurements.delays_samples[group] * (sample_rate_hz / from_hz)
    delays -= delays.min()  # what all share is the measurement's latency, not the head's
    if delays.any():
        room = int(np.ceil(delays.max())) + 1
        responses = delay_responses(np.pad(responses, ((0, 0), (0, 0), (0, room))), delays)
    taps = responses.shape[-1]  # 1115 of 512 at 96 kHz: five times as long to transform as 1125
    silence = fft.next_fast_len(taps, real=True) - taps
    responses = np.pad(responses, ((0, 0), (0, 0), (0, silence)))
    return hrir_set(
        name, sample_rate_hz, positions / distances[:, None], responses, float(np.median(distances))
    )
