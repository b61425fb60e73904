"""Sound that is in memory: chunks of takes, brought by the butler, read by the renderer.

Each take has the address space of its whole length, of which only the chunks that were brought
hold memory; the rest reads as silence. So the renderer reads plain arrays, wherever the playhead
is: it never waits and never touches the disk. What had not come when it was heard is counted.
"""

from __future__ import annotations

import mmap
import time
from collections.abc import Iterable
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from engine.playback.take_file import TakeFile

CHUNK_SAMPLES = 16_384
CAPACITY_BYTES = 256 * 2**20
RETRY_S = 2.0
"""What could not be read is tried again after this."""
_RELEASE: int | None = getattr(mmap, "MADV_DONTNEED", None)


class StreamBuffer:
    """The address space of a take.

    Parameters
    ----------
    file : TakeFile

    Attributes
    ----------
    samples : (channels, samples) float32 array
        Silence where nothing was brought.
    """

    def __init__(self, file: TakeFile) -> None:
        self.file = file
        size_bytes = 4 * file.channels * file.samples
        self._memory = mmap.mmap(-1, size_bytes, **_private())
        flat = np.frombuffer(self._memory, dtype=np.float32, count=file.channels * file.samples)
        self._interleaved = flat.reshape(file.samples, file.channels)
        self.samples: NDArray[np.float32] = self._interleaved.T

    def place(self, number: int) -> NDArray[np.float32]:
        """(n, channels) memory of a chunk, in the file's order."""
        return self._interleaved[number * CHUNK_SAMPLES : (number + 1) * CHUNK_SAMPLES]

    def release(self, number: int) -> None:
        """Give a chunk's memory back; it reads as silence from now on."""
        chunk = self.place(number)
        if _RELEASE is None:
            chunk[:] = 0.0
            return
        start = number * CHUNK_SAMPLES * 4 * self.file.channels
        self._memory.madvise(_RELEASE, start, chunk.nbytes)


Key = tuple[StreamBuffer, int]
"""A take and the number of a chunk in it."""


class ChunkStore:
    """Which chunks are in memory, a bounded number of bytes.

    Notes
    -----
    The butler alone puts and drops; anyone may look, which is one look-up in a dictionary.
    """

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self.capacity_bytes = capacity_bytes
        self.size_bytes = 0
        self._here: dict[Key, int] = {}
        self._failed: dict[Key, float] = {}
        self._buffers: WeakValueDictionary[TakeFile, StreamBuffer] = WeakValueDictionary()

    def __contains__(self, key: Key) -> bool:
        return key in self._here

    def buffer_of(self, file: TakeFile) -> StreamBuffer:
        """A take's address space; the same one as long as any scene holds it."""
        buffer = self._buffers.get(file)
        if buffer is None:
            buffer = self._buffers[file] = StreamBuffer(file)
        return buffer

    def may_try(self, key: Key) -> bool:
        """Whether a chunk is missing, and has not failed just now."""
        if key in self._here:
            return False
        failed_s = self._failed.get(key)
        return failed_s is None or time.monotonic() - failed_s > RETRY_S

    def put(self, key: Key) -> None:
        """A chunk has been brought."""
        buffer, number = key
        self._failed.pop(key, None)
        self._here[key] = buffer.place(number).nbytes
        self.size_bytes += self._here[key]

    def fail(self, key: Key) -> None:
        """A chunk could not be read."""
        self._failed[key] = time.monotonic()

    def make_room(self, size_bytes: int, wanted: Iterable[Key]) -> bool:
        """Let chunks go that are not wanted, oldest first; whether there is room then."""
        if self.size_bytes + size_bytes <= self.capacity_bytes:
            return True
        kept = set(wanted)
        for key in [key for key in self._here if key not in kept]:
            if self.size_bytes + size_bytes <= self.capacity_bytes:
                break
            self._drop(key)
        return self.size_bytes + size_bytes <= self.capacity_bytes

    def forget(self, buffers: Iterable[StreamBuffer]) -> None:
        """Let all go but the chunks of these takes: nothing else is played any more."""
        kept = set(buffers)
        for key in [key for key in self._here if key[0] not in kept]:
            self._drop(key)
        for key in [key for key in self._failed if key[0] not in kept]:
            del self._failed[key]

    def _drop(self, key: Key) -> None:
        self.size_bytes -= self._here.pop(key)
        buffer, number = key
        buffer.release(number)


def _private() -> dict[str, int]:
    """Memory of this process alone, not reserved before it is used."""
    if not hasattr(mmap, "MAP_PRIVATE"):
        return {}
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0)
    return {"flags": flags}
