"""Sources that pass many directions within a hop, in formats made of channel gains.

Gains that glide straight from one hop's edge to the next cut the corners of a panner, and of
spherical harmonics the more, the higher their order. Such a source is panned at up to 16 steps of
a hop, along the arc between its edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.knots import turned
from engine.realtime.motion import Edges
from engine.realtime.paces import JUMP_COSINE
from engine.realtime.snapshot import HOP_SAMPLES, Floats, MotionPlan, Samples, Snapshot
from engine.realtime.width_law import width_focus, widths_at

_SLOW_DEG = 0.6
"""A source that turns less in a hop (0.3 turns a second at 48 kHz) glides straight."""
_FASTER_COSINES = np.cos(np.radians(_SLOW_DEG * np.array([1.0, 2.0, 4.0, 8.0])))
"""One that turns farther passes it in 2, 4, 8, 16 steps."""


@dataclass(frozen=True)
class Passing:
    """A source in this hop: `gains` (steps + 1, channels of all encoders) float64."""

    source: int
    gains: Floats


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
        self._snapshot = snapshot
        self.needed = turns_fast(snapshot)
        self._has_width = any(source.width_deg is not None for source in snapshot.sources)
        self._by_direction = np.array([not s.routes for s in snapshot.sources], dtype=np.bool_)
        self._passing: list[Passing] = []

    def take_out(
        self,
        hop_start: int,
        edges: Edges,
        gains: tuple[Floats, Floats],
        others: NDArray[np.bool_],
    ) -> None:
        """Take the fast ones out of `others` (sources,), and know them.

        `gains` (sources,) are those of the sources at the hop's start and at its end.
        """
        self._passing.clear()
        if not self.needed:
            return
        old, new = edges.directions_0, edges.directions_1
        cosines = np.einsum("si,si->s", old, new)
        sounding = (gains[0] != 0.0) | (gains[1] != 0.0)
        moving = sounding & others & self._by_direction & (cosines > JUMP_COSINE)
        paces = np.where(moving, np.sum(cosines[:, None] < _FASTER_COSINES, axis=1), 0)
        if not paces.any():
            return
        focus = self._focus(hop_start, edges)
        for pace in range(1, int(paces.max()) + 1):
            chosen = np.flatnonzero(paces == pace)
            if len(chosen):
                self._pan(chosen, 1 << pace, (old, new), focus, gains)
        others &= paces == 0

    def add(self, blocks: Samples, bus: Samples) -> None:
        """Add the hop's fast ones of `blocks` (sources, HOP_SAMPLES) to all channels' `bus`."""
        for passing in self._passing:
            add_in_steps(blocks[passing.source], np.ascontiguousarray(passing.gains), bus)

    def _focus(self, hop_start: int, edges: Edges) -> tuple[Floats, Floats]:
        """(sources,) focus at the hop's start and at its end."""
        focus = self._snapshot.distance.focus(edges.distances_m[1:3])
        if self._has_width:
            times = np.array([hop_start, hop_start + HOP_SAMPLES], dtype=np.float64)
            focus = focus * width_focus(widths_at(self._snapshot, np.maximum(times, 0.0)))
        return focus[0], focus[1]

    def _pan(
        self,
        chosen: NDArray[np.intp],
        steps: int,
        directions: tuple[Floats, Floats],
        focus: tuple[Floats, Floats],
        gains: tuple[Floats, Floats],
    ) -> None:
        """Gains of the `chosen` sources, which pass the hop in so many steps."""
        shares = np.arange(steps + 1) / steps
        start, end = (edge[chosen] for edge in directions)
        every = np.ones(len(chosen), dtype=np.bool_)
        ways = np.concatenate([turned(start, end, share, every) for share in shares])
        if self._snapshot.rotation is not None:
            ways = ways @ self._snapshot.rotation.T
        between = _glide(focus, chosen, shares)
        levels = _glide(gains, chosen, shares).reshape(-1, 1)
        panned = np.concatenate(
            [
                encoder.gains(ways, between.reshape(-1))
                if encoder.own is None
                else np.tile(encoder.own[chosen], (steps + 1, 1))
                for encoder in self._snapshot.encoders.values()
            ],
            axis=1,
        )
        panned = (levels * panned).reshape(steps + 1, len(chosen), -1)
        for index, source in enumerate(chosen.tolist()):
            self._passing.append(Passing(source, panned[:, index]))


def _glide(values: tuple[Floats, Floats], chosen: NDArray[np.intp], shares: Floats) -> Floats:
    """(shares, chosen) values between those at a hop's start and end."""
    old, new = values[0][chosen], values[1][chosen]
    return np.asarray(old + shares[:, None] * (new - old))


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
def add_in_steps(block, gains, bus):
    """bus[c] += block * gain, which passes `gains` (steps + 1, channels) in equal steps."""
    steps = len(gains) - 1
    length = len(block) // steps
    for c in range(len(bus)):
        row = bus[c]
        for step in range(steps):
            old = np.float32(gains[step, c])
            rise = np.float32((gains[step + 1, c] - gains[step, c]) / length)
            if old == 0.0 and rise == 0.0:
                continue
            first = step * length
            for n in range(length):
                gain = old + rise * (np.float32(n) + np.float32(0.5))
                row[first + n] += block[first + n] * gain
