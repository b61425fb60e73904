"""A camera on the stage: metres to pixels from any side, with or without perspective."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

STEEPEST_DEG = 89.0
_RINGS_M = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
_NEAREST_SHARE = 0.08
"""Of the camera's distance: what is nearer is drawn as if it were there."""


@dataclass(frozen=True)
class Camera:
    """Looks at a target from a direction.

    Attributes
    ----------
    yaw_deg : float
        From where it looks: 0 from behind the listener to the front, 90 from the right.
    pitch_deg : float
        How high it stands, -89 to 89.
    distance_m : float
        From the target; with perspective what is nearer is larger.
    centre_x, centre_y : float
        Pixel of the target.
    px_per_m : float
        At the target.
    """

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    distance_m: float = 20.0
    target_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    centre_x: float = 200.0
    centre_y: float = 200.0
    px_per_m: float = 40.0
    perspective: bool = True

    @property
    def ring_step_m(self) -> float:
        """Distance between the ground's rings: round, and at least 44 px at the target."""
        return next((step for step in _RINGS_M if step * self.px_per_m >= 44.0), _RINGS_M[-1])

    @cached_property
    def axes(self) -> NDArray[np.float64]:
        """(3, 3) rows: to the right of the screen, up the screen, towards the viewer."""
        yaw, pitch = math.radians(self.yaw_deg), math.radians(self.pitch_deg)
        ahead = np.array([math.cos(yaw), math.sin(yaw), 0.0])
        right = np.array([math.sin(yaw), -math.cos(yaw), 0.0])
        towards = -math.cos(pitch) * ahead + np.array([0.0, 0.0, math.sin(pitch)])
        up = math.sin(pitch) * ahead + np.array([0.0, 0.0, math.cos(pitch)])
        return np.array([right, up, towards])

    def scales(self, positions_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) pixels a metre at (n, 3) positions."""
        if not self.perspective:
            return np.full(len(positions_m), self.px_per_m)
        depth_m = (positions_m - self.target_m) @ self.axes[2]
        away_m = np.maximum(self.distance_m - depth_m, _NEAREST_SHARE * self.distance_m)
        scales: NDArray[np.float64] = self.px_per_m * self.distance_m / away_m
        return scales

    def points(self, positions_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) pixels of (n, 3) positions."""
        positions = np.asarray(positions_m, dtype=np.float64)
        across, up, _ = self.axes @ (positions - self.target_m).T
        scales = self.scales(positions)
        return np.stack([self.centre_x + across * scales, self.centre_y - up * scales], axis=-1)

    def point(self, x_m: float, y_m: float, z_m: float) -> QPointF:
        """Pixel of a position."""
        x, y = self.points(np.array([[x_m, y_m, z_m]]))[0]
        return QPointF(float(x), float(y))

    def shift_m(
        self, step_px: QPointF, position_m: tuple[float, float, float]
    ) -> tuple[float, float, float]:
        """By how much a thing moves when it is dragged: in the plane that faces the viewer."""
        scale = float(self.scales(np.array([position_m]))[0])
        right, up, _ = self.axes
        x_m, y_m, z_m = (step_px.x() * right - step_px.y() * up) / scale
        return float(x_m), float(y_m), float(z_m)

    def turned(self, yaw_deg: float, pitch_deg: float) -> Camera:
        """From further round and higher."""
        pitch = min(max(self.pitch_deg + pitch_deg, -STEEPEST_DEG), STEEPEST_DEG)
        yaw = (self.yaw_deg + yaw_deg + 180.0) % 360.0 - 180.0
        return replace(self, yaw_deg=yaw, pitch_deg=pitch)

    def moved(self, dx: float, dy: float) -> Camera:
        """The picture shifted by pixels."""
        return replace(self, centre_x=self.centre_x + dx, centre_y=self.centre_y + dy)

    def zoomed(self, at: QPointF, factor: float) -> Camera:
        """The picture enlarged with the place under `at` held."""
        scale = min(max(self.px_per_m * factor, 0.5), 800.0)
        change = scale / self.px_per_m
        return replace(
            self,
            centre_x=at.x() + (self.centre_x - at.x()) * change,
            centre_y=at.y() + (self.centre_y - at.y()) * change,
            px_per_m=scale,
        )


def fitted_camera(camera: Camera, positions_m: NDArray[np.float64], width: float, height: float,
                  margin_px: float) -> Camera:  # fmt: skip
    """The camera moved so that all positions are in sight, the picture filled."""
    middle = (positions_m.min(axis=0) + positions_m.max(axis=0)) / 2
    reach_m = float(np.linalg.norm(positions_m - middle, axis=1).max())
    wide = replace(
        camera,
        target_m=(float(middle[0]), float(middle[1]), float(middle[2])),
        distance_m=3.0 * max(reach_m, 1.0),
        centre_x=0.0,
        centre_y=0.0,
        px_per_m=1.0,
    )
    pixels = wide.points(positions_m)
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    room = np.maximum([width - 2 * margin_px, height - 2 * margin_px], 20.0)
    scale = float(min(np.min(room / np.maximum(high - low, 1e-6)), 120.0))
    centre = np.array([width, height]) / 2 - (low + high) / 2 * scale
    return replace(wide, px_per_m=scale, centre_x=float(centre[0]), centre_y=float(centre[1]))
