"""`Script`: what a Foley script is, as a value."""

from __future__ import annotations

from engine.project.model import Event, Keyframe, Track, TrackId, Trajectory, Value

AMBIENCE_TRACK = "ambience"
"""Id of the track that carries the beds around the listener."""


class Script(Value, frozen=True, kw_only=True):
    """A Foley script: the events, and the ambience tracks they need (there already, or new)."""

    tracks: tuple[Track, ...] = ()
    events: tuple[Event, ...] = ()


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
