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

_AT_ONCE = 64
"""Directions worked out side by side."""
HARMONICS_ROOM = 9 * _AT_ONCE


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
    found = np.ascontiguousarray(focused_harmonics(order, flat, np.ones(len(flat))))
    return found.reshape(*directions.shape[:-1], -1)


def focused_harmonics(
    order: int, directions: NDArray[np.float64], focus: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Harmonics of unit vectors (n, 3), those of order n times ``focus**n`` (n,).

    In memory, each channel's values lie side by side.
    """
    result = np.empty((channels_of_order(order), len(directions)))
    directions = np.ascontiguousarray(directions, dtype=np.float64)
    focus = np.ascontiguousarray(focus, dtype=np.float64)
    fill_harmonics(order, directions, focus, result, np.empty(HARMONICS_ROOM))
    return result.T


def fill_harmonics(
    order: int,
    directions: NDArray[np.float64],
    focus: NDArray[np.float64],
    out: NDArray[np.float64],
    room: NDArray[np.float64],
) -> None:
    """Write `focused_harmonics` to `out` (channels, n); `room`, no less than `HARMONICS_ROOM`, is
    used up."""
    _harmonics(directions, focus, _norms(order), room, out)


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
def _harmonics(directions, focus, norms, room, out):
    """Write the transpose of `focused_harmonics`; `norms` as of `_norms`.

    Directions go side by side, a few at a time, so that loops over them become vector code.
    """
    rows = room[:HARMONICS_ROOM].reshape(9, _AT_ONCE)
    place, turn, rise = (
        (rows[0], rows[1], rows[2]), (rows[3], rows[4], rows[5]), (rows[6], rows[7], rows[8]),
    )  # fmt: skip
    for first in range(0, len(directions), _AT_ONCE):
        last = min(first + _AT_ONCE, len(directions))
        _a_few(directions, focus, norms, first, last - first, place, turn, rise, out)


@numba.njit(forceinline=True)
def _a_few(directions, focus, norms, first, count, place, turn, rise, out):
    """`_harmonics` of `count` directions; `place`, `turn` and `rise` are room to work in."""
    x, y, z = place
    cosine, sine, fading = turn
    below, legendre, left = rise
    # (x + iy)^m carries both cos(m az) and the (1 - z^2)^(m/2) of the Legendre function.
    for i in range(count):
        x[i], y[i], z[i] = directions[first + i]
        cosine[i], sine[i], fading[i] = 1.0, 0.0, 1.0
    diagonal = 1.0
    for m in range(len(norms)):
        if m:
            diagonal *= 2 * m - 1  # P_m^m = (2m - 1)!! (1 - z^2)^(m/2)
            for i in range(count):
                before = cosine[i]
                cosine[i] = before * x[i] - sine[i] * y[i]
                sine[i] = before * y[i] + sine[i] * x[i]
                fading[i] *= focus[first + i]
        for i in range(count):
            below[i], legendre[i], left[i] = 0.0, diagonal, fading[i]
        for n in range(m, len(norms)):
            if n > m:
                for i in range(count):
                    above = (2 * n - 1) * z[i] * legendre[i] - (n + m - 1) * below[i]
                    below[i], legendre[i] = legendre[i], above / (n - m)
                    left[i] *= focus[first + i]
            row, other = out[n * (n + 1) + m], out[n * (n + 1) - m]
            for i in range(count):
                value = norms[n, m] * legendre[i] * left[i]
                row[first + i] = value * cosine[i]
                if m:
                    other[first + i] = value * sine[i]


def n3d_weights(order: int) -> NDArray[np.float64]:
    """((order + 1)**2,) factors that turn SN3D into N3D: sqrt(2n + 1)."""
    orders = [order_degree(channel)[0] for channel in range(channels_of_order(order))]
    return np.sqrt(2.0 * np.array(orders) + 1.0)
