"""A sound field to two ears: one convolution for everything that is in the field.

Every channel's recent past is transformed, multiplied with the responses of both ears, summed over
channels, and transformed back: 16 forward transforms and two backward ones a hop at third order,
whatever the number of sources.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.backward import backward, backward_tables
from engine.realtime.lanes import LANES, fma, fnma, load, spread, store
from engine.realtime.snapshot import HOP_SAMPLES, Samples
from engine.realtime.space_plan import DecoderPlan
from engine.realtime.transform import PIECE_SAMPLES, forward, tables

_PAIR = 2 * LANES
_EARS = 2


class FieldDecoder:
    """Partitioned overlap-save from ambisonic channels to two ears, hop by hop.

    Parameters
    ----------
    plan : DecoderPlan

    Attributes
    ----------
    history_hops : int
        How many past hops are still heard.
    """

    def __init__(self, plan: DecoderPlan) -> None:
        channels, partitions = plan.spectra.shape[:2]
        size = plan.fft_samples
        depth = (partitions - 1) * plan.partition_hops + 1
        self.channels = channels
        self.history_hops = depth - 1 + size // HOP_SAMPLES
        self._responses = plan.spectra.reshape(-1)
        self._partitions, self._partition_hops = partitions, plan.partition_hops
        self._window = np.zeros((channels, size), dtype=np.float32)
        self._history = np.zeros((depth, channels * size), dtype=np.float32)
        self._head = 0
        self._quiet_samples = self._memory_samples = self.history_hops * HOP_SAMPLES
        self._pieces: NDArray[np.int64] = np.arange(0, size, PIECE_SAMPLES, dtype=np.int64)
        self._factors, self._back = tables(size), backward_tables(size)
        self._total = np.zeros(_EARS * size, dtype=np.float32)
        self._work = np.zeros(3 * size, dtype=np.float32)

    def reset(self) -> None:
        """Forget all past sound."""
        self._window[:] = 0.0
        self._history[:] = 0.0
        self._quiet_samples = self._memory_samples
        self._head = 0

    def adopt(self, other: FieldDecoder) -> None:
        """Go on from the past of `other`, where its responses are as long as these."""
        if self._history.shape == other._history.shape:
            self._window[:], self._history[:] = other._window, other._history
            self._head, self._quiet_samples = other._head, other._quiet_samples

    def push(self, samples: Samples, sounds: bool = True) -> None:
        """Take in (channels, n) samples, n at most a hop; just a hop where there are partitions.

        `sounds` False promises zeros, which cost nothing once nothing is heard any more.
        """
        count = samples.shape[1]
        assert count == HOP_SAMPLES or (self._partitions == 1 and count < HOP_SAMPLES)
        self._quiet_samples = 0 if sounds else self._quiet_samples + count
        self._head = (self._head + 1) % len(self._history)
        if self._quiet_samples < self._memory_samples:
            take_in(
                samples, self._window, self._pieces, self._factors, self._work,
                self._history[self._head],
            )  # fmt: skip

    def add_to(self, out: Samples) -> None:
        """Add what was pushed last, as both ears hear it, to `out` (2, n)."""
        if self._quiet_samples >= self._memory_samples:
            return
        give_out(
            self._history, self._head, self._responses, self._partitions, self._partition_hops,
            self._total, self._pieces, self._factors, self._back, self._work, out,
        )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def take_in(samples, window, pieces, factors, work, spectra):
    """Slide every channel's window on by the new samples and transform it.

    Parameters
    ----------
    samples : (channels, n) float32
    window : (channels, size) float32
    spectra : (channels * size,) float32
        Receives (channels, rows, 2, LANES).
    """
    channels, size = window.shape
    count = samples.shape[1]
    flat = window.reshape(-1)
    for c in range(channels):
        row, fresh = window[c], samples[c]
        for n in range(size - count):
            row[n] = row[n + count]
        for n in range(count):
            row[size - count + n] = fresh[n]
        forward(flat, c * size, pieces, factors, work, spectra, c * size)


@numba.njit(cache=True, nogil=True)
def give_out(
    history, head, responses, partitions, partition_hops, total, pieces, factors, back, work, out
):  # fmt: skip
    """Decode the field and add the end of both ears' signals to `out` (2, n)."""
    decode_field(history, head, responses, partitions, partition_hops, total)
    for ear in range(_EARS):
        start = ear * (len(total) // _EARS)
        backward(total, start, pieces, factors, back, work, out[ear])


@numba.njit(cache=True, nogil=True)
def decode_field(history, head, responses, partitions, partition_hops, total):
    """total[ear] = sum over channels and partitions of input spectrum times response.

    Parameters
    ----------
    history : (depth, channels * size) float32
        Input spectra, (channels, rows, 2, LANES) each; the newest at `head`.
    responses : (n,) float32
        (channels, partitions, rows, 2 ears, 2, LANES), flat.
    total : (2 * size,) float32
        (2 ears, rows, 2, LANES), flat.
    """
    spectra = history.reshape(-1)
    depth, stored = history.shape
    size = len(total) // _EARS
    channels, rows = stored // size, size // _PAIR
    for row in range(rows):
        left_re = left_im = right_re = right_im = spread(np.float32(0.0))
        for c in range(channels):
            for p in range(partitions):
                newest = (head - p * partition_hops) % depth
                x = newest * stored + c * size + row * _PAIR
                h = ((c * partitions + p) * rows + row) * _EARS * _PAIR
                re, im = load(spectra, x), load(spectra, x + LANES)
                hr, hi = load(responses, h), load(responses, h + LANES)
                left_re = fma(re, hr, fnma(im, hi, left_re))
                left_im = fma(re, hi, fma(im, hr, left_im))
                hr, hi = load(responses, h + _PAIR), load(responses, h + _PAIR + LANES)
                right_re = fma(re, hr, fnma(im, hi, right_re))
                right_im = fma(re, hi, fma(im, hr, right_im))
        store(total, row * _PAIR, left_re)
        store(total, row * _PAIR + LANES, left_im)
        store(total, size + row * _PAIR, right_re)
        store(total, size + row * _PAIR + LANES, right_im)
