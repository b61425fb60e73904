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

import numpy as np
from numpy.typing import NDArray

from engine.layouts import Layout
from engine.spatial.point_source import panner_of

Floats = NDArray[np.float64]

_RINGS = 4
_SPOKES = 12
"""Of directions on a cap: alike to the left and to the right, above and below."""
_ALIKE_BEYOND = 0.25
"""Of the focus lost (120 degrees): from here on loudspeakers become alike however they stand."""


def spread_gains(layout: Layout, directions: Floats, focus: Floats) -> Floats:
    """(n, full-band loudspeakers) gains of caps around unit vectors (n, 3); squares sum to one.

    `focus` (n,) in 0..1 is the length of the energy vector of an even cap, cos^2 of a quarter of
    its width: 1 is a point, 0 the whole sphere, which sounds from all loudspeakers alike however
    they are spaced.
    """
    panner = panner_of(layout)
    gains = panner.gains(directions)
    wide = np.flatnonzero(np.asarray(focus) < 1.0)
    if len(wide):
        lost = 1.0 - np.asarray(focus, dtype=np.float64)[wide]
        points = _cap(np.asarray(directions, dtype=np.float64)[wide], lost)
        panned = panner.gains(points.reshape(-1, 3)).reshape(len(wide), -1, gains.shape[1])
        power = np.sum(panned**2, axis=1)
        power /= np.sum(power, axis=1, keepdims=True)
        further = np.maximum(lost - _ALIKE_BEYOND, 0.0) / (1.0 - _ALIKE_BEYOND)
        alike = (further * further * further)[:, None]
        gains[wide] = np.sqrt((1.0 - alike) * power + alike / gains.shape[1])
    return gains


def flatness(lost: Floats, elevation: Floats) -> Floats:
    """Height of a cap over its width: `lost` (n,) is 1 - focus, `elevation` (n,) in radians."""
    steep = np.sin(elevation) ** 2
    return np.asarray(np.sqrt(lost) * (1.0 - steep) + steep)


def _cap(directions: Floats, lost: Floats) -> Floats:
    """(n, points, 3) unit vectors spread over caps; `lost` (n,) is 1 - focus.

    Half the width has the cosine 1 - 2 lost, and equal steps of height hold equal areas of a round
    cap. On the horizon it is as high as wide only where it is all around; above and below the head
    it is round.
    """
    x, y, z = directions.T
    level = np.sqrt(x * x + y * y)
    off_axis = level > 0.0
    level = np.where(off_axis, level, 1.0)
    left_x, left_y = np.where(off_axis, -y / level, 0.0), np.where(off_axis, x / level, 1.0)
    left = np.stack([left_x, left_y, np.zeros_like(x)], axis=1)
    up = np.stack([-z * left_y, z * left_x, x * left_y - y * left_x], axis=1)
    turns = 2.0 * np.pi * np.arange(_SPOKES) / _SPOKES
    flat = flatness(lost, np.arcsin(np.clip(z, -1.0, 1.0)))
    around = (
        np.cos(turns)[:, None] * left[:, None, :]
        + flat[:, None, None] * np.sin(turns)[:, None] * up[:, None, :]
    )  # (n, spokes, 3)
    height = 1.0 - 2.0 * lost[:, None] * (np.arange(_RINGS) + 0.5) / _RINGS  # (n, rings)
    reach = np.sqrt(np.maximum(1.0 - height * height, 0.0))
    points = (
        height[:, :, None, None] * directions[:, None, None, :]
        + reach[:, :, None, None] * around[:, None, :, :]
    )
    x, y, z = np.moveaxis(points, -1, 0)
    size = np.sqrt(x * x + y * y + z * z)[..., None]
    return np.asarray((points / size).reshape(len(directions), _RINGS * _SPOKES, 3))
