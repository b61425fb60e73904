"""How much disk a delivery takes, known before it begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.layouts import AMBISONIC_FORMATS, FORMATS

_FLOAT_BYTES, _PCM_BYTES = 4, 3
_NEED_MIX = {"5.1", *AMBISONIC_FORMATS, "adm", "stems", "video"}
MIX = "5.1"
"""Its loudness leads the scenes, and the video carries it: its render is kept to the end."""


def rendered_formats(wanted: Sequence[str]) -> tuple[str, ...]:
    """What the renderer has to give: the wanted ones, and the 5.1 mix where its gain leads."""
    needed = set(wanted) | ({MIX} if _NEED_MIX & set(wanted) else set())
    return tuple(name for name in FORMATS if name in needed)


def peak_bytes(
    wanted: Sequence[str],
    samples: int,
    channels: Mapping[str, int],
    stem_channels: int = 0,
    picture_bytes: int = 0,
) -> int:
    """Most that lies on the disk at once, when formats are finished in the order of `wanted`.

    Parameters
    ----------
    channels : mapping of rendered format to its channels ('adm': of the objects and the bed)
    stem_channels : int
        Of all stems together.
    picture_bytes : int
        Size of the video whose packets are copied.
    """
    held = most = sum(channels.values()) * _FLOAT_BYTES * samples
    for name in wanted:
        if name == "stems":
            held += stem_channels * _PCM_BYTES * samples
        elif name == "video":
            held += picture_bytes + channels[MIX] * _PCM_BYTES * samples
        else:
            held += channels[name] * _PCM_BYTES * samples
        most = max(most, held)
        if name in channels and name != MIX:
            held -= channels[name] * _FLOAT_BYTES * samples
    return most


def least_bytes(wanted: Sequence[str], samples: int) -> int:
    """What a delivery takes at the least, when nothing is known but its length."""
    channels = {name: FORMATS[name] for name in rendered_formats(wanted)}
    known = [name for name in wanted if name in channels]
    return peak_bytes(known, samples, channels)
