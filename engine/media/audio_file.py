"""Audio files: read anything, write WAV that is atomic, reproducible and knows its loudspeakers."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

import av
import av.error
import numpy as np
import soundfile
from numpy.typing import NDArray

from engine import riff
from engine.errors import DeliveryError, MediaError, ShapeError
from engine.layouts import AMBISONIC_FORMATS, LOUDSPEAKER_LAYOUTS, STEREO
from engine.media.opening import open_local
from engine.media.reasons import why
from engine.media.sound_wholeness import LEAST_MISSING_S, check_whole_sound, truncated
from engine.media.wholeness import missing_bytes

Subtype = Literal["PCM_24", "FLOAT"]
BLOCK_SAMPLES = 65_536
_LEAST_MISSING_SHARE = 0.02
"""Encoders that pad and players that trim differ by less from an announced length."""
_ENDLESS_SAMPLES = 1 << 48
"""libsndfile's length of a stream that does not tell its own is far above this."""


def wave_mask_of(format_name: str) -> int | None:
    """Loudspeaker mask to write for a rendered format; None is the classic header.

    Binaural is two channels that are no loudspeakers to most software, stereo by custom: classic.
    """
    if format_name in AMBISONIC_FORMATS:
        return 0
    layout = LOUDSPEAKER_LAYOUTS.get(format_name, STEREO)
    return None if layout == STEREO else layout.wave_mask


class AudioWriter:
    """Write a WAV file block by block; it appears under its name only when it is complete.

    Beyond 4 GB the header becomes RF64 (BW64 where a `chna` chunk is present). Equal samples give
    equal bytes: nothing of the time or the machine is written.

    Parameters
    ----------
    path : str or Path
        The folder must exist. A file of that name is replaced.
    channels, sample_rate_hz : int
    subtype : {'PCM_24', 'FLOAT'}
        24-bit integers (rounded, clipped at full scale) or 32-bit floats.
    wave_mask : int, optional
        Writes WAVE_FORMAT_EXTENSIBLE with this loudspeaker mask (0x3F for 5.1; 0 for channels that
        are no loudspeakers). By default: classic header up to two channels, mask 0 beyond.
    classic : bool
        Classic header whatever the channel count (BW64 wants it).
    chunks_before, chunks_after : sequence of (id, content)
        Further chunks around the samples.

    Raises
    ------
    DeliveryError
        If the file cannot be written (no permission, disk full).
    """

    def __init__(
        self,
        path: str | Path,
        channels: int,
        sample_rate_hz: int,
        *,
        subtype: Subtype = "PCM_24",
        wave_mask: int | None = None,
        classic: bool = False,
        chunks_before: Sequence[riff.Chunk] = (),
        chunks_after: Sequence[riff.Chunk] = (),
    ) -> None:
        if channels < 1 or sample_rate_hz < 1:
            raise ShapeError(f"cannot write {channels} channels at {sample_rate_hz} Hz")
        if wave_mask is None and channels > 2 and not classic:
            wave_mask = 0
        self.path = Path(path)
        self.samples = 0
        self.clipped_samples = 0
        is_float = subtype == "FLOAT"
        self._wave = riff.WaveFormat(
            channels, sample_rate_hz, 32 if is_float else 24, is_float, wave_mask
        )
        self._chunks_before = tuple(chunks_before)
        self._after = b"".join(riff.encode_chunk(*chunk) for chunk in chunks_after)
        self._partial = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}.partial")
        try:
            self._stream = self._partial.open("xb")
        except OSError as error:
            raise self._refusal(error) from error
        self._put(self._header())

    def write(self, block: NDArray[np.floating]) -> None:
        """Append a (channels, n) block.

        Raises
        ------
        ShapeError
            If the channel count differs.
        DeliveryError
            If a sample is NaN or infinite, or the disk is full.
        """
        block = np.asarray(block)
        if block.ndim != 2 or block.shape[0] != self._wave.channels:
            raise ShapeError(
                f"audio block has shape {block.shape}, expected ({self._wave.channels}, n)",
                place=self.path,
            )
        # What adds up to a number is all numbers: the second look is rarely taken.
        with np.errstate(over="ignore", invalid="ignore"):
            surely = np.isfinite(block.sum())
        if not surely and not np.isfinite(block).all():
            raise DeliveryError(
                f"the sound holds NaN or infinity near sample {self.samples}",
                place=self.path,
                remedy="mute tracks one by one to find the one that makes it",
            )
        self._put(self._encode(block))
        self.samples += block.shape[1]

    def close(self) -> None:
        """Complete the file and give it its name. Calling again does nothing."""
        if self._stream.closed:
            return
        try:
            if self.samples * self._wave.bytes_per_sample % 2:
                self._stream.write(b"\0")
            self._stream.write(self._after)
            self._stream.seek(0)
            self._stream.write(self._header())
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            os.replace(self._partial, self.path)
        except OSError as error:
            self.abort()
            raise self._refusal(error) from error

    def abort(self) -> None:
        """Drop what was written; a file that was there before stays."""
        with contextlib.suppress(OSError):  # buffered bytes that no longer fit are thrown away
            self._stream.close()
        self._partial.unlink(missing_ok=True)

    def __enter__(self) -> AudioWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _header(self) -> bytes:
        return riff.encode_header(self._wave, self.samples, self._chunks_before, len(self._after))

    def _encode(self, block: NDArray[np.floating]) -> bytes | memoryview:
        if self._wave.is_float:
            return block.T.astype("<f4").tobytes()
        # Compiled, and so loaded where something is written: who only reads starts quicker.
        from engine.media.pcm import encode_pcm24

        content, clipped = encode_pcm24(block)
        self.clipped_samples += clipped
        return content

    def _put(self, content: bytes | memoryview) -> None:
        try:
            self._stream.write(content)
        except OSError as error:
            self.abort()
            raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> DeliveryError:
        return DeliveryError(
            f"cannot write the sound file ({error.strerror or error})",
            place=self.path,
            remedy="free some disk space or choose another folder",
        )


def write_audio(
    path: str | Path,
    samples: NDArray[np.floating],
    sample_rate_hz: int,
    *,
    subtype: Subtype = "PCM_24",
    wave_mask: int | None = None,
) -> None:
    """Write (channels, samples) in one go. See `AudioWriter`."""
    channels = np.atleast_2d(samples)
    with AudioWriter(
        path, channels.shape[0], sample_rate_hz, subtype=subtype, wave_mask=wave_mask
    ) as writer:
        for start in range(0, channels.shape[1], BLOCK_SAMPLES):
            writer.write(channels[:, start : start + BLOCK_SAMPLES])


def read_audio(path: str | Path) -> tuple[NDArray[np.float32], int]:
    """Read a whole audio file, or the first soundtrack of a video.

    Returns
    -------
    (channels, samples) float32 array, int
        The sound and its rate in Hz.

    Raises
    ------
    MediaError
        If the file is missing, unreadable or holds no sound.
    """
    blocks = list(read_audio_blocks(path))
    rate_hz = blocks[0][1]
    return np.concatenate([block for block, _ in blocks], axis=1), rate_hz


def read_audio_blocks(
    path: str | Path, block_samples: int = BLOCK_SAMPLES
) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Read an audio file (or a video's first soundtrack) in (channels, n) float32 blocks.

    Yields each block with the sample rate in Hz. Raises MediaError as `read_audio` does; a file
    with a sound stream but no samples yields one empty block.
    """
    source = Path(path)
    if not source.is_file():
        raise MediaError("there is no such audio file", place=source, remedy="check the path")
    try:
        check_whole_sound(source)
        sound = soundfile.SoundFile(source)
    except (soundfile.SoundFileError, OSError):
        yield from _decode_blocks(source)
        return
    with sound:
        samples, yielded = 0, False
        while True:
            try:
                block = sound.read(block_samples, dtype="float32", always_2d=True)
            except soundfile.SoundFileError as error:
                if not samples:  # another decoder may be more patient
                    yield from _decode_blocks(source)
                    return
                raise MediaError(
                    f"the sound is damaged after {samples / sound.samplerate:.2f} s",
                    place=source,
                    remedy="copy or export it again",
                ) from error
            if len(block) or not yielded:
                yield np.ascontiguousarray(block.T), sound.samplerate
                yielded = True
            samples += len(block)
            if len(block) < block_samples:
                _check_length(source, samples, sound)
                return


def _check_length(source: Path, samples: int, sound: soundfile.SoundFile) -> None:
    """Refuse a sound that ended before its announced length (MP3 has it in its first frame)."""
    least = max(LEAST_MISSING_S * sound.samplerate, _LEAST_MISSING_SHARE * sound.frames)
    if least < sound.frames - samples < _ENDLESS_SAMPLES:
        raise truncated(source, samples / sound.samplerate, sound.frames / sound.samplerate)


def _decode_blocks(source: Path) -> Iterator[tuple[NDArray[np.float32], int]]:
    """What libsndfile does not know (AAC, Matroska, BW64...) is decoded by FFmpeg."""
    try:
        with open_local(source) as container:
            if not container.streams.audio:
                raise MediaError(
                    "the file holds no sound", place=source, remedy="give a file with sound"
                )
            stream = container.streams.audio[0]
            if stream.codec_context is None or not (stream.rate and stream.channels):
                raise MediaError(
                    "the file does not say how its sound is stored, or in a way unknown here",
                    place=source,
                    remedy="export it again as WAV or FLAC",
                )
            if lacking := missing_bytes(source, container):
                raise MediaError(
                    f"the file is truncated: {lacking:,} bytes are missing at its end",
                    place=source,
                    remedy="copy or export it again",
                )
            rate_hz = int(stream.rate)
            resampler = av.AudioResampler(format="fltp", rate=rate_hz)
            yield np.zeros((stream.channels, 0), np.float32), rate_hz
            for decoded in container.decode(stream):
                for block in resampler.resample(decoded):
                    yield block.to_ndarray().astype(np.float32, copy=False), rate_hz
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise MediaError(
            f"not a readable audio file: {why(error)}",
            place=source,
            remedy="convert it to WAV or FLAC",
        ) from error


def map_audio(path: str | Path) -> tuple[NDArray[np.float32], int]:
    """Map a 32-bit float WAV file into memory without reading it.

    Returns
    -------
    (channels, samples) float32 view, int
        A read-only transposed memory map, and the rate in Hz.

    Raises
    ------
    MediaError
        If the file is not a 32-bit float WAV (as `AudioWriter` with subtype 'FLOAT' writes).
    """
    source = Path(path)
    check_whole_sound(source)
    found = riff.read_wave_file(source)
    if not found.wave.is_float or found.wave.bits != 32:
        raise MediaError("not a 32-bit float WAV file", place=source, remedy="import it again")
    shape = (found.samples, found.wave.channels)
    if found.samples == 0:
        return np.zeros(shape, np.float32).T, found.wave.sample_rate_hz
    mapped = np.memmap(source, "<f4", "r", found.data_offset_bytes, shape)
    return mapped.T, found.wave.sample_rate_hz
