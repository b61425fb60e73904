"""HRIR sets laid out for the kernel's moving sources.

A response goes whole into the shortest transform that holds it and a hop: any head's at any rate
up to 192 kHz does. A room's is cut into overlapping pieces of equal distance that fade into each
other and sum to the response: an abrupt cut, delayed by a fraction of a sample, would ring around
its window.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.realtime.snapshot import HOP_SAMPLES, BinauralPlan, Floats
from engine.realtime.transform import SIZES, frequencies, spectrum_of
from engine.spatial.hrir import HrirSet
from engine.spatial.near_spheres import set_radius_m

_GUARD_SAMPLES = 8
_PARTITION_HOPS = 12
_MARGIN_SAMPLES = 256
"""Room on both sides of a piece: neighbours' onsets differ by less (1.3 ms at 192 kHz)."""
_FADE_SAMPLES = SIZES[-1] - HOP_SAMPLES - _PARTITION_HOPS * HOP_SAMPLES - 2 * _MARGIN_SAMPLES


@lru_cache(maxsize=4)
def binaural_plan(hrirs: HrirSet, near_radii_m: tuple[float, ...] = ()) -> BinauralPlan:
    """The set as spectra, delays and triangles for the kernel, of every distance. Cached.

    `near_radii_m` are distances to work out besides the measured ones, farthest first, all nearer
    (`engine.spatial.near_spheres`).
    """
    radii = (*(near.distance_m for near in reversed(hrirs.nearer)), *near_radii_m)
    spheres = [hrirs, *(_nearer(hrirs, radius) for radius in radii)]
    size, partitions = _transform(hrirs.responses.shape[-1])
    rows, lane = frequencies(size)
    shape = (len(spheres), len(hrirs.directions), partitions, len(rows), 2, 2, len(lane))
    spectra = np.empty(shape, dtype=np.float32)
    earliest = hrirs.delays_samples.min()
    delays = np.stack([sphere.delays_samples - earliest for sphere in spheres])
    for table, sphere, late in zip(spectra, spheres, delays, strict=True):
        _fill(table, sphere, late, size)
    triangulation = hrirs.triangulation
    return BinauralPlan(
        spectra=spectra.reshape(-1, *shape[2:]),
        delays_samples=delays.reshape(-1, 2).astype(np.float32),
        triangles=triangulation.triangles,
        inverses=triangulation.inverses,
        neighbours=triangulation.neighbours,
        lookup=triangulation.lookup,
        fft_samples=size,
        partition_hops=_PARTITION_HOPS,
        radii_m=np.array([set_radius_m(hrirs), *radii]),
    )


@lru_cache(maxsize=8)
def _nearer(hrirs: HrirSet, radius_m: float) -> HrirSet:
    """The set at a nearer distance; kept, since it takes a third of a second."""
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


def _transform(taps: int) -> tuple[int, int]:
    """Length of the transform, and how many partitions, for responses of `taps`."""
    for size in SIZES:
        if taps + _GUARD_SAMPLES <= size - HOP_SAMPLES:
            return size, 1
    return SIZES[-1], -(-(taps - _MARGIN_SAMPLES) // (_PARTITION_HOPS * HOP_SAMPLES))


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
