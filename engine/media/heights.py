"""Beds of loudspeakers that only a WAV header's mask tells apart: 7.1.2 has ten channels as 5.1.4.

What is no bed by its number of channels, but lies on loudspeakers of 7.1.4, becomes a 7.1.4 bed
whose other channels are silent.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.layouts import BED_LAYOUTS, SURROUND_714
from engine.riff import read_wave_file

_EXTENSIBLE = 0xFFFE
_MASK_AT = 20
_SIDE, _BACK = 0x600, 0x30
"""Five channels have one pair of surrounds, which some call side and some call back."""


def height_bed(path: Path, channels: int) -> NDArray[np.float32] | None:
    """(12, channels) matrix that puts a file's channels on 7.1.4; None where their number tells.

    Parameters
    ----------
    path : Path
        Files other than WAV, and those without a mask, have no say.
    channels : int

    References
    ----------
    Microsoft, "WAVEFORMATEXTENSIBLE": channels are in the order of the mask's bits.
    """
    mask = _wave_mask(path)
    usual = BED_LAYOUTS.get(channels)
    whole = SURROUND_714.wave_mask
    if mask.bit_count() != channels or mask & ~whole or usual is None:
        return None
    if _one_pair(mask) == _one_pair(usual.wave_mask):
        return None
    places = [bit for bit in range(whole.bit_length()) if whole >> bit & 1]
    matrix = np.zeros((SURROUND_714.channels, channels), dtype=np.float32)
    own = [places.index(bit) for bit in places if _one_pair(mask) >> bit & 1]
    matrix[own, np.arange(channels)] = 1.0
    return matrix


def _one_pair(mask: int) -> int:
    """The mask with a single pair of surrounds called back."""
    if mask & _SIDE == _SIDE and not mask & _BACK:
        return mask & ~_SIDE | _BACK
    return mask


def _wave_mask(path: Path) -> int:
    """The mask of a WAV file's header; 0 where there is none."""
    try:
        described = read_wave_file(path).chunks["fmt "]
    except MediaError:
        return 0
    if len(described) < _MASK_AT + 4 or struct.unpack_from("<H", described)[0] != _EXTENSIBLE:
        return 0
    return int(struct.unpack_from("<I", described, _MASK_AT)[0])
