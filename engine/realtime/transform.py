"""Fourier transforms at odd half frequencies, of real signals, as fast as sixteen lanes go.

At the frequencies (2k + 1/2) / n cycles a sample, k = 0 ... n/2 - 1, a real signal of n samples has
exactly n/2 complex values, and no frequency is a special case: no constant, no Nyquist frequency,
nothing to sort out between two real signals packed in a complex one. Products of such spectra
convolve cyclically with the wrapped part negated, which overlap-save throws away all the same.

Spectra are stored as (rows, 2, LANES) float32, real and imaginary parts by turns, in the order in
which the passes leave them; `frequencies` says which value is where. A delay d multiplies the value
at frequency f with exp(-2j pi f d); f is the sum of a row's part and a lane's part.

References
----------
Nussbaumer, "Fast Fourier Transform and Convolution Algorithms", Springer, 1982, ch. 7: real
sequences modulo z^n + 1 as complex ones modulo z^(n/2) - i. Bailey, "FFTs in external or
hierarchical memory", J. Supercomputing 4, 1990: the transform as columns, twiddles and rows.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from engine.realtime.lanes import LANES, fma, fnma, load, spread, store
from engine.realtime.line_aligned import on_lines
from engine.realtime.transposition import transpose

SIZES = (512, 1024, 2048, 4096)
"""Lengths there are kernels for, in samples."""

PIECE_SAMPLES = 8 * LANES
"""The input may lie in memory in pieces of so many samples, in any order."""

_PAIR = 2 * LANES
_EIGHTH_TURN = np.float32(np.sqrt(0.5))
_EIGHT = 8


class Tables(NamedTuple):
    """Twiddle factors of a length, flat float32. Real and imaginary parts by turns."""

    twist: NDArray[np.float32]
    inner: NDArray[np.float32]
    middle: NDArray[np.float32]
    outer: NDArray[np.float32]
    cross: NDArray[np.float32]


@lru_cache(maxsize=len(SIZES))
def tables(size: int) -> Tables:
    """Twiddle factors for transforms of `size` samples (one of `SIZES`)."""
    rows = size // _PAIR
    place = np.arange(size // 2).reshape(rows, LANES)
    first, second = _radices(rows)
    rest = rows // first
    k1 = _column_order(rows)
    cross = np.arange(4)[:, None] * np.arange(4)
    return Tables(
        _by_turns(np.exp(-1j * np.pi * place / size)),
        _by_turns(np.exp(-2j * np.pi * _products(first, rest) / rows)),
        _by_turns(np.exp(-2j * np.pi * _products(second, _EIGHT) / rest)),
        _by_turns(np.exp(-4j * np.pi * k1[:, None] * np.arange(LANES) / size)),
        _by_turns(np.exp(-2j * np.pi * cross / LANES)[..., None]),
    )


def _products(frequencies_: int, places: int) -> NDArray[np.intp]:
    return (np.arange(frequencies_)[:, None] * np.arange(places))[..., None]


def _by_turns(values: NDArray[np.complex128]) -> NDArray[np.float32]:
    return on_lines(np.stack([values.real, values.imag], axis=-2).astype(np.float32).ravel())


def _radices(rows: int) -> tuple[int, int]:
    """Columns are transformed by so many, then so many, then eight."""
    first = 2 if rows == 2 * _EIGHT else 4
    return first, rows // (first * _EIGHT)


def _column_order(rows: int) -> NDArray[np.intp]:
    """Frequency that the columns' transform leaves in every row."""
    first, second = _radices(rows)
    outer = np.arange(first)[:, None, None]
    middle, inner = np.arange(second)[:, None], np.arange(_EIGHT)
    return np.asarray(outer + first * (middle + second * inner)).ravel()


@lru_cache(maxsize=len(SIZES))
def _bins(size: int) -> NDArray[np.intp]:
    """(rows, LANES) index k of every stored value."""
    rows = size // _PAIR
    k1 = _column_order(rows).reshape(-1, 1, 1, LANES)
    slow, fast = np.arange(4)[:, None, None], np.arange(4)[None, :, None]
    return np.asarray((k1 + rows * (slow + 4 * fast)).reshape(rows, LANES))


def frequencies(size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(rows,) and (LANES,) parts, in cycles a sample, whose sums lie in (-1/2, 1/2)."""
    cycles = (2.0 * _bins(size) + 0.5) / size
    cycles = np.where(cycles > 0.5, cycles - 1.0, cycles)
    rows, lane = cycles[:, 0] - cycles[0, 0], cycles[0]
    assert np.allclose(rows[:, None] + lane, cycles)
    return rows, lane


def spectrum_of(signals: NDArray[np.float64], size: int) -> NDArray[np.complex128]:
    """(..., rows, LANES) transform of (..., at most size) signals, slowly and in full precision."""
    signals = np.asarray(signals, dtype=np.float64)
    padded = np.zeros((*signals.shape[:-1], size))
    padded[..., : signals.shape[-1]] = signals
    turned = padded * np.exp(-1j * np.pi * np.arange(size) / size)
    return np.asarray(fft.fft(turned, axis=-1)[..., 2 * _bins(size)])


@numba.njit(forceinline=True)
def _pair(array, place):
    return load(array, place), load(array, place + LANES)


@numba.njit(forceinline=True)
def _keep(array, place, re, im):
    store(array, place, re)
    store(array, place + LANES, im)


@numba.njit(forceinline=True)
def _times(ar, ai, br, bi):
    return fnma(ai, bi, ar * br), fma(ai, br, ar * bi)


@numba.njit(forceinline=True)
def _factor(table, index):
    return spread(table[2 * index]), spread(table[2 * index + 1])


@numba.njit(forceinline=True)
def _keep_turned(array, place, re, im, factors):
    re, im = _times(re, im, load(factors, place), load(factors, place + LANES))
    _keep(array, place, re, im)


@numba.njit(forceinline=True)
def _four(ar, ai, br, bi, cr, ci, dr, di):
    """Transform of four complex values."""
    sr, si, tr, ti = ar + cr, ai + ci, ar - cr, ai - ci
    ur, ui, vr, vi = br + dr, bi + di, br - dr, bi - di
    return sr + ur, si + ui, tr + vi, ti - vr, sr - ur, si - ui, tr - vi, ti + vr


@numba.njit(forceinline=True)
def _packed(samples, start, pieces, rows, row, twist):
    """A row of (x[j] - i x[j + n/2]) exp(-i pi j / n), j = LANES * row and on."""
    piece = row >> 3
    offset = start + LANES * (row & 7)
    re = load(samples, offset + pieces[piece])
    im = load(samples, offset + pieces[piece + (rows >> 3)])
    tr, ti = _pair(twist, row * _PAIR)
    return fma(im, ti, re * tr), fnma(im, tr, re * ti)


@numba.njit(forceinline=True)
def _keep_four(work, at, step, factors, b, ar, ai, br, bi, cr, ci, dr, di):
    """Four rows, `step` apart from row `at` on, times the factors of place `b` of `step`."""
    _keep(work, at * _PAIR, ar, ai)
    wr, wi = _factor(factors, step + b)
    br, bi = _times(br, bi, wr, wi)
    _keep(work, (at + step) * _PAIR, br, bi)
    wr, wi = _factor(factors, 2 * step + b)
    cr, ci = _times(cr, ci, wr, wi)
    _keep(work, (at + 2 * step) * _PAIR, cr, ci)
    wr, wi = _factor(factors, 3 * step + b)
    dr, di = _times(dr, di, wr, wi)
    _keep(work, (at + 3 * step) * _PAIR, dr, di)


@numba.njit(forceinline=True)
def _keep_two(work, at, step, factors, b, ar, ai, br, bi):
    _keep(work, at * _PAIR, ar + br, ai + bi)
    wr, wi = _factor(factors, step + b)
    br, bi = _times(ar - br, ai - bi, wr, wi)
    _keep(work, (at + step) * _PAIR, br, bi)


@numba.njit(forceinline=True)
def _four_columns(samples, start, pieces, rows, twist, inner, work):
    """Transforms of four rows, a quarter of all rows apart, of the packed input."""
    step = rows >> 2
    for b in range(step):
        ar, ai = _packed(samples, start, pieces, rows, b, twist)
        br, bi = _packed(samples, start, pieces, rows, b + step, twist)
        cr, ci = _packed(samples, start, pieces, rows, b + 2 * step, twist)
        dr, di = _packed(samples, start, pieces, rows, b + 3 * step, twist)
        ar, ai, br, bi, cr, ci, dr, di = _four(ar, ai, br, bi, cr, ci, dr, di)
        _keep_four(work, b, step, inner, b, ar, ai, br, bi, cr, ci, dr, di)


@numba.njit(forceinline=True)
def _two_columns(samples, start, pieces, rows, twist, inner, work):
    step = rows >> 1
    for b in range(step):
        ar, ai = _packed(samples, start, pieces, rows, b, twist)
        br, bi = _packed(samples, start, pieces, rows, b + step, twist)
        _keep_two(work, b, step, inner, b, ar, ai, br, bi)


@numba.njit(forceinline=True)
def _four_rows(work, at, middle):
    """Transforms in place of four rows, eight apart, from row `at` on."""
    for b in range(at, at + 8):
        ar, ai = _pair(work, b * _PAIR)
        br, bi = _pair(work, (b + 8) * _PAIR)
        cr, ci = _pair(work, (b + 16) * _PAIR)
        dr, di = _pair(work, (b + 24) * _PAIR)
        ar, ai, br, bi, cr, ci, dr, di = _four(ar, ai, br, bi, cr, ci, dr, di)
        _keep_four(work, b, 8, middle, b - at, ar, ai, br, bi, cr, ci, dr, di)


@numba.njit(forceinline=True)
def _two_rows(work, at, middle):
    for b in range(at, at + 8):
        ar, ai = _pair(work, b * _PAIR)
        br, bi = _pair(work, (b + 8) * _PAIR)
        _keep_two(work, b, 8, middle, b - at, ar, ai, br, bi)


@numba.njit(forceinline=True)
def _eight_rows(work, at, outer):
    """Transform of eight rows in place, then the twiddles between columns and rows."""
    h, zero = spread(_EIGHTH_TURN), spread(0.0)
    ar, ai = _pair(work, at)
    cr, ci = _pair(work, at + 2 * _PAIR)
    er, ei = _pair(work, at + 4 * _PAIR)
    gr, gi = _pair(work, at + 6 * _PAIR)
    ar, ai, cr, ci, er, ei, gr, gi = _four(ar, ai, cr, ci, er, ei, gr, gi)
    br, bi = _pair(work, at + _PAIR)
    dr, di = _pair(work, at + 3 * _PAIR)
    fr, fi = _pair(work, at + 5 * _PAIR)
    hr, hi = _pair(work, at + 7 * _PAIR)
    br, bi, dr, di, fr, fi, hr, hi = _four(br, bi, dr, di, fr, fi, hr, hi)
    dr, di = (dr + di) * h, (di - dr) * h
    fr, fi = fi, zero - fr
    hr, hi = (hi - hr) * h, zero - (hr + hi) * h
    _keep_turned(work, at, ar + br, ai + bi, outer)
    _keep_turned(work, at + _PAIR, cr + dr, ci + di, outer)
    _keep_turned(work, at + 2 * _PAIR, er + fr, ei + fi, outer)
    _keep_turned(work, at + 3 * _PAIR, gr + hr, gi + hi, outer)
    _keep_turned(work, at + 4 * _PAIR, ar - br, ai - bi, outer)
    _keep_turned(work, at + 5 * _PAIR, cr - dr, ci - di, outer)
    _keep_turned(work, at + 6 * _PAIR, er - fr, ei - fi, outer)
    _keep_turned(work, at + 7 * _PAIR, gr - hr, gi - hi, outer)


@numba.njit(forceinline=True)
def _sixteen_rows(work, at, cross, out, to):
    """Transform of sixteen rows, by fours."""
    for c in range(4):
        here = at + c * _PAIR
        ar, ai = _pair(work, here)
        br, bi = _pair(work, here + 4 * _PAIR)
        cr, ci = _pair(work, here + 8 * _PAIR)
        dr, di = _pair(work, here + 12 * _PAIR)
        ar, ai, br, bi, cr, ci, dr, di = _four(ar, ai, br, bi, cr, ci, dr, di)
        _keep(work, here, ar, ai)
        wr, wi = _factor(cross, 4 + c)
        br, bi = _times(br, bi, wr, wi)
        _keep(work, here + 4 * _PAIR, br, bi)
        wr, wi = _factor(cross, 8 + c)
        cr, ci = _times(cr, ci, wr, wi)
        _keep(work, here + 8 * _PAIR, cr, ci)
        wr, wi = _factor(cross, 12 + c)
        dr, di = _times(dr, di, wr, wi)
        _keep(work, here + 12 * _PAIR, dr, di)
    for q in range(4):
        here = 4 * q * _PAIR
        ar, ai = _pair(work, at + here)
        br, bi = _pair(work, at + here + _PAIR)
        cr, ci = _pair(work, at + here + 2 * _PAIR)
        dr, di = _pair(work, at + here + 3 * _PAIR)
        ar, ai, br, bi, cr, ci, dr, di = _four(ar, ai, br, bi, cr, ci, dr, di)
        _keep(out, to + here, ar, ai)
        _keep(out, to + here + _PAIR, br, bi)
        _keep(out, to + here + 2 * _PAIR, cr, ci)
        _keep(out, to + here + 3 * _PAIR, dr, di)


@numba.njit(cache=True, nogil=True)
def forward(samples, start, pieces, factors, work, out, to):
    """Spectrum of one window of a signal.

    Parameters
    ----------
    samples : (n,) float32
        Piece i of the window is at ``start + pieces[i]`` and `PIECE_SAMPLES` long.
    pieces : (size / PIECE_SAMPLES,) int64
    factors : Tables
    work : (size,) float32
        Room to work in.
    out : (n,) float32
        Receives (rows, 2, LANES) from index `to` on.
    """
    rows = 4 * len(pieces)
    if rows == 16:
        _two_columns(samples, start, pieces, rows, factors.twist, factors.inner, work)
    else:
        _four_columns(samples, start, pieces, rows, factors.twist, factors.inner, work)
    if rows == 64:
        for at in range(0, rows, 16):
            _two_rows(work, at, factors.middle)
    if rows == 128:
        for at in range(0, rows, 32):
            _four_rows(work, at, factors.middle)
    for at in range(0, rows * _PAIR, 8 * _PAIR):
        _eight_rows(work, at, factors.outer)
    for at in range(0, rows * _PAIR, LANES * _PAIR):
        transpose(work, at, _PAIR)
        transpose(work, at + LANES, _PAIR)
        _sixteen_rows(work, at, factors.cross, out, to + at)
