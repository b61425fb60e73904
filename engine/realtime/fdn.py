"""The late part of a room: a feedback-delay network whose lines are heard from all around.

Sixteen lines or more feed each other through a Hadamard matrix, which keeps all energy; what a pass
through a line loses, per frequency, is its absorption filter's, so that the whole decays as it was
set to. No line is shorter than a block: a block is read from all lines, filtered, mixed and written
back as a whole. All lines of a sample lie side by side in memory.

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
from engine.realtime.lanes import LANES, fma, load, magnitude, spread, store, within
from engine.realtime.room_plan import SHORTEST_LINE_SAMPLES, Floats, LatePlan, Samples
from engine.realtime.snapshot import HOP_SAMPLES

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
        self._work = np.zeros((block, lines), dtype=np.float32)
        self._rows = np.zeros((lines, block), dtype=np.float32)
        self._heard = np.zeros((block, plan.encoding.shape[1]), dtype=np.float32)
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
            self._lengths, self._time, plan.absorption, self._states, plan.encoding, self._work,
            self._rows, self._heard, out, self._sizes,
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
def _read_lines(lines, lengths, time, work):
    mask = lines.shape[1] - 1
    for i in range(len(lines)):
        begin = (time - lengths[i]) & mask
        row = lines[i]
        until_wrap = min(len(work), mask + 1 - begin)
        for n in range(until_wrap):
            work[n, i] = row[begin + n]
        for n in range(until_wrap, len(work)):
            work[n, i] = row[begin + n - mask - 1]


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
def filter_lanes(work, sections, states):
    """First-order sections over (samples, lanes) in place; all lanes of a sample at once."""
    lanes = work.shape[1]
    for n in range(len(work)):
        row = work[n]
        for k in range(len(sections)):
            b0, b1, a1, state = sections[k, 0], sections[k, 1], sections[k, 2], states[k]
            for i in range(lanes):
                value = row[i]
                result = b0[i] * value + state[i]
                state[i] = b1[i] * value - a1[i] * result
                row[i] = result
    for k in range(len(sections)):
        for i in range(lanes):
            if abs(states[k, i]) < _TINY:
                states[k, i] = np.float32(0.0)


@numba.njit(inline="always")
def _hear(work, encoding, heard, start, out):
    """out[c, start + n] += sum over lines of the sample times its gain for the channel."""
    gains, sums = encoding.reshape(encoding.size), heard.reshape(heard.size)
    for n in range(len(work)):
        even = odd = spread(0.0)
        for i in range(0, work.shape[1], 2):
            even = fma(spread(work[n, i]), load(gains, i * LANES), even)
            odd = fma(spread(work[n, i + 1]), load(gains, (i + 1) * LANES), odd)
        store(sums, n * LANES, even + odd)
    for c in range(LANES):
        target = out[c, start : start + len(work)]
        for n in range(len(target)):
            target[n] += heard[n, c]


@numba.njit(inline="always")
def _enter(work, ring, time, delays, signs, rows):
    """Turn samples by lines into lines by samples, and add what comes in."""
    for i in range(len(rows)):
        row = rows[i]
        begin = (time - delays[i]) & (len(ring) - 1)
        until_wrap = min(len(row), len(ring) - begin)
        sign = signs[i]
        for n in range(until_wrap):
            row[n] = work[n, i] + sign * ring[begin + n]
        for n in range(until_wrap, len(row)):
            row[n] = work[n, i] + sign * ring[begin + n - len(ring)]


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
    work, rows, heard, out, sizes,
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
    work, rows, heard : (block, lines), (lines, block), (block, channels) float32
        Room to work in. A block divides a hop and is no longer than any line.
    out : (channels, HOP_SAMPLES) float32
        Is added to.
    sizes : (LANES,) float32
        Receives sums of the sizes of what was written last.
    """
    block = len(work)
    begin = time & (len(ring) - 1)
    for n in range(len(mono)):
        ring[begin + n] = mono[n]
    for start in range(0, len(mono), block):
        now = time + start
        _read_lines(lines, lengths, now, work)
        filter_lanes(work, absorption, states)
        _hear(work, encoding, heard, start, out)
        _enter(work, ring, now, input_delays, input_signs, rows)
        _hadamard(rows)
        _write_lines(rows, lines, now, sizes)
