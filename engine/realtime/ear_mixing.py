"""A source into the spectra of two ears: interpolate, delay, multiply and add in one pass.

A response between three measurements is the barycentric sum of their time-aligned spectra; the
onset delay, interpolated apart, is put back as a phase ramp, which is the product of a row's and a
lane's turn (see `engine.realtime.transform`). Nothing is written but the totals. Responses and
totals are flat, (..., rows, 2 ears, 2, LANES): real and imaginary parts by turns.
"""

from __future__ import annotations

from math import factorial
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.lanes import LANES, fma, fnma, load, nearest, prefetch, spread, store

_SINE = tuple(np.float32((-1) ** k * np.pi ** (2 * k + 1) / factorial(2 * k + 1)) for k in range(6))
_COSINE = tuple(np.float32((-1) ** k * np.pi ** (2 * k) / factorial(2 * k)) for k in range(7))
"""Taylor series of sin(pi t) and cos(pi t): below 1e-7 for |t| <= 1/2."""

_PAIR = 2 * LANES
ROW_FLOATS = 2 * _PAIR
"""Floats a row of a response, or of the totals, takes."""

_Floats = NDArray[np.float32]


class Between(NamedTuple):
    """A response between three measurements.

    Parameters
    ----------
    table : (n,) float32
        All responses, flat.
    corners : (3,) int64
        Where the triangle's begin in it.
    weights : (3,) float64
        Barycentric weights times the source's gain.
    """

    table: _Floats
    corners: NDArray[np.int64]
    weights: NDArray[np.float64]


class Turns(NamedTuple):
    """How delays become phases, see `engine.realtime.transform.frequencies`.

    Parameters
    ----------
    rows, lanes : (rows,), (LANES,) float32
    ramps : (4 * rows,) float32
        Room to work in.
    """

    rows: _Floats
    lanes: _Floats
    ramps: _Floats


class Ahead(NamedTuple):
    """What is asked for from memory, since it is needed next.

    Parameters
    ----------
    corners : (3,) int64
        Responses in the table.
    first, second : flat float32 arrays
    at : int
        Where a hop begins in each of these.
    """

    corners: NDArray[np.int64]
    first: _Floats
    second: _Floats
    at: int


@numba.njit(forceinline=True)
def _turned(turns):
    """exp(-2j pi turns), by the half angle."""
    t = turns - nearest(turns)
    q = t * t
    sine = fma(q, spread(_SINE[5]), spread(_SINE[4]))
    cosine = fma(q, spread(_COSINE[6]), spread(_COSINE[5]))
    sine = fma(q, sine, spread(_SINE[3]))
    cosine = fma(q, cosine, spread(_COSINE[4]))
    sine = fma(q, sine, spread(_SINE[2]))
    cosine = fma(q, cosine, spread(_COSINE[3]))
    sine = fma(q, sine, spread(_SINE[1]))
    cosine = fma(q, cosine, spread(_COSINE[2]))
    sine = t * fma(q, sine, spread(_SINE[0]))
    cosine = fma(q, cosine, spread(_COSINE[1]))
    cosine = fma(q, cosine, spread(_COSINE[0]))
    double = spread(np.float32(-2.0)) * sine
    return fma(double, sine, spread(np.float32(1.0))), double * cosine


@numba.njit(forceinline=True)
def _ramp(delay, turns, at):
    """Turns of the rows, written to the ramps from `at` on; those of the lanes, returned."""
    late, rows = spread(np.float32(delay)), len(turns.rows)
    for row in range(0, rows, LANES):
        re, im = _turned(late * load(turns.rows, row))
        store(turns.ramps, at + row, re)
        store(turns.ramps, at + rows + row, im)
    return _turned(late * load(turns.lanes, 0))


@numba.njit(forceinline=True)
def _delayed(turns, at, row, lanes, x):
    """A row of an input spectrum, turned by a row's and the lanes' part of a delay."""
    br, bi = spread(turns.ramps[at + row]), spread(turns.ramps[at + len(turns.rows) + row])
    tr, ti = fnma(bi, lanes[1], br * lanes[0]), fma(bi, lanes[0], br * lanes[1])
    return fnma(ti, x[1], tr * x[0]), fma(ti, x[0], tr * x[1])


@numba.njit(forceinline=True)
def _add_product(total, place, y, h):
    """total += y h, complex numbers whose parts are `LANES` apart."""
    store(total, place, fma(y[0], h[0], fnma(y[1], h[1], load(total, place))))
    at = place + LANES
    store(total, at, fma(y[0], h[1], fma(y[1], h[0], load(total, at))))


@numba.njit(forceinline=True)
def _blend(table, corners, weights, k):
    """Sixteen numbers of the response between three."""
    last = weights[2] * load(table, corners[2] + k)
    return fma(
        weights[0], load(table, corners[0] + k), fma(weights[1], load(table, corners[1] + k), last)
    )


@numba.njit(forceinline=True)
def _fetch(table, coming, ahead, row, k):
    """Ask for a row of what is needed next: of `coming` responses, and of `ahead`."""
    for line in range(0, ROW_FLOATS, LANES):
        prefetch(table, coming[0] + k + line)
        prefetch(table, coming[1] + k + line)
        prefetch(table, coming[2] + k + line)
    if row < LANES:
        prefetch(ahead.first, ahead.at + row * LANES)
        prefetch(ahead.second, ahead.at + row * LANES)


@numba.njit(forceinline=True)
def add_heard(response, delays, spectra, x, turns, ahead, total):
    """Add what two ears hear of a source at one place to `total`.

    Parameters
    ----------
    response : Between
    delays : (2,) float64
        Onset delays of the two ears, in samples.
    spectra : (n,) float32
        The source's spectrum begins at index `x`.
    turns : Turns
    ahead : Ahead
    total : (rows * ROW_FLOATS,) float32
    """
    rows, table = len(turns.rows), response.table
    left, right = _ramp(delays[0], turns, np.int64(0)), _ramp(delays[1], turns, 2 * rows)
    corners = response.corners[0], response.corners[1], response.corners[2]
    coming = ahead.corners[0], ahead.corners[1], ahead.corners[2]
    weights = (
        spread(response.weights[0]), spread(response.weights[1]), spread(response.weights[2]),
    )  # fmt: skip
    for row in range(rows):
        k = row * ROW_FLOATS
        _fetch(table, coming, ahead, row, k)
        at = x + row * _PAIR
        sound = load(spectra, at), load(spectra, at + LANES)
        heard = _blend(table, corners, weights, k), _blend(table, corners, weights, k + LANES)
        _add_product(total, k, _delayed(turns, np.int64(0), row, left, sound), heard)
        k += _PAIR
        heard = _blend(table, corners, weights, k), _blend(table, corners, weights, k + LANES)
        _add_product(total, k, _delayed(turns, 2 * rows, row, right, sound), heard)
