"""Whether a film shows everything all around: an equirectangular sphere, as its file says.

MP4 and MOV files say so in a box 'sv3d' with an equirectangular projection ('equi'; Google,
"Spherical Video V2 RFC"), or in XML beside the track (V1: ``<GSpherical:Spherical>true``). The
whole sphere in one picture is twice as wide as high; films that are so without saying so are wide
films, and are taken for such.
"""

from __future__ import annotations

import struct
from pathlib import Path

_HEAD = 8
_LARGEST_MOOV = 64 * 2**20
_RATIO, _TOLERANCE = 2.0, 0.01


def says_spherical(path: Path) -> bool:
    """Whether an MP4 or MOV file says that its pictures are equirectangular."""
    moov = _moov(path)
    second = b"sv3d" in moov and b"equi" in moov
    return second or b"<GSpherical:Spherical>true" in moov


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
