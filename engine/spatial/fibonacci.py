"""Directions spread evenly over the sphere; without SciPy, so that the window may use it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fibonacci_sphere(points: int) -> NDArray[np.float64]:
    """(points, 3) nearly even unit vectors: a golden-angle spiral from pole to pole."""
    index = np.arange(points) + 0.5
    z = 1.0 - 2.0 * index / points
    azimuth = np.pi * (3.0 - np.sqrt(5.0)) * index
    radius = np.sqrt(1.0 - z * z)
    return np.stack([radius * np.cos(azimuth), radius * np.sin(azimuth), z], axis=-1)
