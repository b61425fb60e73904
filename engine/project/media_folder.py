"""Big arrays beside the project: audio in `media/`, boxes and the like in `arrays/`.

Files are named by the SHA-256 of what is in them: the same content is kept once, nothing is ever
overwritten, and several processes may add to one bundle at the same time.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tempfile
import time
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.deaths import is_running
from engine.errors import MediaError, ProjectError, ShapeError
from engine.project.durable import sync_folder, write_error
from engine.project.model import ContentHash
from engine.project.wave_file import DATA_AT, map_wave, wave_header

_BLOCK_BYTES = 1 << 20
_UNFINISHED = ".new-"
"""How files begin that are being written; the number of the writing process follows."""
_ABANDONED_S = 86_400.0


class MediaFolder:
    """The content-addressed part of the bundle at `path`; needs no lock."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def audio_path(self, audio: ContentHash) -> Path:
        """Where the audio of that hash is (or would be: it may be missing)."""
        return self.path / "media" / f"{_checked(audio)}.wav"

    def array_path(self, array: ContentHash) -> Path:
        """Where the array of that hash is (or would be)."""
        return self.path / "arrays" / f"{_checked(array)}.npy"

    def clear_unfinished(self) -> None:
        """Remove what writers left that were ended by force; what others are writing stays.

        A writer is known by its process's number. One on another machine cannot be asked for, so
        that what nobody has touched for a day goes, too.
        """
        for leftover in (
            *self.path.glob(f"media/{_UNFINISHED}*"), *self.path.glob(f"arrays/{_UNFINISHED}*")
        ):  # fmt: skip
            writer = leftover.name.removeprefix(_UNFINISHED).split("-")[0]
            gone = writer.isdecimal() and not is_running(int(writer))
            with contextlib.suppress(OSError):
                if gone or time.time() - leftover.stat().st_mtime > _ABANDONED_S:
                    leftover.unlink()

    def put_audio(self, samples: ArrayLike, sample_rate_hz: int) -> ContentHash:
        """Keep (channels, samples) float32 audio.

        Raises
        ------
        ShapeError
            If it is not two-dimensional, or empty.
        MediaError
            If it holds NaN or infinity.
        ProjectError
            If the disk refuses; nothing is left behind.
        """
        audio = np.asarray(samples, dtype=np.float32)
        if audio.ndim != 2:
            raise ShapeError(f"audio has shape {audio.shape}, (channels, samples) is needed")
        with self.new_audio(sample_rate_hz, audio.shape[0]) as writer:
            writer.write(audio)
        return writer.content

    def new_audio(self, sample_rate_hz: int, channels: int) -> AudioIntake:
        """For long audio: ``with media.new_audio(48_000, 2) as w: w.write(block)``; `w.content`."""
        return AudioIntake(self, sample_rate_hz, channels)

    def audio(self, audio: ContentHash) -> tuple[NDArray[np.float32], int]:
        """(channels, samples) read-only memory map of kept audio, and its rate in Hz.

        Raises
        ------
        MediaError
            If the file is missing or damaged.
        """
        return map_wave(self.audio_path(audio))

    def adopt_audio(self, audio: ContentHash, source: Path) -> bool:
        """Copy a file in as the audio of that hash; False if its bytes have another one.

        Raises
        ------
        ProjectError
            If the disk refuses; nothing is left behind.
        """
        target = self.audio_path(audio)
        digest = hashlib.sha256()
        temporary = _temporary(target.parent)
        try:
            with source.open("rb") as file, temporary.open("wb") as copy:
                while block := file.read(_BLOCK_BYTES):
                    digest.update(block)
                    copy.write(block)
            if digest.hexdigest() != audio:
                return False
            _publish(temporary, target)
        except OSError as error:
            raise write_error(error, target) from error
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def put_array(self, array: ArrayLike) -> ContentHash:
        """Keep a plain numeric array (npy)."""
        plain = np.ascontiguousarray(array)
        if plain.dtype.hasobject:
            raise ShapeError(f"an array of {plain.dtype} cannot be kept, only numbers")
        data = io.BytesIO()
        np.save(data, plain, allow_pickle=False)
        content = ContentHash(hashlib.sha256(data.getvalue()).hexdigest())
        target = self.array_path(content)
        if not target.exists():
            temporary = _temporary(target.parent)
            try:
                temporary.write_bytes(data.getvalue())
                _publish(temporary, target)
            except OSError as error:
                temporary.unlink(missing_ok=True)
                raise write_error(error, target) from error
        return content

    def array(self, array: ContentHash) -> NDArray[np.generic]:
        """A kept array.

        Raises
        ------
        MediaError
            If it is missing or damaged.
        """
        path = self.array_path(array)
        try:
            loaded: NDArray[np.generic] = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise MediaError(
                f"the array cannot be read ({error})", place=path, remedy="analyse the video again"
            ) from error
        return loaded


class AudioIntake:
    """Audio on its way into a `MediaFolder`, block by block. A context manager.

    Attributes
    ----------
    content : ContentHash
        The hash, once the block has ended without an error; otherwise nothing is kept.
    """

    content: ContentHash

    def __init__(self, folder: MediaFolder, sample_rate_hz: int, channels: int) -> None:
        if channels < 1 or channels > 64 or not 8_000 <= sample_rate_hz <= 384_000:
            raise MediaError(
                f"{channels} channels at {sample_rate_hz} Hz cannot be kept",
                remedy="use 1 to 64 channels at 8000 to 384000 Hz",
            )
        self._folder = folder
        self._rate_hz = int(sample_rate_hz)
        self._channels = int(channels)
        self._samples = 0

    def __enter__(self) -> AudioIntake:
        place = self._folder.path / "media"
        self._temporary = _temporary(place)
        try:
            self._file = self._temporary.open("w+b")
            self._file.write(bytes(DATA_AT))
        except OSError as error:
            raise write_error(error, place) from error
        return self

    def write(self, block: ArrayLike) -> None:
        """Append a (channels, n) float32 block."""
        audio = np.asarray(block, dtype=np.float32)
        if audio.ndim != 2 or audio.shape[0] != self._channels:
            raise ShapeError(f"block has shape {audio.shape}, ({self._channels}, n) is needed")
        if not np.isfinite(audio).all():
            raise MediaError("the audio holds NaN or infinity", remedy="generate it again")
        try:
            self._file.write(np.ascontiguousarray(audio.T).data)
        except OSError as error:
            raise write_error(error, self._temporary.parent) from error
        self._samples += audio.shape[1]

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._finish()
        except OSError as problem:
            raise write_error(problem, self._temporary.parent) from problem
        finally:
            with contextlib.suppress(OSError):  # a full disk refuses the last bytes here too
                self._file.close()
            self._temporary.unlink(missing_ok=True)

    def _finish(self) -> None:
        if self._samples == 0:
            raise ShapeError("the audio is empty", remedy="give it at least one sample")
        self._file.seek(0)
        self._file.write(wave_header(self._samples, self._channels, self._rate_hz))
        self._file.flush()
        self._file.seek(0)
        digest = hashlib.sha256()
        while block := self._file.read(_BLOCK_BYTES):
            digest.update(block)
        content = ContentHash(digest.hexdigest())
        target = self._folder.audio_path(content)
        if not target.exists():
            _publish(self._temporary, target)
        self.content = content


def _temporary(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f"{_UNFINISHED}{os.getpid()}-", dir=folder)
    except OSError as error:
        raise write_error(error, folder) from error
    os.close(descriptor)
    return Path(name)


def _publish(temporary: Path, target: Path) -> None:
    """Give a complete file its name, durably."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.chmod(0o644)
    temporary.replace(target)
    sync_folder(target.parent)


def _checked(content: str) -> str:
    if len(content) != 64 or any(digit not in "0123456789abcdef" for digit in content):
        raise ProjectError(f"'{content}' is not a content hash (64 hexadecimal digits)")
    return content
