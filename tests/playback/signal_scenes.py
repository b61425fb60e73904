"""Scenes with a known signal, in place of compiled ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.playback.scene import HOP_SAMPLES, SceneReader
from engine.playback.transport import Transport

RATE_HZ = 48_000


class SignalKernel:
    """Sounds a function of the scene's sample numbers in every channel."""

    latency_samples = 0

    def __init__(self, signal: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> None:
        self.controls = None
        self.sample = 0
        self.locates = 0
        self.hops = 0
        self._signal = signal

    def locate(self, sample: int, *, hurried: bool = False) -> None:
        assert sample >= 0
        self.sample = sample
        self.locates += 1

    def process(self, outs: Sequence[NDArray[np.float32]]) -> None:
        outs[0][:] = self._signal(np.arange(self.sample, self.sample + HOP_SAMPLES, dtype=float))
        self.sample += HOP_SAMPLES
        self.hops += 1

    def swap(self, prepared: object) -> None:
        raise NotImplementedError


def transport_over(kernel: SignalKernel, end_s: float = 60.0) -> Transport:
    """A resting transport that reads a kernel in one channel."""
    made = Transport(RATE_HZ)
    made.end_sample = int(end_s * RATE_HZ)
    made.set_reader(SceneReader(kernel, 1), RATE_HZ)
    return made


def sine(frequency_hz: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """A sine over sample numbers."""
    return lambda samples: np.sin(2 * np.pi * frequency_hz / RATE_HZ * samples)


def heard(transport: Transport, seconds: float) -> NDArray[np.float32]:
    """(samples,) of the next seconds."""
    blocks = round(seconds * RATE_HZ / HOP_SAMPLES)
    return np.concatenate([transport.next_block().samples[0] for _ in range(blocks)])
