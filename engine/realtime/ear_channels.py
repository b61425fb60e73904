"""Sources that are ears already: sound made for two of them goes there as it is.

No HRIR filters it, no head turns it, and it takes no time on the way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np

from engine.realtime.leaps import SMOOTH_FALL, SMOOTH_RISE
from engine.realtime.snapshot import Floats, Samples, SourcePlan
from engine.realtime.sources import SourceStage


class EarChannels:
    """Adds the sources that have gains in the ears themselves; it remembers nothing."""

    def __init__(self, sources: Sequence[SourcePlan]) -> None:
        gains = np.array([source.into_ears for source in sources], dtype=np.float64)
        gains = gains.reshape(-1, 2)
        self._members = np.flatnonzero(gains.any(axis=1))
        self._gains = np.ascontiguousarray(gains[self._members])

    def add_to(
        self, out: Samples, sources: SourceStage, levels_0: Floats, levels_1: Floats
    ) -> None:
        """Add the hop to the ears (2, HOP_SAMPLES), from one level to the other (sources,)."""
        if len(self._members):
            add_ear_channels(
                self._members, self._gains, sources.blocks, sources.sounding, levels_0, levels_1,
                SMOOTH_FALL, SMOOTH_RISE, out,
            )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def add_ear_channels(members, gains, blocks, sounding, levels_0, levels_1, fall, rise, out):
    """Compiled part of `EarChannels.add_to`; `gains` are (members, 2)."""
    for k in range(len(members)):
        s = members[k]
        if not sounding[s]:
            continue
        row = blocks[s]
        for ear in range(2):
            old = np.float32(levels_0[s] * gains[k, ear])
            new = np.float32(levels_1[s] * gains[k, ear])
            if old == np.float32(0.0) and new == np.float32(0.0):
                continue
            target = out[ear]
            for n in range(len(fall)):
                target[n] += row[n] * (fall[n] * old + rise[n] * new)
