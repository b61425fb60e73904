"""The channel-based formats as the kernel's encoders."""

from __future__ import annotations

from functools import cache, partial

from engine.layouts import AMBISONIC_FORMATS, LOUDSPEAKER_LAYOUTS, format_channels
from engine.realtime.snapshot import ChannelEncoder
from engine.spatial.harmonics import fill_harmonics
from engine.spatial.lfe import lfe_plan
from engine.spatial.panning import fill_pan, fill_stereo


@cache
def channel_encoder(name: str, sample_rate_hz: int) -> ChannelEncoder:
    """Encoder of 'stereo', '5.1', '5.1.4', '7.1.4', 'foa' or 'hoa2' to 'hoa7'."""
    channels = format_channels(name)
    if name in AMBISONIC_FORMATS:
        return ChannelEncoder(channels, partial(fill_harmonics, AMBISONIC_FORMATS[name]))
    if name == "stereo":
        return ChannelEncoder(channels, fill_stereo)
    layout = LOUDSPEAKER_LAYOUTS[name]
    subwoofers = [index for index, speaker in enumerate(layout.loudspeakers) if speaker.lfe]
    lfe = lfe_plan(subwoofers[0], sample_rate_hz) if subwoofers else None
    return ChannelEncoder(channels, partial(fill_pan, layout), lfe)
