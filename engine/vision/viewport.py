"""A window into a picture of everything all around: a camera that turns where it stands.

The camera is a plain one (rectilinear), so that straight edges stay straight. Axes and angles are
the house's (x front, y left, z up; azimuth positive to the left). Equirectangular columns are
azimuths, 180 degrees at the left side to -180 at the right; rows are elevations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_cartesian, turning

Array = NDArray[np.float64]
Size = tuple[int, int]
"""Width and height in pixels."""

FIELD_DEG = (30.0, 130.0)
"""Narrowest and widest horizontal field of view."""
_STEEPEST = 0.2
"""Least horizontal share by which a turn near the poles is hastened."""
_IN_FRONT = 0.02
"""What is no further in front than this (of 1) is not seen."""


@dataclass(frozen=True)
class Viewport:
    """Where the camera looks, and how wide.

    azimuth_deg, elevation_deg : middle of the view, (-180, 180] and [-90, 90]
    field_deg : horizontal field of view
    """

    azimuth_deg: float = 0.0
    elevation_deg: float = 0.0
    field_deg: float = 90.0

    def turned(self, across_px: float, down_px: float, width: float) -> Viewport:
        """The view after the picture was dragged right and down in a window `width` wide."""
        degree_px = np.radians(1.0) * self._focal_px(width)
        level = max(float(np.cos(np.radians(self.elevation_deg))), _STEEPEST)
        azimuth = 180.0 - (180.0 - self.azimuth_deg - across_px / degree_px / level) % 360.0
        elevation = float(np.clip(self.elevation_deg + down_px / degree_px, -90.0, 90.0))
        return replace(self, azimuth_deg=float(azimuth), elevation_deg=elevation)

    def zoomed(self, factor: float) -> Viewport:
        """The view with `factor` times its field, as far as that goes."""
        return replace(self, field_deg=float(np.clip(self.field_deg * factor, *FIELD_DEG)))

    def pixels_at(self, points: Array, window: tuple[float, float], picture: Size) -> Array:
        """Pixels (n, 2) of the picture that are at points (n, 2) of a window: x in [0, width)."""
        ahead, left, up = turning(self.azimuth_deg, self.elevation_deg).T
        focal = self._focal_px(window[0])
        away = np.asarray(points, dtype=np.float64) - 0.5 * np.asarray(window)
        rays = focal * ahead - away[:, :1] * left - away[:, 1:] * up
        azimuth = np.arctan2(rays[:, 1], rays[:, 0])
        elevation = np.arctan2(rays[:, 2], np.hypot(rays[:, 0], rays[:, 1]))
        x = (0.5 - azimuth / (2.0 * np.pi)) % 1.0 * picture[0]
        return np.stack([x, (0.5 - elevation / np.pi) * picture[1]], axis=1)

    def points_of(
        self, pixels: Array, window: tuple[float, float], picture: Size
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Points (n, 2) of a window that show pixels (n, 2), and which are in front at all (n,).

        Columns beyond the picture's sides go on all around.
        """
        pixels = np.asarray(pixels, dtype=np.float64)
        azimuth_deg = 360.0 * (0.5 - pixels[:, 0] / picture[0])
        elevation_deg = np.clip(180.0 * (0.5 - pixels[:, 1] / picture[1]), -90.0, 90.0)
        rays = to_cartesian(azimuth_deg, elevation_deg, np.ones(len(pixels)))
        depth, left, up = (rays @ turning(self.azimuth_deg, self.elevation_deg)).T
        focal = self._focal_px(window[0]) / np.maximum(depth, _IN_FRONT)
        away = np.stack([-left * focal, -up * focal], axis=1)
        return away + 0.5 * np.asarray(window), depth > _IN_FRONT

    def render(self, image: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
        """What a window of `size` shows of a picture (height, width, ...), as contiguous array."""
        from engine.vision.opencv import cv2

        columns, rows = _lookup(self, size, (image.shape[1], image.shape[0]))
        shown = cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        return np.ascontiguousarray(shown)

    def _focal_px(self, width: float) -> float:
        return 0.5 * width / float(np.tan(np.radians(0.5 * self.field_deg)))


@lru_cache(maxsize=2)
def _lookup(
    view: Viewport, window: Size, picture: Size
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Columns and rows (height, width) of the picture that a window's pixels show."""
    ahead, left, up = turning(view.azimuth_deg, view.elevation_deg).T.astype(np.float32)
    focal = np.float32(view._focal_px(window[0]))
    across = (np.arange(window[0], dtype=np.float32) + np.float32(0.5 - 0.5 * window[0]))[None]
    down = (np.arange(window[1], dtype=np.float32) + np.float32(0.5 - 0.5 * window[1]))[:, None]
    x, y, z = (focal * ahead[i] - across * left[i] - down * up[i] for i in range(3))
    columns = (0.5 - np.arctan2(y, x) / np.float32(2.0 * np.pi)) * picture[0] - np.float32(0.5)
    rows = (0.5 - np.arctan2(z, np.sqrt(x * x + y * y)) / np.float32(np.pi)) * picture[1]
    return columns, np.clip(rows - np.float32(0.5), 0.0, picture[1] - 1.0)
