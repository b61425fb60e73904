"""The transport: which sample of the scene comes next, and how jumps are made inaudible.

It works in project samples and knows neither devices nor time. Wherever the signal would break
off (loop, scene end, end of a grain), what came before goes on for a few milliseconds under a
falling ramp while what follows rises.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.playback.scene import HOP_SAMPLES, SceneReader

FADE_S = 0.005
GRAIN_S = 0.064
"""Length of the piece of sound heard at each point the user scrubs over."""


@dataclass(frozen=True)
class Block:
    """Up to a hop of the scene: (channels, n) samples and where in the project they come from."""

    samples: NDArray[np.float32]
    position: int
    playing: bool
    moving: bool
    epoch: int
    sounding: bool


def rising(count: int) -> NDArray[np.float32]:
    """(count,) raised-cosine ramp from 0 to 1; the falling one is ``1 - rising``."""
    phase = (np.arange(count) + 0.5) / max(count, 1)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * phase), dtype=np.float32)


class Transport:
    """Play, stop, locate, loop and scrub, to the sample.

    Attributes
    ----------
    position : int
        Project sample that the next block starts with.
    epoch : int
        Jumps made so far.
    end_sample : int
        Where playing stops by itself; 0 for a scene without an end.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self.sample_rate_hz = sample_rate_hz
        self.position = 0
        self.epoch = 0
        self.end_sample = 0
        self.playing = False
        self.scrubbing = False
        self.loop: tuple[int, int] | None = None
        self._reader: SceneReader | None = None
        self._resumes = False
        self._rises = False
        self._ramp = rising(0)
        self._tail: NDArray[np.float32] | None = None
        self._grain_left = 0
        self._next_grain: int | None = None

    @property
    def fade_samples(self) -> int:
        return int(FADE_S * self.sample_rate_hz)

    @property
    def channels(self) -> int:
        return self._reader.channels if self._reader else 2

    @property
    def is_in_grain(self) -> bool:
        """Whether a scrub grain is being rendered, or waits."""
        return self._grain_left > 0 or self._next_grain is not None

    @property
    def is_silent(self) -> bool:
        """Whether nothing but silence follows until the next command."""
        return self._tail is None and not self.playing and not self.is_in_grain

    def set_reader(self, reader: SceneReader | None, sample_rate_hz: int) -> None:
        """Read another kernel from here on, without a fade of its own."""
        if sample_rate_hz != self.sample_rate_hz:
            self.position = round(self.position * sample_rate_hz / self.sample_rate_hz)
            self.sample_rate_hz = sample_rate_hz
        self._reader = reader
        self._tail = None
        if reader is not None and (self.playing or self._grain_left):
            reader.locate(self.position)

    def play(self) -> None:
        """Start at `position`; from the scene's end, start over."""
        self._leave_scrub()
        if self.end_sample and self.position >= self.end_sample:
            self.position = self.loop[0] if self.loop else 0
            self.epoch += 1
        self._jump(self.position, playing=True)

    def stop(self, position: int) -> None:
        """Stop; `position` is where the sound ends."""
        self._leave_scrub()
        self._jump(position, playing=False)

    def locate(self, position: int) -> None:
        """Go somewhere else; goes on playing if it played (also before it was scrubbed)."""
        was_playing = self.playing or (self.scrubbing and self._resumes)
        self._leave_scrub()
        self.epoch += 1
        self._jump(position, playing=was_playing)

    def scrub(self, position: int) -> None:
        """Sound a grain at `position` as soon as the one before is over."""
        if not self.scrubbing:
            self._resumes, self.playing, self.scrubbing = self.playing, False, True
            self._grain_left = 0
        self.epoch += 1
        self.position = position
        self._next_grain = position

    def next_block(self) -> Block:
        """The next block of the scene, a hop at most."""
        if self.scrubbing:
            return self._next_of_grain()
        if not self.playing or self._reader is None:
            return self._silence()
        boundary = self._boundary()
        count = HOP_SAMPLES if boundary is None else min(HOP_SAMPLES, boundary - self.position)
        samples = self._read(count)
        block = Block(samples, self.position, True, True, self.epoch, True)
        self.position += count
        if self.position == boundary:
            self._turn()
        return block

    def _boundary(self) -> int | None:
        """The next sample at which playing cannot simply go on."""
        if self.loop and self.position < self.loop[1]:
            return self.loop[1]
        if self.end_sample and self.position < self.end_sample:
            return self.end_sample
        return self.position + 1 if self.end_sample else None

    def _turn(self) -> None:
        """At a boundary: back to the loop's start, or stop at the end."""
        self._keep_tail()
        if self.loop and self.position == self.loop[1]:
            self.epoch += 1
            self._jump(self.loop[0], playing=True)
        else:
            self.playing = False

    def _jump(self, position: int, *, playing: bool) -> None:
        self.position = max(position, 0)
        self.playing = playing
        if playing and self._reader is not None:
            self._reader.locate(self.position)
            self._rises = True

    def _leave_scrub(self) -> None:
        self.scrubbing = False
        self._next_grain = None
        self._grain_left = 0

    def _next_of_grain(self) -> Block:
        if self._grain_left == 0 and self._next_grain is not None and self._reader is not None:
            self._reader.locate(self._next_grain)
            self._rises, self._next_grain = True, None
            self._grain_left = int(GRAIN_S * self.sample_rate_hz)
        if self._grain_left == 0:
            return self._silence()
        count = min(HOP_SAMPLES, self._grain_left)
        block = Block(self._read(count), self.position, False, False, self.epoch, True)
        self._grain_left -= count
        if self._grain_left == 0:
            self._keep_tail()
        return block

    def _silence(self) -> Block:
        samples = np.zeros((self.channels, HOP_SAMPLES), dtype=np.float32)
        sounding = self._tail is not None
        self._add_tail(samples)
        return Block(samples, self.position, self.playing, False, self.epoch, sounding)

    def _read(self, count: int) -> NDArray[np.float32]:
        assert self._reader is not None
        samples = self._reader.read(count)
        if self._rises:
            self._ramp = rising(self.fade_samples)
            self._rises = False
        step = min(count, len(self._ramp))
        samples[:, :step] *= self._ramp[:step]
        self._ramp = self._ramp[step:]
        self._add_tail(samples)
        return samples

    def _keep_tail(self) -> None:
        """Let the signal go on under a falling ramp, to be added to what follows."""
        assert self._reader is not None
        self._tail = self._reader.read(self.fade_samples) * (1.0 - rising(self.fade_samples))

    def _add_tail(self, samples: NDArray[np.float32]) -> None:
        if self._tail is None:
            return
        count = min(samples.shape[1], self._tail.shape[1])
        samples[:, :count] += self._tail[:, :count]
        rest = self._tail[:, count:]
        self._tail = rest if rest.shape[1] else None
