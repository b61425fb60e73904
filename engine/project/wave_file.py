"""The bundle's audio: float32 WAV (RF64 beyond 4 GB) that can be memory-mapped as it lies.

One layout only, so that a file that differs from it is known to be damaged: WAVEFORMATEXTENSIBLE
with IEEE floats and no loudspeakers, samples from byte `DATA_AT` (a multiple of 4) to the end.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import riff
from engine.errors import MediaError


def wave_header(samples: int, channels: int, sample_rate_hz: int) -> bytes:
    """The `DATA_AT` bytes in front of interleaved float32 samples."""
    wave = riff.WaveFormat(channels, sample_rate_hz, 32, is_float=True, wave_mask=0)
    return riff.encode_header(wave, samples, (), 0)


DATA_AT = len(wave_header(0, 1, 48_000))


def wave_bytes(samples: int, channels: int) -> int:
    """Length in bytes of a file with this layout."""
    return DATA_AT + 4 * samples * channels


def map_wave(path: Path) -> tuple[NDArray[np.float32], int]:
    """Samples of a file with this layout, without reading them, and its rate in Hz.

    Returns
    -------
    (channels, samples) float32 read-only memory map, int

    Raises
    ------
    MediaError
        If the file is missing, cut short, or of another layout.
    """
    if not path.is_file():
        raise MediaError("the audio is not there", place=path, remedy="put the file back")
    found = riff.read_wave_file(path)
    wave, samples = found.wave, found.samples
    try:
        with path.open("rb") as file:
            head, length = file.read(DATA_AT), file.seek(0, 2)
    except OSError as error:
        raise MediaError(
            f"cannot be read ({error.strerror})", place=path, remedy="put the file back"
        ) from error
    is_ours = head == wave_header(samples, wave.channels, wave.sample_rate_hz)
    is_ours = is_ours and length == wave_bytes(samples, wave.channels)
    if samples < 1 or not is_ours:
        raise MediaError("the file is cut short or damaged", place=path, remedy="put it back")
    mapped = np.memmap(path, np.float32, "r", DATA_AT, (samples, wave.channels))
    return mapped.T, wave.sample_rate_hz
