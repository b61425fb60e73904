"""`Script`: what a Foley script is, as a value."""

from __future__ import annotations

import zlib

import numpy as np

from engine.project.model import Event, Keyframe, Track, TrackId, Trajectory, Value

AMBIENCE_TRACK = "ambience"
"""Id of the track that carries the beds around the listener."""


class Script(Value, frozen=True, kw_only=True):
    """A Foley script: the events, and the ambience tracks they need (there already, or new)."""

    tracks: tuple[Track, ...] = ()
    events: tuple[Event, ...] = ()


def event_seed(seed: int, event_id: str) -> int:
    """Seed of one event: 31 bits from the scene's seed and the event's id."""
    words = (seed % 2**64, zlib.crc32(event_id.encode()))
    return int(np.random.SeedSequence(words).generate_state(1)[0] >> 1)


def ambience_track(duration_s: float) -> Track:
    """The track of the beds; its trajectory is a formality, ambience surrounds the listener."""
    still = Trajectory(keyframes=(Keyframe(time_s=0.0, x_m=1.0, y_m=0.0, z_m=0.0),))
    return Track(
        id=TrackId(AMBIENCE_TRACK),
        name="Ambience",
        kind="ambience",
        label="ambience",
        colour="#7f8c9a",
        trajectory=still,
        doppler=False,
        start_s=0.0,
        end_s=duration_s,
    )
