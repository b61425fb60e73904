"""A Kalman filter for a box: the centre's velocity is nearly constant, the size drifts slowly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Box = NDArray[np.float64]
Corners = tuple[float, float, float, float]

_LEAST_STEP_S = 1e-3


class BoxFilter:
    """Centre (px) and velocity (px/s) with variable time steps; the size is followed apart.

    Both axes share one covariance, since noise is the same for both.

    Parameters
    ----------
    box : (4,) x0, y0, x1, y1
    time_s : float
    velocity : (2,) px/s
        First guess, such as optical flow.
    width : int
        Picture width; accelerations scale with it.
    """

    def __init__(self, box: ArrayLike, time_s: float, velocity: ArrayLike, width: int) -> None:
        x0, y0, x1, y1 = np.asarray(box, dtype=np.float64)
        self.centre = np.array([0.5 * (x0 + x1), 0.5 * (y0 + y1)])
        self.velocity = np.asarray(velocity, dtype=np.float64).copy()
        self.size = np.array([x1 - x0, y1 - y0])
        self.time_s = time_s
        self._width = width
        self._covariance = np.diag([9.0, (0.25 * width) ** 2])
        self._corners: Corners | None = None

    @property
    def corners(self) -> Corners:
        """The box now: x0, y0, x1, y1."""
        if self._corners is None:
            (x, y), (width, height) = self.centre.tolist(), self.size.tolist()
            across, down = 0.5 * width, 0.5 * height
            self._corners = (x - across, y - down, x + across, y + down)
        return self._corners

    @property
    def box(self) -> Box:
        """The box now, (4,) x0, y0, x1, y1."""
        return np.array(self.corners)

    @property
    def sigma_px(self) -> float:
        """How uncertain the centre is (standard deviation)."""
        return float(np.sqrt(self._covariance[0, 0]))

    def predict(self, time_s: float) -> Box:
        """Move on to a time."""
        step = max(_LEAST_STEP_S, time_s - self.time_s)
        acceleration = 0.6 * self._width + 4.0 * float(self.size.max())
        move = np.array([[1.0, step], [0.0, 1.0]])
        noise = np.array([[step**4 / 4, step**3 / 2], [step**3 / 2, step**2]])
        self.centre = self.centre + self.velocity * step
        self._covariance = move @ self._covariance @ move.T + noise * acceleration**2
        # what has not been seen for long may have gone anywhere within reason
        excess = self._covariance[0, 0] / (0.12 * self._width) ** 2
        if excess > 1.0:
            scale = np.array([1.0 / np.sqrt(excess), 1.0])
            self._covariance = self._covariance * np.outer(scale, scale)
        self.time_s = time_s
        self._corners = None
        return self.box

    def correct(self, box: Sequence[float] | Box, trust_size: float = 0.35) -> None:
        """Take in a measured box; `trust_size` 0..1 is how much its size counts."""
        x0, y0, x1, y1 = (float(v) for v in box)
        size = np.array([x1 - x0, y1 - y0])
        noise = max(1.0, 0.04 * float(self.size.max())) ** 2
        gain = self._covariance[:, 0] / (self._covariance[0, 0] + noise)
        error = np.array([0.5 * (x0 + x1), 0.5 * (y0 + y1)]) - self.centre
        self.centre = self.centre + gain[0] * error
        self.velocity = self.velocity + gain[1] * error
        self._covariance = self._covariance - np.outer(gain, self._covariance[0])
        self.size = self.size + trust_size * (size - self.size)
        self._corners = None
