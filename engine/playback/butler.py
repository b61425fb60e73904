"""The butler: brings sound from disk before it is needed, so that the renderer never waits for it.

It looks ahead of the playhead in the direction of travel, keeps what lies behind (a seek replays
the past that is still heard), the loop's start and the scene's start, and reads what is missing,
nearest first. A disk that is too slow costs silence in the clips concerned, nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.playback.bell import Bell
from engine.playback.chunks import CHUNK_SAMPLES, ChunkStore, Key
from engine.playback.priority import raise_thread
from engine.playback.reading_list import ReadingList
from engine.playback.take_file import OpenFiles, TakeFile

URGENT_S = 0.3
AHEAD_S = 4.0
"""Read ahead at plain speed; as much more as the playhead is faster."""
EXPECT_S = 1.0
"""An edited scene waits so long for its sound before it is played all the same."""
FORGET_AFTER_S = 0.5
"""A scene that was replaced is still heard for a moment; then what only it read may go."""
_LOOK_S = 0.03
_STEP_SAMPLES = CHUNK_SAMPLES // 4
"""The playhead is followed in steps of this size."""
_FASTEST = 4.0

ReadTake = Callable[[OpenFiles, TakeFile, int, NDArray[np.float32]], None]


class _Asked(NamedTuple):
    """How often either side has asked: each count has one writer, so that none is ever lost."""

    jumps: int
    scenes: int


class Butler:
    """Reads on a thread of its own.

    Parameters
    ----------
    store : ChunkStore
    read : callable
        ``read(files, take_file, first, out)``; by default the file is read.

    Attributes
    ----------
    on_served : callable
        ``on_served()`` when what was asked for has come; must not wait.
    """

    def __init__(self, store: ChunkStore, read: ReadTake | None = None) -> None:
        self.store = store
        self._read = read or (lambda files, take, first, out: take.read(files, first, out))
        self._list = self._coming = ReadingList()
        self._rate_hz = 48_000
        self._position = 0
        self._speed = 1.0
        self._loop: tuple[int, int] | None = None
        self._jumps = self._scenes = 0
        self._served = _Asked(0, 0)
        self.on_served: Callable[[], object] = lambda: None
        self._wake = Bell()
        self._fetched = threading.Event()
        self._closing = False
        self._files = OpenFiles()
        self._seen: object = None
        self._forget_s = float("inf")
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to read; without, somebody else has to call `serve` now and then."""
        self._thread = threading.Thread(target=self._run, name="butler", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; a read that hangs is left behind with the process."""
        self._closing = True
        self._wake.ring()

    # The renderer's side: plain stores, nothing waits.

    def follow(self, position: int, speed: float, loop: tuple[int, int] | None) -> None:
        """Note where the playhead is (scene samples), how fast it moves, and the loop."""
        self._position, self._speed, self._loop = position, speed, loop

    def go_to(self, position: int) -> int:
        """Fetch this place before all else; a ticket for `has_served`."""
        self._position = position
        self._jumps += 1
        self._wake.ring()
        return self._jumps

    def has_served(self, ticket: int) -> bool:
        """Whether what `go_to` asked for has come."""
        return self._served.jumps >= ticket

    def adopt(self, scene_list: ReadingList, sample_rate_hz: int) -> None:
        """This scene plays now."""
        self._list = self._coming = scene_list
        self._rate_hz = sample_rate_hz
        self._forget_s = time.monotonic() + FORGET_AFTER_S
        self._wake.ring()

    def lacks(self, start: int, stop: int) -> bool:
        """Whether sound of scene samples [start, stop) has not come."""
        return any(key not in self.store for key in self._list.keys(start, stop))

    # The scene maker's side.

    def expect(self, scene_list: ReadingList, timeout_s: float = EXPECT_S) -> None:
        """Fetch what a coming scene needs where the playhead is; returns once it is there."""
        self._coming = scene_list
        self._scenes += 1
        if self._thread is None:
            self.serve()
            return
        ticket = self._scenes
        self._wake.ring()
        until_s = time.monotonic() + timeout_s
        while self._served.scenes < ticket and time.monotonic() < until_s and not self._closing:
            self._fetched.wait(_LOOK_S)
            self._fetched.clear()

    def _run(self) -> None:
        raise_thread(serves=True)
        while not self._closing:
            self._wake.wait(_LOOK_S)
            self.serve()
        self._files.close()

    def serve(self) -> None:
        """One round: what is urgent, then the rest; begun again when something is asked."""
        if time.monotonic() > self._forget_s:
            self._forget_s = float("inf")
            self.store.forget(self._list.buffers | self._coming.buffers)
        asked = self._asked()
        place = self._position // _STEP_SAMPLES, self._speed, self._loop
        seen = (asked, place, self._list, self._coming)
        if seen == self._seen:
            return
        wanted: dict[Key, None] = {}
        for index, (start, stop) in enumerate(self._regions()):
            for scene_list in dict.fromkeys((self._list, self._coming)):
                wanted.update(dict.fromkeys(scene_list.keys(start, stop)))
            if index == 1 and self._bring(wanted, asked):
                self._served = asked
                self._fetched.set()
                self.on_served()
        if self._bring(wanted, asked):
            self._seen = seen

    def _regions(self) -> Iterator[tuple[int, int]]:
        """Stretches of the scene, the most urgent first; the first two make a seek complete."""
        at, speed, rate_hz = self._position, self._speed, self._rate_hz
        behind_s = max(self._list.behind_s, self._coming.behind_s)
        behind, urgent, ahead = (int(s * rate_hz) for s in (behind_s, URGENT_S, AHEAD_S))
        ahead = int(ahead * min(max(abs(speed), 1.0), _FASTEST))
        yield at, at + urgent
        yield at - behind, at
        if speed < 0:
            yield at - behind - ahead, at - behind
        yield at + urgent, at + ahead
        if self._loop is not None:
            yield self._loop[0] - behind, self._loop[0] + urgent
        yield 0, urgent

    def _asked(self) -> _Asked:
        return _Asked(self._jumps, self._scenes)

    def _bring(self, wanted: dict[Key, None], asked: _Asked) -> bool:
        """Read what is missing; False when it was broken off for something more urgent."""
        for key in wanted:
            if not self.store.may_try(key):
                continue
            if self._closing or self._asked() != asked:
                self._wake.ring()
                return False
            buffer, number = key
            out = buffer.place(number)
            if not self.store.make_room(out.nbytes, wanted):
                return True  # the most urgent fills the memory that is granted
            try:
                self._read(self._files, buffer.file, number * CHUNK_SAMPLES, out)
            except OSError:
                self.store.fail(key)
            else:
                self.store.put(key)
        return True
