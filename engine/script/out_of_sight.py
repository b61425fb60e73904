"""Steps of who has left the picture, or is not in it yet: they go on, and fade with the way.

A walk does not end at the picture's edge. Where a track's path goes on beyond its sight (see
`engine.vision.beyond`), the pace of the steps next to the edge goes on with it, each step softer
than the one before; so do steps that were assumed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import structs

from engine.project.model import Contact, Track

_NEXT = 1.6
"""So many beats from the edge the nearest step may lie, for the walk to reach it."""
_PACE = 4
"""Steps next to the edge that tell the pace."""
_SHORTEST_S, _LONGEST_S = 0.15, 1.5
"""Time between two steps of one walk."""
_FAINTEST = 0.1
"""Strength below which a step is not worth making."""


def steps_beyond(contacts: Sequence[Contact], track: Track, end_s: float) -> list[Contact]:
    """The steps of a track, in order of time, with those before and after its sight.

    Parameters
    ----------
    contacts : sequence of Contact
        Steps seen or assumed, in order of time.
    end_s : float
        Length of the scene; nothing steps beyond it, or before 0.
    """
    low_s, high_s = max(track.heard_s[0], 0.0), min(track.heard_s[1], end_s)
    seen = [track.start_s <= c.time_s <= track.end_s or c.provenance == "hand" for c in contacts]
    steps = [c for c, here in zip(contacts, seen, strict=True) if here]
    others = [c for c, here in zip(contacts, seen, strict=True) if not here]
    late = any(c.time_s > track.end_s for c in others)
    early = any(c.time_s < track.start_s for c in others)
    if not late:
        others += _carried_on(steps[-_PACE:][::-1], track.end_s, high_s)
    if not early:
        others += _carried_on(steps[:_PACE], track.start_s, low_s)
    faded = [_faded(c, track, low_s, high_s) for c in others]
    kept = [c for c in faded if c.strength >= _FAINTEST]
    return sorted([*steps, *kept], key=lambda contact: contact.time_s)


def _carried_on(steps: Sequence[Contact], edge_s: float, far_s: float) -> list[Contact]:
    """Steps from an edge on to a moment beyond it; those given are next to it, nearest first."""
    gaps = np.abs(np.diff([contact.time_s for contact in steps]))
    gaps = gaps[(gaps > _SHORTEST_S) & (gaps < _LONGEST_S)]
    if not len(gaps):
        return []
    gap_s, nearest = float(np.median(gaps)), steps[0]
    if abs(edge_s - nearest.time_s) > _NEXT * gap_s:
        return []
    way = 1.0 if far_s > edge_s else -1.0
    ahead_s = nearest.time_s + way * gap_s * np.arange(1, int(abs(far_s - edge_s) / gap_s) + 3)
    strength = float(np.mean([contact.strength for contact in steps]))
    return [
        structs.replace(nearest, time_s=float(time_s), strength=strength, provenance="machine")
        for time_s in ahead_s
        if min(edge_s, far_s) <= time_s <= max(edge_s, far_s)
    ]


def _faded(contact: Contact, track: Track, low_s: float, high_s: float) -> Contact:
    """A step beyond its sight as strong as is left of the way there."""
    if contact.time_s > track.end_s:
        left = (high_s - contact.time_s) / max(high_s - track.end_s, 1e-6)
    else:
        left = (contact.time_s - low_s) / max(track.start_s - low_s, 1e-6)
    return structs.replace(contact, strength=contact.strength * float(np.clip(left, 0.0, 1.0)))
