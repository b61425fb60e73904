"""Who is in front when: movers that make one and the same lasting noise take turns.

Two engines at once are a blur that comes from nowhere; the ear follows one mover at a time, and
so do mixers ("dense clarity, clear density": Walter Murch, 1998). So of movers whose rule says
that they `yield`, only one lasts at any moment: of those about as loud as the loudest there, the
one that matters most in the clip, being near and going far across the picture. The others step
aside meanwhile and come in when it has gone. Single hits, such as steps, never step aside.

Movers that never are in front, and what the analysis is not sure of, are muted: their sounds are
there to be heard when the user thinks otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Track
from engine.script.rules import ObjectRule

Array = NDArray[np.float64]
Span = tuple[float, float]

UNSURE = 0.35
"""Confidence below which a track of the analysis is muted."""
UNKNOWN_DB = -6.0
"""Level of what nobody knows; and it is never in front of what is known."""
_RIVAL_DB = 6.0
"""Movers so much below the loudest at a moment cannot be in front."""
_ACROSS_DB, _FULL_DEG = 8.0, 60.0
"""What it adds to a mover's weight to go across this angle."""
_NEAREST_M = 1.0
_STEP_S = 0.05
_SHORTEST_S = 0.8
"""Shorter turns are not taken."""
_PAUSE_S = 0.1
"""Silence between one mover and the next."""


@dataclass(frozen=True)
class Turn:
    """When a track's lasting sounds may be heard, and how loud all of its sounds are.

    `spans_s` is None where nothing limits them. `level_db` is added to the rule's; `muted` mutes
    them all; `note` says why in words, for the events' `why`.
    """

    spans_s: tuple[Span, ...] | None = None
    level_db: float = 0.0
    muted: bool = False
    note: str = ""

    def within(self, start_s: float, stop_s: float) -> list[Span]:
        """The parts of a span in which it may be heard."""
        if self.spans_s is None:
            return [(start_s, stop_s)]
        cut = [(max(a, start_s), min(b, stop_s)) for a, b in self.spans_s]
        return [(a, b) for a, b in cut if b - a >= _SHORTEST_S]


def turns(tracks: Sequence[Track], rules: Sequence[ObjectRule], end_s: float) -> dict[str, Turn]:
    """The turn of every track, by id.

    Parameters
    ----------
    tracks : sequence of Track
        Those of objects.
    rules : sequence of ObjectRule
        The rule of each.
    end_s : float
        Length of the scene.
    """
    pairs = zip(tracks, rules, strict=True)
    found: dict[str, Turn] = {track.id: _usual(track, rule) for track, rule in pairs}
    rivals = [
        track
        for track, rule in zip(tracks, rules, strict=True)
        if rule.yields and not found[track.id].muted
    ]
    if len(rivals) < 2:
        return found
    times = np.arange(0.0, end_s, _STEP_S)
    levels = np.stack([_level_db(track, times) + found[track.id].level_db for track in rivals])
    weights = np.array([_weight_db(t, row) for t, row in zip(rivals, levels, strict=True)])
    unknown = np.array([found[track.id].level_db < 0.0 for track in rivals])
    rank = np.where(unknown[:, None] & np.isfinite(levels[~unknown]).any(axis=0), -np.inf, levels)
    near = np.isfinite(rank) & (rank > rank.max(axis=0) - _RIVAL_DB)
    front = np.argmax(np.where(near, weights[:, None], -np.inf), axis=0)
    for index, track in enumerate(rivals):
        present = np.isfinite(levels[index])
        mine = present & (front == index)
        if mine[present].all():
            continue
        others = sorted({int(i) for i in front[present & ~mine]})
        names = " or ".join(rivals[i].name or rivals[i].label for i in others[:2])
        found[track.id] = _turn(found[track.id], _spans(times, mine, present), names)
    return found


def _usual(track: Track, rule: ObjectRule) -> Turn:
    """The turn of a track that nothing steps in front of."""
    sure = track.confidence if track.provenance == "machine" else 1.0
    if sure < UNSURE:
        return Turn(muted=True, note=f"muted: the analysis is unsure of it ({sure:.2f})")
    if rule.guess == "anything" and track.boxes is not None:
        return Turn(level_db=UNKNOWN_DB, note=f"{-UNKNOWN_DB:.0f} dB down, as it is unknown")
    return Turn()


def _turn(usual: Turn, spans_s: tuple[Span, ...], names: str) -> Turn:
    notes = [usual.note] if usual.note else []
    if not spans_s:
        notes.append(f"muted: {names} is in front meanwhile")
        return Turn(None, usual.level_db, muted=True, note="; ".join(notes))
    notes.append(f"steps aside while {names} is in front")
    return Turn(spans_s, usual.level_db, note="; ".join(notes))


def _level_db(track: Track, times: Array) -> Array:
    """How loud a mover is by distance, at times (n,); -inf where it is not there."""
    distance = np.linalg.norm(track.trajectory.at(times), axis=1)
    there = (times >= track.start_s) & (times <= track.end_s)
    return np.where(there, -20.0 * np.log10(np.maximum(distance, _NEAREST_M)), -np.inf)


def _weight_db(track: Track, levels: Array) -> float:
    """How much a mover matters: its level when near, and how far across it goes."""
    there = np.isfinite(levels)
    if not there.any():
        return -np.inf
    x, y = track.trajectory.positions_m[:, :2].T
    across = min(1.0, float(np.ptp(np.degrees(np.unwrap(np.arctan2(y, x))))) / _FULL_DEG)
    return float(np.percentile(levels[there], 90)) + _ACROSS_DB * across


def _spans(times: Array, mine: NDArray[np.bool_], present: NDArray[np.bool_]) -> tuple[Span, ...]:
    """Runs of `mine`, a pause taken off their ends where the mover is `present` beyond them."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mine.astype(np.int8), [0]])))
    spans = []
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        late = _PAUSE_S if first > 0 and present[first - 1] else 0.0
        early = _PAUSE_S if after < len(present) and present[after] else 0.0
        start_s, stop_s = float(times[first]) + late, float(times[after - 1]) + _STEP_S - early
        if stop_s - start_s >= _SHORTEST_S:
            spans.append((round(start_s, 3), round(stop_s, 3)))
    return tuple(spans)
