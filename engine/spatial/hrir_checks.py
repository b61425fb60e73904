"""Whether a set of responses can be a head's: what is absurd is refused, what is odd is said.

The level of a set is the mean energy of its responses, an ear's share: 0 dB for measurements that
are referred to the sound at the head's place without the head, as usual sets are.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_spherical
from engine.errors import HrirError
from engine.spatial.sphere import fibonacci_sphere

LARGEST_INTERAURAL_DELAY_S = 0.0015
"""A wide head's is 0.0009 s."""

ODD_LEVEL_DB = 12.0
ABSURD_LEVEL_DB = 60.0
WIDE_GAP_DEG = 65.0
"""Many sets lack what lies under 30 to 45 degrees below the horizon; that goes without saying."""

_RING_DEG = 2.0
_ROOM_S = 0.03
_ROOM_SHARE = 0.02
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


def coverage_notes(directions: NDArray[np.float64], place: Path) -> list[str]:
    """What (n, 3) measured directions lack, in words."""
    if len(directions) == 1:
        return [f"HRIR set {place.name} has one direction: every source sounds from there"]
    elevations = np.degrees(np.arcsin(np.clip(directions[:, 2], -1.0, 1.0)))
    if np.ptp(elevations) < _RING_DEG:
        return [
            f"HRIR set {place.name} has one ring at elevation {round(elevations.mean())} degrees: "
            "above and below it is filled in"
        ]
    grid = fibonacci_sphere(300)
    nearest = np.degrees(np.arccos(np.clip((grid @ directions.T).max(axis=1), -1.0, 1.0)))
    if nearest.max() <= WIDE_GAP_DEG:
        return []
    where = to_spherical(grid[np.argmax(nearest)])
    return [
        f"HRIR set {place.name} measures nothing within {nearest.max():.0f} degrees of azimuth "
        f"{round(where[0])}, elevation {round(where[1])}: filled in"
    ]


def room_note(responses: NDArray[np.float64], sample_rate_hz: int, place: Path) -> list[str]:
    """A note where (n, 2, taps) responses hold a room, which sources would then be heard in."""
    energy = np.sum(responses**2, axis=(0, 1))
    late = int(np.argmax(energy)) + int(_ROOM_S * sample_rate_hz)
    if np.sum(energy[late:]) <= _ROOM_SHARE * np.sum(energy):
        return []
    seconds = responses.shape[-1] / sample_rate_hz
    return [f"HRIR set {place.name} holds a room ({seconds:.2f} s); every source is heard in it"]
