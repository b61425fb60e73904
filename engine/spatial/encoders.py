"""The channel-based formats as the kernel's encoders."""

from __future__ import annotations

from functools import cache, partial

from engine.layouts import FORMATS, ambisonic_order
from engine.realtime.snapshot import ChannelEncoder
from engine.spatial.ambisonics import encode
from engine.spatial.panning import lfe_lowpass, pan_51, pan_stereo

_LFE_CHANNEL = 3


@cache
def channel_encoder(name: str, sample_rate_hz: int) -> ChannelEncoder:
    """Encoder of 'stereo', '5.1', 'foa' or 'hoa3'."""
    channels = FORMATS[name]
    if name == "5.1":
        filters = {_LFE_CHANNEL: lfe_lowpass(sample_rate_hz)}
        return ChannelEncoder(channels, pan_51, filters)
    if name == "stereo":
        return ChannelEncoder(channels, pan_stereo)
    return ChannelEncoder(channels, partial(encode, ambisonic_order(name)))
