"""The bundle's audio: float32 WAV (RF64 beyond 4 GB) that can be memory-mapped as it lies.

Layout: RIFF or RF64, a `JUNK` chunk that becomes `ds64`, `fmt ` (WAVEFORMATEXTENSIBLE, IEEE
float), `fact`, then `data` at byte `DATA_AT`, a multiple of 4.

References
----------
EBU Tech 3306 v1.1, "RF64: an extended file format for audio", 2009.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError

DATA_AT = 116
_FLOAT_GUID = bytes.fromhex("0300000000001000800000aa00389b71")
_LARGEST_RIFF = 0xFFFFFFFF


def wave_header(samples: int, channels: int, sample_rate_hz: int) -> bytes:
    """The `DATA_AT` bytes in front of interleaved float32 samples."""
    data_bytes = samples * channels * 4
    riff_bytes = DATA_AT - 8 + data_bytes
    large = riff_bytes > _LARGEST_RIFF
    sizes = (
        struct.pack("<4sIQQQI", b"ds64", 28, riff_bytes, data_bytes, samples, 0)
        if large
        else struct.pack("<4sI28x", b"JUNK", 28)
    )
    block = channels * 4
    format_chunk = struct.pack(
        "<4sIHHIIHHHHI16s",
        b"fmt ",
        40,
        0xFFFE,
        channels,
        sample_rate_hz,
        sample_rate_hz * block,
        block,
        32,
        22,
        32,
        0,
        _FLOAT_GUID,
    )
    header = struct.pack("<4sI4s", b"RF64" if large else b"RIFF", _clip(riff_bytes), b"WAVE")
    fact = struct.pack("<4sII", b"fact", 4, _clip(samples))
    return header + sizes + format_chunk + fact + struct.pack("<4sI", b"data", _clip(data_bytes))


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
    try:
        with path.open("rb") as file:
            head = file.read(DATA_AT)
        length = path.stat().st_size
    except OSError as error:
        raise MediaError(
            f"cannot be read ({error.strerror})", place=path, remedy="put the file back"
        ) from error
    if len(head) < DATA_AT or head[48:52] != b"fmt " or head[DATA_AT - 8 : DATA_AT - 4] != b"data":
        raise MediaError("this is not audio of the session", place=path, remedy="put the file back")
    channels, rate_hz = struct.unpack_from("<HI", head, 58)
    samples = (length - DATA_AT) // (4 * max(channels, 1))
    if channels < 1 or samples < 1 or wave_header(samples, channels, rate_hz) != head:
        raise MediaError("the file is cut short or damaged", place=path, remedy="put it back")
    mapped = np.memmap(path, np.float32, "r", DATA_AT, (samples, channels))
    return mapped.T, rate_hz


def _clip(size: int) -> int:
    return min(size, _LARGEST_RIFF)
