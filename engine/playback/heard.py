"""What is heard now: the device's clock, and what was put into the ring for each moment."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from engine.playback.gauges import Levels

WINDOW_S = 3.0
_WEIGHT = 0.05
_SETTLE_OBSERVATIONS = 40
_JUMP_S = 0.25


class DeviceClock:
    """When the device takes which sample, smoothed over its blocks and over late wake-ups.

    The count of taken samples moves in blocks and is looked at now and then, each time too late
    and never too early. So the earliest of the last seconds tells the time of sample zero; it is
    followed smoothly, as the device's crystal drifts against the system's.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._taken = 0
        self._zero_s: float | None = None
        self._gaps = 0
        self._earliest: deque[tuple[float, float]] = deque()
        """(when, time of sample zero), the latter rising: the first is the least of the window."""
        self._observations = 0

    def observe(self, taken: int, now_s: float, gaps: int = 0) -> None:
        """Note that `taken` samples are taken at `now_s`, and how often the device went without."""
        if taken == self._taken:
            return
        self._taken = taken
        zero_s = now_s - taken / self._rate_hz
        jumped = self._zero_s is None or abs(zero_s - self._zero_s) > _JUMP_S
        if jumped or gaps != self._gaps:
            self._gaps, self._zero_s, self._observations = gaps, zero_s, 0
            self._earliest.clear()
        while self._earliest and self._earliest[-1][1] >= zero_s:
            self._earliest.pop()
        self._earliest.append((now_s, zero_s))
        while self._earliest[0][0] < now_s - WINDOW_S:
            self._earliest.popleft()
        assert self._zero_s is not None
        self._observations += 1
        weight = 1.0 if self._observations < _SETTLE_OBSERVATIONS else _WEIGHT
        self._zero_s += weight * (self._earliest[0][1] - self._zero_s)

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
    levels : Levels, optional
        What was measured of it; None for silence.
    """

    start: int
    length: int
    time_s: float
    speed: float
    playing: bool
    epoch: int
    serial: int
    levels: Levels | None = None

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

    def advance(self, heard: float) -> list[Levels]:
        """Forget what is over; the levels of the pieces that began to be heard meanwhile."""
        began = [p for p in self._pieces if self._unmetered <= p.start <= heard]
        while len(self._pieces) > 1 and self._pieces[1].start <= heard:
            self._pieces.popleft()
        if began:
            self._unmetered = began[-1].start + 1
        return [piece.levels for piece in began if piece.levels is not None]

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
