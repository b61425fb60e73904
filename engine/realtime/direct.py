"""Sources whose clips are what arrives: they take no time to travel, nothing filters them on the
strip, and no wall reflects them. They are read straight from their clips, without a ring that would
remember their past. (Air, which may still be in the way, comes after.)
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.clip_table import ClipTable, fetch_ahead, fill_chunk
from engine.realtime.lanes import LANES, load, magnitude, spread, store, within
from engine.realtime.snapshot import HOP_SAMPLES, Samples, SourcePlan
from engine.realtime.strip_filters import LARGEST, SMALLEST


def is_direct(plan: SourcePlan) -> bool:
    """Whether nobody asks for a source's past."""
    remembers = plan.max_delay_samples or plan.reach_samples
    return not (remembers or len(plan.sections) or plan.occlusion is not None)


class DirectSources:
    """Reads a hop of all sources that are direct; it remembers nothing.

    Parameters
    ----------
    members : (n,) int64
        Which they are.
    clips : ClipTable
        The clips of all sources.

    Attributes
    ----------
    faults : int
        Hops that held something that is no number.
    """

    def __init__(self, members: NDArray[np.int64], clips: ClipTable) -> None:
        self._members = members
        self._clips = clips
        self._envelope = np.zeros(HOP_SAMPLES, dtype=np.float32)
        self.faults = 0

    def read(self, first: int, out: Samples, sounding: NDArray[np.bool_]) -> None:
        """Write the hop from scene sample `first` on to their rows of `out`, and whether it is
        anything but zeros."""
        if len(self._members):
            table = self._clips
            self.faults += read_direct(
                first, self._members, table.clips, table.bounds, table.weights, table.longest,
                table.faults, self._envelope, out, sounding,
            )  # fmt: skip


@numba.njit(forceinline=True)
def _made_numbers(out, work):
    """Clean a hop. (Whether it is anything but zeros, whether it held what is no number.)"""
    size = changed = spread(np.float32(0.0))
    for n in range(0, HOP_SAMPLES, LANES):
        value = load(out, n)
        kept = within(value, SMALLEST, LARGEST)
        store(out, n, kept)
        size, changed = size + magnitude(kept), changed + magnitude(value - kept)
    store(work, 0, size)
    store(work, LANES, changed)
    sounds, bad = False, False
    for lane in range(LANES):
        sounds |= work[lane] != np.float32(0.0)
        bad |= not work[LANES + lane] <= LARGEST
    return sounds, bad


@numba.njit(cache=True, nogil=True)
def read_direct(
    first, members, clips, bounds, weights, longest, faults, envelope, out, sounding
):  # fmt: skip
    """Compiled part of `DirectSources.read`; how many held no numbers. `envelope` is room to work
    in, the others are a `ClipTable`'s."""
    bad = 0
    for k in range(len(members)):
        s = members[k]
        if k + 1 < len(members):
            coming = members[k + 1]
            fetch_ahead(clips, bounds[coming], bounds[coming + 1], first, HOP_SAMPLES)
        row = out[s]
        sounding[s] = fill_chunk(
            s, first, clips, bounds, weights, longest, faults, envelope, row
        )  # fmt: skip
        if sounding[s]:
            sounding[s], wrong = _made_numbers(row, envelope)
            bad += wrong
    return bad
