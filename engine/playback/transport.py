"""The transport: which sample of the scene comes next, and how jumps are made inaudible.

It works in project samples and knows neither devices nor time. Wherever the signal would break
off (loop, scene end), what came before goes on for a few milliseconds under a falling ramp while
what follows rises.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.playback.scene import HOP_SAMPLES, SceneReader
from engine.playback.shuttling import Scrubbing, Shuttling
from engine.units import seconds_to_samples

FADE_S = 0.005


@dataclass(frozen=True)
class Block:
    """Up to a hop of the scene: (channels, n) samples and where in the project they come from.

    `speed` is in scene samples a sample, 0 where the position stands.
    """

    samples: NDArray[np.float32]
    position: int
    playing: bool
    speed: float
    epoch: int
    sounding: bool


def rising(count: int) -> NDArray[np.float32]:
    """(count,) raised-cosine ramp from 0 to 1; the falling one is ``1 - rising``."""
    phase = (np.arange(count) + 0.5) / max(count, 1)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * phase), dtype=np.float32)


class Transport:
    """Play, stop, locate, loop, shuttle and scrub, to the sample.

    Attributes
    ----------
    position : int
        Project sample that the next block starts with.
    epoch : int
        Jumps made so far.
    end_sample : int
        Where playing stops by itself; 0 for a scene without an end.
    loop : (int, int) or None
        Samples [first, last) to repeat.
    declicks_loop : bool
        Whether the loop's end is laid over its start for `FADE_S`; without, the seam is exact.
    pitch_limit : float
        Fastest speed at which pitch follows; what is faster is heard in grains.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self.sample_rate_hz = sample_rate_hz
        self.position = 0
        self.epoch = 0
        self.end_sample = 0
        self.playing = False
        self.loop: tuple[int, int] | None = None
        self.declicks_loop = True
        self.pitch_limit = np.inf
        self._reader: SceneReader | None = None
        self._shuttling: Shuttling | None = None
        self._scrubbing: Scrubbing | None = None
        self._resumes = False
        self._must_locate = False
        self._turns = False
        self._rises = False
        self._ramp = rising(0)
        self._tail: NDArray[np.float32] | None = None

    def sample_at(self, time_s: float) -> int:
        """Project sample at a project time; the first for what lies before it."""
        return seconds_to_samples(max(time_s, 0.0), self.sample_rate_hz)

    @property
    def fade_samples(self) -> int:
        return int(FADE_S * self.sample_rate_hz)

    @property
    def channels(self) -> int:
        return self._reader.channels if self._reader else 2

    @property
    def scrubbing(self) -> bool:
        """Whether the playhead follows a hand."""
        return self._scrubbing is not None

    @property
    def speed(self) -> float:
        """Scene seconds a second that are wanted; 0 while resting or in a hand."""
        if not self.playing:
            return 0.0
        return self._shuttling.wanted if self._shuttling else 1.0

    @property
    def is_silent(self) -> bool:
        """Whether nothing but silence follows until the next command."""
        moves = self._scrubbing is not None and not self._scrubbing.rests
        return self._tail is None and not self.playing and not moves

    def is_near(self, position: int) -> bool:
        """Whether scrubbing may go there without a jump."""
        return self._scrubbing is not None and self._scrubbing.is_near(position)

    def set_reader(self, reader: SceneReader | None, sample_rate_hz: int) -> None:
        """Read another kernel from here on, rising out of silence."""
        if sample_rate_hz != self.sample_rate_hz:
            self.position = round(self.position * sample_rate_hz / self.sample_rate_hz)
            self.sample_rate_hz = sample_rate_hz
        self._reader = reader
        self._tail = None
        self._must_locate = self._rises = self.playing
        if reader is not None and self._shuttling is not None:
            self._shuttling.read_from(reader, sample_rate_hz)
        if reader is not None and self._scrubbing is not None:
            self._scrubbing = Scrubbing(reader, self.position, sample_rate_hz)

    def play(self) -> None:
        """Start at `position`; from the scene's end, start over."""
        if self.end_sample and self.position >= self.end_sample:
            self.position = self.loop[0] if self.loop else 0
            self.epoch += 1
        self._jump(self.position, playing=True)

    def stop(self, position: int) -> None:
        """Stop; `position` is where the sound ends."""
        self._jump(position, playing=False)

    def locate(self, position: int) -> None:
        """Go somewhere else; goes on playing if it played (also before it was scrubbed)."""
        was_playing = self.playing or (self.scrubbing and self._resumes)
        self.epoch += 1
        self._jump(position, playing=was_playing)

    def shuttle(self, speed: float) -> None:
        """Run at any speed, backwards too, from `position` to either end of the scene."""
        if self._reader is None:
            return
        if self._shuttling is None:
            self.epoch += 1
            self._jump(self.position, playing=True)
            self._must_locate = self._rises = False
            self._shuttling = Shuttling(self._reader, self.position, self.sample_rate_hz)
        self._shuttling.wanted = speed

    def scrub(self, position: int) -> None:
        """Let the playhead run to `position`, as tape under a hand."""
        if self._reader is None:
            self.position = position
            return
        if self._scrubbing is None:
            resumes = self.playing
            self._jump(self.position, playing=False)
            self._resumes = resumes
            self._scrubbing = Scrubbing(self._reader, position, self.sample_rate_hz)
        self.epoch += 1
        self.position = position
        self._scrubbing.go_to(position)

    def prepare(self) -> None:
        """Have the reader where the next block begins; this is the slow part of a jump."""
        if self._must_locate and self._reader is not None:
            self._reader.locate(self.position, hurried=self._turns)
            self._reader.prepare()
        self._must_locate = self._turns = False

    def next_block(self) -> Block:
        """The next block of the scene, a hop at most."""
        if self._scrubbing is not None:
            return self._next_of_scrub(self._scrubbing)
        if not self.playing or self._reader is None:
            return self._silence()
        if self._shuttling is not None:
            return self._next_of_shuttle(self._shuttling)
        boundary = self._boundary()
        count = HOP_SAMPLES if boundary is None else min(HOP_SAMPLES, boundary - self.position)
        samples = self._read(count)
        block = Block(samples, self.position, True, 1.0, self.epoch, True)
        self.position += count
        if self.position == boundary:
            self._turn()
        return block

    def skip(self) -> Block:
        """A silent hop instead of the next block, which failed; what follows begins afresh."""
        samples = np.zeros((self.channels, HOP_SAMPLES), dtype=np.float32)
        speed, at = self.speed, self.position
        block = Block(samples, at, self.playing, speed, self.epoch, sounding=False)
        self._tail = None
        if not self.playing:
            self._scrubbing = None
            return block
        behind = at + round(speed * HOP_SAMPLES)
        turns = self.loop is not None and at < self.loop[1] <= behind
        self.locate(self.loop[0] if turns and self.loop is not None else behind)
        if speed != 1.0:
            self.shuttle(speed)
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
        if self.loop and self.position == self.loop[1]:
            if self.declicks_loop:
                self._keep_tail()
            self.epoch += 1
            self._jump(self.loop[0], playing=True)
            self._rises, self._turns = self.declicks_loop, True
        else:
            self._keep_tail()
            self.playing = False

    def _jump(self, position: int, *, playing: bool) -> None:
        self._shuttling = self._scrubbing = None
        self.position = max(position, 0)
        self.playing = playing
        self._must_locate = self._rises = playing
        self._turns = False
        self._ramp = rising(0)

    def _next_of_shuttle(self, shuttling: Shuttling) -> Block:
        at, before = self.position, shuttling.position
        samples = shuttling.next_samples(HOP_SAMPLES, self.pitch_limit)
        self._add_tail(samples)
        speed = (shuttling.position - before) / HOP_SAMPLES
        self.position = max(round(shuttling.position), 0)
        block = Block(samples, at, True, speed, self.epoch, True)
        beyond = bool(self.end_sample) and self.position >= self.end_sample and speed > 0
        if beyond or (shuttling.position <= 0 and speed < 0):
            self._tail = shuttling.next_samples(self.fade_samples, self.pitch_limit)
            self._tail *= 1.0 - rising(self.fade_samples)
            self.stop(min(self.position, self.end_sample) if self.end_sample else self.position)
        return block

    def _next_of_scrub(self, scrubbing: Scrubbing) -> Block:
        if scrubbing.rests:
            return self._silence()
        samples = scrubbing.next_samples(HOP_SAMPLES)
        self._add_tail(samples)
        return Block(samples, self.position, False, 0.0, self.epoch, True)

    def _silence(self) -> Block:
        samples = np.zeros((self.channels, HOP_SAMPLES), dtype=np.float32)
        sounding = self._tail is not None
        self._add_tail(samples)
        return Block(samples, self.position, self.playing, 0.0, self.epoch, sounding)

    def _read(self, count: int) -> NDArray[np.float32]:
        assert self._reader is not None
        self.prepare()
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
