"""Depth without a network: apparent size against known heights, and where things touch ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine import plugins
from engine.plugins import Detection
from engine.vision.paths import local_fit

Array = NDArray[np.float64]

KNOWN_HEIGHT_M = {"person": 1.7, "vehicle": 1.55}
FLYING_HEIGHT_M = 0.5
"""Taken for things that never come near the ground."""
CAMERA_HEIGHT_M = 1.6
_NEAREST_M = {"vehicle": 2.5, "person": 0.8, "object": 0.8}
"""The middle of a car is never nearer to someone who films it from the kerb."""
_FARTHEST_M = 80.0
_FASTEST_M_PER_S = {"vehicle": 18.0, "person": 5.0, "object": 15.0}
"""How fast things come nearer or go away at most."""
_STEADY_S = {"vehicle": 0.8, "person": 0.45, "object": 0.35}
_FITS = 3
_LEAST_SCATTER = 0.03
_GREATEST_CORRECTION = 0.7
"""Most that ground contact corrects the distance by size, in natural logarithms."""
_LEAST_BELOW_HORIZON = 0.03
_LEAST_TILT = 0.08
"""Share of the picture's height by which a camera that looks level may seem to be tilted."""
_OBJECT_HEIGHT_M = (0.04, 5.0)


class GeometryDepth:
    """Distances of boxes from geometry alone.

    The camera is `CAMERA_HEIGHT_M` above a flat ground and looks level, so that the horizon is half
    way up, unless it is known to be elsewhere. People are 1.7 m, cars 1.55 m high (corrected by
    where they stand). Anything else is measured where it touches the ground (the lowest tenth of
    its path) and keeps that size; what never comes down is taken for half a metre. Distances are
    horizontal, along the ground.

    Parameters
    ----------
    rows_per_unit : float, optional
        Pixels a unit of height over horizontal distance: the camera's vertical scale. By default
        that of the cylinder mapping, (H/2) / (pi/3).
    horizon : float, optional
        Row of the horizon, where it is known (see `engine.vision.ground`).
    """

    name = "geometry (apparent size and ground contact)"

    def __init__(self, rows_per_unit: float | None = None, horizon: float | None = None) -> None:
        self._rows_per_unit = rows_per_unit
        self._horizon = horizon

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
        if kind not in KNOWN_HEIGHT_M:
            found = self._of_object(heights, ground, stands, scale)
        else:
            found = KNOWN_HEIGHT_M[kind] * scale / heights
            sure = stands & whole
            if kind == "vehicle" and sure.mean() > 0.3:
                # vans and lorries are higher: one correction for the whole way, half believed
                off = 0.5 * float(np.median(np.log(ground / found)[sure]))
                found = found * np.exp(np.clip(off, -_GREATEST_CORRECTION, _GREATEST_CORRECTION))
            elif kind == "person":
                found = np.where(whole | ~stands, found, np.sqrt(found * ground))
        return np.clip(found, _nearest_m(kind), _FARTHEST_M)

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
        horizon = self._horizon
        if horizon is None or abs(horizon - height / 2) < _LEAST_TILT * height:
            horizon = height / 2
        below = boxes[:, 3] - horizon
        stands = below > _LEAST_BELOW_HORIZON * height
        below = np.maximum(below, _LEAST_BELOW_HORIZON * height)
        return CAMERA_HEIGHT_M * self._scale(height) / below, stands


def steady(times_s: Array, distances_m: Array, trust: Array, kind: str) -> Array:
    """Distances (n,) without leaps: a robust local straight line in their logarithm.

    `trust` (n,) weighs the rows; those far off the line count less and less (Tukey weights). Then
    nothing comes nearer or goes away faster than its kind can, counted from the surest moment.
    """
    logs = np.log(distances_m)[:, None]
    weight, sigma_s = trust, _STEADY_S.get(kind, _STEADY_S["object"])
    fit = logs
    for _ in range(_FITS):
        fit = local_fit(times_s, logs, weight, sigma_s, order=1)
        misfit = np.abs(logs - fit)[:, 0]
        reach = 4.0 * max(_LEAST_SCATTER, 1.4826 * float(np.median(misfit)))
        weight = trust * np.maximum(0.02, (1.0 - np.minimum(misfit / reach, 1.0) ** 2) ** 2)
    found = np.clip(np.exp(fit[:, 0]), _nearest_m(kind), _FARTHEST_M)
    sure = np.flatnonzero(trust >= trust.max())
    return _within_speed(times_s, found, int(sure[len(sure) // 2]), kind)


def _within_speed(times_s: Array, found: Array, start: int, kind: str) -> Array:
    out = found.copy()
    fastest = _FASTEST_M_PER_S.get(kind, _FASTEST_M_PER_S["object"])
    most = fastest * np.diff(times_s)
    for i in range(start, len(out) - 1):
        out[i + 1] = np.clip(out[i + 1], out[i] - most[i], out[i] + most[i])
    for i in range(start, 0, -1):
        out[i - 1] = np.clip(out[i - 1], out[i] - most[i - 1], out[i] + most[i - 1])
    return out


def _nearest_m(kind: str) -> float:
    return _NEAREST_M.get(kind, _NEAREST_M["object"])


plugins.register("depth", "geometry", GeometryDepth)
