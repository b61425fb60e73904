"""What an image of a source sounds like: its past, at a delay that glides, dulled by the air.

The delay is a cubic through the hop edges, followed by a few straight stretches, in each of which
four neighbouring samples are joined by a third-order polynomial. Air of less than a step
(`engine.realtime.early_air`) adds a three-point low-pass, ``x + a (before - 2 x + after)``: where
its points are neighbours, as a little of the polynomial's second derivative, between the samples
as on them; at higher rates, where they are farther apart, before the polynomial.

References
----------
Franck, "Efficient algorithms for arbitrary sample rate conversion with application to wave field
synthesis", PhD thesis, TU Ilmenau, 2012 (Lagrange interpolation as a polynomial of the fraction).
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.delay_line import FASTEST_NEARER_SAMPLES, JUMP_SAMPLES
from engine.realtime.lanes import LANES, fma, fnma, load, magnitude, prefetch, spread, store
from engine.realtime.snapshot import HOP_SAMPLES

STRETCHES = 4
_BEFORE, _AFTER = 8, 8
"""Samples kept around what is read: for the polynomial, and for a low-pass of any spacing."""
_STEPS = np.arange(LANES, dtype=np.float32)
_FASTEST_SAMPLES = int(FASTEST_NEARER_SAMPLES) + 2 * int(JUMP_SAMPLES)
RAW_SAMPLES = 2 * LANES + HOP_SAMPLES + _FASTEST_SAMPLES + 4 * (_BEFORE + _AFTER)
"""Room for what one image is read from."""
ROW_SAMPLES = HOP_SAMPLES + LANES
"""Room for what an image sounds like."""


@numba.njit(inline="always")
def _find(rings, offset, mask, begin, length, raw, row, sizes):
    """Where ring samples [begin, begin + length) lie in one stretch, and whether any is not zero.

    An index of `rings`, or -1 if they had to be copied to `raw`, from index `row` on.
    """
    place = begin & mask
    until_wrap = mask + 1 - place
    start = offset + place
    total = spread(0.0)
    if until_wrap > length + LANES:
        for n in range(start, start + length, LANES):
            total = total + magnitude(load(rings, n))
    else:
        for n in range(min(length, until_wrap)):
            raw[row + n] = rings[start + n]
        for n in range(until_wrap, length):
            raw[row + n] = rings[offset + n - until_wrap]
        store(raw, row + length, spread(0.0))
        start = -1
        for n in range(row, row + length, LANES):
            total = total + magnitude(load(raw, n))
    store(sizes, 0, total)
    sounds = False
    for k in range(LANES):
        sounds |= sizes[k] != 0.0
    return start, sounds


@numba.njit(inline="always")
def _dulled(samples, at, spacing, air, kept):
    """Sixteen samples after a low-pass of three points `spacing` apart."""
    around = load(samples, at - spacing) + load(samples, at + spacing)
    return fma(air, around, kept * load(samples, at))


@numba.njit(inline="always")
def _read_stretch(samples, start, place, speed, air, spacing, out, begin, length):
    """out[begin + n] = samples at ``start + place + speed * n``, dulled by `air`.

    Whole samples are stepped over in runs.
    """
    n = 0
    half, third, sixth, least = spread(0.5), spread(1 / 3), spread(1 / 6), spread(-1.0)
    close = spacing == 1
    air_2, air_6 = spread(2.0 * air if close else 0.0), spread(6.0 * air if close else 0.0)
    wide, kept = spread(air), spread(1.0 - 2.0 * air)
    slip = 1.0 - speed  # how fast the delay grows
    while n < length:
        at = place + speed * n
        whole = int(np.floor(at))
        fraction = at - whole
        count = length - n
        if slip > 1e-12:
            count = min(count, int(fraction / slip) + 1)
        elif slip < -1e-12:
            count = min(count, int((1.0 - fraction) / -slip) + 1)
        u = spread(fraction) + spread(-slip) * load(_STEPS, 0)
        drift = spread(-slip * LANES)
        for m in range(0, count, LANES):  # past the end, where the next run writes again
            here = start + whole + m
            if close:
                p, x = load(samples, here - 1), load(samples, here)
                q, r = load(samples, here + 1), load(samples, here + 2)
            else:
                p = _dulled(samples, here - 1, spacing, wide, kept)
                x = _dulled(samples, here, spacing, wide, kept)
                q = _dulled(samples, here + 1, spacing, wide, kept)
                r = _dulled(samples, here + 2, spacing, wide, kept)
            c1 = fnma(sixth, r, fnma(half, x, fnma(third, p, q)))
            c2 = fma(half, p + q, x * least)
            c3 = fma(sixth, r - p, half * (x - q))
            c1, x = fma(air_6, c3, c1), fma(air_2, c2, x)
            store(out, begin + n + m, fma(fma(fma(c3, u, c2), u, c1), u, x))
            u = u + drift
        n += count


@numba.njit(inline="always")
def _span(d0, s0, d1, s1):
    """How far before the hop reading begins, and how many samples it takes."""
    longest = max(d0, d1, d0 + s0 / 3.0, d1 - s1 / 3.0)  # a cubic stays within its hull
    shortest = min(d0, d1, d0 + s0 / 3.0, d1 - s1 / 3.0)
    length = int(np.ceil(longest) - np.floor(shortest)) + HOP_SAMPLES + _BEFORE + _AFTER
    return int(np.ceil(longest)) + _BEFORE, length


@numba.njit(inline="always")
def _read_gliding(samples, begin, path, air_0, air_1, spacing, out, row):
    """One hop, from ``out[row]`` on, at a delay that glides along a path.

    What `_span` says lies in `samples` from index `begin` on.
    """
    d0, s0, d1, s1 = path
    ahead, _ = _span(d0, s0, d1, s1)
    a = 2.0 * (d0 - d1) + s0 + s1
    b = 3.0 * (d1 - d0) - 2.0 * s0 - s1
    size = HOP_SAMPLES // STRETCHES
    start = d0
    for k in range(STRETCHES):
        u = (k + 1.0) / STRETCHES
        stop = ((a * u + b) * u + s0) * u + d0
        speed = 1.0 - (stop - start) / size
        air = air_0 + (k + 0.5) / STRETCHES * (air_1 - air_0)
        place = ahead + k * size - start
        _read_stretch(samples, begin, place, speed, air, spacing, out, row + k * size, size)
        start = stop


@numba.njit(inline="always")
def find_image(rings, offset, mask, first, path, raw, sizes, k):
    """Where a hop of image k of a batch is read from, for `read_image`, and whether it sounds.

    Parameters
    ----------
    path : (d0, s0, d1, s1)
        The delay at the hop's start and end in samples, and its slopes there, a hop.
    raw : (batch * RAW_SAMPLES,) float32
    sizes : (LANES,) float32
        Both are room to work in.
    """
    d0, s0, d1, s1 = path
    ahead, length = _span(d0, s0, d1, s1)
    return _find(rings, offset, mask, first - ahead, length, raw, k * RAW_SAMPLES, sizes)


@numba.njit(inline="always")
def read_image(rings, raw, begin, path, air_0, air_1, spacing, out, k):
    """One hop of image k of a batch, which begins where `find_image` says.

    The two are apart so that others are found in between, while this one's samples arrive.
    """
    row = k * ROW_SAMPLES
    if begin >= 0:
        _read_gliding(rings, begin, path, air_0, air_1, spacing, out, row)
    else:
        _read_gliding(raw, k * RAW_SAMPLES, path, air_0, air_1, spacing, out, row)


@numba.njit(inline="always")
def fetch_image(rings, offset, mask, first, delay):
    """Ask for what an image with about this delay is read from."""
    begin = first - int(delay) - _BEFORE
    for n in range(0, HOP_SAMPLES + LANES, LANES):
        prefetch(rings, offset + ((begin + n) & mask))
