"""From the source to the listener: level and delay over distance.

Levels follow 1/r with 0 dB at `REFERENCE_DISTANCE_M`. Within `NEAR_FIELD_LIMIT_M` the level rises
no further, and the source loses its direction as it enters the head's own space: at the centre it
surrounds the listener, so that a pass through the head neither blows up nor flips.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.units import SPEED_OF_SOUND_M_PER_S

REFERENCE_DISTANCE_M = 1.0
NEAR_FIELD_LIMIT_M = 0.25
FARTHEST_M = 1000.0
"""From beyond, sound is as late and as dull as from here; its level still falls."""


@dataclass(frozen=True)
class PointSource:
    """1/r with a near-field limit (the default law of distance)."""

    reference_m: float = REFERENCE_DISTANCE_M
    limit_m: float = NEAR_FIELD_LIMIT_M

    def gain(
        self, distance_m: ArrayLike, out: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Linear gain at (...,) distances in metres; +12 dB at most with the defaults.

        Written to `out` where there is one.
        """
        distance = np.asarray(distance_m, dtype=np.float64)
        limited = np.maximum(distance, self.limit_m, out=out)
        return np.asarray(np.divide(self.reference_m, limited, out=out))

    def focus(
        self, distance_m: ArrayLike, out: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """1 for a point source, falling linearly to 0 from the near-field limit to the centre.

        Written to `out` where there is one.
        """
        distance = np.asarray(distance_m, dtype=np.float64)
        share = np.divide(distance, self.limit_m, out=out)
        return np.asarray(np.minimum(share, 1.0, out=out))


def samples_per_metre(sample_rate_hz: int) -> float:
    """Delay in samples that a metre of air makes at 20 degrees Celsius."""
    return sample_rate_hz / SPEED_OF_SOUND_M_PER_S


def longest_delay_samples(positions_m: ArrayLike, sample_rate_hz: int) -> int:
    """No sound from (n, 3) positions in metres, or from between them, is later than this."""
    farthest_m = float(np.linalg.norm(np.asarray(positions_m, dtype=np.float64), axis=-1).max())
    return int(np.ceil(min(farthest_m, FARTHEST_M) * samples_per_metre(sample_rate_hz))) + 1
