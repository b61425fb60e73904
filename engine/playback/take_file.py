"""A take on disk, read piece by piece without touching its memory map.

A page of a map that is not in memory stalls whoever touches it, and one that is gone ends the
process. Plain reads do neither: they wait without holding the interpreter, and fail in words.
"""

from __future__ import annotations

import contextlib
import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_OPEN_FILES = 64
_SAMPLE_BYTES = 4


class OpenFiles:
    """File handles of the takes read last, a bounded number of them. One thread uses it."""

    def __init__(self) -> None:
        self._handles: OrderedDict[Path, int] = OrderedDict()

    def handle(self, path: Path) -> int:
        """A handle to read from.

        Raises
        ------
        OSError
            If the file cannot be opened.
        """
        found = self._handles.get(path)
        if found is None:
            found = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            self._handles[path] = found
            while len(self._handles) > _OPEN_FILES:
                os.close(self._handles.popitem(last=False)[1])
        self._handles.move_to_end(path)
        return found

    def close(self) -> None:
        """Close them all."""
        while self._handles:
            with contextlib.suppress(OSError):
                os.close(self._handles.popitem()[1])


@dataclass(frozen=True)
class TakeFile:
    """Interleaved float32 samples in a file.

    Parameters
    ----------
    path : Path
    offset_bytes : int
        Where the first sample lies.
    channels, samples : int
    stamp_ns : int
        When the file was written: another writing is another take.
    """

    path: Path
    offset_bytes: int
    channels: int
    samples: int
    stamp_ns: int = 0

    def read(self, files: OpenFiles, first: int, out: NDArray[np.float32]) -> None:
        """Fill `out` (n, channels), in memory as in the file, with samples from `first` on.

        Raises
        ------
        OSError
            If the file is gone, shorter than it was, or cannot be read.
        """
        stride = _SAMPLE_BYTES * self.channels
        handle = files.handle(self.path)
        wanted = out.data.cast("B")
        if _read_at(handle, wanted, self.offset_bytes + first * stride) < len(wanted):
            raise OSError(f"{self.path.name} is shorter than it was")


def _read_at(handle: int, out: memoryview, offset_bytes: int) -> int:
    """Fill `out` from a place in a file; how many bytes came."""
    if hasattr(os, "preadv"):
        return os.preadv(handle, [out], offset_bytes)
    os.lseek(handle, offset_bytes, os.SEEK_SET)
    data = os.read(handle, len(out))
    out[: len(data)] = data
    return len(data)


def take_file_of(samples: NDArray[np.float32]) -> TakeFile | None:
    """The file behind a (channels, samples) view of a memory map; None for any other array."""
    mapped = _memory_map(samples)
    channels, count = samples.shape
    if mapped is None or count == 0 or samples.dtype != np.dtype("<f4"):
        return None
    if channels > 1 and samples.strides != (_SAMPLE_BYTES, _SAMPLE_BYTES * channels):
        return None
    if channels == 1 and samples.strides[1] != _SAMPLE_BYTES:
        return None
    path = Path(str(mapped.filename))
    try:
        stamp_ns = path.stat().st_mtime_ns
    except OSError:
        return None  # its name is gone already; the map still reads
    inside = _address(samples) - _address(mapped)
    return TakeFile(path, int(mapped.offset) + inside, channels, count, stamp_ns)


def _memory_map(samples: NDArray[np.float32]) -> np.memmap | None:  # type: ignore[type-arg]
    """The map that an array is a view of."""
    found: np.memmap | None = None  # type: ignore[type-arg]
    base: object = samples
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap) and base.filename is not None:
            found = base
        base = base.base
    return found


def _address(array: np.ndarray) -> int:  # type: ignore[type-arg]
    return int(array.__array_interface__["data"][0])
