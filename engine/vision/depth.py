"""Depth without a network: apparent size against known heights, and where things touch ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine import plugins
from engine.plugins import Detection

Array = NDArray[np.float64]

KNOWN_HEIGHT_M = {"person": 1.7, "vehicle": 1.55}
FLYING_HEIGHT_M = 0.5
"""Taken for things that never come near the ground."""
CAMERA_HEIGHT_M = 1.6
_NEAREST_M, _FARTHEST_M = 0.5, 100.0
_LEAST_BELOW_HORIZON = 0.03
_OBJECT_HEIGHT_M = (0.04, 5.0)


class GeometryDepth:
    """Distances of boxes from geometry alone.

    The camera is `CAMERA_HEIGHT_M` above a flat ground and looks level, so the horizon is half way
    up. People are 1.7 m, cars 1.55 m high. Anything else is measured where it touches the ground
    (the lowest tenth of its path) and keeps that size; what never comes down is taken for half a
    metre. Distances are horizontal, along the ground.

    Parameters
    ----------
    rows_per_unit : float, optional
        Pixels a unit of height over horizontal distance: the camera's vertical scale. By default
        that of the cylinder mapping, (H/2) / (pi/3).
    """

    name = "geometry (apparent size and ground contact)"

    def __init__(self, rows_per_unit: float | None = None) -> None:
        self._rows_per_unit = rows_per_unit

    def depth_map(self, image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """None: it works from boxes."""
        return None

    def box_distance_m(self, detection: Detection, width: int, height: int) -> float:
        """Distance of one detection on its own."""
        box = np.array([detection.box], dtype=np.float64)
        return float(self.distances_m(box, detection.label, width, height)[0])

    def distances_m(self, boxes: Array, kind: str, width: int, height: int) -> Array:
        """Distances (n,) in metres of the boxes (n, 4) of one object, in order of time."""
        scale = self._scale(height)
        heights = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
        ground, stands = self._ground(boxes, height)
        whole = (boxes[:, 1] > 0.01 * height) & (boxes[:, 3] < 0.99 * height)
        if kind in KNOWN_HEIGHT_M:
            by_size = KNOWN_HEIGHT_M[kind] * scale / heights
            both = np.sqrt(by_size * np.where(stands, ground, by_size))
            known = both if kind == "vehicle" else np.where(whole | ~stands, by_size, both)
            return np.clip(known, _NEAREST_M, _FARTHEST_M)
        return np.clip(self._of_object(heights, ground, stands, scale), _NEAREST_M, _FARTHEST_M)

    def _of_object(
        self, heights: Array, ground: Array, stands: NDArray[np.bool_], scale: float
    ) -> Array:
        size_m = FLYING_HEIGHT_M
        if stands.mean() > 0.3:
            # off the ground a thing seems farther, hence larger, than it is: the least is right
            size_m = float(np.percentile((heights * ground / scale)[stands], 10))
        size_m = float(np.clip(size_m, *_OBJECT_HEIGHT_M))
        return size_m * scale / heights

    def _scale(self, height: int) -> float:
        return self._rows_per_unit or (height / 2) / (np.pi / 3)

    def _ground(self, boxes: Array, height: int) -> tuple[Array, NDArray[np.bool_]]:
        """Distance of the ground under the boxes, and where that can be said."""
        below = boxes[:, 3] - height / 2
        stands = below > _LEAST_BELOW_HORIZON * height
        below = np.maximum(below, _LEAST_BELOW_HORIZON * height)
        return CAMERA_HEIGHT_M * self._scale(height) / below, stands


plugins.register("depth", "geometry", GeometryDepth)
