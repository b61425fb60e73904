"""Sources that pass many directions within a hop, in formats made of channel gains.

Gains that glide straight from one hop's edge to the next cut the corners of a panner, and of
spherical harmonics the more, the higher their order. Such a source is panned at up to 16 steps of
a hop, along the arc between its edges.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.choosing import Order, choose_equal
from engine.realtime.encoding import Encoding
from engine.realtime.knots import turn
from engine.realtime.motion import Edges
from engine.realtime.paces import JUMP_COSINE
from engine.realtime.snapshot import HOP_SAMPLES, Floats, MotionPlan, Samples, Snapshot
from engine.realtime.width_law import Widths

_SLOW_DEG = 0.6
"""A source that turns less in a hop (0.3 turns a second at 48 kHz) glides straight."""
_FASTER_COSINES = np.cos(np.radians(_SLOW_DEG * np.array([1.0, 2.0, 4.0, 8.0])))
"""One that turns farther passes it in 2, 4, 8, 16 steps."""
_MOST_STEPS = 16
_BATCH = 32
"""Sources that are panned at a time."""


def turns_fast(snapshot: Snapshot) -> bool:
    """Whether any source may ever turn so far in a hop that it does not glide straight."""
    return any(
        _fastest_deg(source.motion, snapshot.samples_per_metre if source.delayed else 0.0)
        > _SLOW_DEG
        for source in snapshot.sources
        if not source.routes
    )


class QuickPanning:
    """Takes fast sources out of a hop's mixing matrices, and mixes them itself.

    Parameters
    ----------
    snapshot : Snapshot

    Attributes
    ----------
    needed : bool
        Whether there may ever be any.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._distance = snapshot.distance
        self.needed = turns_fast(snapshot)
        sources = len(snapshot.sources) if self.needed else 0
        self._widths = Widths(snapshot)
        self._by_direction = np.array([not s.routes for s in snapshot.sources], dtype=np.bool_)
        self._paces = np.zeros(sources, dtype=np.int64)
        self._fastest = 0
        self._focus, self._room = np.zeros((2, 2, sources))
        self._times = np.zeros(2)
        most = min(sources, _BATCH) * (_MOST_STEPS + 1)
        self._ways, self._between = np.zeros((most, 3)), np.zeros(most)
        self._levels = np.zeros(most)
        self._encoding = Encoding(snapshot, most)
        self._chosen, self._order = np.zeros(sources, dtype=np.bool_), Order(sources)

    def take_out(
        self, edges: Edges, gains: tuple[Floats, Floats], others: NDArray[np.bool_]
    ) -> None:
        """Take the fast ones out of `others` (sources,), and know them.

        `gains` (sources,) are those of the sources at the hop's start and at its end.
        """
        if self.needed:
            self._fastest = sort_out(
                edges.directions_0, edges.directions_1, *gains, self._by_direction,
                _FASTER_COSINES, JUMP_COSINE, others, self._paces,
            )  # fmt: skip

    def add(
        self, hop_start: int, edges: Edges, gains: tuple[Floats, Floats], blocks: Samples,
        bus: Samples,
    ) -> None:  # fmt: skip
        """Add the fast ones of `blocks` (sources, HOP_SAMPLES) to all channels' `bus`."""
        if not self._fastest:
            return
        self._distance.focus(edges.distances_m[1:3], out=self._focus)
        self._times[0], self._times[1] = max(hop_start, 0), max(hop_start + HOP_SAMPLES, 0)
        self._widths.narrow(self._times, self._focus, self._room)
        for pace in range(1, self._fastest + 1):
            if choose_equal(self._paces, pace, self._chosen):
                chosen = self._order.plain(self._chosen)
                for first in range(0, len(chosen), _BATCH):
                    batch = chosen[first : first + _BATCH]
                    panned = self._pan(batch, 1 << pace, edges, gains)
                    add_in_steps(blocks, batch, 1 << pace, self._levels, panned, bus)

    def _pan(
        self, chosen: NDArray[np.int64], steps: int, edges: Edges, gains: tuple[Floats, Floats]
    ) -> Floats:
        """(channels, (steps + 1) * chosen) gains, without levels, of a hop passed in steps."""
        count = (steps + 1) * len(chosen)
        pass_in_steps(
            chosen, steps, edges.directions_0, edges.directions_1, self._focus, *gains,
            self._ways, self._between, self._levels,
        )  # fmt: skip
        return self._encoding.gains(self._ways[:count], self._between[:count], chosen)


def _fastest_deg(motion: MotionPlan, samples_per_metre: float) -> float:
    """No hop turns farther, in degrees: the fastest line past the head, where it is nearest.

    A source that is heard late (by so much a metre, or 0) passes faster as it comes nearer.
    """
    if len(motion.times_samples) < 2:
        return 0.0
    start = motion.positions_m[:-1]
    way = np.diff(motion.positions_m, axis=0)
    length = np.linalg.norm(way, axis=1)
    share = -np.sum(start * way, axis=1) / np.maximum(length**2, 1e-30)
    nearest_m = np.linalg.norm(start + np.clip(share, 0.0, 1.0)[:, None] * way, axis=1)
    with np.errstate(all="ignore"):
        speed = length / np.diff(motion.times_samples)
        speed /= np.maximum(1.0 - speed * samples_per_metre, 0.0)
        turns = np.degrees(speed * HOP_SAMPLES / nearest_m)
    return float(np.max(np.where(length > 0.0, np.nan_to_num(turns, nan=np.inf), 0.0)))


@numba.njit(cache=True, nogil=True)
def sort_out(
    old, new, gains_0, gains_1, by_direction, faster_cosines, jump_cosine, others, paces
):  # fmt: skip
    """How fast sources are: `paces` (sources,) from 0, which stay in `others`. The highest.

    A pace is passed in ``1 << pace`` steps.
    """
    highest = 0
    for s in range(len(paces)):
        paces[s] = 0
        if not others[s] or not by_direction[s] or (gains_0[s] == 0.0 and gains_1[s] == 0.0):
            continue
        cosine = old[s, 0] * new[s, 0] + old[s, 1] * new[s, 1] + old[s, 2] * new[s, 2]
        if cosine > jump_cosine:
            for faster in faster_cosines:
                paces[s] += cosine < faster
        others[s] = paces[s] == 0
        highest = max(highest, paces[s])
    return highest


@numba.njit(cache=True, nogil=True)
def pass_in_steps(chosen, steps, old, new, focus, gains_0, gains_1, ways, between, levels):
    """Directions, focus and levels of `chosen` sources at the ends of equal steps of a hop.

    Those of a step lie side by side in `ways` (n, 3), `between` (n,) and `levels` (n,); `focus`
    (2, sources) is theirs at the hop's ends.
    """
    count = len(chosen)
    for step in range(steps + 1):
        share = step / steps
        for i in range(count):
            s, at = chosen[i], step * count + i
            turn(old[s], new[s], share, ways[at])
            between[at] = focus[0, s] + share * (focus[1, s] - focus[0, s])
            levels[at] = gains_0[s] + share * (gains_1[s] - gains_0[s])


@numba.njit(cache=True, nogil=True)
def add_in_steps(blocks, chosen, steps, levels, panned, bus):
    """bus[c] += blocks[s] * gain of `chosen` sources s, which passes equal steps of the hop.

    Gains are ``levels[n] * panned[c, n]``, laid out as `pass_in_steps` has them.
    """
    count = len(chosen)
    length = blocks.shape[1] // steps
    for i in range(count):
        block = blocks[chosen[i]]
        for c in range(len(bus)):
            row = bus[c]
            for step in range(steps):
                here, there = step * count + i, (step + 1) * count + i
                start = levels[here] * panned[c, here]
                end = levels[there] * panned[c, there]
                old, rise = np.float32(start), np.float32((end - start) / length)
                if old == 0.0 and rise == 0.0:
                    continue
                first = step * length
                for n in range(length):
                    gain = old + rise * (np.float32(n) + np.float32(0.5))
                    row[first + n] += block[first + n] * gain
