"""Moving sources through HRIRs: fast convolution whose cross-fade is shared by all sources.

Every hop, the spectrum of each source's last `fft_samples` is multiplied with its response at the
hop's start and at its end; both products are summed over all sources. Four inverse transforms (two
ears, start and end) and one linear fade then serve any number of sources. A source that moves fast
passes places in between, through which cubics are drawn (`engine.realtime.knots`): some more
inverse transforms, however many such sources there are. A source that is silent, or has no gain,
costs nothing; one that stands still needs one response for both ends. Long responses are split into
partitions.

References
----------
Wefers, "Partitioned convolution algorithms for real-time auralization", PhD thesis, RWTH Aachen,
2015, ch. 5: uniformly partitioned overlap-save.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.ear_fading import EarFade
from engine.realtime.ear_mixing import TOTAL_FLOATS, add_moving, add_still
from engine.realtime.knots import STRAIGHT_FADE, knot_shares, knot_times, turned
from engine.realtime.nearness import Nearness
from engine.realtime.snapshot import HOP_SAMPLES, BinauralPlan, Floats, Samples
from engine.realtime.transform import PIECE_SAMPLES, forward, frequencies, tables
from engine.realtime.triangles import locate_all, locate_triangle

Heard = tuple[Floats, Floats, Floats]
"""Unit vectors (sources, 3), gains (sources,) and distances in metres (sources,)."""

__all__ = ["BinauralStage", "locate_triangle"]

_SLOW_COSINES = np.cos(np.radians([0.5, 1.25, 2.5, 5.0, 10.0]))
"""A source that turns farther in a hop passes it in 1, 2, 4, 8, 16 steps of a cubic."""
_SILENT = -1
_JUMP_COSINE = np.cos(np.radians(30.0))
"""Farther than this (15 turns a second at 48 kHz) is no motion but a jump: faded at once."""


class BinauralStage:
    """State of the binaural bus of one snapshot. See the module's docstring.

    Parameters
    ----------
    plan : BinauralPlan
    sources : int
    """

    latency_samples = 0

    def __init__(self, plan: BinauralPlan, sources: int) -> None:
        self._plan = plan
        size, partitions = plan.fft_samples, plan.spectra.shape[1]
        depth = (partitions - 1) * plan.partition_hops + 1
        self.history_hops = depth - 1 + size // HOP_SAMPLES
        self._window = np.zeros((sources, size), dtype=np.float32)
        self._window_hop = 0
        # A response of one partition needs no past spectra: one at a time is made and used up.
        kept = sources if partitions > 1 else 1
        self._history = np.zeros((depth, kept, size), dtype=np.float32)
        self._head = 0
        self._places = [_Places(sources), _Places(sources)]
        self._between = [_Places(sources), _Places(sources)]
        steps = [1 << pace for pace in range(len(_SLOW_COSINES))]
        self._knots = [(knot_times(n), knot_shares(n)) for n in steps]
        self._paces = np.zeros(sources, dtype=np.int64)
        self._quiet_hops = np.full(sources, self.history_hops, dtype=np.int64)
        row_turns, lane_turns = (f.astype(np.float32) for f in frequencies(size))
        self._turns = (row_turns, lane_turns)
        self._factors = tables(size)
        self._fade = EarFade(size)
        self._totals = np.zeros(len(row_turns) * TOTAL_FLOATS, dtype=np.float32)
        self._work = np.zeros(size, dtype=np.float32)
        self._ramps = np.zeros(8 * len(row_turns), dtype=np.float32)

    def reset(self) -> None:
        """Forget all past sound."""
        self._window[:] = 0.0
        self._history[:] = 0.0
        self._quiet_hops[:] = self.history_hops
        self._head = self._window_hop = 0

    def push(self, blocks: Samples, sounding: NDArray[np.bool_]) -> None:
        """Take in one hop of (sources, HOP) dry blocks."""
        begin = self._window_hop * HOP_SAMPLES
        take_in(blocks, sounding, begin, self._window, self._quiet_hops)
        self._window_hop = (self._window_hop + 1) % (self._plan.fft_samples // HOP_SAMPLES)
        self._head = (self._head + 1) % len(self._history)
        if len(self._history) > 1:
            transform_sources(
                self._quiet_hops < self.history_hops, self._window, self._pieces(), self._factors,
                self._work, self._history[self._head],
            )  # fmt: skip

    def render(self, old: Heard, new: Heard, out: Samples) -> None:
        """Write the hop's two ears to `out`; `old` and `new` are (directions, gains, metres)."""
        # The end of the hop before is the start of this one: what is known of it is kept.
        self._places.reverse()
        out[:] = 0.0
        fastest = sort_by_speed(
            self._quiet_hops, self.history_hops, old[0], new[0], old[1], new[1], _SLOW_COSINES,
            _JUMP_COSINE, self._paces,
        )  # fmt: skip
        if fastest == _SILENT:
            return
        slow = self._paces == 0
        if fastest == 0 or slow.any():
            self._add(slow, old, new, self._places, STRAIGHT_FADE, out)
        if fastest > 0:
            self._add_fast(old, new, out)

    def _add_fast(self, old: Heard, new: Heard, out: Samples) -> None:
        """Blend places in between: more of them, the farther a source moves in the hop."""
        for pace, (times, shares) in enumerate(self._knots, start=1):
            chosen = self._paces == pace
            if not chosen.any():
                continue
            for k in range(0, len(times), 2):
                begin, end = (_between(old, new, share, chosen) for share in times[k : k + 2])
                self._between.reverse()
                self._add(chosen, begin, end, self._between, shares[k : k + 2], out)

    def _add(
        self,
        wanted: NDArray[np.bool_],
        old: Heard,
        new: Heard,
        places: list[_Places],
        shares: Samples,
        out: Samples,
    ) -> None:
        """Add sources at two places, each with its share (2, HOP_SAMPLES) in every sample."""
        plan = self._plan
        for place, heard in zip(places, (old, new), strict=True):
            locate_all(
                wanted, heard[0], plan.delays_samples, plan.triangles, plan.inverses,
                plan.neighbours, plan.lookup, *place.arrays,
            )  # fmt: skip
            place.nearness.find(plan, wanted, heard[2], place.arrays)
        self._totals[:] = 0.0
        # Neighbours in a triangle follow each other, so that their responses are read once. (The
        # sort is the fast one, of 16 bits: any order will do as long as it is always the same.)
        chosen = np.flatnonzero(wanted)
        order = np.argsort(places[1].arrays[1][chosen].astype(np.uint16), kind="stable")
        mix_sources(
            chosen[order], (old[1], new[1]), places[0].arrays, places[1].arrays,
            places[0].nearness.arrays, places[1].nearness.arrays,
            len(plan.spectra) // len(plan.radii_m), plan.spectra, plan.triangles,
            plan.partition_hops, self._window, self._pieces(),
            self._factors, self._work, self._history, self._head, self._turns, self._ramps,
            self._totals,
        )  # fmt: skip
        self._fade.add(self._totals, shares, out)

    def _pieces(self) -> NDArray[np.int64]:
        """Where the pieces of every window begin, the oldest first."""
        size = self._plan.fft_samples
        oldest = self._window_hop * HOP_SAMPLES
        return (oldest + np.arange(0, size, PIECE_SAMPLES)) % size


class _Places:
    """Where every source was last found; see `locate_all`."""

    def __init__(self, sources: int) -> None:
        self.arrays = (
            np.full((sources, 3), np.nan),
            np.zeros(sources, dtype=np.int64),
            np.zeros((sources, 3)),
            np.zeros((sources, 2)),
        )
        self.nearness = Nearness(sources)


def _between(old: Heard, new: Heard, share: float, wanted: NDArray[np.bool_]) -> Heard:
    """Where the `wanted` sources are after a share of a hop, which may be before or after it."""
    gains, metres = (a + share * (b - a) for a, b in zip(old[1:], new[1:], strict=True))
    return turned(old[0], new[0], share, wanted), gains, metres


@numba.njit(cache=True, nogil=True)
def take_in(blocks, sounding, begin, window, quiet_hops):
    """Write blocks (sources, n) to the windows from `begin` on; count hops since each sounded."""
    for s in range(len(blocks)):
        source, block = window[s], blocks[s]
        for n in range(len(block)):
            source[begin + n] = block[n]
        quiet_hops[s] = 0 if sounding[s] else quiet_hops[s] + 1


@numba.njit(cache=True, nogil=True)
def sort_by_speed(
    quiet_hops, history_hops, old, new, old_gains, new_gains, slow_cosines, jump_cosine, paces
):  # fmt: skip
    """The pace of every source, `paces` (sources,): how many of `slow_cosines` it turns beyond.

    0 for what is slow or jumps, -1 for what is not heard. The highest of all is returned.
    """
    most = _SILENT
    for s in range(len(quiet_hops)):
        paces[s] = _SILENT
        if quiet_hops[s] >= history_hops or (old_gains[s] == 0.0 and new_gains[s] == 0.0):
            continue
        cosine = old[s, 0] * new[s, 0] + old[s, 1] * new[s, 1] + old[s, 2] * new[s, 2]
        paces[s] = 0
        if cosine > jump_cosine:
            for slow in slow_cosines:
                paces[s] += cosine < slow
        most = max(most, paces[s])
    return most


@numba.njit(cache=True, nogil=True)
def transform_sources(wanted, window, pieces, factors, work, spectra):
    """Spectra (sources, fft_samples) of the windows of the sources that are `wanted`."""
    flat, samples = spectra.reshape(-1), window.reshape(-1)
    size = window.shape[1]
    for s in range(len(wanted)):
        if wanted[s]:
            forward(samples, s * size, pieces, factors, work, flat, s * size)


@numba.njit(cache=True, nogil=True)
def mix_sources(
    active, gains, old_places, new_places, old_near, new_near, vertices, spectra, triangles,
    partition_hops, window, pieces, factors, work, history, head, turns, ramps, totals,
):  # fmt: skip
    """Add the sources with indices `active`, at their old and new places, to `totals`.

    See `engine.realtime.ear_mixing` for the layout of the totals. `history` is (depth, sources,
    fft_samples), the newest spectra at `head`; with a depth of one its only row is written here.
    What lies between two spheres is two sources, one on each, with the same delays.
    """
    table, flat, samples = spectra.reshape(-1), history.reshape(-1), window.reshape(-1)
    depth, kept, size = history.shape
    partitions = spectra.shape[1]
    stride = spectra[0, 0].size
    response = partitions * stride
    corners = np.empty((2, 3), dtype=np.int64)
    coming = np.empty(3, dtype=np.int64)
    weights, delays, shares = np.empty((2, 3)), np.empty((2, 2)), np.empty((2, 2))
    for i in range(len(active)):
        s = active[i]
        following = active[min(i + 1, len(active) - 1)]
        after = triangles[new_places[1][following]]
        for k in range(3):
            coming[k] = (after[k] + new_near[0][following] * vertices) * response
        same_sphere = old_near[0][s] == new_near[0][s]
        near = old_near[1][s] != 0.0 or new_near[1][s] != 0.0
        same_triangle = old_places[1][s] == new_places[1][s] and same_sphere
        if depth == 1:
            forward(samples, s * size, pieces, factors, work, flat, np.int64(0))
        for layer in range(2 if near else 1):
            _gather_place(s, layer, old_places, old_near, triangles, vertices, response,
                          corners[0], weights[0], delays[0])  # fmt: skip
            _gather_place(s, layer, new_places, new_near, triangles, vertices, response,
                          corners[1], weights[1], delays[1])  # fmt: skip
            moves = not same_triangle or not _equal(weights) or old_near[1][s] != new_near[1][s]
            old_gain = gains[0][s] * _share(s, layer, old_near)
            new_gain = gains[1][s] * _share(s, layer, new_near)
            _set_gains(moves, same_triangle, old_gain, new_gain, shares, weights)
            for p in range(partitions):
                x = ((head - p * partition_hops) % depth * kept + (s if depth > 1 else 0)) * size
                _add_partition(
                    moves, same_triangle, table, corners, weights, delays, shares, flat, x, turns,
                    ramps, totals, coming, samples, following * size,
                )  # fmt: skip
                for end in range(2):
                    for k in range(3):
                        corners[end, k] += stride


@numba.njit(inline="always")
def _set_gains(moves, same_triangle, old_gain, new_gain, shares, weights):
    """A source that stays is one response with two gains; one that crosses an edge is two. Within
    a triangle the gains go with the weights."""
    shares[0, 0], shares[0, 1] = old_gain, 0.0
    shares[1, 0], shares[1, 1] = 0.0 if moves else old_gain, new_gain
    if moves and same_triangle:
        for k in range(3):
            weights[0, k] *= old_gain
            weights[1, k] *= new_gain


@numba.njit(inline="always")
def _add_partition(
    moves, same_triangle, table, corners, weights, delays, shares, flat, x, turns, ramps, totals,
    coming, samples, window,
):  # fmt: skip
    """Add a source whose spectrum begins at `x`: both ends at once, or one after the other."""
    if moves and same_triangle:
        add_moving(
            table, corners[1], weights[0], weights[1], delays[0], delays[1], flat, x, turns[0],
            turns[1], ramps, totals, coming, samples, window,
        )  # fmt: skip
    else:
        for end in range(0 if moves else 1, 2):
            add_still(
                table, corners[end], weights[end], delays[end], shares[end, 0], shares[end, 1],
                flat, x, turns[0], turns[1], ramps, totals, coming, samples, window,
            )  # fmt: skip


@numba.njit(inline="always")
def _gather_place(
    s, layer, places, near, triangles, vertices, response, corners, weights, delays
):  # fmt: skip
    """Where a source's responses on a sphere are, their shares, and the source's delays."""
    triangle = triangles[places[1][s]]
    first = (near[0][s] + layer) * vertices
    for k in range(3):
        corners[k] = (triangle[k] + first) * response
        weights[k] = places[2][s, k]
    known = near[2] if near[1][s] != 0.0 else places[3]
    delays[0], delays[1] = known[s, 0], known[s, 1]


@numba.njit(inline="always")
def _share(s, layer, near):
    """The share of the wider or the nearer of two spheres."""
    return near[1][s] if layer else 1.0 - near[1][s]


@numba.njit(inline="always")
def _equal(weights):
    return (
        weights[0, 0] == weights[1, 0]
        and weights[0, 1] == weights[1, 1]
        and weights[0, 2] == weights[1, 2]
    )
