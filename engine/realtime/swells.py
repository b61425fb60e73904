"""What sources sound like around an edge of the hops, heard from where they are at that edge.

A swell is a source's sound of two hops that rises over the first and falls over the second: side by
side they sum to the sound itself, each is heard through one response, and a source that moves
glides from one response to the next. That takes one transform and one product a source and hop;
cross-fading what is heard takes two products.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.ear_mixing import Ahead, Between, Turns, add_heard
from engine.realtime.lanes import LANES, load, store
from engine.realtime.line_aligned import line_zeros, on_lines
from engine.realtime.snapshot import HOP_SAMPLES, BinauralPlan, Floats, Samples
from engine.realtime.transform import PIECE_SAMPLES, Tables, forward, frequencies, tables

_SILENT_SAMPLES = 2
"""At both ends of a swell, so that responses may be longer; glides are all but straight."""

_RISE = (np.arange(HOP_SAMPLES) + 0.5 - _SILENT_SAMPLES) / (HOP_SAMPLES - 2 * _SILENT_SAMPLES)
RISE: Samples = np.clip(_RISE, 0.0, 1.0).astype(np.float32)
"""(HOP_SAMPLES,) how a swell rises,"""
FALL: Samples = np.float32(1.0) - RISE
"""and how it falls."""
SWELL: Samples = on_lines(np.concatenate([RISE, FALL]))


class Sound(NamedTuple):
    """Two hops of all sources.

    Parameters
    ----------
    now, coming : (sources, HOP_SAMPLES) float32
    """

    now: Samples
    coming: Samples


class Place(NamedTuple):
    """Where sources are: triangles of measurements, and spheres of them.

    Parameters
    ----------
    triangles : (sources,) int64
    weights : (sources, 3) float64
        Shares of the triangles' vertices.
    delays : (sources, 2) float64
        Onset delays of the two ears in samples.
    spheres : (sources,) int64
        The wider of two spheres of measurements,
    shares : (sources,) float64
        and the share of the nearer one.
    """

    triangles: NDArray[np.int64]
    weights: Floats
    delays: Floats
    spheres: NDArray[np.int64]
    shares: Floats


class Responses(NamedTuple):
    """The responses of a `BinauralPlan`, as compiled code reads them.

    Parameters
    ----------
    table : (n,) float32
        Spectra, flat.
    triangles : (n, 3) int32
    vertices : int
        Measurements a sphere.
    partitions : int
        A response,
    floats : int
        and what each of them takes in the table.
    partition_hops : int
    row_turns, lane_turns : (rows,), (LANES,) float32
        See `engine.realtime.transform.frequencies`.
    """

    table: Samples
    triangles: NDArray[np.int32]
    vertices: int
    partitions: int
    floats: int
    partition_hops: int
    row_turns: Samples
    lane_turns: Samples


class Bench(NamedTuple):
    """Tables of the transform, and room to work in."""

    factors: Tables
    pieces: NDArray[np.int64]
    swell: Samples
    work: Samples
    spectrum: Samples
    ramps: Samples
    corners: NDArray[np.int64]
    after: NDArray[np.int64]
    weights: Floats


def responses_of(plan: BinauralPlan) -> Responses:
    """The plan's responses."""
    turns = (on_lines(part.astype(np.float32)) for part in frequencies(plan.fft_samples))
    return Responses(
        plan.spectra.reshape(-1),
        plan.triangles,
        len(plan.spectra) // len(plan.radii_m),
        plan.spectra.shape[1],
        plan.spectra[0, 0].size,
        plan.partition_hops,
        *turns,
    )


def bench_of(size: int) -> Bench:
    """Room to work in with transforms of `size` samples."""
    pieces = np.arange(0, size, PIECE_SAMPLES, dtype=np.int64)
    swell, work, spectrum = line_zeros(size), line_zeros(size), line_zeros(size)
    ramps = line_zeros(4 * size // (2 * LANES))
    corners, after = np.zeros((2, 3), dtype=np.int64)
    weights = np.zeros(3)
    return Bench(tables(size), pieces, swell, work, spectrum, ramps, corners, after, weights)


@numba.njit(forceinline=True)
def _cut(now, coming, s, window, swell):
    """Two hops of a source's sound in a window; hops are flat."""
    for n in range(0, HOP_SAMPLES, LANES):
        store(swell, n, load(now, s * HOP_SAMPLES + n) * load(window, n))
    for n in range(0, HOP_SAMPLES, LANES):
        sound = load(coming, s * HOP_SAMPLES + n)
        store(swell, HOP_SAMPLES + n, sound * load(window, HOP_SAMPLES + n))


@numba.njit(forceinline=True)
def _corners(place, s, layer, responses, partition, corners):
    """Where the three responses around a source begin, on one of two spheres."""
    triangle = place.triangles[s]
    first = (place.spheres[s] + layer) * responses.vertices
    for k in range(3):
        vertex = responses.triangles[triangle, k] + first
        corner = vertex * responses.partitions + partition
        corners[k] = corner * responses.floats


@numba.njit(forceinline=True)
def _add(place, s, gain, responses, partition, spectra, x, bench, ahead, totals):
    """Add what is heard of the spectrum at `x` from the place of source s.

    What lies between two spheres is two sources, one on each, with the same delays.
    """
    share, corners, weights = place.shares[s], bench.corners, bench.weights
    response = Between(responses.table, corners, weights)
    turns = Turns(responses.row_turns, responses.lane_turns, bench.ramps)
    for layer in range(2 if share != 0.0 else 1):
        _corners(place, s, layer, responses, partition, corners)
        level = gain * (share if layer else 1.0 - share)
        for k in range(3):
            weights[k] = place.weights[s, k] * level
        add_heard(response, place.delays[s], spectra, x, turns, ahead, totals)


@numba.njit(cache=True, nogil=True)
def mix_swells(order, gains, place, responses, sound, window, bench, totals):
    """Add sources, transformed here, to the spectra of two ears.

    Parameters
    ----------
    order : (n,) int64
        Sources to add. Neighbours in a triangle had better follow each other: their responses are
        read from memory once.
    gains : (sources,) float64
    place : Place
    responses : Responses
        Of one partition, or only the first is heard.
    sound : Sound
    window : (2 * HOP_SAMPLES,) float32
    bench : Bench
    totals : (2 * size,) float32
        See `engine.realtime.ear_mixing`.
    """
    after = bench.after
    now, coming = sound.now.reshape(-1), sound.coming.reshape(-1)
    for i in range(len(order)):
        s, following = order[i], order[min(i + 1, len(order) - 1)]
        _corners(place, following, 0, responses, 0, after)
        _cut(now, coming, s, window, bench.swell)
        forward(
            bench.swell, np.int64(0), bench.pieces, bench.factors, bench.work, bench.spectrum,
            np.int64(0),
        )  # fmt: skip
        ahead = Ahead(after, now, coming, following * HOP_SAMPLES)
        x = np.int64(0)
        _add(place, s, gains[s], responses, 0, bench.spectrum, x, bench, ahead, totals)


@numba.njit(cache=True, nogil=True)
def transform_swells(wanted, sound, window, bench, spectra):
    """Spectra (sources, size) of the swells of the sources that are `wanted` (sources,)."""
    flat, size = spectra.reshape(-1), spectra.shape[1]
    now, coming = sound.now.reshape(-1), sound.coming.reshape(-1)
    for s in range(len(wanted)):
        if wanted[s]:
            _cut(now, coming, s, window, bench.swell)
            forward(
                bench.swell, np.int64(0), bench.pieces, bench.factors, bench.work, flat, s * size
            )


@numba.njit(cache=True, nogil=True)
def mix_past_swells(order, gains, place, responses, history, head, first, bench, totals):
    """Add sources through the partitions of their responses from number `first` on.

    `history` (depth, sources, size) holds the spectra of past swells, the newest at `head`.
    """
    after = bench.after
    flat = history.reshape(-1)
    depth, sources, size = history.shape
    for s in order:
        for p in range(first, responses.partitions):
            then = (head - p * responses.partition_hops) % depth
            following = min(p + 1, responses.partitions - 1)
            _corners(place, s, 0, responses, following, after)
            x = (then * sources + s) * size
            ahead = Ahead(after, flat, flat, x)
            _add(place, s, gains[s], responses, p, flat, x, bench, ahead, totals)


@numba.njit(cache=True, nogil=True)
def count_quiet(now, coming, quiet_hops, depth, wanted):
    """How long sources have been silent; `wanted` (sources,) are those heard in `depth` hops."""
    for s in range(len(wanted)):
        quiet_hops[s] = 0 if now[s] or coming[s] else quiet_hops[s] + 1
        wanted[s] = quiet_hops[s] < depth
