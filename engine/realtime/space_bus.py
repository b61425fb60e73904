"""A sound field shared by everything that is not a point: ambience, and what a room answers.

The field is ambisonic. It turns with the head, reaches two ears through one decoder whatever adds
to it, and reaches loudspeakers and ambisonic formats through a matrix.
"""

from __future__ import annotations

import numba
import numpy as np
from scipy import fft

from engine.realtime.controls import STRAIGHT
from engine.realtime.delay_line import SAFE_MATH
from engine.realtime.snapshot import HOP_SAMPLES, DecoderPlan, Floats, Samples, SpacePlan


class SpaceBus:
    """One hop of a sound field, and its way to two ears.

    Parameters
    ----------
    plan : SpacePlan
    """

    def __init__(self, plan: SpacePlan) -> None:
        self.plan = plan
        self.samples = np.zeros((plan.channels, HOP_SAMPLES), dtype=np.float32)
        self.sounds = False
        self._turned = np.zeros_like(self.samples)
        self._ears = None if plan.decoder is None else _Decoder(plan.decoder)
        fade = ((np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES).astype(np.float32)
        self._fade_in, self._fade_out = fade, (1.0 - fade).astype(np.float32)

    @property
    def history_hops(self) -> int:
        """How many past hops are still heard."""
        return 0 if self._ears is None else self._ears.history_hops

    def reset(self) -> None:
        """Forget all past sound."""
        self.clear()
        if self._ears is not None:
            self._ears.reset()

    def clear(self) -> None:
        """Begin a hop with silence."""
        self.samples[:] = 0.0
        self.sounds = False

    def push(self, head_0: Floats, head_1: Floats) -> None:
        """End a hop: take it in as a head meets it that turns from `head_0` to `head_1`."""
        if self._ears is None:
            return
        if head_0 is STRAIGHT and head_1 is STRAIGHT:
            self._ears.push(self.samples, self.sounds)
            return
        if self.sounds:
            old = self.plan.rotation(head_0).astype(np.float32)
            new = self.plan.rotation(head_1).astype(np.float32)
            np.matmul(old, self.samples * self._fade_out, out=self._turned)
            self._turned += new @ (self.samples * self._fade_in)
        else:
            self._turned[:] = 0.0
        self._ears.push(self._turned, self.sounds)

    def add_to_ears(self, out: Samples) -> None:
        """Add the last pushed hop, as both ears hear it, to `out` (2, HOP_SAMPLES)."""
        if self._ears is not None:
            self._ears.add_to(out)


class _Decoder:
    """Partitioned overlap-save from ambisonic channels to two ears."""

    def __init__(self, plan: DecoderPlan) -> None:
        self._plan = plan
        channels, partitions, _, _, bins = plan.spectra.shape
        depth = (partitions - 1) * plan.partition_hops + 1
        self.history_hops = depth - 1 + plan.fft_samples // HOP_SAMPLES
        self._window = np.zeros((channels, plan.fft_samples), dtype=np.float32)
        self._history = np.zeros((depth, channels, bins), dtype=np.complex64)
        self._total = np.zeros((2, bins), dtype=np.complex64)
        self._quiet_hops = self.history_hops
        self._head = 0

    def reset(self) -> None:
        self._window[:] = 0.0
        self._history[:] = 0.0
        self._quiet_hops = self.history_hops
        self._head = 0

    def push(self, samples: Samples, sounds: bool) -> None:
        self._quiet_hops = 0 if sounds else self._quiet_hops + 1
        self._head = (self._head + 1) % len(self._history)
        if self._quiet_hops >= self.history_hops:
            return
        window = self._window
        window[:, :-HOP_SAMPLES] = window[:, HOP_SAMPLES:]
        window[:, -HOP_SAMPLES:] = samples
        self._history[self._head] = fft.rfft(window, axis=-1)

    def add_to(self, out: Samples) -> None:
        if self._quiet_hops >= self.history_hops:
            return
        plan = self._plan
        decode_field(self._history, self._head, plan.partition_hops, plan.spectra, self._total)
        out += fft.irfft(self._total, n=plan.fft_samples, axis=-1)[:, -HOP_SAMPLES:]


@numba.njit(cache=True, nogil=True, fastmath=SAFE_MATH)
def decode_field(history, head, partition_hops, spectra, total):
    """total[ear, k] = sum over channels and partitions of input spectrum times response.

    Parameters
    ----------
    history : (depth, channels, bins) complex64
        Input spectra; the newest at `head`.
    spectra : (channels, partitions, 2, 2, bins) float32
    total : (2, bins) complex64
    """
    channels, partitions, ears, _, bins = spectra.shape
    total[:] = 0.0
    for c in range(channels):
        for p in range(partitions):
            x = history[(head - p * partition_hops) % len(history), c]
            for ear in range(ears):
                re, im, out = spectra[c, p, ear, 0], spectra[c, p, ear, 1], total[ear]
                for k in range(bins):
                    out[k] += x[k] * complex(re[k], im[k])
