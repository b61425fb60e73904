"""Channel beds: every channel of a stereo, 5.1 or 7.1.4 sound, from its own loudspeaker.

A bed comes out of the layout it was made for channel by channel. On other loudspeakers its channels
go where BS.2127 maps them (`engine.spatial.bed_routing`). Everywhere else they are sources that
stand where the loudspeakers would: ears hear them through the HRIRs of those directions, and they
are encoded at the full order of every ambisonic format. In a scene that is turned they are panned
from where they are then. The LFE is heard from an LFE only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.layouts import AMBISONIC_FORMATS, FORMATS, LOUDSPEAKER_LAYOUTS, Layout
from engine.realtime.snapshot import ClipPlan, MotionPlan, SourcePlan
from engine.spatial.bed_routing import bed_routes
from engine.spatial.panning import loudspeaker_directions

BED_DISTANCE_M = 2.0
"""Where the loudspeakers stand: far enough that no head takes them for near."""


@dataclass(frozen=True)
class Bed:
    """A track's bed: its layout, and the clips of every channel."""

    layout: Layout
    clips: tuple[tuple[ClipPlan, ...], ...]


def bed_sources(
    bed: Bed, strip: int, sections: NDArray[np.float64], formats: Sequence[str], turned: bool
) -> list[SourcePlan]:
    """A source for every channel, in the order of the layout.

    Parameters
    ----------
    strip : int
        Index of the track.
    sections : (n, 6) float64
        Its equaliser.
    formats : sequence of str
    turned : bool
        Whether the scene is turned, so that no channel is where a loudspeaker is.
    """
    places = BED_DISTANCE_M * loudspeaker_directions(bed.layout)
    routes = {
        name: bed_routes(bed.layout, LOUDSPEAKER_LAYOUTS[name])
        for name in formats
        if name in LOUDSPEAKER_LAYOUTS
    }
    sources = []
    for channel, speaker in enumerate(bed.layout.loudspeakers):
        own: dict[str, Any] = {name: matrix[:, channel] for name, matrix in routes.items()}
        if speaker.lfe:
            own |= {name: np.zeros(FORMATS[name]) for name in formats if name in AMBISONIC_FORMATS}
        sources.append(
            SourcePlan(
                strip=strip,
                clips=bed.clips[channel],
                motion=MotionPlan(np.zeros(1), places[channel : channel + 1]),
                gain=BED_DISTANCE_M,
                sections=sections,
                routes=own if speaker.lfe or not turned else {},
                ears_gain=0.0 if speaker.lfe else 1.0,
            )
        )
    return sources


def channel_mix(layout: Layout, channel: int) -> Callable[[int], NDArray[np.float32] | None]:
    """Picks a channel out of takes that have as many as the layout; of others nothing."""

    def mix(channels: int) -> NDArray[np.float32] | None:
        if channels != layout.channels:
            return None
        return np.eye(channels, dtype=np.float32)[channel : channel + 1]

    return mix
