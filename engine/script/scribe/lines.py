"""The lines of a script as the validator reads them: drafts and finished events alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.project.model import Event
from engine.script.layers import Draft


@dataclass(frozen=True)
class Line:
    """One line: track, layer, its time in seconds, hits, and whether it is muted."""

    track_id: str
    layer: str
    start_s: float
    end_s: float
    onsets_s: tuple[float, ...] = ()
    muted: bool = False


def lines_of_drafts(drafts: Iterable[tuple[str, Draft]]) -> tuple[Line, ...]:
    """Lines of (track id, draft) pairs, in order."""
    return tuple(
        Line(track_id, d.layer, d.start_s, d.end_s, d.onsets_s, d.muted) for track_id, d in drafts
    )


def lines_of_events(events: Iterable[Event]) -> tuple[Line, ...]:
    """Lines of events, in order."""
    return tuple(
        Line(e.track_id, e.layer, e.start_s, e.start_s + e.duration_s, e.onsets_s, e.muted)
        for e in events
    )
