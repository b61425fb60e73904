"""A source into the spectra of two ears: interpolate, delay, multiply and add in one pass.

A response between three measurements is the barycentric sum of their time-aligned spectra; the
onset delay, interpolated apart, is put back as a phase ramp, which is the product of a row's and a
lane's turn (see `engine.realtime.transform`). Nothing is written but the totals. Responses and
totals are flat, (..., rows, 2 ears, 2, LANES): real and imaginary parts by turns.
"""

from __future__ import annotations

from math import factorial

import numba
import numpy as np

from engine.realtime.lanes import LANES, fma, fnma, load, nearest, prefetch, spread, store

_SINE = tuple(np.float32((-1) ** k * np.pi ** (2 * k + 1) / factorial(2 * k + 1)) for k in range(6))
_COSINE = tuple(np.float32((-1) ** k * np.pi ** (2 * k) / factorial(2 * k)) for k in range(7))
"""Taylor series of sin(pi t) and cos(pi t): below 1e-7 for |t| <= 1/2."""

_PAIR = 2 * LANES
ROW_FLOATS = 2 * _PAIR
"""Floats a row of a response, or of the totals, takes."""


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
def _ramp(delay, row_turns, lane_turns, rows, ramps, at):
    """Turns of the rows, written to `ramps` from `at` on; those of the lanes, returned."""
    late = spread(np.float32(delay))
    for row in range(0, rows, LANES):
        re, im = _turned(late * load(row_turns, row))
        store(ramps, at + row, re)
        store(ramps, at + rows + row, im)
    return _turned(late * load(lane_turns, 0))


@numba.njit(forceinline=True)
def _delayed(ramps, at, rows, row, lane_re, lane_im, xr, xi):
    """A row of an input spectrum, turned by a row's and the lanes' part of a delay."""
    br, bi = spread(ramps[at + row]), spread(ramps[at + rows + row])
    tr, ti = fnma(bi, lane_im, br * lane_re), fma(bi, lane_re, br * lane_im)
    return fnma(ti, xi, tr * xr), fma(ti, xr, tr * xi)


@numba.njit(forceinline=True)
def _add_product(total, place, yr, yi, hr, hi):
    store(total, place, fma(yr, hr, fnma(yi, hi, load(total, place))))
    store(total, place + LANES, fma(yr, hi, fma(yi, hr, load(total, place + LANES))))


@numba.njit(forceinline=True)
def _blend(table, a, b, c, wa, wb, wc):
    return fma(wa, load(table, a), fma(wb, load(table, b), wc * load(table, c)))


@numba.njit(forceinline=True)
def add_heard(
    table, corners, weights, left_delay, right_delay, spectra, x, row_turns, lane_turns, ramps,
    total, coming, next_sounds, at,
):  # fmt: skip
    """Add what two ears hear of a source at one place to `total`.

    Parameters
    ----------
    table : (n,) float32
    corners : (3,) int64
        Where the triangle's responses begin in `table`.
    weights : (3,) float64
        Barycentric weights times the source's gain.
    left_delay, right_delay : float
        Onset delays of the two ears, in samples.
    spectra : (n,) float32
        The source's spectrum begins at index `x`.
    row_turns, lane_turns : (rows,), (LANES,) float32
        See `engine.realtime.transform.frequencies`.
    ramps : (4 * rows,) float32
        Room to work in.
    total : (rows * ROW_FLOATS,) float32
    coming : (3,) int64
        Responses in `table` that are needed next are asked for from memory,
    next_sounds : two flat float32 arrays, at : int
        and a hop in each of these.
    """
    rows = len(row_turns)
    lr, li = _ramp(left_delay, row_turns, lane_turns, rows, ramps, np.int64(0))
    rr, ri = _ramp(right_delay, row_turns, lane_turns, rows, ramps, 2 * rows)
    a, b, c = corners[0], corners[1], corners[2]
    d, e, f = coming[0], coming[1], coming[2]
    wa, wb, wc = spread(weights[0]), spread(weights[1]), spread(weights[2])
    for row in range(rows):
        k = row * ROW_FLOATS
        for line in range(0, ROW_FLOATS, LANES):
            prefetch(table, d + k + line)
            prefetch(table, e + k + line)
            prefetch(table, f + k + line)
        if row < LANES:
            prefetch(next_sounds[0], at + row * LANES)
            prefetch(next_sounds[1], at + row * LANES)
        xr, xi = load(spectra, x + row * _PAIR), load(spectra, x + row * _PAIR + LANES)
        hr = _blend(table, a + k, b + k, c + k, wa, wb, wc)
        hi = _blend(table, a + k + LANES, b + k + LANES, c + k + LANES, wa, wb, wc)
        yr, yi = _delayed(ramps, np.int64(0), rows, row, lr, li, xr, xi)
        _add_product(total, k, yr, yi, hr, hi)
        k += _PAIR
        hr = _blend(table, a + k, b + k, c + k, wa, wb, wc)
        hi = _blend(table, a + k + LANES, b + k + LANES, c + k + LANES, wa, wb, wc)
        yr, yi = _delayed(ramps, 2 * rows, rows, row, rr, ri, xr, xi)
        _add_product(total, k, yr, yi, hr, hi)
