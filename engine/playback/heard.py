"""What is heard now: the device's clock, and what was put into the ring for each moment."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

_EARLY_WEIGHT = 0.3
_LATE_WEIGHT = 0.01


class DeviceClock:
    """When the device takes which sample, smoothed over its blocks and over late wake-ups.

    The count of taken samples moves in blocks and is looked at now and then, each time too late
    and never too early. So the time of sample zero is followed down quickly and up slowly.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._taken = 0
        self._zero_s: float | None = None

    def observe(self, taken: int, now_s: float) -> None:
        """Note that `taken` samples are taken at monotonic time `now_s`."""
        if taken == self._taken:
            return
        self._taken = taken
        zero_s = now_s - taken / self._rate_hz
        if self._zero_s is None or abs(zero_s - self._zero_s) > 0.25:
            self._zero_s = zero_s
            return
        error_s = zero_s - self._zero_s
        self._zero_s += error_s * (_EARLY_WEIGHT if error_s < 0 else _LATE_WEIGHT)

    def taken_at(self, now_s: float) -> float:
        """Samples taken by the device at `now_s`, as if it took them one by one."""
        if self._zero_s is None:
            return float(self._taken)
        return (now_s - self._zero_s) * self._rate_hz


@dataclass(frozen=True)
class Piece:
    """A stretch of the ring and the project time it holds.

    Attributes
    ----------
    start, length : int
        Ring position and length in device samples.
    time_s : float
        Project time at `start`.
    speed : float
        Project seconds per second; 0 in silence and while scrubbing.
    playing : bool
    epoch, serial : int
        Jumps so far, and the last transport command obeyed here.
    peaks : (channels,) float32 array, optional
        Peak of each channel of the monitor format.
    """

    start: int
    length: int
    time_s: float
    speed: float
    playing: bool
    epoch: int
    serial: int
    peaks: NDArray[np.float32] | None = None

    @property
    def end(self) -> int:
        return self.start + self.length


class Score:
    """The pieces of the ring in order, from the one heard now to the last one written."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._pieces: deque[Piece] = deque()
        self._unmetered = 0

    def add(self, piece: Piece) -> None:
        """Append a piece; it replaces whatever was written from its start on."""
        while self._pieces and self._pieces[-1].start >= piece.start:
            self._pieces.pop()
        if self._pieces and self._pieces[-1].end > piece.start:
            last = self._pieces.pop()
            self._pieces.append(replace(last, length=piece.start - last.start))
        self._pieces.append(piece)

    def advance(self, heard: float) -> list[NDArray[np.float32]]:
        """Forget what is over; the peaks of the pieces that began to be heard meanwhile."""
        began = [p for p in self._pieces if self._unmetered <= p.start <= heard]
        while len(self._pieces) > 1 and self._pieces[1].start <= heard:
            self._pieces.popleft()
        if began:
            self._unmetered = began[-1].start + 1
        return [piece.peaks for piece in began if piece.peaks is not None]

    def at(self, heard: float) -> Piece | None:
        """The piece that holds a ring position (the nearest one outside)."""
        for piece in self._pieces:
            if heard < piece.end:
                return piece
        return self._pieces[-1] if self._pieces else None

    def time_at(self, heard: float) -> float:
        """Project time at a ring position."""
        piece = self.at(heard)
        if piece is None:
            return 0.0
        inside = min(max(heard - piece.start, 0.0), piece.length)
        return piece.time_s + piece.speed * inside / self._rate_hz

    def turn_after(self, heard: float) -> tuple[float, Piece | None]:
        """Project time at which the run being heard ends, and the piece that follows it."""
        last: Piece | None = None
        for piece in self._pieces:
            if piece.end <= heard:
                continue
            if last is not None and (piece.epoch, piece.speed) != (last.epoch, last.speed):
                return last.time_s + last.speed * last.length / self._rate_hz, piece
            last = piece
        return float("inf"), None
