"""Sound that is in memory: chunks of takes, brought by the butler, read by the renderer.

The renderer never waits and never touches the disk: what has not come is silence, and is counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.playback.take_file import TakeFile

CHUNK_SAMPLES = 16_384
CAPACITY_BYTES = 256 * 2**20

Key = tuple[TakeFile, int]
"""A take and the number of a chunk in it."""
Chunk = NDArray[np.float32] | OSError
"""(channels, samples), or why it cannot be read."""


class ChunkStore:
    """The chunks that are in memory, a bounded number of bytes.

    Attributes
    ----------
    misses : int
        Reads so far that met a chunk which had not come.

    Notes
    -----
    The butler alone puts and drops; anyone may look. Both are single operations on a dictionary.
    """

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self.misses = 0
        self.capacity_bytes = capacity_bytes
        self._chunks: dict[Key, Chunk] = {}
        self._bytes = 0

    def __contains__(self, key: Key) -> bool:
        return key in self._chunks

    @property
    def size_bytes(self) -> int:
        """Memory in use."""
        return self._bytes

    def get(self, key: Key) -> Chunk | None:
        """A chunk, if it is there."""
        return self._chunks.get(key)

    def put(self, key: Key, chunk: Chunk) -> None:
        """Keep a chunk."""
        self.drop(key)
        self._chunks[key] = chunk
        self._bytes += _size_bytes(chunk)

    def drop(self, key: Key) -> None:
        """Let a chunk go."""
        chunk = self._chunks.pop(key, None)
        if chunk is not None:
            self._bytes -= _size_bytes(chunk)

    def make_room(self, size_bytes: int, wanted: Iterable[Key]) -> bool:
        """Let chunks go that are not wanted, oldest first; whether there is room then."""
        kept = set(wanted)
        for key in list(self._chunks):
            if self._bytes + size_bytes <= self.capacity_bytes:
                break
            if key not in kept:
                self.drop(key)
        return self._bytes + size_bytes <= self.capacity_bytes


class StreamedSamples:
    """A take that reads like a (channels, samples) array, out of a chunk store.

    Parameters
    ----------
    store : ChunkStore
    file : TakeFile
    """

    def __init__(self, store: ChunkStore, file: TakeFile) -> None:
        self._store = store
        self.file = file
        self.shape = (file.channels, file.samples)
        self.ndim = 2
        self.dtype = np.dtype(np.float32)

    def __len__(self) -> int:
        return self.file.channels

    def __getitem__(self, place: tuple[slice, slice]) -> NDArray[np.float32]:
        """Samples [a, b) of all channels, ``samples[:, a:b]``; silence where they have not come.

        Raises
        ------
        OSError
            If the disk could not give them.
        """
        _, columns = place
        first, last, _ = columns.indices(self.file.samples)
        number = first // CHUNK_SAMPLES
        if last <= (number + 1) * CHUNK_SAMPLES:
            chunk = self._chunk(number)
            if chunk is not None:
                begin = number * CHUNK_SAMPLES
                return chunk[:, first - begin : last - begin]
        return self._gather(first, last)

    def __array__(self, *_: Any, **__: Any) -> NDArray[np.float32]:
        return self[:, 0 : self.file.samples]

    def _gather(self, first: int, last: int) -> NDArray[np.float32]:
        out = np.zeros((self.file.channels, max(last - first, 0)), dtype=np.float32)
        for number in range(first // CHUNK_SAMPLES, -(-last // CHUNK_SAMPLES)):
            chunk = self._chunk(number)
            if chunk is None:
                self._store.misses += 1
                continue
            begin = number * CHUNK_SAMPLES
            start, stop = max(first, begin), min(last, begin + chunk.shape[1])
            out[:, start - first : stop - first] = chunk[:, start - begin : stop - begin]
        return out

    def _chunk(self, number: int) -> NDArray[np.float32] | None:
        chunk = self._store.get((self.file, number))
        if isinstance(chunk, OSError):
            raise chunk
        return chunk


def _size_bytes(chunk: Chunk) -> int:
    return chunk.nbytes if isinstance(chunk, np.ndarray) else 0
