"""HRIR sets laid out for the kernel's moving sources.

A response goes whole into the shortest transform that holds it and the two hops of a swell
(`engine.realtime.swells`): any head's at any rate up to 192 kHz does. A swell begins and ends
faintly, so that what overlaps by a few samples is fainter still; how faint is worked out, and
`lead_samples` chosen, for every set. A room's response is cut into overlapping pieces of equal
distance that fade into each other and sum to it: an abrupt cut, delayed by a fraction of a sample,
would ring around its window.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.realtime.line_aligned import LINE_BYTES, line_zeros, on_lines
from engine.realtime.snapshot import HOP_SAMPLES, BinauralPlan, Floats
from engine.realtime.swells import FALL, RISE
from engine.realtime.transform import SIZES, frequencies, spectrum_of
from engine.spatial.hrir import HrirSet
from engine.spatial.kept_files import Arrays
from engine.spatial.kept_tables import kept
from engine.spatial.near_spheres import set_radius_m
from engine.spatial.of_sets import remembered

OVERLAP_DB = -68.0
"""What overlaps is fainter than this under the sound, in any direction."""

_GUARD_SAMPLES = 8
_LONGEST_LEAD_SAMPLES = HOP_SAMPLES // 2
_PARTITION_HOPS = 11
_MARGIN_SAMPLES = 256
"""Room on both sides of a piece: neighbours' onsets differ by less (1.3 ms at 192 kHz)."""
_FADE_SAMPLES = SIZES[-1] - (2 + _PARTITION_HOPS) * HOP_SAMPLES - 2 * _MARGIN_SAMPLES


@remembered(4)
def binaural_plan(hrirs: HrirSet, near_radii_m: tuple[float, ...] = ()) -> BinauralPlan:
    """The set as spectra, delays and triangles for the kernel, of every distance. Cached.

    `near_radii_m` are distances to work out besides the measured ones, farthest first, all nearer
    (`engine.spatial.near_spheres`).
    """
    radii = (*(near.distance_m for near in reversed(hrirs.nearer)), *near_radii_m)
    tables = _tables(hrirs, radii, near_radii_m)
    spectra = tables["spectra"]
    if spectra.ctypes.data % LINE_BYTES:  # as a file's arrays lie
        spectra = on_lines(spectra)
    size, lead = (int(value) for value in tables["size_and_lead"])
    triangulation, shared = hrirs.triangulation, hrirs.shared_delays_samples
    return BinauralPlan(
        spectra=spectra,
        delays_samples=tables["delays_samples"],
        triangles=triangulation.triangles,
        inverses=triangulation.inverses,
        neighbours=triangulation.neighbours,
        lookup=triangulation.lookup,
        fft_samples=size,
        partition_hops=_PARTITION_HOPS,
        radii_m=np.array([set_radius_m(hrirs), *radii]),
        lead_samples=lead,
        still_delays_samples=None if shared is None else shared.astype(np.float32),
    )


def _tables(hrirs: HrirSet, radii_m: Sequence[float], near_radii_m: Sequence[float]) -> Arrays:
    """`_made` of the set and its nearer spheres, or as it was kept."""
    vertices = (1 + len(radii_m)) * len(hrirs.directions)

    def fits(found: Arrays) -> bool:
        if set(found) != {"spectra", "delays_samples", "size_and_lead"}:
            return False
        return len(found["spectra"]) == len(found["delays_samples"]) == vertices

    purpose = "-".join(["spectra", *(f"{radius_m:g}" for radius_m in near_radii_m)])
    return kept(hrirs, purpose, fits, lambda: _made(hrirs, radii_m))


def _made(hrirs: HrirSet, radii_m: Sequence[float]) -> Arrays:
    """Spectra and delays of `BinauralPlan`, length of the transform and lead."""
    spheres = [hrirs, *(_nearer(hrirs, radius) for radius in radii_m)]
    size, partitions, lead = _transform(spheres)
    rows, lane = frequencies(size)
    shape = (len(spheres), len(hrirs.directions), partitions, len(rows), 2, 2, len(lane))
    spectra = line_zeros(shape)
    delays = np.stack([sphere.delays_samples - hrirs.onset for sphere in spheres])
    for table, sphere, late in zip(spectra, spheres, delays, strict=True):
        _fill(table, sphere, late + lead, size)
    if hrirs.shared_delays_samples is not None:
        delays -= hrirs.shared_delays_samples[:, None]
    return {
        "spectra": spectra.reshape(-1, *shape[2:]),
        "delays_samples": delays.reshape(-1, 2).astype(np.float32),
        "size_and_lead": np.array([size, lead]),
    }


@remembered(2)
def _nearer(hrirs: HrirSet, radius_m: float) -> HrirSet:
    """The set at a nearer distance; the last ones kept, since it takes a third of a second."""
    return hrirs.at_distance(radius_m)


def _fill(table: NDArray[np.float32], hrirs: HrirSet, delays: Floats, size: int) -> None:
    """Spectra (n, partitions, rows, ears, re/im, lanes), each ahead by its delay (n, 2).

    They are aligned by the very phase ramps that the kernel puts back.
    """
    rows, lane = frequencies(size)
    for p in range(table.shape[1]):
        for ear in range(2):
            ahead = np.exp(2j * np.pi * (rows[:, None] + lane) * delays[:, ear, None, None])
            piece = hrirs.responses[:, ear] if table.shape[1] == 1 else _piece(hrirs, ear, p)
            aligned = spectrum_of(piece, size) * ahead
            table[:, p, :, ear, 0], table[:, p, :, ear, 1] = aligned.real, aligned.imag


def _transform(spheres: Sequence[HrirSet]) -> tuple[int, int, int]:
    """Length of the transform, how many partitions there are, and the lead in samples."""
    taps = spheres[0].responses.shape[-1]
    for size in SIZES:
        if taps <= size - HOP_SAMPLES - _GUARD_SAMPLES:
            faint = np.max([_overlap(sphere.responses, size) for sphere in spheres], axis=0)
            least = max(float(faint.min()), 1e-12)
            if least < 10.0 ** (OVERLAP_DB / 10.0):
                return size, 1, int(np.flatnonzero(faint <= least)[-1])
    length = _PARTITION_HOPS * HOP_SAMPLES
    return SIZES[-1], -(-(taps - _MARGIN_SAMPLES) // length), 0


def _overlap(responses: Floats, size: int) -> Floats:
    """(leads,) power of what a transform of `size` samples leaves out of a swell of white noise or
    puts in the wrong place, over that of all: of the worst response (n, 2, taps)."""
    leads = np.arange(_LONGEST_LEAD_SAMPLES + 1)
    swell = np.concatenate([[0.0], np.cumsum(np.square([RISE, FALL], dtype=np.float64))])
    after = leads[:, None] - np.arange(responses.shape[-1])
    lost = swell[-1] + swell[np.clip(after, 0, len(swell) - 1)]
    lost -= swell[np.clip(after + size, 0, len(swell) - 1)]
    power = np.square(responses.reshape(-1, responses.shape[-1]))
    share = power @ lost.T / np.maximum(power.sum(axis=1, keepdims=True) * swell[-1], 1e-300)
    return np.asarray(2.0 * share.max(axis=0))


def _piece(hrirs: HrirSet, ear: int, partition: int) -> NDArray[np.float64]:
    """(n, samples) what partition number `partition` holds of an ear's responses.

    Faded in (but for the first) from `_MARGIN_SAMPLES` on, and out where the next one fades in.
    """
    length = _PARTITION_HOPS * HOP_SAMPLES
    begin = partition * length
    rise = np.sin(0.5 * np.pi * (np.arange(_FADE_SAMPLES) + 0.5) / _FADE_SAMPLES) ** 2
    window = np.ones(length + _MARGIN_SAMPLES + _FADE_SAMPLES)
    if partition:
        window[:_MARGIN_SAMPLES] = 0.0
        window[_MARGIN_SAMPLES : _MARGIN_SAMPLES + _FADE_SAMPLES] = rise
    window[length + _MARGIN_SAMPLES :] = 1.0 - rise
    part = hrirs.responses[:, ear, begin : begin + len(window)]
    return np.asarray(part * window[: part.shape[-1]])
