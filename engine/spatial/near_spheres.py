"""Which near spheres a scene needs of an HRIR set, so that what comes near is heard to be near.

Most sets are measured at one distance. Nearer ones are worked out (`engine.spatial.near_field`),
each as large as the set itself: so only as near as a scene's sources come. The renderer mixes two
neighbouring spheres, by shares linear in 1/r.

References
----------
Duda, Martens, "Range dependence of the response of a spherical head model", J. Acoust. Soc. Am.
104(5), 1998 (differences between the ears grow within about a metre).
"""

from __future__ import annotations

from engine.spatial.hrir import HrirSet

NEAR_FROM_M = 1.0
"""A set of one distance is what is heard from here on, as it was measured: at 1 m the difference
between the ears would be 0.5 dB larger at most (from a set at 1.4 m)."""
NEAR_RADII_M = (0.75, 0.4, 0.22, 0.15)
"""Between these, shares linear in 1/r are within 0.3 dB of the level difference worked out at the
very distance, on average over the horizon (0.1 dB below 1.5 kHz)."""

_HEAD_SECONDS = 0.025
"""Longer responses hold a room: a near source would change only their beginning."""


def set_radius_m(hrirs: HrirSet) -> float:
    """From where on what was measured farthest out is heard as it is."""
    return hrirs.distance_m if hrirs.nearer else min(hrirs.distance_m, NEAR_FROM_M)


def near_radii_m(hrirs: HrirSet, nearest_m: float) -> tuple[float, ...]:
    """Distances to work out for sources that come as near as `nearest_m`, farthest first.

    None where the set measures as near itself.
    """
    innermost_m = hrirs.nearer[0].distance_m if hrirs.nearer else set_radius_m(hrirs)
    if nearest_m >= innermost_m or hrirs.responses.shape[-1] > _HEAD_SECONDS * hrirs.sample_rate_hz:
        return ()
    found: list[float] = []
    for radius_m in NEAR_RADII_M:
        if radius_m < 0.9 * innermost_m and (not found or found[-1] > nearest_m):
            found.append(radius_m)
    return tuple(found)
