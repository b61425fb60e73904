"""Sound that was made for two ears: straight to them in binaural, as stereo everywhere else.

Or, where a learned spatialiser has made two ears of a track, in binaural only: everywhere else the
track is heard as it is.

In binaural each channel is its ear's, wherever the head turns and however the scene is turned; no
room answers it. It is as loud there as the same two channels are on loudspeakers. Loudspeakers are
no ears: they have the two channels as a stereo sound of theirs, left from the left one and right
from the right one, and a sound field has them as plane waves from where these two would stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.layouts import AMBISONIC_FORMATS, FORMATS, LOUDSPEAKER_LAYOUTS, STEREO
from engine.realtime.snapshot import ENCODER_ROOM, ClipPlan, MotionPlan, SourcePlan
from engine.render.beds import BED_DISTANCE_M
from engine.spatial.bed_routing import bed_routes
from engine.spatial.encoders import channel_encoder
from engine.spatial.panning import loudspeaker_directions

EARS = 2


def ear_sources(
    rows: Sequence[tuple[ClipPlan, ...]],
    strip: int,
    sections: NDArray[np.float64],
    formats: Sequence[str],
    ears_level: float,
) -> tuple[SourcePlan, ...]:
    """The left ear's source and the right one's.

    Parameters
    ----------
    rows : 2 tuples of ClipPlan
        Clips of the left and of the right channel.
    strip : int
        Index of the track.
    sections : (n, 6) float64
        Its equaliser.
    formats : sequence of str
    ears_level : float
        Gain in the ears.
    """
    places = BED_DISTANCE_M * loudspeaker_directions(STEREO)
    gains = {name: _gains(name) for name in formats if name != "binaural"}
    return tuple(
        SourcePlan(
            strip=strip,
            clips=rows[ear],
            motion=MotionPlan(np.zeros(1), places[ear : ear + 1]),
            gain=BED_DISTANCE_M,
            sections=sections,
            routes={name: matrix[:, ear] for name, matrix in gains.items()},
            ears_gain=0.0,
            into_ears=(ears_level * (ear == 0), ears_level * (ear == 1)),
        )
        for ear in range(EARS)
    )


def learned_sources(
    measured: SourcePlan, rows: Sequence[tuple[ClipPlan, ...]], formats: Sequence[str]
) -> tuple[SourcePlan, ...]:
    """Two ears of a source that a network has heard: they travel, fall silent and dull as it does.

    Parameters
    ----------
    measured : SourcePlan
        The source whose place they take in binaural.
    rows : 2 tuples of ClipPlan
        Clips of the left and of the right ear, as measured HRIRs would be as loud.
    formats : sequence of str
        All but binaural hear nothing of them.
    """
    nowhere = {name: np.zeros(FORMATS[name]) for name in formats if name != "binaural"}
    return tuple(
        replace(
            measured,
            clips=rows[ear],
            width_deg=None,
            lfe_gain=0.0,
            routes=nowhere,
            ears_gain=0.0,
            into_ears=(float(ear == 0), float(ear == 1)),
        )
        for ear in range(EARS)
    )


@cache
def _gains(name: str) -> NDArray[np.float64]:
    """(channels, 2) gains of both channels in a format that is not binaural."""
    if name in LOUDSPEAKER_LAYOUTS:
        return bed_routes(STEREO, LOUDSPEAKER_LAYOUTS[name])
    assert name in AMBISONIC_FORMATS, name
    gains = np.zeros((FORMATS[name], EARS))
    directions = np.ascontiguousarray(loudspeaker_directions(STEREO), dtype=np.float64)
    encoder = channel_encoder(name, 48_000)  # of ambisonics, the same at any rate
    encoder.fill(directions, np.ones(EARS), gains, np.zeros(ENCODER_ROOM))
    return gains


def ear_row(channels: int, ear: int) -> NDArray[np.float32]:
    """(1, channels) that picks the channel of the left (0) or right (1) ear."""
    return np.eye(1, channels, ear, dtype=np.float32)
