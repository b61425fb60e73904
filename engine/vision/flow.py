"""Optical flow between neighbouring pictures, less the camera's own motion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.vision.camera import Matrix
from engine.vision.opencv import cv2

_WIDTH = 224
_LEAST_PX = 0.45
"""Flow (per picture, at the flow's size) below which a pixel does not count as moving."""
_CAMERA_SHARE = 0.18
"""Flow must also exceed this share of the camera's own flow there: estimates are never perfect."""
_FITS = 4


class FlowField:
    """Dense flow by DIS (Kroeger et al., ECCV 2016) at a small size."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._dis.setFinestScale(1)

    def residual(
        self, before: NDArray[np.uint8], after: NDArray[np.uint8], camera: Matrix | None
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Flow of the scene itself, and where it is significant.

        Parameters
        ----------
        before, after : (height, width) uint8
        camera : (3, 3) matrix from pixels of `before` to `after`, or None for a still camera

        Returns
        -------
        (h, w, 2) float32
            Flow in pixels of the given pictures, at a smaller size.
        (h, w) bool
        """
        height, width = before.shape
        scale = min(1.0, _WIDTH / width)
        size = (max(16, round(width * scale)), max(16, round(height * scale)))
        small = [cv2.resize(g, size, interpolation=cv2.INTER_AREA) for g in (before, after)]
        flow = self._dis.calc(small[0], small[1], None)
        if camera is None:
            speed = _speed(flow)
            return flow / scale, speed > _least(speed)
        own = _camera_flow(camera, size, (width, height))
        flow = flow - own
        rest = _smooth_flow(flow)
        own, flow = own + rest, flow - rest
        speed = _speed(flow)
        return flow / scale, speed > np.maximum(_least(speed), _CAMERA_SHARE * _speed(own))


def _speed(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """(h, w) length of a flow (h, w, 2)."""
    x, y = flow[..., 0], flow[..., 1]
    return np.sqrt(x * x + y * y)


def _least(speed: NDArray[np.float32]) -> float:
    """Speed from which a pixel counts as moving."""
    return _LEAST_PX + 2.5 * float(np.median(speed))


def _camera_flow(
    camera: Matrix, size: tuple[int, int], picture: tuple[int, int]
) -> NDArray[np.float32]:
    """Flow that the camera's motion alone gives, in pixels of the small size."""
    to_small = np.diag([size[0] / picture[0], size[1] / picture[1], 1.0])
    matrix = to_small @ camera @ np.linalg.inv(to_small)
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    points = np.stack([x, y, np.ones_like(x)], axis=-1) @ matrix.T
    return (points[..., :2] / points[..., 2:] - np.stack([x, y], axis=-1)).astype(np.float32)


def _smooth_flow(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """What of a flow field (h, w, 2) is smooth: a robust quadratic in the coordinates.

    A plane seen by a moving camera flows by a quadratic, so the ground's own parallax, which no
    turn of the camera explains, goes with it; things that move on it are outliers (Tukey weights).
    """
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    powers = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    picks = (slice(None, None, 4), slice(None, None, 4))
    rows = powers[picks].reshape(-1, 6)
    values = flow[picks].reshape(-1, 2).astype(np.float64)
    fit = np.zeros((6, 2))
    for _ in range(_FITS):
        misfit = np.linalg.norm(values - rows @ fit, axis=1)
        reach = max(_LEAST_PX, 3.0 * float(np.median(misfit)))
        weight = np.clip(1.0 - (misfit / reach) ** 2, 0.0, 1.0) ** 2
        normal = (rows * weight[:, None]).T @ rows + 1e-3 * np.eye(6)
        fit = np.linalg.solve(normal, (rows * weight[:, None]).T @ values)
    return (powers @ fit).astype(np.float32)
