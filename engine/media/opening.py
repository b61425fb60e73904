"""The one place that opens pictures and sound with FFmpeg: the file itself and nothing else.

A playlist is a file that names others, on this machine or elsewhere. Kinds of that sort are
refused before FFmpeg reads what they name, and no protocol but the local file is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import av
from av.container import InputContainer

_PLAYLISTS = frozenset({"concat", "dash", "hls", "imf", "lavfi", "rtp", "rtsp", "sap", "sdp"})
_PROTOCOLS = "file,crypto,data"


def open_local(path: str | Path, options: Mapping[str, str] | None = None) -> InputContainer:
    """Open a media file that stands for itself; the caller closes it.

    Raises
    ------
    av.FFmpegError, OSError, ValueError
        If the file cannot be opened, or is of a kind that refers to other files.
    """
    guarded = {"protocol_whitelist": _PROTOCOLS, "format_whitelist": _formats()}
    return av.open(str(path), options={**(options or {}), **guarded})


@cache
def _formats() -> str:
    return ",".join(sorted(av.formats_available - _PLAYLISTS))
