"""Real spherical harmonics in ambisonic convention: ACN order, SN3D normalisation.

References
----------
Nachbar, Zotter, Deleflie, Sontacchi, "AmbiX - A suggested ambisonics format", Ambisonics
Symposium, 2011, eq. 1-3. Associated Legendre functions by the usual recurrences, without the
Condon-Shortley phase.
"""

from __future__ import annotations

from functools import cache
from math import factorial, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.spatial.sphere import fibonacci_sphere


def channels_of_order(order: int) -> int:
    """Channels of a full-sphere ambisonic signal."""
    return (order + 1) ** 2


def ambisonic_order_of(channels: int) -> int | None:
    """Order of a full-sphere signal of that many channels (4, 9, 16, ...); None for any other."""
    order = round(sqrt(channels)) - 1
    return order if order >= 1 and channels_of_order(order) == channels else None


def order_degree(channel: int) -> tuple[int, int]:
    """Order n and degree m of an ACN channel, n(n+1)+m."""
    order = int(np.sqrt(channel))
    return order, channel - order * (order + 1)


def spherical_harmonics(order: int, directions: ArrayLike) -> NDArray[np.float64]:
    """Harmonics up to `order` of unit vectors.

    Parameters
    ----------
    order : int
        Highest order n >= 0.
    directions : (..., 3) array
        Unit vectors, x front, y left, z up.

    Returns
    -------
    (..., (order + 1)**2) float64 array
        ACN, SN3D: Y_n^m = N P_n^|m|(z) cos(m az) for m >= 0, sin(|m| az) for m < 0.
    """
    x, y, z = np.moveaxis(np.asarray(directions, dtype=np.float64), -1, 0)
    result = np.empty((*z.shape, channels_of_order(order)))
    # (x + iy)^m carries both cos(m az) and the (1 - z^2)^(m/2) of the Legendre function.
    turning = np.ones_like(z) + 0j
    diagonal = 1.0
    for m in range(order + 1):
        if m:
            turning = turning * (x + 1j * y)
            diagonal *= 2 * m - 1  # P_m^m = (2m - 1)!! (1 - z^2)^(m/2)
        below, legendre = np.zeros_like(z), np.full_like(z, diagonal)
        for n in range(m, order + 1):
            if n > m:
                following = ((2 * n - 1) * z * legendre - (n + m - 1) * below) / (n - m)
                below, legendre = legendre, following
            norm = sqrt((2 if m else 1) * factorial(n - m) / factorial(n + m))
            result[..., n * (n + 1) + m] = norm * legendre * turning.real
            if m:
                result[..., n * (n + 1) - m] = norm * legendre * turning.imag
    return result


def rotation_matrix(order: int, rotation: ArrayLike) -> NDArray[np.float64]:
    """((order + 1)**2, same) matrix that turns a field as `rotation` (3, 3) turns directions.

    A plane wave from ``d`` becomes one from ``rotation @ d``.
    """
    grid, inverse = _rotation_grid(order)
    return np.asarray((inverse @ spherical_harmonics(order, grid @ np.asarray(rotation).T)).T)


@cache
def _rotation_grid(order: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    grid = fibonacci_sphere(4 * channels_of_order(order))
    return grid, np.asarray(np.linalg.pinv(spherical_harmonics(order, grid)), dtype=np.float64)


def n3d_weights(order: int) -> NDArray[np.float64]:
    """((order + 1)**2,) factors that turn SN3D into N3D: sqrt(2n + 1)."""
    orders = [order_degree(channel)[0] for channel in range(channels_of_order(order))]
    return np.sqrt(2.0 * np.array(orders) + 1.0)
