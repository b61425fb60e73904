"""Whether a film shows everything all around: an equirectangular sphere, as its file says.

MP4 and MOV files say so in a box 'sv3d' with an equirectangular projection ('equi'; Google,
"Spherical Video V2 RFC"), or in XML beside the track (V1: ``<GSpherical:Spherical>true``);
Matroska and WebM in the element ProjectionType of the track (0x7671 in 0x7670; 1: equirectangular).
The whole sphere in one picture is twice as wide as high. Films that are so without saying so are
looked at (`engine.media.seam`).
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Literal

from engine.errors import MediaError
from engine.project.model import Video

Projection = Literal["auto", "flat", "sphere"]
"""How a picture shows the world: as the film tells, or as somebody knows better."""
_HEAD = 8
_LARGEST_MOOV = 64 * 2**20
_EBML = bytes.fromhex("1a45dfa3")
_LARGEST_EBML = 2**20
_PROJECTION, _EQUIRECTANGULAR = bytes.fromhex("7670"), bytes.fromhex("76718101")
_CLOSE_BY = 96
"""The projection's type comes so many bytes after its beginning at the latest."""
_RATIO, _TOLERANCE = 2.0, 0.01


def says_spherical(path: Path) -> bool:
    """Whether an MP4, MOV, Matroska or WebM file says that its pictures are equirectangular."""
    if _matroska_says(path):
        return True
    moov = _moov(path)
    second = b"sv3d" in moov and b"equi" in moov
    return second or b"<GSpherical:Spherical>true" in moov


def decided(projection: Projection, path: Path, size: tuple[int, int]) -> bool | None:
    """Whether a film is all around, where somebody has decided it; None for 'auto'.

    Raises
    ------
    MediaError
        If it is to be a whole sphere, but is not twice as wide as high.
    """
    if projection == "sphere" and not is_whole_sphere(*size):
        raise MediaError(
            f"pictures of {size[0]} x {size[1]} hold no whole sphere",
            place=path,
            remedy="take it for flat, or export it as one equirectangular picture",
        )
    return None if projection == "auto" else projection == "sphere"


def projection_of(video: Video | None) -> Projection:
    """What was decided, or told, of a session's film; 'auto' where nothing is known yet."""
    if video is None or video.spherical is None or not is_whole_sphere(video.width, video.height):
        return "auto"
    return "sphere" if video.spherical else "flat"


def _matroska_says(path: Path) -> bool:
    try:
        with path.open("rb") as handle:
            head = handle.read(_LARGEST_EBML)
    except OSError:
        return False
    at = head.find(_EQUIRECTANGULAR) if head.startswith(_EBML) else -1
    return at >= 0 and _PROJECTION in head[max(0, at - _CLOSE_BY) : at]


def is_whole_sphere(width: int, height: int) -> bool:
    """Whether an equirectangular picture of that size holds the whole sphere, once."""
    return abs(width / height / _RATIO - 1.0) < _TOLERANCE


def _moov(path: Path) -> bytes:
    """The file's box of descriptions; nothing where there is none (another container)."""
    try:
        with path.open("rb") as handle:
            while len(head := handle.read(_HEAD)) == _HEAD:
                size, kind = struct.unpack(">I4s", head)
                taken = _HEAD
                if size == 1:
                    size, taken = struct.unpack(">Q", handle.read(8))[0], _HEAD + 8
                if kind == b"moov":
                    return handle.read(min(size - taken, _LARGEST_MOOV))
                if size < taken:
                    return b""
                handle.seek(size - taken, 1)
    except (OSError, struct.error):
        return b""
    return b""
