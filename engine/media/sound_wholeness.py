"""Whether a sound file holds all the samples that it speaks of.

WAV and its kin say how long their samples are, AIFF how long the whole file is; what is read of a
file that was cut short would else end early without a word.

References
----------
"Multimedia Programming Interface and Data Specifications 1.0" (RIFF, 'data'); EBU Tech 3306 (RF64,
'ds64'); Apple, "Audio Interchange File Format", 1.3 ('FORM').
"""

from __future__ import annotations

import struct
from pathlib import Path

from engine import riff
from engine.errors import MediaError

LEAST_MISSING_S = 0.05
"""Headers that are off by less are wrong, not cut."""
_LEAST_MISSING_BYTES = 4096
"""The same for kinds of file of which only the length of the whole is known."""


def truncated(place: Path, there_s: float, whole_s: float) -> MediaError:
    """The error of a sound that breaks off."""
    return MediaError(
        f"the sound is truncated: it breaks off at {there_s:.2f} s of {whole_s:.2f} s",
        place=place,
        remedy="copy or export it again",
    )


def check_whole_sound(path: Path) -> None:
    """Refuse a file that was cut short, where its header tells.

    Raises
    ------
    MediaError
        If it lacks samples. A header that cannot be understood is left to who reads the file.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(12)
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:] == b"WAVE":
        _check_wave(path)
    elif head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC"):
        lacking = 8 + struct.unpack(">I", head[4:8])[0] - path.stat().st_size
        if lacking > _LEAST_MISSING_BYTES:
            raise MediaError(
                f"the sound is truncated: {lacking:,} bytes are missing at its end",
                place=path,
                remedy="copy or export it again",
            )


def _check_wave(path: Path) -> None:
    try:
        found = riff.read_wave_file(path)
    except MediaError:
        return
    (byte_rate,) = struct.unpack_from("<I", found.chunks["fmt "], 8)  # of coded sound, too
    if byte_rate and found.missing_bytes > LEAST_MISSING_S * byte_rate:
        whole_bytes = found.data_bytes + found.missing_bytes
        raise truncated(path, found.data_bytes / byte_rate, whole_bytes / byte_rate)
