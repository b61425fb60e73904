"""Where a source is heard from: its path for a player that is given its sound as it arrives.

A sound that takes its time to travel comes from where its source was when it left. A source that
passes at v is heard behind its place by up to asin(v / c): 5 degrees at 30 m/s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.realtime.motion import places_heard
from engine.realtime.snapshot import Snapshot


@dataclass(frozen=True, eq=False)
class HeardPath:
    """The path of source `source` of a snapshot, as the renderer has it."""

    snapshot: Snapshot
    source: int

    def at(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) metres at (n,) seconds, in order: what is heard then left from there."""
        return places_heard(self.snapshot, self.source, times_s * self.snapshot.sample_rate_hz)
