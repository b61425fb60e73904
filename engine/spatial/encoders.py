"""The channel-based formats as the kernel's encoders."""

from __future__ import annotations

from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from engine.layouts import FORMATS, ambisonic_order
from engine.realtime.snapshot import BED_CHANNELS, ChannelEncoder
from engine.spatial.ambisonics import bed_to_51, bed_to_stereo, encode
from engine.spatial.panning import lfe_lowpass, pan_51, pan_stereo

_LFE_CHANNEL = 3


@cache
def channel_encoder(name: str, sample_rate_hz: int) -> ChannelEncoder:
    """Encoder of 'stereo', '5.1', 'foa' or 'hoa3'."""
    channels = FORMATS[name]
    if name == "5.1":
        filters = {_LFE_CHANNEL: lfe_lowpass(sample_rate_hz)}
        return ChannelEncoder(channels, pan_51, _single(bed_to_51()), filters)
    if name == "stereo":
        return ChannelEncoder(channels, pan_stereo, _single(bed_to_stereo()))
    bed = np.eye(channels, BED_CHANNELS)
    return ChannelEncoder(channels, partial(encode, ambisonic_order(name)), _single(bed))


def _single(matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.ascontiguousarray(matrix, dtype=np.float32)
