"""The late part of a room: a feedback-delay network whose lines are heard from all around.

Sixteen lines or more feed each other through a Hadamard matrix, which keeps all energy; what a pass
through a line loses, per frequency, is its absorption filter's, so that the whole decays as it was
set to. No line is shorter than a block: a block is read from all lines, filtered, mixed and written
back as a whole. Lines are filtered and heard sixteen side by side.

References
----------
Jot and Chaigne, "Digital delay networks for designing artificial reverberators", AES 90th
Convention, 1991; Alary, Politis, Schlecht, Valimaki, "Directional feedback delay network", JAES
67(10), 2019; Schlecht and Habets, "Scattering in feedback delay networks", IEEE/ACM TASLP 28, 2020.
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.delay_line import SAFE_MATH
from engine.realtime.filters import Biquads
from engine.realtime.lanes import LANES, every, fma, fnma, load, magnitude, spread, store, within
from engine.realtime.room_plan import SHORTEST_LINE_SAMPLES, Floats, LatePlan, Samples
from engine.realtime.snapshot import HOP_SAMPLES
from engine.realtime.transposition import transpose

_TINY = np.float32(1e-20)
"""Smaller samples become zero: decaying for ever would end in slow denormal numbers."""
_HUGE = np.float32(1e9)
"""Larger ones do, too: nothing sounds like that, and what is no number would never end."""


class FeedbackDelays:
    """Renders the late part, one hop after the other.

    Parameters
    ----------
    plan : LatePlan
    """

    def __init__(self, plan: LatePlan) -> None:
        self.plan = plan
        lines = len(plan.lengths_samples)
        assert lines >= LANES, f"{lines=}"
        assert lines & (lines - 1) == 0, f"{lines=}"
        assert plan.lengths_samples.min() >= SHORTEST_LINE_SAMPLES
        assert plan.encoding.shape == (lines, LANES), f"{plan.encoding.shape=}"
        self._lengths = plan.lengths_samples
        self._lines = np.zeros((lines, _power_of_two(self._lengths.max() + HOP_SAMPLES)), "f4")
        self._input = np.zeros(_power_of_two(plan.input_delays_samples.max() + HOP_SAMPLES), "f4")
        self._tone = Biquads(_as_second_order(plan.tone))
        self._states = np.zeros((len(plan.absorption), lines), dtype=np.float32)
        shortest = int(plan.lengths_samples.min())
        block = min(HOP_SAMPLES, 1 << (shortest.bit_length() - 1))
        self._rows = np.zeros((lines, block), dtype=np.float32)
        self._work = np.zeros(block * LANES, dtype=np.float32)
        self._heard = np.zeros(block * LANES, dtype=np.float32)
        self._sizes = np.zeros(LANES, dtype=np.float32)
        self._quiet_hops = 0
        self._time = 0
        self._mono = np.zeros(HOP_SAMPLES, dtype=np.float32)
        self._memory_hops = -(-int(plan.input_delays_samples.max()) // HOP_SAMPLES) + 1
        self._asleep = True

    def reset(self) -> None:
        """Forget all past sound."""
        for array in (self._lines, self._input, self._states):
            array[:] = 0.0
        self._tone.reset()
        self._time = 0
        self._quiet_hops = 0
        self._asleep = True

    def adopt(self, other: FeedbackDelays) -> None:
        """Go on with the sound that is in `other`, a network of the same plan."""
        self._lines[:] = other._lines
        self._input[:] = other._input
        self._states[:] = other._states
        self._tone.adopt(other._tone)
        self._time = other._time
        self._quiet_hops = other._quiet_hops
        self._asleep = other._asleep

    def render(self, mono: Samples, sounds: bool, out: Samples) -> bool:
        """Answer a hop of `mono` (HOP_SAMPLES,); add to `out` (channels, HOP_SAMPLES).

        Returns
        -------
        bool
            Whether anything was added. A network that has rung out rests until there is sound.
        """
        if self._asleep and not sounds:
            return False
        plan = self.plan
        self._asleep = False
        self._mono[:] = mono
        self._tone.process(self._mono)
        advance(
            self._mono, self._input, plan.input_delays_samples, plan.input_signs, self._lines,
            self._lengths, self._time, plan.absorption, self._states, plan.encoding, self._rows,
            self._work, self._heard, out, self._sizes,
        )  # fmt: skip
        self._time += HOP_SAMPLES
        self._quiet_hops = 0 if sounds or self._sizes.any() else self._quiet_hops + 1
        if self._quiet_hops > self._memory_hops:
            self._asleep = True
            self._rest()
        return True

    def _rest(self) -> None:
        """Nothing is left in any line: begin the clock anew, so that it never overflows."""
        self._states[:] = 0.0
        self._tone.reset()
        self._input[:] = 0.0
        self._lines[:] = 0.0
        self._time = 0
        self._quiet_hops = 0


def _power_of_two(least: int) -> int:
    return 1 << int(least - 1).bit_length()


def _as_second_order(sections: Floats) -> Floats:
    """(n, 6) second-order sections of (n, 3) first-order ones."""
    result = np.zeros((len(sections), 6))
    result[:, 0], result[:, 1], result[:, 4] = sections.T
    result[:, 3] = 1.0
    return result


@numba.njit(inline="always")
def _read_lines(lines, lengths, time, rows):
    mask = lines.shape[1] - 1
    samples = rows.shape[1]
    for i in range(len(lines)):
        begin = (time - lengths[i]) & mask
        source, row = lines[i], rows[i]
        until_wrap = min(samples, mask + 1 - begin)
        for n in range(until_wrap):
            row[n] = source[begin + n]
        for n in range(until_wrap, samples):
            row[n] = source[begin + n - mask - 1]


@numba.njit(inline="always")
def _write_lines(rows, lines, time, sizes):
    """Write back; `sizes` receives sums of sizes, all 0 only for silence."""
    samples, ring = rows.shape[1], lines.shape[1]
    flat, target = rows.reshape(rows.size), lines.reshape(lines.size)
    begin = time & (ring - 1)  # a block divides the ring: it never wraps within one
    total = spread(0.0)
    for i in range(len(lines)):
        for n in range(0, samples, LANES):
            kept = within(load(flat, i * samples + n), _TINY, _HUGE)
            store(target, i * ring + begin + n, kept)
            total = total + magnitude(kept)
    store(sizes, 0, total)


@numba.njit(inline="always")
def _absorb(work, sections, states, first):
    """First-order sections over (samples, sixteen lines) in place, lines from `first` on."""
    count, lines = len(sections), sections.shape[2]
    table, memory = sections.reshape(sections.size), states.reshape(states.size)
    for k in range(count):
        at, place = 3 * k * lines + first, k * lines + first
        b0, b1, a1 = load(table, at), load(table, at + lines), load(table, at + 2 * lines)
        state = load(memory, place)
        for n in range(0, len(work), LANES):
            value = load(work, n)
            result = fma(b0, value, state)
            state = fnma(a1, result, b1 * value)
            store(work, n, result)
        store(memory, place, within(state, _TINY, _HUGE))


@numba.njit(inline="always")
def _hear(work, gains, first, heard):
    """heard[n] += sum over sixteen lines of the sample times its gains for all channels."""
    for n in range(0, len(work), LANES):
        even, odd = load(heard, n), spread(0.0)
        for i in range(0, LANES, 2):
            at = (first + i) * LANES
            even = fma(every(work, n + i), load(gains, at), even)
            odd = fma(every(work, n + i + 1), load(gains, at + LANES), odd)
        store(heard, n, even + odd)


@numba.njit(inline="always")
def _turn(rows, first, work, back):
    """Sixteen lines from `first` on become lanes of `work`; or, if `back`, lines again."""
    flat, samples = rows.reshape(rows.size), rows.shape[1]
    for n in range(0, samples, LANES):
        if not back:
            for i in range(LANES):
                store(work, (n + i) * LANES, load(flat, (first + i) * samples + n))
        transpose(work, n * LANES, LANES)
        if back:
            for i in range(LANES):
                store(flat, (first + i) * samples + n, load(work, (n + i) * LANES))


@numba.njit(inline="always")
def _pass_on(rows, absorption, states, gains, work, heard):
    """Lines lose what a pass costs, and are heard."""
    for first in range(0, len(rows), LANES):
        _turn(rows, first, work, False)
        _absorb(work, absorption, states, first)
        _hear(work, gains, first, heard)
        _turn(rows, first, work, True)


@numba.njit(inline="always")
def _add_heard(heard, start, out):
    """out[c, start + n] += heard[n, c]; `heard` is used up."""
    for n in range(0, len(heard) // LANES, LANES):
        transpose(heard, n * LANES, LANES)
        for c in range(LANES):
            row, at = out[c], (n + c) * LANES
            store(row, start + n, load(row, start + n) + load(heard, at))


@numba.njit(inline="always")
def _enter(ring, time, delays, signs, rows):
    """Add what comes in."""
    for i in range(len(rows)):
        row = rows[i]
        begin = (time - delays[i]) & (len(ring) - 1)
        until_wrap = min(len(row), len(ring) - begin)
        sign = signs[i]
        for n in range(until_wrap):
            row[n] += sign * ring[begin + n]
        for n in range(until_wrap, len(row)):
            row[n] += sign * ring[begin + n - len(ring)]


@numba.njit(inline="always")
def _hadamard(rows):
    """Mix the lines by an orthonormal Hadamard matrix, in place."""
    lines = len(rows)
    step = 1
    scale = np.float32(1.0 / np.sqrt(lines))
    while step < lines:
        for base in range(0, lines, 2 * step):
            for i in range(base, base + step):
                low, high = rows[i], rows[i + step]
                for n in range(len(low)):
                    a, b = low[n] * scale, high[n] * scale
                    low[n] = a + b
                    high[n] = a - b
        scale = np.float32(1.0)
        step *= 2


@numba.njit(cache=True, nogil=True, fastmath=SAFE_MATH)
def advance(
    mono, ring, input_delays, input_signs, lines, lengths, time, absorption, states, encoding,
    rows, work, heard, out, sizes,
):  # fmt: skip
    """One hop of the network: read, absorb, hear, mix with what comes in, write.

    Parameters
    ----------
    mono : (HOP_SAMPLES,) float32
    ring : (n,) float32
        The recent past of `mono`; n a power of two.
    input_delays, input_signs, lengths, absorption, encoding
        See `LatePlan`.
    lines : (lines, n) float32
        What is in the lines; n a power of two.
    time : int
        Samples since the beginning, a multiple of HOP_SAMPLES.
    states : (sections, lines) float32
    rows, work, heard : (lines, block), (block * LANES,), (block * LANES,) float32
        Room to work in. A block divides a hop and is no longer than any line.
    out : (channels, HOP_SAMPLES) float32
        Is added to.
    sizes : (LANES,) float32
        Receives sums of the sizes of what was written last.
    """
    block = rows.shape[1]
    gains = encoding.reshape(encoding.size)
    begin = time & (len(ring) - 1)
    for n in range(len(mono)):
        ring[begin + n] = mono[n]
    for start in range(0, len(mono), block):
        now = time + start
        heard[:] = np.float32(0.0)
        _read_lines(lines, lengths, now, rows)
        _pass_on(rows, absorption, states, gains, work, heard)
        _add_heard(heard, start, out)
        _enter(ring, now, input_delays, input_signs, rows)
        _hadamard(rows)
        _write_lines(rows, lines, now, sizes)
