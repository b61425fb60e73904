"""Takes as arrays the kernel can read: mapped from disk, brought to the project's rate once.

A 32-bit float WAV at the project's rate is mapped as it is. Anything else is decoded and
resampled block by block into a cache file, which is then mapped: memory stays bounded however
long a take is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray
from scipy import signal

from engine.errors import MediaError
from engine.media.audio_file import map_audio, read_audio_blocks

_HALF_LENGTH = 48
_LARGEST_RATIO_TERM = 2000
_LARGEST_CACHE_BYTES = 2 * 10**9
_ABANDONED_S = 86_400.0
_UNFINISHED = {".partial", ".complete"}


def open_take(
    path: Path, sample_rate_hz: int, cache_folder: Path | None = None
) -> NDArray[np.float32]:
    """(channels, samples) float32 of an audio file at the wanted rate, read-only.

    Parameters
    ----------
    path : Path
        Any audio file (or a video with sound).
    sample_rate_hz : int
    cache_folder : Path, optional
        Where converted takes are kept; by default the user's cache folder, from which the oldest go
        when it outgrows 2 GB.

    Raises
    ------
    MediaError
        If the file is missing or unreadable, or the cache cannot be written.
    """
    if not path.is_file():
        raise MediaError("the audio file is missing", place=path, remedy="make the take again")
    try:
        samples, rate_hz = map_audio(path)
        if rate_hz == sample_rate_hz:
            return samples
    except MediaError:
        pass  # another kind of file: decoded below
    samples, kept, is_new = _load(path, sample_rate_hz, cache_folder or default_cache_folder())
    if is_new and cache_folder is None:
        _prune(kept)
    return samples


def default_cache_folder() -> Path:
    """Where converted takes are kept when nobody says otherwise."""
    return Path(platformdirs.user_cache_dir("foleystage")) / "takes"


def _load(path: Path, sample_rate_hz: int, folder: Path) -> tuple[NDArray[np.float32], Path, bool]:
    """The converted take mapped, where it is, and whether it is new.

    Made once more where another process has just dropped it, or a power cut has damaged it.
    """
    kept, is_new = _converted(path, sample_rate_hz, folder)
    try:
        return np.load(kept, mmap_mode="r").T, kept, is_new
    except (OSError, ValueError, EOFError):
        with contextlib.suppress(OSError):
            kept.unlink(missing_ok=True)
    kept, _ = _converted(path, sample_rate_hz, folder)
    try:
        return np.load(kept, mmap_mode="r").T, kept, True
    except (OSError, ValueError, EOFError) as error:
        raise MediaError(
            f"the converted sound cannot be read back ({error})",
            place=kept,
            remedy="check the disk of the cache folder",
        ) from error


def _prune(newest: Path) -> None:
    """Drop the oldest converted takes until the folder is small again; `newest` stays.

    What is mapped at the moment stays readable: only its name goes. Files that a killed process
    left half-written go after a day.
    """
    kept: list[tuple[float, int, Path]] = []
    for file in newest.parent.iterdir():
        with contextlib.suppress(OSError):  # another process may have dropped it
            status = file.stat()
            if file.suffix == ".npy" and file != newest:
                kept.append((status.st_mtime, status.st_size, file))
            elif file.suffix in _UNFINISHED and time.time() - status.st_mtime > _ABANDONED_S:
                file.unlink()
    with contextlib.suppress(OSError):
        room_bytes = _LARGEST_CACHE_BYTES - newest.stat().st_size
        for _, size_bytes, file in sorted(kept, reverse=True):
            room_bytes -= size_bytes
            if room_bytes < 0:
                file.unlink(missing_ok=True)


def _converted(path: Path, sample_rate_hz: int, folder: Path) -> tuple[Path, bool]:
    """The converted take, and whether it had to be made."""
    status = path.stat()
    identity = f"{path.absolute()}|{status.st_size}|{status.st_mtime_ns}|{sample_rate_hz}|1"
    kept = folder / f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}.npy"
    if kept.is_file():
        return kept, False
    try:
        _convert(path, sample_rate_hz, kept)
    except OSError as error:
        raise MediaError(
            f"cannot keep the converted sound ({error.strerror or error})",
            place=folder,
            remedy="free some disk space",
        ) from error
    return kept, True


def _convert(path: Path, sample_rate_hz: int, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_name(f".{kept.stem}.{secrets.token_hex(4)}.partial")
    finished = partial.with_suffix(".complete")
    try:
        channels = 0
        with partial.open("wb") as stream:
            for block in resampled_blocks(path, sample_rate_hz):
                channels = len(block)
                stream.write(np.ascontiguousarray(block.T, dtype="<f4").tobytes())
            samples = stream.tell() // (4 * channels)
        raw = np.fromfile(partial, "<f4") if not samples else np.memmap(partial, "<f4", "r")
        with finished.open("wb") as stream:
            header = {"descr": "<f4", "fortran_order": False, "shape": (samples, channels)}
            np.lib.format.write_array_header_2_0(stream, header)
            for start in range(0, samples * channels, 1 << 20):
                stream.write(raw[start : start + (1 << 20)].tobytes())
        os.replace(finished, kept)
    finally:
        partial.unlink(missing_ok=True)
        finished.unlink(missing_ok=True)


def resampled_blocks(path: Path, sample_rate_hz: int) -> Iterator[NDArray[np.float32]]:
    """(channels, n) blocks of an audio file at the wanted rate.

    Blocks overlap inside by the filter's reach, so that the result equals resampling in one piece.
    """
    blocks = read_audio_blocks(path)
    first, rate_hz = next(blocks)
    pieces = (piece for piece in _chain(first, blocks))
    if rate_hz == sample_rate_hz:
        yield from pieces
        return
    up, down = _ratio(rate_hz, sample_rate_hz)
    yield from _resample(pieces, up, down)


def resampled(sound: NDArray[np.float32], from_hz: int, sample_rate_hz: int) -> NDArray[np.float32]:
    """(channels, samples) sound at the wanted rate."""
    if from_hz == sample_rate_hz:
        return sound
    up, down = _ratio(from_hz, sample_rate_hz)
    return np.concatenate(list(_resample(iter((sound,)), up, down)), axis=1)


def _chain(
    first: NDArray[np.float32], rest: Iterator[tuple[NDArray[np.float32], int]]
) -> Iterator[NDArray[np.float32]]:
    yield first
    for block, _ in rest:
        yield block


def _ratio(from_hz: int, to_hz: int) -> tuple[int, int]:
    common = int(np.gcd(from_hz, to_hz))
    up, down = to_hz // common, from_hz // common
    if max(up, down) > _LARGEST_RATIO_TERM:
        raise MediaError(
            f"cannot convert {from_hz} Hz to {to_hz} Hz", remedy="convert the file beforehand"
        )
    return up, down


def _resample(
    pieces: Iterator[NDArray[np.float32]], up: int, down: int
) -> Iterator[NDArray[np.float32]]:
    """Polyphase resampling of a stream. Kaiser-windowed sinc, -90 dB, flat to 0.93 of the band."""
    larger = max(up, down)
    window = signal.firwin(2 * _HALF_LENGTH * larger + 1, 0.97 / larger, window=("kaiser", 9.0))
    reach = -(-_HALF_LENGTH * larger // up) + 1
    context = -(-reach // down) * down  # input samples kept around a block: whole periods
    block = -(-32768 // down) * down
    pending: NDArray[np.float32] | None = None
    for piece in pieces:
        if pending is None:
            pending = np.zeros((len(piece), context), np.float32)
        pending = np.concatenate([pending, piece], axis=1)
        while pending.shape[1] >= block + 2 * context:
            yield _one_block(pending[:, : block + 2 * context], context, block, up, down, window)
            pending = pending[:, block:]
    assert pending is not None
    rest = pending.shape[1] - context
    if rest > 0:
        padded = np.pad(pending, ((0, 0), (0, 2 * context)))
        yield _one_block(padded, context, rest, up, down, window)


def _one_block(
    samples: NDArray[np.float32],
    context: int,
    block: int,
    up: int,
    down: int,
    window: NDArray[np.float64],
) -> NDArray[np.float32]:
    resampled = signal.resample_poly(samples.astype(np.float64), up, down, axis=1, window=window)
    start = context * up // down
    return resampled[:, start : start + -(-block * up // down)].astype(np.float32)
