"""How the ring is written ahead of the device, and rewritten where the user cannot wait.

Nothing already in the ring is taken back: the part that the device is about to take is left
alone, and what lies behind it is written over in place. So stop and locate act within the guard
(the block that the device takes next; more where it was seen to take several in one go) instead of
after the whole ring.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.playback.output import START_BLOCKS, Output
from engine.playback.transport import FADE_S, rising

AHEAD_S = 0.060
MOST_AHEAD_S = 0.200
"""Farther only for a device that takes larger blocks: it waits for `START_BLOCKS` of them."""
FIRST_JITTER_S = 0.050
"""Assumed at first: a program that starts keeps its machine busy."""
JITTER_MEMORY_S = 300.0
MARGIN = 1.5
"""A pause longer than the longest so far is to be expected."""
PARKED_S = 0.25
"""Silence put behind a cut, so that a slow seek is a pause and not an underrun."""
_MOST_GUARD_BLOCKS = 4


class AheadWriter:
    """Writes an output's ring from `cursor` on.

    Attributes
    ----------
    cursor : int
        Ring position of the next sample to write.
    late : int
        Times the device was faster than a rewrite or passed the cursor: audible gaps.
    ahead_s : float
        How far ahead of the device the ring is kept; grows where the machine wakes late.
    """

    def __init__(self, output: Output) -> None:
        self.output = output
        self.cursor = 0
        self.late = 0
        start_s = (START_BLOCKS * output.block_samples + 1) / output.sample_rate_hz
        self._least_s, self._most_s = max(AHEAD_S, start_s), max(MOST_AHEAD_S, start_s)
        self._jitter_s = FIRST_JITTER_S
        self._taken = self._underruns = 0
        self.ahead_s = self._least_s
        self.adapt(0.0)
        self._guard_blocks = 1
        self._fade_end = 0

    @property
    def guard(self) -> int:
        """Samples behind the device's position that are not touched any more."""
        ahead = int(self.ahead_s * self.output.sample_rate_hz)
        return min(self._guard_blocks * self.output.block_samples, ahead - 2 * self.fade_samples)

    @property
    def fade_samples(self) -> int:
        return int(FADE_S * self.output.sample_rate_hz)

    def room(self, *, short: bool = False, silent: bool = False) -> int:
        """Samples still to write until the ring is filled as far ahead as it should be.

        Parameters
        ----------
        short : bool
            What is written now may soon be overtaken by a gesture.
        silent : bool
            Only silence is written, which is written over when something is to sound.
        """
        taken = self.output.consumed()
        if taken > self.cursor:
            self.late += not self.output.silent
            self.cursor = min(taken + self.guard, self.output.written)
        target, block = int(self.ahead_s * self.output.sample_rate_hz), self.output.block_samples
        if silent:
            target = max(target, int(PARKED_S * self.output.sample_rate_hz))
        elif short:
            target = min(target, max(self.guard, block) + 2 * block)
        return target - (self.cursor - taken)

    def fill(self) -> int:
        """Samples between the device and the cursor."""
        return self.cursor - self.output.consumed()

    def write(self, samples: NDArray[np.float32]) -> None:
        """Append (n, channels) samples at the cursor, over a fade that still lies there."""
        overlap = min(self._fade_end - self.cursor, len(samples))
        if overlap > 0:
            samples[:overlap] += self.output.peek(self.cursor, overlap)
        self.output.put(self.cursor, samples)
        self.cursor += len(samples)

    def cut(self) -> int:
        """Fade out what was written ahead and go on from there; the ring position of the cut."""
        taken = self.output.consumed()
        at = min(taken + self.guard, self.cursor)
        parked = taken + int(PARKED_S * self.output.sample_rate_hz) - at
        rest = np.zeros((max(parked, self.output.written - at), self.output.channels), np.float32)
        fade = min(self.fade_samples, self.cursor - at)
        if fade > 0:
            ramp = 1.0 - rising(fade)
            rest[:fade] = self.output.peek(at, fade) * ramp[:, None]
        self.output.put(at, rest)
        if fade > 0 and self.output.consumed() > at:
            self.late += 1
            self._guard_blocks = min(self._guard_blocks + 1, _MOST_GUARD_BLOCKS)
        self.cursor, self._fade_end = at, at + fade
        return at

    def resume(self) -> int:
        """Ring position where writing goes on after the slow part of a jump."""
        earliest = self.output.consumed() + self.output.block_samples
        self.cursor = max(self.cursor, earliest)
        return self.cursor

    def adapt(self, pause_s: float) -> None:
        """Choose the depth from the writer's longest pauses and the device's largest bites.

        A device that was kept from taking takes several blocks in one go when it may. Those of the
        last minutes count; an underrun tells of a longer one than the ring could bear.

        Parameters
        ----------
        pause_s : float
            Time since the last look at the ring.
        """
        taken, underruns = self.output.consumed(), self.output.underruns
        bite_s = (taken - self._taken) / self.output.sample_rate_hz
        if underruns > self._underruns:
            bite_s = max(bite_s, self.ahead_s)
        self._taken, self._underruns = taken, underruns
        forgotten = 1.0 - min(pause_s / JITTER_MEMORY_S, 1.0)
        self._jitter_s = max(pause_s, bite_s, self._jitter_s * forgotten)
        blocks_s = 2 * self.output.block_samples / self.output.sample_rate_hz
        self.ahead_s = min(max(self._least_s, MARGIN * self._jitter_s + blocks_s), self._most_s)
