"""A measured room: one sound convolved with a long response of several channels.

The beginning of the response is done a hop at a time, so that nothing is late. What follows is
done in partitions sixteen hops long, whose transforms are far cheaper for their length; they are
needed so much later that their work is spread evenly over hops, one or a few channels at each.

References
----------
Gardner, "Efficient convolution without input-output delay", JAES 43(3), 1995; Wefers, "Partitioned
convolution algorithms for real-time auralization", PhD thesis, RWTH Aachen, 2015, ch. 6.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.delay_line import SAFE_MATH
from engine.realtime.room_plan import ResponsePlan, Samples
from engine.realtime.snapshot import HOP_SAMPLES

TAIL_HOPS = 16
HEAD_PARTITIONS = 2 * TAIL_HOPS
"""The head covers what the tail, gathered for one cycle and computed over the next, cannot."""


class RoomConvolver:
    """Convolves one sound with every channel of a response.

    Parameters
    ----------
    plan : ResponsePlan
    """

    def __init__(self, plan: ResponsePlan) -> None:
        self._plan = plan
        self._head = _Partitions(plan.head)
        self._tail = _Partitions(plan.tail) if plan.tail.shape[1] else None
        channels = len(plan.head)
        self._out = np.zeros((channels, HOP_SAMPLES), dtype=np.float32)
        encoded = 0 if plan.encoding is None else len(plan.encoding)
        self._encoded = np.zeros((encoded, HOP_SAMPLES), dtype=np.float32)
        cycle = TAIL_HOPS * HOP_SAMPLES
        self._gathered = np.zeros(cycle, dtype=np.float32)
        self._playing = np.zeros((channels, cycle), dtype=np.float32)
        self._coming = np.zeros((channels, cycle), dtype=np.float32)
        self._step = 0
        tail = 0 if self._tail is None else (plan.tail.shape[1] + 2) * TAIL_HOPS
        self._memory_hops = plan.head.shape[1] + 1 + tail
        self._quiet_hops = self._memory_hops

    def reset(self) -> None:
        """Forget all past sound."""
        self._head.reset()
        if self._tail is not None:
            self._tail.reset()
        for array in (self._out, self._gathered, self._playing, self._coming):
            array[:] = 0.0
        self._step = 0
        self._quiet_hops = self._memory_hops

    def adopt(self, other: RoomConvolver) -> None:
        """Go on with the sound that is in `other`, of the same plan."""
        self._head.adopt(other._head)
        if self._tail is not None and other._tail is not None:
            self._tail.adopt(other._tail)
        self._gathered[:] = other._gathered
        self._playing[:], self._coming[:] = other._playing, other._coming
        self._step, self._quiet_hops = other._step, other._quiet_hops

    def render(self, mono: Samples, sounds: bool, field: Samples) -> bool:
        """Take in a hop of `mono` and add the answer to `field`.

        Returns
        -------
        bool
            Whether anything was added.
        """
        if not sounds and self._quiet_hops >= self._memory_hops:
            self._out[:] = 0.0
            self._advance_silently()
            return False
        self._quiet_hops = 0 if sounds else self._quiet_hops + 1
        self._head.push(mono)
        for c in range(len(self._out)):
            self._head.answer(c, self._out[c])
        if self._tail is not None:
            self._render_tail(mono)
        encoding = self._plan.encoding
        if encoding is None:
            field[: len(self._out)] += self._out
        else:
            np.matmul(encoding, self._out, out=self._encoded)
            field[: len(encoding)] += self._encoded
        return True

    def add_to_ears(self, out: Samples) -> None:
        """Add the last hop's answer at two ears to `out` (2, HOP_SAMPLES)."""
        if self._plan.binaural:
            out += self._out

    def _advance_silently(self) -> None:
        """All is zero: only the place in the cycle moves on."""
        self._step = (self._step + 1) % TAIL_HOPS

    def _render_tail(self, mono: Samples) -> None:
        assert self._tail is not None
        step = self._step
        here = slice(step * HOP_SAMPLES, (step + 1) * HOP_SAMPLES)
        self._out += self._playing[:, here]
        channels = len(self._out)
        for c in range(step * channels // TAIL_HOPS, (step + 1) * channels // TAIL_HOPS):
            self._tail.answer(c, self._coming[c])
        self._gathered[here] = mono
        self._step = (step + 1) % TAIL_HOPS
        if self._step == 0:
            self._playing, self._coming = self._coming, self._playing
            self._tail.push(self._gathered)


class _Partitions:
    """Uniformly partitioned overlap-save, one input, several outputs computed one by one.

    Both ways transforms are scaled alike: NumPy's unscaled ones claim memory for float64.
    """

    def __init__(self, spectra: NDArray[np.complex64]) -> None:
        self._spectra = spectra
        _, partitions, bins = spectra.shape
        self._length = bins - 1
        self._window = np.zeros(2 * self._length, dtype=np.float32)
        self._history = np.zeros((partitions, bins), dtype=np.complex64)
        self._total = np.zeros(bins, dtype=np.complex64)
        self._sound = np.zeros(2 * self._length, dtype=np.float32)
        self._newest = 0

    def reset(self) -> None:
        self._window[:] = 0.0
        self._history[:] = 0.0
        self._newest = 0

    def adopt(self, other: _Partitions) -> None:
        self._window[:], self._history[:] = other._window, other._history
        self._newest = other._newest

    def push(self, samples: Samples) -> None:
        """Take in the next partition's length of input."""
        self._window[: self._length] = self._window[self._length :]
        self._window[self._length :] = samples
        self._newest = (self._newest + 1) % len(self._history)
        np.fft.rfft(self._window, norm="ortho", out=self._history[self._newest])

    def answer(self, channel: int, out: Samples) -> None:
        """Write the output of `channel` for the newest input to `out` (length,)."""
        multiply(self._history, self._newest, self._spectra[channel], self._total)
        np.fft.irfft(self._total, norm="ortho", out=self._sound)
        out[:] = self._sound[self._length :]


@numba.njit(cache=True, nogil=True, fastmath=SAFE_MATH)
def multiply(history, newest, spectra, total):
    """total[k] = sum over partitions p of the input p partitions ago times the response's p-th.

    Parameters
    ----------
    history, spectra : (partitions, bins) complex64
    newest : int
        Row of `history` that holds the newest input.
    total : (bins,) complex64
    """
    total[:] = 0.0
    for p in range(len(spectra)):
        inputs, response = history[(newest - p) % len(history)], spectra[p]
        for k in range(len(total)):
            total[k] += inputs[k] * response[k]
