"""How much of every track goes to the LFE: as a hand says, or as what sounds there asks.

The LFE is an effects channel, not the lows of everything: what has weight is sent there, and the
rest keeps its lows in its own loudspeakers.
"""

from __future__ import annotations

from engine.project.model import Event, Project, TrackId

WEIGHTY_GENERATORS = frozenset({"impacts", "motor"})
"""Layers made to be felt,"""
WEIGHTY_CATEGORIES = frozenset(
    {"DESTRUCTION", "EXPLOSIONS", "FIREWORKS", "GUNS", "NATURAL DISASTER", "TRAINS"}
)
"""UCS categories likewise, whatever makes them,"""
WEIGHTY_WORDS = ("thunder", "earthquake", "explosion")
"""and what a prompt may name."""

WEIGHTY_SEND_DB = -16.0
"""Played 10 dB louder, the LFE is then 6 dB below the track's own lows: together 3.5 dB more."""
NO_SEND_DB = -144.0


def lfe_sends_db(project: Project) -> dict[TrackId, float]:
    """Level of every track in the LFE, in dB under its fader; `NO_SEND_DB` for nothing.

    Ambience surrounds the listener and is not sent.
    """
    weighty = {event.track_id for event in project.events if not event.muted and _weighty(event)}
    sends_db = {}
    for track in project.tracks:
        sends_db[track.id] = WEIGHTY_SEND_DB if track.id in weighty else NO_SEND_DB
        if track.lfe_send_db is not None:
            sends_db[track.id] = track.lfe_send_db
        if track.kind == "ambience":
            sends_db[track.id] = NO_SEND_DB
    return sends_db


def _weighty(event: Event) -> bool:
    return (
        event.generator in WEIGHTY_GENERATORS
        or event.category in WEIGHTY_CATEGORIES
        or any(word in event.prompt.lower() for word in WEIGHTY_WORDS)
    )
