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
def _take(rings, offset, mask, begin, length, air_0, air_1, scratch, aired):
    """Ring samples [begin, begin + length), dulled by air, to `aired`. False if silent."""
    place = begin & mask
    until_wrap = mask + 1 - place
    if until_wrap > length + LANES:
        return _pass_air(rings, offset + place, length, air_0, air_1, scratch[3], aired)
    raw = scratch[0]
    for n in range(min(length, until_wrap)):
        raw[n] = rings[offset + place + n]
    for n in range(until_wrap, length):
        raw[n] = rings[offset + n - until_wrap]
    for n in range(length, length + LANES + 1):
        raw[n] = np.float32(0.0)
    return _pass_air(raw, 0, length, air_0, air_1, scratch[3], aired)


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
def _slopes(delays):
    """Slopes of the delay at the hop's start and end, and whether it jumps in between."""
    before, d0, d1, after = delays
    step = d1 - d0
    s0 = 0.5 * (d1 - before) if abs(d0 - before) <= JUMP_SAMPLES else step
    s1 = 0.5 * (after - d0) if abs(after - d1) <= JUMP_SAMPLES else step
    return s0, s1, not abs(step) <= JUMP_SAMPLES


@numba.njit(inline="always")
def _span(d0, s0, d1, s1):
    """How far before the hop reading begins, and how many samples it takes."""
    longest = max(d0, d1, d0 + s0 / 3.0, d1 - s1 / 3.0)  # a cubic stays within its hull
    shortest = min(d0, d1, d0 + s0 / 3.0, d1 - s1 / 3.0)
    length = int(np.ceil(longest) - np.floor(shortest)) + HOP_SAMPLES + _BEFORE + _AFTER
    return int(np.ceil(longest)) + _BEFORE, length


@numba.njit(inline="always")
def _read_gliding(d0, s0, d1, s1, aired, out):
    """One hop at a delay that glides from d0 to d1 with slopes s0, s1."""
    ahead, _ = _span(d0, s0, d1, s1)
    a = 2.0 * (d0 - d1) + s0 + s1
    b = 3.0 * (d1 - d0) - 2.0 * s0 - s1
    size = HOP_SAMPLES // STRETCHES
    start = d0
    for k in range(STRETCHES):
        u = (k + 1.0) / STRETCHES
        stop = ((a * u + b) * u + s0) * u + d0
        speed = 1.0 - (stop - start) / size
        _read_stretch(aired, ahead + k * size - start, speed, k * size, size, out)
        start = stop


@numba.njit(inline="always")
def _cross_fade(rings, offset, mask, first, d0, d1, air_0, air_1, scratch, out):
    """One hop of an image whose delay jumps from d0 to d1. False if it is silent."""
    heard = False
    for side in range(2):
        delay, air = (d0, air_0) if side == 0 else (d1, air_1)
        ahead, length = _span(delay, 0.0, delay, 0.0)
        heard |= _take(rings, offset, mask, first - ahead, length, air, air, scratch, scratch[1])
        _read_gliding(delay, 0.0, delay, 0.0, scratch[1], scratch[2] if side else out)
    new = scratch[2]
    for n in range(HOP_SAMPLES):
        fade = np.float32((n + 0.5) / HOP_SAMPLES)
        out[n] += fade * (new[n] - out[n])
    return heard


@numba.njit(inline="always")
def take_image(rings, offset, mask, first, delays, air_0, air_1, scratch, aired, out):
    """What a hop of an image is read from, to `aired`. False if it is silent.

    A delay that jumps is cross-faded, into `out`: nothing is left to be read.
    """
    s0, s1, jumps = _slopes(delays)
    d0, d1 = delays[1], delays[2]
    if jumps:
        return _cross_fade(rings, offset, mask, first, d0, d1, air_0, air_1, scratch, out)
    ahead, length = _span(d0, s0, d1, s1)
    return _take(rings, offset, mask, first - ahead, length, air_0, air_1, scratch, aired)


@numba.njit(inline="always")
def read_image(delays, aired, out):
    """One hop of an image, from what `take_image` left in `aired`.

    The two are apart so that other images are taken in between: the processor waits long for
    what has only just been written.
    """
    s0, s1, jumps = _slopes(delays)
    if not jumps:
        _read_gliding(delays[1], s0, delays[2], s1, aired, out)


@numba.njit(inline="always")
def fetch_image(rings, offset, mask, first, delay):
    """Ask for what an image with about this delay is read from."""
    begin = first - int(delay) - _BEFORE
    for n in range(0, HOP_SAMPLES + LANES, LANES):
        prefetch(rings, offset + ((begin + n) & mask))
