"""Sources into the spectra of two ears: interpolate, delay, multiply and add in one pass.

A response between three measurements is the barycentric sum of their time-aligned spectra; the
onset delay, interpolated apart, is put back as a phase ramp, which is the product of a row's and a
lane's turn (see `engine.realtime.transform`). Nothing is written but the totals. `total` is flat,
(rows, 2 ears, 2 ends, 2, LANES): the sum of all sources at the hop's start and at its end, real
and imaginary parts by turns. The table of responses is flat, (..., rows, 2 ears, 2, LANES).
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
"""Floats a row of a response (two ears) takes."""

TOTAL_FLOATS = 4 * _PAIR
"""Floats a row of the totals (two ears, two ends) takes."""


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
def _fetch(table, coming, samples, window, row):
    """Ask for a row of what the next source needs: three responses and a window."""
    for corner in range(3):
        for line in range(0, ROW_FLOATS, LANES):
            prefetch(table, coming[corner] + row * ROW_FLOATS + line)
    prefetch(samples, window + row * _PAIR)
    prefetch(samples, window + row * _PAIR + LANES)


@numba.njit(forceinline=True)
def add_moving(
    table, corners, old_weights, new_weights, old_delays, new_delays, spectra, x, row_turns,
    lane_turns, ramps, total, coming, samples, window,
):  # fmt: skip
    """Add a source that moves within a triangle: one reading of the table, two responses.

    Parameters
    ----------
    table : (n,) float32
    corners : (3,) int64
        Where the triangle's responses begin in `table`.
    old_weights, new_weights : (3,) float64
        Barycentric weights times the source's gain, at the hop's start and end.
    old_delays, new_delays : (2,) float64
        Onset delays of the two ears, in samples.
    spectra : (n,) float32
        The source's spectrum begins at index `x`.
    row_turns, lane_turns : (rows,), (LANES,) float32
        See `engine.realtime.transform.frequencies`.
    ramps : (8 * rows,) float32
        Room to work in.
    total : (rows * TOTAL_FLOATS,) float32
    coming, samples, window
        What will be read next: responses at ``table[coming]``, sound at ``samples[window]``.
    """
    rows = len(row_turns)
    lr0, li0 = _ramp(old_delays[0], row_turns, lane_turns, rows, ramps, np.int64(0))
    lr1, li1 = _ramp(old_delays[1], row_turns, lane_turns, rows, ramps, 2 * rows)
    mr0, mi0 = _ramp(new_delays[0], row_turns, lane_turns, rows, ramps, 4 * rows)
    mr1, mi1 = _ramp(new_delays[1], row_turns, lane_turns, rows, ramps, 6 * rows)
    a, b, c = corners[0], corners[1], corners[2]
    ua, ub, uc = spread(old_weights[0]), spread(old_weights[1]), spread(old_weights[2])
    va, vb, vc = spread(new_weights[0]), spread(new_weights[1]), spread(new_weights[2])
    for row in range(rows):
        _fetch(table, coming, samples, window, row)
        xr, xi = load(spectra, x + row * _PAIR), load(spectra, x + row * _PAIR + LANES)
        k, to = row * ROW_FLOATS, row * TOTAL_FLOATS
        hr = _blend(table, a + k, b + k, c + k, ua, ub, uc)
        gr = _blend(table, a + k, b + k, c + k, va, vb, vc)
        k += LANES
        hi = _blend(table, a + k, b + k, c + k, ua, ub, uc)
        gi = _blend(table, a + k, b + k, c + k, va, vb, vc)
        yr, yi = _delayed(ramps, np.int64(0), rows, row, lr0, li0, xr, xi)
        _add_product(total, to, yr, yi, hr, hi)
        yr, yi = _delayed(ramps, 4 * rows, rows, row, mr0, mi0, xr, xi)
        _add_product(total, to + _PAIR, yr, yi, gr, gi)
        k += LANES
        hr = _blend(table, a + k, b + k, c + k, ua, ub, uc)
        gr = _blend(table, a + k, b + k, c + k, va, vb, vc)
        k += LANES
        hi = _blend(table, a + k, b + k, c + k, ua, ub, uc)
        gi = _blend(table, a + k, b + k, c + k, va, vb, vc)
        yr, yi = _delayed(ramps, 2 * rows, rows, row, lr1, li1, xr, xi)
        _add_product(total, to + 2 * _PAIR, yr, yi, hr, hi)
        yr, yi = _delayed(ramps, 6 * rows, rows, row, mr1, mi1, xr, xi)
        _add_product(total, to + 3 * _PAIR, yr, yi, gr, gi)


@numba.njit(forceinline=True)
def add_still(
    table, corners, weights, delays, old_gain, new_gain, spectra, x, row_turns, lane_turns, ramps,
    total, coming, samples, window,
):  # fmt: skip
    """Add a source at one place, with one gain at the hop's start and another at its end.

    Parameters are those of `add_moving`; `weights` are without a gain.
    """
    rows = len(row_turns)
    lr0, li0 = _ramp(delays[0], row_turns, lane_turns, rows, ramps, np.int64(0))
    lr1, li1 = _ramp(delays[1], row_turns, lane_turns, rows, ramps, 2 * rows)
    a, b, c = corners[0], corners[1], corners[2]
    wa, wb, wc = spread(weights[0]), spread(weights[1]), spread(weights[2])
    old, new = spread(old_gain), spread(new_gain)
    for row in range(rows):
        _fetch(table, coming, samples, window, row)
        xr, xi = load(spectra, x + row * _PAIR), load(spectra, x + row * _PAIR + LANES)
        k, to = row * ROW_FLOATS, row * TOTAL_FLOATS
        hr = _blend(table, a + k, b + k, c + k, wa, wb, wc)
        hi = _blend(table, a + k + LANES, b + k + LANES, c + k + LANES, wa, wb, wc)
        yr, yi = _delayed(ramps, np.int64(0), rows, row, lr0, li0, xr, xi)
        _add_product(total, to, old * yr, old * yi, hr, hi)
        _add_product(total, to + _PAIR, new * yr, new * yi, hr, hi)
        k += _PAIR
        hr = _blend(table, a + k, b + k, c + k, wa, wb, wc)
        hi = _blend(table, a + k + LANES, b + k + LANES, c + k + LANES, wa, wb, wc)
        yr, yi = _delayed(ramps, 2 * rows, rows, row, lr1, li1, xr, xi)
        _add_product(total, to + 2 * _PAIR, old * yr, old * yi, hr, hi)
        _add_product(total, to + 3 * _PAIR, new * yr, new * yi, hr, hi)
