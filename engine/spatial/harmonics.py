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

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray


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
    directions = np.ascontiguousarray(directions, dtype=np.float64)
    flat = directions.reshape(-1, 3)
    result = np.empty((len(flat), channels_of_order(order)))
    _harmonics(flat, np.ones(len(flat)), _norms(order), result)
    return result.reshape(*directions.shape[:-1], -1)


def focused_harmonics(
    order: int, directions: NDArray[np.float64], focus: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Harmonics of unit vectors (n, 3), those of order n times ``focus**n`` (n,)."""
    result = np.empty((len(directions), channels_of_order(order)))
    _harmonics(
        np.ascontiguousarray(directions, dtype=np.float64),
        np.ascontiguousarray(focus, dtype=np.float64), _norms(order), result,
    )  # fmt: skip
    return result


@cache
def _norms(order: int) -> NDArray[np.float64]:
    """(order + 1, order + 1) SN3D factor of every n and |m|."""
    return np.array(
        [
            [
                sqrt((2 if m else 1) * factorial(n - m) / factorial(n + m)) if m <= n else 0.0
                for m in range(order + 1)
            ]
            for n in range(order + 1)
        ]
    )


@numba.njit(cache=True, nogil=True)
def _harmonics(directions, focus, norms, out):
    """See `focused_harmonics`; `norms` as of `_norms`."""
    order = len(norms) - 1
    for i in range(len(directions)):
        x, y, z = directions[i, 0], directions[i, 1], directions[i, 2]
        row = out[i]
        # (x + iy)^m carries both cos(m az) and the (1 - z^2)^(m/2) of the Legendre function.
        cosine, sine, diagonal, fading = 1.0, 0.0, 1.0, 1.0
        for m in range(order + 1):
            if m:
                cosine, sine = cosine * x - sine * y, cosine * y + sine * x
                diagonal *= 2 * m - 1  # P_m^m = (2m - 1)!! (1 - z^2)^(m/2)
                fading *= focus[i]
            below, legendre, left = 0.0, diagonal, fading
            for n in range(m, order + 1):
                if n > m:
                    following = ((2 * n - 1) * z * legendre - (n + m - 1) * below) / (n - m)
                    below, legendre = legendre, following
                    left *= focus[i]
                value = norms[n, m] * legendre * left
                row[n * (n + 1) + m] = value * cosine
                if m:
                    row[n * (n + 1) - m] = value * sine


def n3d_weights(order: int) -> NDArray[np.float64]:
    """((order + 1)**2,) factors that turn SN3D into N3D: sqrt(2n + 1)."""
    orders = [order_degree(channel)[0] for channel in range(channels_of_order(order))]
    return np.sqrt(2.0 * np.array(orders) + 1.0)
