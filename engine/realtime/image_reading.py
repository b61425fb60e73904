"""What an image of a source sounds like: its past, at a delay that glides, dulled by the air.

The delay is a cubic through the hop edges, followed by a few straight stretches, in each of which
four neighbouring samples are joined by a third-order polynomial.

References
----------
Franck, "Efficient algorithms for arbitrary sample rate conversion with application to wave field
synthesis", PhD thesis, TU Ilmenau, 2012 (Lagrange interpolation as a polynomial of the fraction).
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.delay_line import JUMP_SAMPLES
from engine.realtime.lanes import LANES, fma, fnma, load, magnitude, prefetch, spread, store
from engine.realtime.snapshot import HOP_SAMPLES

STRETCHES = 4
_BEFORE, _AFTER = 4, 4
"""Samples kept around what is read, for the polynomial and the air."""
_STEPS = np.arange(LANES, dtype=np.float32)
SCRATCH_SAMPLES = LANES + HOP_SAMPLES + 2 * int(JUMP_SAMPLES) + 4 * (_BEFORE + _AFTER)


@numba.njit(inline="always")
def _pass_air(samples, begin, length, air_0, air_1, sizes, aired):
    """Copy samples [begin, begin + length) to `aired`, dulled by air. False if all are zero.

    Air is a three-point low-pass, ``x + a (before - 2 x + after)``, whose `a` glides. Up to LANES
    samples more are read and written.
    """
    step = spread((air_1 - air_0) / length * LANES)
    air = spread(air_0) + spread((air_1 - air_0) / length) * load(_STEPS, 0)
    two, total = spread(2.0), magnitude(load(samples, begin))
    aired[0] = samples[begin]
    for n in range(1, length, LANES):
        here = load(samples, begin + n)
        around = load(samples, begin + n - 1) + load(samples, begin + n + 1)
        store(aired, n, fma(air, fnma(two, here, around), here))
        air = air + step
        total = total + magnitude(here)
    store(sizes, 0, total)
    sounds = False
    for k in range(LANES):
        sounds |= sizes[k] != 0.0
    return sounds


@numba.njit(inline="always")
def _take(rings, offset, mask, begin, length, air_0, air_1, scratch):
    """Ring samples [begin, begin + length), dulled by air, to ``scratch[1]``. False if silent."""
    place = begin & mask
    until_wrap = mask + 1 - place
    if until_wrap > length + LANES:
        return _pass_air(rings, offset + place, length, air_0, air_1, scratch[3], scratch[1])
    raw = scratch[0]
    for n in range(min(length, until_wrap)):
        raw[n] = rings[offset + place + n]
    for n in range(until_wrap, length):
        raw[n] = rings[offset + n - until_wrap]
    for n in range(length, length + LANES + 1):
        raw[n] = np.float32(0.0)
    return _pass_air(raw, 0, length, air_0, air_1, scratch[3], scratch[1])


@numba.njit(inline="always")
def _read_stretch(samples, place, speed, begin, length, out):
    """out[begin + n] = samples at ``place + speed * n``; whole samples are stepped over in runs."""
    n = 0
    half, third, sixth, least = spread(0.5), spread(1 / 3), spread(1 / 6), spread(-1.0)
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
            p, x = load(samples, whole + m - 1), load(samples, whole + m)
            q, r = load(samples, whole + m + 1), load(samples, whole + m + 2)
            c1 = fnma(sixth, r, fnma(half, x, fnma(third, p, q)))
            c2 = fma(half, p + q, x * least)
            c3 = fma(sixth, r - p, half * (x - q))
            store(out, begin + n + m, fma(fma(fma(c3, u, c2), u, c1), u, x))
            u = u + drift
        n += count


@numba.njit(inline="always")
def _read_gliding(rings, offset, mask, first, d0, s0, d1, s1, air_0, air_1, scratch, out):
    """One hop at a delay that glides from d0 to d1 with slopes s0, s1. False if it is silent."""
    longest = max(d0, d1, d0 + s0 / 3.0, d1 - s1 / 3.0)  # a cubic stays within its hull
    shortest = min(d0, d1, d0 + s0 / 3.0, d1 - s1 / 3.0)
    begin = first - int(np.ceil(longest)) - _BEFORE
    length = int(np.ceil(longest) - np.floor(shortest)) + HOP_SAMPLES + _BEFORE + _AFTER
    if not _take(rings, offset, mask, begin, length, air_0, air_1, scratch):
        return False
    a = 2.0 * (d0 - d1) + s0 + s1
    b = 3.0 * (d1 - d0) - 2.0 * s0 - s1
    size = HOP_SAMPLES // STRETCHES
    start = d0
    for k in range(STRETCHES):
        u = (k + 1.0) / STRETCHES
        stop = ((a * u + b) * u + s0) * u + d0
        place = first - begin + k * size - start
        speed = 1.0 - (stop - start) / size
        _read_stretch(scratch[1], place, speed, k * size, size, out)
        start = stop
    return True


@numba.njit(inline="always")
def read_image(rings, offset, mask, first, delays, air_0, air_1, scratch, out):
    """One hop of an image; a delay that jumps is cross-faded. False if it is silent."""
    before, d0, d1, after = delays
    step = d1 - d0
    if abs(step) <= JUMP_SAMPLES:
        s0 = 0.5 * (d1 - before) if abs(d0 - before) <= JUMP_SAMPLES else step
        s1 = 0.5 * (after - d0) if abs(after - d1) <= JUMP_SAMPLES else step
    else:
        s0 = s1 = 0.0
    heard = _read_gliding(
        rings, offset, mask, first, d0, s0, d1 if abs(step) <= JUMP_SAMPLES else d0, s1, air_0,
        air_1 if abs(step) <= JUMP_SAMPLES else air_0, scratch, out,
    )  # fmt: skip
    if abs(step) <= JUMP_SAMPLES:
        return heard
    new = scratch[2]
    new[:HOP_SAMPLES] = np.float32(0.0)
    if not heard:
        out[:HOP_SAMPLES] = np.float32(0.0)
    heard |= _read_gliding(rings, offset, mask, first, d1, 0.0, d1, 0.0, air_1, air_1, scratch, new)
    for n in range(HOP_SAMPLES):
        fade = np.float32((n + 0.5) / HOP_SAMPLES)
        out[n] += fade * (new[n] - out[n])
    return heard


@numba.njit(inline="always")
def fetch_image(rings, offset, mask, first, delay):
    """Ask for what an image with about this delay is read from."""
    begin = first - int(delay) - _BEFORE
    for n in range(0, HOP_SAMPLES + LANES, LANES):
        prefetch(rings, offset + ((begin + n) & mask))
