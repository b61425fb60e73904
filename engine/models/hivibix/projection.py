"""Panoramas as one flat picture: the stereographic projection that HiViBiX sees 360 degrees by.

References
----------
"HiViBiX", appendix D: 300 degrees across and down, square pixels. Snyder, "Map projections: a
working manual", USGS 1987, chapter 21.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError

FIELD_DEG = 300.0

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]


def stereographic(panorama: Picture, size_px: int, field_deg: float = FIELD_DEG) -> Picture:
    """A (size, size, 3) picture of an equirectangular panorama (h, 2 h, 3), front in its middle.

    Raises
    ------
    ShapeError
        If the panorama is not twice as wide as high.
    """
    height, width = panorama.shape[:2]
    if width != 2 * height:
        raise ShapeError(
            f"the panorama has {width} x {height} pixels",
            remedy="give an equirectangular one, twice as wide as high",
        )
    azimuth_deg, elevation_deg = directions_deg(size_px, field_deg)
    columns = (0.5 - azimuth_deg / 360.0) * width - 0.5
    rows = (0.5 - elevation_deg / 180.0) * height - 0.5
    # One column of the other end on each side: the interpolation goes round.
    closed = np.concatenate([panorama[:, -1:], panorama, panorama[:, :1]], axis=1)
    taken = cv2.remap(
        closed,
        (columns + 1.0).astype(np.float32),
        np.clip(rows, 0.0, height - 1.0).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    return np.asarray(taken, dtype=np.uint8)


@lru_cache(maxsize=4)
def directions_deg(size_px: int, field_deg: float = FIELD_DEG) -> tuple[Floats, Floats]:
    """(size, size) azimuth and elevation in degrees of the centres of the projection's pixels.

    A direction at an angle c from the front lies tan(c / 2) from the middle, on the side it is on.
    """
    edge = np.tan(np.radians(field_deg / 4.0))
    at = ((np.arange(size_px) + 0.5) / size_px * 2.0 - 1.0) * edge
    left, up = np.meshgrid(-at, -at, indexing="xy")
    far = np.hypot(left, up)
    angle = 2.0 * np.arctan(far)
    share = np.sin(angle) / np.maximum(far, 1e-12)
    front, aside, above = np.cos(angle), left * share, up * share
    azimuth = np.degrees(np.arctan2(aside, front))
    return azimuth, np.degrees(np.arcsin(np.clip(above, -1.0, 1.0)))
