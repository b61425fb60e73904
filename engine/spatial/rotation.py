"""Turning a sound field: real spherical harmonics under a rotation of the space.

References
----------
Ivanic and Ruedenberg, "Rotation matrices for real spherical harmonics: direct determination by
recursion", J. Phys. Chem. 100, 1996, and its corrections, J. Phys. Chem. A 102, 1998, table 2.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray


def rotation_matrix(
    order: int, rotation: ArrayLike, out: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """((order + 1)**2, same) matrix that turns a field as `rotation` (3, 3) turns directions.

    A plane wave from ``d`` becomes one from ``rotation @ d``. The matrix is made of blocks, one an
    order; normalisation (SN3D, N3D) does not matter to it. Written to `out` where there is one,
    whose elements outside the blocks are left alone.
    """
    matrix = np.zeros(((order + 1) ** 2, (order + 1) ** 2)) if out is None else out
    turn_harmonics(np.ascontiguousarray(rotation, dtype=np.float64), order, matrix)
    return matrix


@numba.njit(forceinline=True)
def _first(rotation, i, j):
    """Element of order one: degrees -1, 0, 1 are y, z, x."""
    return rotation[(i + 2) % 3, (j + 2) % 3]


@numba.njit(cache=True, nogil=True)
def _product(i, n, a, b, rotation, matrix):
    """P of table 2: row i of order one times row a of the order below n, for column b."""
    centre = (n - 1) * n  # channel of order n - 1 and degree 0
    row = centre + a
    if b == -n:
        return (
            _first(rotation, i, 1) * matrix[row, centre - n + 1]
            + _first(rotation, i, -1) * matrix[row, centre + n - 1]
        )
    if b == n:
        return (
            _first(rotation, i, 1) * matrix[row, centre + n - 1]
            - _first(rotation, i, -1) * matrix[row, centre - n + 1]
        )
    return _first(rotation, i, 0) * matrix[row, centre + b]


@numba.njit(cache=True, nogil=True)
def _element(n, m, k, rotation, matrix):
    """Element of order n, row degree m, column degree k, from the order below."""
    size = abs(m)
    below = 2.0 * n * (2.0 * n - 1.0) if abs(k) == n else (n + k) * (n - k) * 1.0
    value = 0.0
    if size < n:
        u = np.sqrt((n + m) * (n - m) / below)
        value += u * _product(0, n, m, k, rotation, matrix)
    if m == 0:
        v = -0.5 * np.sqrt(2.0 * (n - 1.0) * n / below)
        value += v * (
            _product(1, n, 1, k, rotation, matrix) + _product(-1, n, -1, k, rotation, matrix)
        )
        return value
    v = 0.5 * np.sqrt((n + size - 1.0) * (n + size) / below)
    if m == 1:
        value += v * np.sqrt(2.0) * _product(1, n, 0, k, rotation, matrix)
    elif m == -1:
        value += v * np.sqrt(2.0) * _product(-1, n, 0, k, rotation, matrix)
    elif m > 0:
        value += v * (
            _product(1, n, m - 1, k, rotation, matrix) - _product(-1, n, 1 - m, k, rotation, matrix)
        )
    else:
        value += v * (
            _product(1, n, m + 1, k, rotation, matrix)
            + _product(-1, n, -m - 1, k, rotation, matrix)
        )
    if size < n - 1:
        w = -0.5 * np.sqrt((n - size - 1.0) * (n - size) / below)
        if m > 0:
            value += w * (
                _product(1, n, m + 1, k, rotation, matrix)
                + _product(-1, n, -m - 1, k, rotation, matrix)
            )
        else:
            value += w * (
                _product(1, n, m - 1, k, rotation, matrix)
                - _product(-1, n, 1 - m, k, rotation, matrix)
            )
    return value


@numba.njit(cache=True, nogil=True)
def turn_harmonics(rotation, order, matrix):
    """Fill the blocks of `matrix` (channels, channels); what is outside them is left alone.

    Parameters
    ----------
    rotation : (3, 3) float64
        Of directions x front, y left, z up.
    """
    matrix[0, 0] = 1.0
    for i in range(-1, min(order, 1) * 3 - 1):
        for j in range(-1, 2):
            matrix[2 + i, 2 + j] = _first(rotation, i, j)
    for n in range(2, order + 1):
        centre = n * (n + 1)
        for m in range(-n, n + 1):
            for k in range(-n, n + 1):
                matrix[centre + m, centre + k] = _element(n, m, k, rotation, matrix)
