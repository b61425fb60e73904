"""How a take's channels become a mono source or the channels of a sound field."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.layouts import BED_LAYOUTS, HIGHEST_ORDER, STEREO
from engine.spatial.bed_routing import bed_routes
from engine.spatial.harmonics import ambisonic_order_of, channels_of_order

SIDE_GAIN = np.float32(np.sqrt(0.5))
"""Level of each of a pair's two sources: their power is the mean of the two channels'."""


def field_order(channels: int) -> int | None:
    """Order of a take of ambisonics; None for what is none."""
    order = ambisonic_order_of(channels) if channels > 1 else None
    return None if order is None else min(order, HIGHEST_ORDER)


def mono_mix(channels: int) -> NDArray[np.float32]:
    """(1, channels): one channel as it is, ambisonics by its omnidirectional one, others averaged.

    An LFE is left out of the average.
    """
    matrix = np.full((1, channels), 1.0, dtype=np.float32)
    if field_order(channels) is not None:
        matrix[0, 1:] = 0.0
    elif channels in BED_LAYOUTS:
        matrix[0, [speaker.lfe for speaker in BED_LAYOUTS[channels].loudspeakers]] = 0.0
    return matrix / matrix.sum()


def source_mix(channels: int) -> NDArray[np.float32] | None:
    """`mono_mix`, but nothing of ambisonics, which are a field of their own."""
    return None if field_order(channels) is not None else mono_mix(channels)


def side_mix(channels: int, side: int) -> NDArray[np.float32] | None:
    """(1, channels): the left (0) or right (1) of a take; mono goes to both.

    Surround sound is folded down to stereo (BS.775). Of ambisonics nothing.
    """
    matrix = source_mix(channels)
    if channels in BED_LAYOUTS:
        folded = bed_routes(BED_LAYOUTS[channels], STEREO)
        matrix = np.ascontiguousarray(folded[side : side + 1], dtype=np.float32)
    return None if matrix is None else SIDE_GAIN * matrix


def field_row(channels: int, row: int) -> NDArray[np.float32] | None:
    """(1, channels): a channel of ambisonics, silent where the take has none; nothing of others."""
    return None if field_order(channels) is None else np.eye(1, channels, row, dtype=np.float32)


def ambience_mix(order: int, channels: int) -> NDArray[np.float32] | None:
    """((order + 1)**2, channels) of an ambience: ambisonics channel by channel, others alike from
    everywhere; None for a bed, whose channels have places of their own."""
    if channels in BED_LAYOUTS:
        return None
    matrix = np.zeros((channels_of_order(order), channels), dtype=np.float32)
    if field_order(channels) is None:
        matrix[0] = 1.0 / channels
    else:
        np.fill_diagonal(matrix, 1.0)
    return matrix
