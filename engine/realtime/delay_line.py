"""Fractional delay that glides: sound that takes its time, and the Doppler shift that follows.

The delay is a cubic through its values at the hop edges, evaluated at every sample, and read by
windowed-sinc interpolation: the taps of a sample side by side in two registers, and the sums of
sixteen samples together. A delay that jumps (a cut, a teleport) is cross-faded instead.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.lanes import LANES, every, fma, load, store, trade
from engine.realtime.snapshot import HOP_SAMPLES, Samples

TAPS = 24
PHASES = 512
_WIDTH = 2 * LANES
"""Taps a row takes in memory; those beyond `TAPS` are zero."""
MARGIN_SAMPLES = TAPS
JUMP_SAMPLES = 96.0
"""A change of delay within this in one hop is motion; beyond, it must go on in a hop beside it."""
FASTEST_NEARER_SAMPLES, FASTEST_FARTHER_SAMPLES = 3.0 * HOP_SAMPLES, 0.75 * HOP_SAMPLES
"""Changes beyond these in one hop are jumps: v / (c - v) of it, 257 m/s towards the listener, and
v / (c + v), three times the speed of sound away."""

_FADE = (0.5 - 0.5 * np.cos(np.pi * (np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES)).astype(
    np.float32
)
"""How a jump fades: the responses of ears make clicks of a straight fade's corners."""

SAFE_MATH = {"contract", "reassoc", "nsz", "arcp"}
"""Reordering is allowed, NaN and infinity are not assumed away.

Only for a function that calls no other compiled one, but has them inlined: whether two compiled
functions are optimised together depends on what the cache holds, and with reordering that would
change the samples' last bits from one run to the next.
"""


def sinc_table() -> Samples:
    """(PHASES + 1, TAPS) Kaiser-windowed sinc; row p delays by p / PHASES of a sample.

    Rows sum to one, so that a constant stays constant.
    """
    fraction = np.arange(PHASES + 1)[:, None] / PHASES
    place = np.arange(TAPS)[None, :] - (TAPS // 2 - 1) - fraction
    window = np.i0(9.0 * np.sqrt(np.clip(1.0 - (2.0 * place / TAPS) ** 2, 0.0, None)))
    table = np.sinc(place) * window
    return np.ascontiguousarray(table / table.sum(axis=1, keepdims=True), dtype=np.float32)


def in_lanes(table: Samples) -> Samples:
    """The table of `sinc_table` as compiled code reads it: flat, rows filled up with zeros.

    Rows begin where lines of the processor's memory do.
    """
    size = (PHASES + 1) * _WIDTH
    room = np.zeros(size + LANES, dtype=np.float32)
    begin = -room.ctypes.data % (LANES * room.itemsize) // room.itemsize
    padded = room[begin : begin + size]
    padded.reshape(PHASES + 1, _WIDTH)[:, :TAPS] = table
    return padded


@numba.njit(forceinline=True, fastmath=SAFE_MATH)
def _follow(begin, first, d0, s0, d1, s1, bases, rows, blends):
    """Where every sample of a hop is read: its first tap, the table's row, the next one's share.

    The delay is a cubic from d0 to d1 with slopes s0, s1.
    """
    a = 2.0 * (d0 - d1) + s0 + s1
    b = 3.0 * (d1 - d0) - 2.0 * s0 - s1
    for n in range(HOP_SAMPLES):
        u = n / HOP_SAMPLES
        delay = ((a * u + b) * u + s0) * u + d0
        place = (first - begin) + n - delay
        whole = np.floor(place)
        phase = (place - whole) * PHASES
        row = int(phase)
        bases[n] = int(whole) - (TAPS // 2 - 1)
        rows[n] = row * _WIDTH
        blends[n] = np.float32(phase - row)


@numba.njit(inline="always")
def _pair(sums, at, other, step):
    """Two vectors of partial sums as one of half as many."""
    a, b = trade(load(sums, at), load(sums, other), step)
    return a + b


@numba.njit(forceinline=True, fastmath=SAFE_MATH)
def _total(sums):
    """(LANES,) vectors at `sums`: the sum of each, in its lane. `sums` is used up."""
    for k in range(0, LANES, 2):
        store(sums, k * LANES, _pair(sums, k * LANES, (k + 1) * LANES, 1))
    for k in range(0, LANES, 4):
        store(sums, k * LANES, _pair(sums, k * LANES, (k + 2) * LANES, 2))
    for k in range(0, LANES, 8):
        store(sums, k * LANES, _pair(sums, k * LANES, (k + 4) * LANES, 4))
    return _pair(sums, 0, 8 * LANES, 8)


@numba.njit(forceinline=True, fastmath=SAFE_MATH)
def _read(scratch, begin, first, d0, s0, d1, s1, table, bases, rows, blends, sums, out):
    """out[n] = signal at (first + n - delay(n)), delay a cubic from d0 to d1 with slopes s0, s1.

    `scratch` holds the signal from sample `begin` on.
    """
    _follow(begin, first, d0, s0, d1, s1, bases, rows, blends)
    for start in range(0, HOP_SAMPLES, LANES):
        for k in range(LANES):
            base, row = bases[start + k], rows[start + k]
            x, y = load(scratch, base), load(scratch, base + LANES)
            low = fma(y, load(table, row + LANES), x * load(table, row))
            row += _WIDTH
            high = fma(y, load(table, row + LANES), x * load(table, row))
            store(sums, k * LANES, fma(every(blends, start + k), high - low, low))
        store(out, start, _total(sums))


@numba.njit(forceinline=True, fastmath=SAFE_MATH)
def _copy(rings, offset, mask, begin, length, scratch):
    """Copy ring samples [begin, begin + length) to `scratch`; True if any is not zero."""
    place = begin & mask
    before_the_end = min(length, mask + 1 - place)
    older = rings[offset + place : offset + place + before_the_end]
    newer = rings[offset : offset + length - before_the_end]
    size = np.float32(0.0)
    for n in range(len(older)):
        scratch[n] = older[n]
        size += abs(older[n])
    for n in range(len(newer)):
        scratch[before_the_end + n] = newer[n]
        size += abs(newer[n])
    return size != 0.0


@numba.njit(inline="always")
def goes_on(one, other):
    """Whether two changes of delay, in hops side by side, are of one smooth motion."""
    slow = max(abs(one), abs(other)) <= JUMP_SAMPLES
    return slow or abs(one - other) <= JUMP_SAMPLES


@numba.njit(inline="always")
def _motion_of(step):
    """A change of delay in one hop; 0 where it is too great for motion."""
    return step if -FASTEST_NEARER_SAMPLES <= step <= FASTEST_FARTHER_SAMPLES else 0.0


@numba.njit(inline="always")
def is_jump(before, d0, d1, after):
    """Whether the delay jumps from d0 to d1.

    It does where it changes by more than motion can, or much faster than in both hops beside it.
    """
    step, earlier, later = d1 - d0, _motion_of(d0 - before), _motion_of(after - d1)
    low = max(min(earlier, later, 0.0) - JUMP_SAMPLES, -FASTEST_NEARER_SAMPLES)
    high = min(max(earlier, later, 0.0) + JUMP_SAMPLES, FASTEST_FARTHER_SAMPLES)
    return not low <= step <= high


@numba.njit(forceinline=True, fastmath=SAFE_MATH)
def _span(first, d0, s0, d1, s1):
    """First sample of a ring that a hop is read from, and their number."""
    longest = max(d0, d1, d0 + s0 / 3.0, d1 - s1 / 3.0)  # a cubic stays within its hull
    shortest = min(d0, d1, d0 + s0 / 3.0, d1 - s1 / 3.0)
    begin = first - int(np.ceil(longest)) - TAPS
    return begin, int(np.ceil(longest) - np.floor(shortest)) + HOP_SAMPLES + 2 * TAPS


@numba.njit(forceinline=True, fastmath=SAFE_MATH)
def _slopes(before, d0, d1, after):
    """Slopes of the delay at the hop's ends; where the speed changes at once, the hop's own."""
    step = d1 - d0
    s0 = 0.5 * (d1 - before) if goes_on(d0 - before, step) else step
    return s0, 0.5 * (after - d0) if goes_on(after - d1, step) else step


class ReadingRoom(NamedTuple):
    """Room to work in, see `reading_room`."""

    scratch: Samples
    bases: NDArray[np.int64]
    rows: NDArray[np.int64]
    blends: Samples
    sums: Samples


def reading_room() -> ReadingRoom:
    """Room for one `read_delayed` at a time."""
    bases, rows = np.zeros((2, HOP_SAMPLES), dtype=np.int64)
    return ReadingRoom(
        np.zeros((3, SCRATCH_SAMPLES), dtype=np.float32),
        bases,
        rows,
        np.zeros(HOP_SAMPLES, dtype=np.float32),
        np.zeros(LANES * LANES, dtype=np.float32),
    )


@numba.njit(cache=True, nogil=True, fastmath=SAFE_MATH)
def read_delayed(rings, offsets, masks, first, members, delays, table, room, blocks, sounding):
    """Read one hop of the sources that are `members` through their delays.

    Parameters
    ----------
    members : (n,) int64
    rings : (n,) float32
        Dry signals; source s is at ``offsets[s]``, wrapped by ``masks[s]``.
    first : int
        Scene sample of the hop's start.
    delays : (4, sources) float64
        Delays in samples at the edges before, at the start, at the end and after the hop.
    table : ((PHASES + 1) * 2 * LANES,) float32
        See `in_lanes`.
    room : ReadingRoom
    blocks : (sources, HOP_SAMPLES) float32
        Receives the result.
    sounding : (sources,) bool
        Receives whether the hop is anything but zeros.
    """
    scratch, bases, rows, blends, sums = room
    for s in members:
        out = blocks[s]
        d0, d1 = delays[1, s], delays[2, s]
        if d0 == 0.0 and d1 == 0.0:
            sounding[s] = _copy(rings, offsets[s], masks[s], first, HOP_SAMPLES, out)
            continue
        s0, s1 = _slopes(delays[0, s], d0, d1, delays[3, s])
        jumps = is_jump(delays[0, s], d0, d1, delays[3, s])
        sounding[s] = False
        for side in range(2 if jumps else 1):
            if jumps:  # read from where it was, and from where it is now
                s0, s1 = 0.0, 0.0
                d0 = d1 = delays[1 + side, s]
            target = scratch[1 + side] if jumps else out
            begin, length = _span(first, d0, s0, d1, s1)
            if _copy(rings, offsets[s], masks[s], begin, length, scratch[0]):
                sounding[s] = True
                _read(
                    scratch[0], begin, first, d0, s0, d1, s1, table, bases, rows, blends, sums,
                    target,
                )  # fmt: skip
            else:
                target[:HOP_SAMPLES] = np.float32(0.0)
        if jumps:
            for n in range(HOP_SAMPLES):
                out[n] = scratch[1, n] + _FADE[n] * (scratch[2, n] - scratch[1, n])


SCRATCH_SAMPLES = (
    HOP_SAMPLES + _WIDTH + 4 * TAPS + int(FASTEST_NEARER_SAMPLES) + 2 * int(JUMP_SAMPLES)
)
