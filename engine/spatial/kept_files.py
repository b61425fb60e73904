"""Files that keep arrays for the next process: whole or not there, and never more than so many.

They hold arrays and plain text only. One that cannot be read is as good as none; a folder that
cannot be written is no error; the least used go.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

Arrays = dict[str, "np.ndarray[Any, np.dtype[Any]]"]
_MOST_BYTES = 1_000_000_000
"""Of all files in a folder; the newest stays however large it is."""


def read_arrays(place: Path) -> Arrays | None:
    """The arrays of a file, which counts as used; None where it is not there, or damaged."""
    try:
        with np.load(place, allow_pickle=False) as kept:
            arrays = {key: kept[key] for key in kept.files}
        os.utime(place)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
    return arrays


def write_arrays(place: Path, arrays: Arrays) -> None:
    """Keep arrays in a file."""
    staged = place.with_name(f".{place.name}.{secrets.token_hex(6)}")
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with staged.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
            staged.replace(place)
        finally:
            staged.unlink(missing_ok=True)
        _let_go(place)


def _let_go(newest: Path) -> None:
    """Drop the least used files beside the newest, until all are few enough."""
    room_bytes = _MOST_BYTES - newest.stat().st_size
    for _, size_bytes, old in sorted(_others(newest), reverse=True):
        room_bytes -= size_bytes
        if room_bytes < 0:
            old.unlink(missing_ok=True)


def _others(newest: Path) -> Iterator[tuple[float, int, Path]]:
    for file in newest.parent.glob("*.npz"):
        with contextlib.suppress(OSError):  # another process may have dropped it
            if file != newest:
                status = file.stat()
                yield status.st_mtime, status.st_size, file
