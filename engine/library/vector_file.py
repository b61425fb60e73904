"""Vectors on disk: a flat file of little-endian float32, a row a sound, searched as one array.

Row i belongs to the sound with id i; a row of zeros says that there is none. Ids are never used
again, so that what a stopped or killed writer has left is never wrong.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class VectorFile:
    """A file of vectors; it need not be there yet.

    Parameters
    ----------
    path : Path
    size : int
        Numbers in a vector.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.size = path, size

    def put(self, vectors: Mapping[int, NDArray[np.float32]]) -> None:
        """Keep (size,) vectors by id; they are on the disk when it returns."""
        if not vectors:
            return
        with self.path.open("r+b" if self.path.exists() else "w+b") as file:
            for sound_id, vector in vectors.items():
                file.seek(sound_id * 4 * self.size)
                file.write(vector.astype("<f4").tobytes())
            file.flush()
            os.fsync(file.fileno())

    def rows(self) -> NDArray[np.float32]:
        """(ids, size) read-only."""
        count = self.path.stat().st_size // (4 * self.size) if self.path.exists() else 0
        if not count:
            return np.zeros((0, self.size), np.float32)
        return np.memmap(self.path, np.dtype("<f4"), "r", shape=(count, self.size))
