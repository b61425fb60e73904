"""Air absorption: every source through a short filter that glides with its distance.

Both ends of a hop have a filter of their own, interpolated between the plan's; the output fades
linearly from one to the other, so that nothing steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.lanes import LANES, fma, load, spread, store
from engine.realtime.snapshot import HOP_SAMPLES, AirPlan, Floats, Samples, SourcePlan

_BLOCK = 4 * LANES
_TAPS_AT_ONCE = 8
_NEGLIGIBLE = 1e-4
"""Sum of the taps at a response's end that are left out (-80 dB, far below the sound itself)."""


class AirFilters:
    """Filters one hop of every source in place.

    Parameters
    ----------
    plan : AirPlan
    sources : sequence of SourcePlan
        Those with `air`; the others pass.
    """

    def __init__(self, plan: AirPlan, sources: Sequence[SourcePlan]) -> None:
        taps = plan.responses.shape[1]
        self._responses = np.ascontiguousarray(plan.responses)
        self._reach = _reach(plan.responses)
        self._step_m = plan.step_m
        self._members = np.flatnonzero([source.air for source in sources])
        self._past = taps
        self._window = np.zeros((len(sources), taps + HOP_SAMPLES), dtype=np.float32)
        self._quiet = np.ones(len(sources), dtype=np.bool_)
        self._taps = np.zeros((2, taps), dtype=np.float32)
        self._fade = ((np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES).astype(np.float32)

    @property
    def history_hops(self) -> int:
        """How many past hops are still heard."""
        return 1 if len(self._members) else 0

    def reset(self) -> None:
        """Forget all past sound."""
        self._window[:] = 0.0
        self._quiet[:] = True

    def process(
        self,
        blocks: Samples,
        sounding: NDArray[np.bool_],
        distances_0: Floats,
        distances_1: Floats,
    ) -> None:
        """Filter (sources, HOP_SAMPLES) `blocks`; a source that rings on is `sounding`."""
        absorb(
            blocks, sounding, self._members, distances_0, distances_1, self._responses,
            self._reach, self._step_m, self._window, self._quiet, self._taps.ravel(), self._fade,
        )  # fmt: skip


def _reach(responses: Samples) -> NDArray[np.int64]:
    """(rows,) taps that matter, whole multiples of `_TAPS_AT_ONCE`, growing with distance."""
    left = np.cumsum(np.abs(responses[:, ::-1]), axis=1)[:, ::-1]
    needed = np.maximum.accumulate((left > _NEGLIGIBLE).sum(axis=1))
    whole = -(-needed // _TAPS_AT_ONCE) * _TAPS_AT_ONCE
    return np.minimum(whole, responses.shape[1]).astype(np.int64)


@numba.njit(forceinline=True)
def _row(distance, step_m, rows):
    """Place among the rows: the row below and the share of the one above."""
    if not distance < 1e9:  # nowhere
        distance = 0.0
    place = np.sqrt(distance / step_m)
    row = min(int(min(place, float(rows))), rows - 2)
    low = step_m * row * row
    share = (distance - low) / (step_m * (2 * row + 1))
    return row, np.float32(min(max(share, 0.0), 1.0))


@numba.njit(forceinline=True)
def _between(responses, row, share, taps, at, length):
    for k in range(length):
        below = responses[row, k]
        taps[at + k] = below + share * (responses[row + 1, k] - below)


@numba.njit(forceinline=True)
def _still(window, start, taps, length, out, at):
    """Four times sixteen samples through one filter."""
    a, b, c, d = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    for k in range(length):
        h, place = spread(taps[k]), start - k
        a = fma(h, load(window, place), a)
        b = fma(h, load(window, place + LANES), b)
        c = fma(h, load(window, place + 2 * LANES), c)
        d = fma(h, load(window, place + 3 * LANES), d)
    store(out, at, a)
    store(out, at + LANES, b)
    store(out, at + 2 * LANES, c)
    store(out, at + 3 * LANES, d)


@numba.njit(forceinline=True)
def _gliding(window, start, taps, change, length, fade, out, at):
    """The same through a filter that turns into another: `change` lies so far behind in `taps`."""
    a, b, c, d = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    p, q, r, s = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    for k in range(length):
        h, g, place = spread(taps[k]), spread(taps[change + k]), start - k
        x, y = load(window, place), load(window, place + LANES)
        z, w = load(window, place + 2 * LANES), load(window, place + 3 * LANES)
        a, b, c, d = fma(h, x, a), fma(h, y, b), fma(h, z, c), fma(h, w, d)
        p, q, r, s = fma(g, x, p), fma(g, y, q), fma(g, z, r), fma(g, w, s)
    store(out, at, fma(load(fade, at), p, a))
    store(out, at + LANES, fma(load(fade, at + LANES), q, b))
    store(out, at + 2 * LANES, fma(load(fade, at + 2 * LANES), r, c))
    store(out, at + 3 * LANES, fma(load(fade, at + 3 * LANES), s, d))


@numba.njit(cache=True, nogil=True)
def absorb(
    blocks, sounding, members, distances_0, distances_1, responses, reach, step_m, windows, quiet,
    taps, fade,
):  # fmt: skip
    """Filter one hop of the sources `members` in place.

    Parameters
    ----------
    blocks : (sources, HOP_SAMPLES) float32
    sounding, quiet : (sources,) bool
        Whether a hop sounds; whether the hop before it did not.
    distances_0, distances_1 : (sources,) float64
        In metres, at the hop's start and end.
    responses : (rows, taps) float32
    reach : (rows,) int64
    windows : (sources, taps + HOP_SAMPLES) float32
    taps : (2 * taps,) float32
        Room to work in.
    fade : (HOP_SAMPLES,) float32
        Rises from 0 to 1.
    """
    rows, past = responses.shape
    for s in members:
        if not sounding[s] and quiet[s]:
            continue
        window, block = windows[s], blocks[s]
        for n in range(past):
            window[n] = window[HOP_SAMPLES + n]
        for n in range(HOP_SAMPLES):
            window[past + n] = block[n]
        row_0, share_0 = _row(distances_0[s], step_m, rows)
        row_1, share_1 = _row(distances_1[s], step_m, rows)
        length = max(reach[row_0 + 1], reach[row_1 + 1])
        _between(responses, row_0, share_0, taps, 0, length)
        if distances_0[s] == distances_1[s]:
            for at in range(0, HOP_SAMPLES, _BLOCK):
                _still(window, past + at, taps, length, block, at)
        else:
            _between(responses, row_1, share_1, taps, past, length)
            for k in range(length):
                taps[past + k] -= taps[k]
            for at in range(0, HOP_SAMPLES, _BLOCK):
                _gliding(window, past + at, taps, past, length, fade, block, at)
        quiet[s] = not sounding[s]
        sounding[s] = True
