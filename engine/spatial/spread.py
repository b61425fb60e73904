"""Sources as wide as a cap: panning to many directions at once.

The directions lie evenly on the spherical cap that a source fills; their gains add in power. No
loudspeaker beyond the cap's reach plays, and a cap without width is the point source. Caps near
the horizon are flattened, the more, the narrower they are: width is to the sides, and where layouts
have loudspeakers above but none below, a round cap would lift the source.

References
----------
Pulkki, "Uniform spreading of amplitude panned virtual sources", WASPAA, 1999 (multiple-direction
amplitude panning). Powers are summed here, not gains.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.spatial.point_source import PointSourcePanner, pan_point

Floats = NDArray[np.float64]

_RINGS = 4
_SPOKES = 12
"""Of directions on a cap: alike to the left and to the right, above and below."""
_COSINES = np.cos(2.0 * np.pi * np.arange(_SPOKES) / _SPOKES)
_SINES = np.sin(2.0 * np.pi * np.arange(_SPOKES) / _SPOKES)
_ALIKE_BEYOND = 0.25
"""Of the focus lost (120 degrees): from here on loudspeakers become alike however they stand."""


def fill_spread(
    panner: PointSourcePanner, directions: Floats, focus: Floats, out: Floats, room: Floats
) -> None:
    """Write gains of caps around unit vectors (n, 3) to `out` (channels, n).

    Their squares sum to one; an LFE has none. `focus` (n,) in 0..1 is the length of the energy
    vector of an even cap, cos^2 of a quarter of its width: 1 is a point, 0 the whole sphere, which
    sounds from all loudspeakers alike however they are spaced. `room` (2 * channels,) is used up.
    """
    pan_caps(directions, focus, *panner.tables, panner.channels, room, out)


def flatness(lost: Floats, elevation: Floats) -> Floats:
    """Height of a cap over its width: `lost` (n,) is 1 - focus, `elevation` (n,) in radians."""
    steep = np.sin(elevation) ** 2
    return np.asarray(np.sqrt(lost) * (1.0 - steep) + steep)


@numba.njit(forceinline=True)
def _axes(x, y, z):
    """To the left of a unit vector, level, and up from it: two unit vectors."""
    level = np.sqrt(x * x + y * y)
    left_x, left_y = (-y / level, x / level) if level > 0.0 else (0.0, 1.0)
    return left_x, left_y, -z * left_y, z * left_x, x * left_y - y * left_x


@numba.njit(forceinline=True)
def pan_cap(x, y, z, focus, inverses, positions, blends, lookup, playing, full_band, room, row):
    """Write the gains of a cap around a unit vector to `row` (channels,).

    Half its width has the cosine 1 - 2 lost, and equal steps of height hold equal areas of a round
    cap. On the horizon it is as high as wide only where it is all around (`flatness`); above and
    below the head it is round. `room` has a number a channel.
    """
    if not focus < 1.0:
        pan_point(x, y, z, inverses, positions, blends, lookup, playing, row)
        return
    lost, steep = 1.0 - focus, min(z * z, 1.0)
    left_x, left_y, up_x, up_y, up_z = _axes(x, y, z)
    flat = np.sqrt(lost) * (1.0 - steep) + steep
    row[:] = 0.0
    for ring in range(_RINGS):
        height = 1.0 - 2.0 * lost * (ring + 0.5) / _RINGS
        reach = np.sqrt(max(1.0 - height * height, 0.0))
        for spoke in range(_SPOKES):
            left, up = reach * _COSINES[spoke], reach * flat * _SINES[spoke]
            u = height * x + left * left_x + up * up_x
            v = height * y + left * left_y + up * up_y
            w = height * z + up * up_z
            size = 1.0 / np.sqrt(u * u + v * v + w * w)
            pan_point(
                u * size, v * size, w * size, inverses, positions, blends, lookup, playing, room
            )
            for k in range(len(row)):
                row[k] += room[k] * room[k]
    further = max(lost - _ALIKE_BEYOND, 0.0) / (1.0 - _ALIKE_BEYOND)
    alike = further * further * further
    for k in range(len(row)):
        row[k] *= (1.0 - alike) / (_RINGS * _SPOKES)
    for k in full_band:
        row[k] += alike / len(full_band)
    for k in range(len(row)):
        row[k] = np.sqrt(row[k])


@numba.njit(cache=True, nogil=True)
def pan_caps(
    directions, focus, inverses, positions, blends, lookup, playing, full_band, room, out
):  # fmt: skip
    """Gains of caps around `directions` (n, 3), to `out` (channels, n). See `fill_spread`."""
    row, work = room[: len(out)], room[len(out) : 2 * len(out)]
    for n in range(len(directions)):
        x, y, z = directions[n, 0], directions[n, 1], directions[n, 2]
        pan_cap(
            x, y, z, focus[n], inverses, positions, blends, lookup, playing, full_band, work, row
        )
        for k in range(len(out)):
            out[k, n] = row[k]
