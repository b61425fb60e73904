"""What a format's channels last played, for filters that are put behind them while they sound."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.realtime.lfe_plan import LfePlan
from engine.realtime.snapshot import HOP_SAMPLES, Samples


class PastMains:
    """The last hops of a format's channels, before its all-pass.

    Parameters
    ----------
    plan : LfePlan
        It says how much of the past matters.
    rows : slice
        Which of all channels are the format's.
    """

    def __init__(self, plan: LfePlan, rows: slice) -> None:
        self._rows = rows
        count = -(-plan.memory_samples // HOP_SAMPLES)
        self._kept = np.zeros((count, rows.stop - rows.start, HOP_SAMPLES), dtype=np.float32)
        self._oldest = 0

    def reset(self) -> None:
        """Forget all past sound."""
        self._kept[:] = 0.0

    def keep(self, bus: Samples) -> None:
        """Take in the hop of all channels."""
        self._kept[self._oldest] = bus[self._rows]
        self._oldest = (self._oldest + 1) % len(self._kept)

    def adopt(self, other: PastMains) -> None:
        """Take the past of `other`, of the same format."""
        self._kept[:] = other._kept
        self._oldest = other._oldest

    def hops(self) -> Iterator[Samples]:
        """(channels, HOP_SAMPLES) arrays, the oldest first."""
        for index in range(len(self._kept)):
            yield self._kept[(self._oldest + index) % len(self._kept)]
