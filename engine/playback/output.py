"""Where rendered samples go: a ring, and something that empties it in real time.

`MixerOutput` is emptied by rtmixer's callback, in C, outside the interpreter. `SilentOutput` is
emptied by the clock, for machines without sound. Both belong to the renderer thread; positions
are absolute sample counts since the output was opened.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

RING_S = 0.4
"""Least length of a ring; far more than is ever rendered ahead, so that silence can be parked."""
START_BLOCKS = 3
"""The device starts to take samples (again) when so many blocks are waiting."""


class Output(Protocol):
    """A ring being emptied at `sample_rate_hz`."""

    name: str
    sample_rate_hz: int
    channels: int
    block_samples: int
    latency_s: float
    silent: bool
    written: int
    underruns: int
    device_underflows: int

    def consumed(self) -> int:
        """Samples taken out of the ring so far."""
        ...

    def put(self, at: int, samples: NDArray[np.float32]) -> None:
        """Store (n, channels) samples at absolute position `at`; publishes what is new."""
        ...

    def peek(self, at: int, count: int) -> NDArray[np.float32]:
        """Copy of (count, channels) samples stored at absolute position `at`."""
        ...

    def is_alive(self) -> bool:
        """False once the device is gone."""
        ...

    def close(self) -> None:
        """Release the device."""
        ...


def ring_capacity(sample_rate_hz: int) -> int:
    """Smallest power of two that holds `RING_S` seconds."""
    return 1 << int(np.ceil(np.log2(RING_S * sample_rate_hz)))


class _Ring:
    """Sample storage addressed by absolute positions; the writer's half of a ring."""

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self.sample_rate_hz = sample_rate_hz
        self.channels = channels
        self.written = 0
        self.storage = np.zeros((ring_capacity(sample_rate_hz), channels), dtype=np.float32)

    def put(self, at: int, samples: NDArray[np.float32]) -> None:
        """Store samples that may overwrite what is written already, and extend it."""
        capacity = len(self.storage)
        start = at % capacity
        first = min(len(samples), capacity - start)
        self.storage[start : start + first] = samples[:first]
        self.storage[: len(samples) - first] = samples[first:]
        new = at + len(samples) - self.written
        if new > 0:
            self._publish(new)
            self.written += new

    def peek(self, at: int, count: int) -> NDArray[np.float32]:
        """Copy of what is stored at `at`."""
        capacity = len(self.storage)
        return self.storage[np.arange(at, at + count) % capacity]

    def _publish(self, count: int) -> None:
        raise NotImplementedError


class SilentOutput(_Ring):
    """A clock that empties its ring in real time and sounds nowhere."""

    silent = True
    latency_s = 0.0
    underruns = 0
    device_underflows = 0

    def __init__(
        self,
        sample_rate_hz: int,
        channels: int,
        block_samples: int,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(sample_rate_hz, channels)
        self._now = now
        self.name = "silent clock"
        self.block_samples = block_samples
        self._start_s: float | None = None

    def consumed(self) -> int:
        """Samples due by the clock; a late writer delays the clock instead of losing samples."""
        now_s = self._now()
        if self._start_s is None:
            self._start_s = now_s
        due = int((now_s - self._start_s) * self.sample_rate_hz)
        if due > self.written:
            self._start_s = now_s - self.written / self.sample_rate_hz
            return self.written
        return due

    def is_alive(self) -> bool:
        """A clock does not fail."""
        return True

    def close(self) -> None:
        """Nothing to release."""

    def _publish(self, count: int) -> None:
        """The clock reads nothing."""


class MixerOutput(_Ring):
    """An audio device fed from the ring by rtmixer's C callback.

    Parameters
    ----------
    mixer : rtmixer.Mixer
        A started mixer.
    make_ring : callable
        ``make_ring(element_bytes, storage)`` gives a `rtmixer.RingBuffer` over the storage.
    name : str
        Device name for the user.

    Notes
    -----
    rtmixer drops a ring as soon as it finds it empty. That is how an underrun is seen: the action
    is gone. It is counted, and the ring is played again once it holds a few blocks. What PortAudio
    reports as underflow is the device's own and is counted apart.
    """

    silent = False

    def __init__(
        self, mixer: Any, make_ring: Callable[[int, NDArray[np.float32]], Any], name: str
    ) -> None:
        super().__init__(int(mixer.samplerate), int(mixer.channels))
        self._mixer = mixer
        self._ring = make_ring(4 * self.channels, self.storage)
        self._action: Any = None
        self._taken_before = 0
        self._has_measured_latency = False
        self.name = name
        self.block_samples = int(mixer.blocksize) or 512
        self.latency_s = float(mixer.latency)
        self.underruns = 0
        self.device_underflows = self._underflows_before = 0

    def consumed(self) -> int:
        """Samples the callback has taken; starts (or restarts) it when the ring is filled."""
        if self._action is None:
            if self.written - self._taken_before >= START_BLOCKS * self.block_samples:
                self._action = self._mixer.play_ringbuffer(self._ring)
            return self._taken_before
        taken = self._taken_before + int(self._action.done_frames)
        self.device_underflows = self._underflows_before + int(self._action.stats.output_underflows)
        if self._action not in self._mixer.actions:
            self._taken_before += int(self._action.done_frames)
            self._underflows_before = self.device_underflows
            self._action = None
            self.underruns += self.is_alive()
            return self._taken_before
        if not self._has_measured_latency and taken > 0:
            self._measure_latency(taken)
        return taken

    def is_alive(self) -> bool:
        """Whether PortAudio still runs the stream."""
        return bool(self._mixer.active)

    def close(self) -> None:
        """Stop at once; a device that is gone may complain, and is let go all the same."""
        import sounddevice

        with contextlib.suppress(sounddevice.PortAudioError):
            self._mixer.abort()
        with contextlib.suppress(sounddevice.PortAudioError):
            self._mixer.close()

    def _measure_latency(self, taken: int) -> None:
        """Latency from the converter time PortAudio gave for the first block, where it is sane."""
        self._has_measured_latency = True
        first_heard_s = float(self._action.actual_time) - float(self._mixer.time)
        latency_s = first_heard_s + (taken - self._taken_before) / self.sample_rate_hz
        if 0.0 < latency_s < 0.5:
            self.latency_s = max(latency_s, self.latency_s)

    def _publish(self, count: int) -> None:
        self._ring.advance_write_index(count)
