"""Whether a set of responses can be a head's: what is absurd is refused, what is odd is said.

The level of a set is the mean energy of its responses, an ear's share: 0 dB for measurements that
are referred to the sound at the head's place without the head, as usual sets are.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import HrirError

LARGEST_INTERAURAL_DELAY_S = 0.0015
"""A wide head's is 0.0009 s."""

ODD_LEVEL_DB = 12.0
ABSURD_LEVEL_DB = 60.0
_REMEDY = "choose another SOFA file, or 'kemar'"


def check_head(
    responses: NDArray[np.float64],
    delays_samples: NDArray[np.float64],
    sample_rate_hz: int,
    place: Path,
) -> tuple[str, ...]:
    """Notes on (n, 2, taps) responses with (n, 2) onset delays; none for a usual set.

    Raises
    ------
    HrirError
        If the level is absurd, or the ears lie farther apart than any head's.
    """
    interaural_s = np.abs(delays_samples[:, 0] - delays_samples[:, 1]) / sample_rate_hz
    typical_s = float(np.percentile(interaural_s, 90))
    if typical_s > LARGEST_INTERAURAL_DELAY_S:
        raise HrirError(
            f"these are no head's responses: the ears hear {1e3 * typical_s:.1f} ms apart",
            place=place,
            remedy=_REMEDY,
        )
    energy = float(np.mean(np.sum(responses**2, axis=-1)))
    level_db = 10.0 * np.log10(max(energy, 1e-300))
    if abs(level_db) > ABSURD_LEVEL_DB:
        raise HrirError(
            f"these are no head's responses: their level is {level_db:+.0f} dB",
            place=place,
            remedy=_REMEDY,
        )
    if abs(level_db) <= ODD_LEVEL_DB:
        return ()
    direction = "quieter" if level_db < 0.0 else "louder"
    return (f"HRIR set {place.name} is {abs(level_db):.0f} dB {direction} than usual sets",)
