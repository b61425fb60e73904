"""Who is in front when: movers that make one and the same lasting noise take turns.

Two engines at once are a blur that comes from nowhere; the ear follows one mover at a time, and
so do mixers ("dense clarity, clear density": Walter Murch, 1998). So of movers whose rule says
that they `yield`, only one lasts at any moment: of those about as loud as the loudest there, the
one that matters most in the clip, being near and going far across the picture. The others step
aside meanwhile and come in when it has gone. One that crosses the picture but never would be in
front gets a moment (see `engine.script.moments`).

Steps and other soft sounds `wait` while an engine that is louder where the listener stands is in
front: it masks them. They never hold an engine up.

Movers that never are in front, what the analysis is not sure of, and what only sways on the spot
are muted: their sounds are there to be heard when the user thinks otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Track
from engine.script.moments import with_moments
from engine.script.presence import (
    azimuth_deg,
    crosses,
    delays_s,
    levels_db,
    raised_db,
    sways,
    weight_db,
)
from engine.script.rules import ObjectRule

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Span = tuple[float, float]

UNSURE = 0.35
"""Confidence below which a track of the analysis is muted."""
_SURE = 0.5
"""Confidence from which it gets a moment at the cost of others."""
UNKNOWN_DB = -6.0
"""Level of what nobody knows; and it is never in front of what is known."""
_RIVAL_DB = 12.0
"""Movers so much below the loudest at a moment cannot be in front: four times as far away."""
_SOFT_DB = -12.0
"""Level of what waits (steps) beside an engine as far away."""
_STEP_S = 0.05
_SHORTEST_S = 0.8
"""Shorter turns are not taken."""
_LEAST_LEFT_S = 0.3
_PAUSE_S = 0.15
"""Silence between one mover and the next, as the listener hears them."""
_BEYOND_PAUSE_S = 0.25
"""The same before and after what is no longer, or not yet, in the picture."""
_LATEST_S = 0.5
"""More than this is never waited for a sound that is still on its way."""


@dataclass(frozen=True)
class Turn:
    """When a track's sounds may be heard, and how loud they are.

    `spans_s` is None where nothing limits them; outside they are muted, or softer by `aside_db`.
    `level_db` is added to the rule's; `muted` mutes them all; `note` says why in words, for the
    events' `why`.
    """

    spans_s: tuple[Span, ...] | None = None
    level_db: float = 0.0
    muted: bool = False
    note: str = ""
    aside_db: float | None = None

    def within(self, start_s: float, stop_s: float) -> list[Span]:
        """The parts of a span in which it may be heard."""
        if self.spans_s is None:
            return [(start_s, stop_s)]
        cut = [(max(a, start_s), min(b, stop_s)) for a, b in self.spans_s]
        return [(a, b) for a, b in cut if b - a >= _SHORTEST_S]

    def outside(self, start_s: float, stop_s: float) -> list[Span]:
        """The parts of a span that are left over."""
        edges = [start_s, *(t for span in self.within(start_s, stop_s) for t in span), stop_s]
        left = zip(edges[::2], edges[1::2], strict=True)
        return [(a, b) for a, b in left if b - a >= _LEAST_LEFT_S]

    def allows(self, time_s: float) -> bool:
        """Whether a single hit may be heard at a time."""
        return self.spans_s is None or any(a <= time_s < b for a, b in self.spans_s)


def turns(
    tracks: Sequence[Track],
    rules: Sequence[ObjectRule],
    end_s: float,
    aside_db: float | None = None,
    *,
    camera_moves: bool = False,
) -> dict[str, Turn]:
    """The turn of every track, by id.

    Parameters
    ----------
    tracks : sequence of Track
        Those of objects.
    rules : sequence of ObjectRule
        The rule of each.
    end_s : float
        Length of the scene.
    aside_db : float, optional
        Level of a mover that has stepped aside; it is muted meanwhile where this is left out.
    """
    times = np.arange(0.0, end_s, _STEP_S)
    pairs = list(zip(tracks, rules, strict=True))
    found: dict[str, Turn] = {
        track.id: _usual(track, rule, times, camera_moves=camera_moves) for track, rule in pairs
    }
    rivals = [(t, r) for t, r in pairs if r.yields and not found[t.id].muted]
    if not rivals:
        return found
    stage = _stage(rivals, times, aside_db)
    for index, (track, _) in enumerate(rivals):
        own = _Own(stage.levels[index], stage.delays_s[index])
        found[track.id] = _turn(found[track.id], stage, own, stage.front != index)
    for track, rule in pairs:
        if rule.waits and not found[track.id].muted:
            own = _Own(levels_db(track, times), delays_s(track, times))
            masked = stage.known_front_db > own.levels + _SOFT_DB
            found[track.id] = _turn(found[track.id], stage, own, masked)
    moments = _moments_of_waiting(pairs, found, times)
    for index, (track, _) in enumerate(rivals):
        others = np.isfinite(np.delete(stage.levels, index, axis=0)).any(axis=0)
        found[track.id] = _beyond_sight(found[track.id], track, times[others | moments])
    return found


def _moments_of_waiting(
    pairs: Sequence[tuple[Track, ObjectRule]], turns: Mapping[str, Turn], times: Array
) -> NDArray[np.bool_]:
    """Which times belong to steps that wait between vehicles, and have only these moments."""
    theirs = np.zeros(len(times), dtype=bool)
    for track, rule in pairs:
        turn = turns[track.id]
        if rule.waits and not turn.muted:
            for start_s, end_s in turn.spans_s or ():
                theirs |= (times >= start_s) & (times <= end_s)
    return theirs


def _beyond_sight(turn: Turn, track: Track, taken_s: Array) -> Turn:
    """The turn of one that is heard beyond its sight: while nothing else is up (`taken_s`)."""
    (low_s, high_s), (start_s, end_s) = track.heard_s, (track.start_s, track.end_s)
    if turn.muted or (low_s, high_s) == (start_s, end_s):
        return turn
    before_s, after_s = taken_s[taken_s < start_s], taken_s[taken_s > end_s]
    first_s = min(max([low_s, *(before_s + _BEYOND_PAUSE_S)]), start_s)
    last_s = max(min([high_s, *(after_s - _BEYOND_PAUSE_S)]), end_s)
    if turn.spans_s is None:
        whole = first_s <= low_s and last_s >= high_s
        return turn if whole else replace(turn, spans_s=((float(first_s), float(last_s)),))
    if not turn.spans_s:
        return turn
    spans = list(turn.spans_s)
    if spans[0][0] <= start_s + 2 * _STEP_S:
        spans[0] = (float(first_s), spans[0][1])
    if spans[-1][1] >= end_s - 2 * _STEP_S:
        spans[-1] = (spans[-1][0], float(last_s))
    return replace(turn, spans_s=tuple(spans))


@dataclass(frozen=True)
class _Own:
    """What a track itself is: its levels (n,), and how long (n,) its sound is on its way."""

    levels: Array
    delays_s: Array


@dataclass(frozen=True)
class _Stage:
    """Engines at times (n,): `levels` (engines, n), who is in `front` (n,), their names."""

    times: Array
    levels: Array
    delays_s: Array
    """Time (engines, n) that their sound is on its way."""
    front: NDArray[np.intp]
    known_front_db: Array
    """Level (n,) of the one in front where it is known what it is."""
    names: tuple[str, ...]
    aside_db: float | None


def _usual(track: Track, rule: ObjectRule, times: Array, *, camera_moves: bool) -> Turn:
    """The turn of a track that nothing steps in front of."""
    sure = track.confidence if track.provenance == "machine" else 1.0
    if sure < UNSURE:
        return Turn(muted=True, note=f"muted: the analysis is unsure of it ({sure:.2f})")
    if _is_unknown(track, rule):
        if sways(track, camera_moves=camera_moves):
            return Turn(muted=True, note="muted: it only moves to and fro on the spot")
        return Turn(level_db=UNKNOWN_DB, note=f"{-UNKNOWN_DB:.0f} dB down, as it is unknown")
    softer_db = _SOFT_DB if rule.waits else 0.0
    heeds = rule.yields or rule.waits
    raised = raised_db(levels_db(track, times) + softer_db) if heeds else 0.0
    if raised >= 0.5:
        return Turn(level_db=raised, note=f"{raised:.0f} dB up, to stay above the bed")
    return Turn()


def _is_unknown(track: Track, rule: ObjectRule) -> bool:
    return rule.guess == "anything" and track.boxes is not None


def _deserves(track: Track) -> bool:
    """Whether a moment is taken from others for it: it surely is there, and goes across."""
    return (track.provenance == "hand" or track.confidence >= _SURE) and crosses(track)


def _stage(
    rivals: Sequence[tuple[Track, ObjectRule]], times: Array, aside_db: float | None
) -> _Stage:
    unknown = np.array([_is_unknown(track, rule) for track, rule in rivals])
    levels = np.stack([levels_db(track, times) for track, _ in rivals])
    levels += np.where(unknown, UNKNOWN_DB, 0.0)[:, None]
    weights = np.array([weight_db(t, row) for (t, _), row in zip(rivals, levels, strict=True)])
    rank = np.where(unknown[:, None] & np.isfinite(levels[~unknown]).any(axis=0), -np.inf, levels)
    near = np.isfinite(rank) & (rank > rank.max(axis=0) - _RIVAL_DB)
    front = np.argmax(np.where(near, weights[:, None], -np.inf), axis=0)
    azimuths = np.stack([azimuth_deg(track.trajectory.at(times)) for track, _ in rivals])
    waiting = [i for i in np.argsort(-weights) if not unknown[i] and _deserves(rivals[i][0])]
    front = with_moments(front, levels, azimuths, waiting, _STEP_S)
    return _Stage(
        times=times,
        levels=levels,
        delays_s=np.stack([delays_s(track, times) for track, _ in rivals]),
        front=front,
        known_front_db=np.where(unknown[front], -np.inf, levels[front, np.arange(len(times))]),
        names=tuple(track.name or track.label for track, _ in rivals),
        aside_db=aside_db,
    )


def _turn(usual: Turn, stage: _Stage, own: _Own, behind: Mask) -> Turn:
    """The turn of one that is there where its levels are finite, and `behind` at times."""
    present = np.isfinite(own.levels)
    aside = present & behind
    if not aside.any():
        return usual
    aside_db = stage.aside_db
    who = " or ".join(stage.names[i] for i in np.unique(stage.front[aside])[:2])
    spans_s = _spans(stage, own, present & ~aside)
    if aside_db is None:
        said = "steps aside while" if spans_s else "muted:"
    else:
        said = f"{-aside_db:.0f} dB softer while"
    ends = "" if spans_s or aside_db is not None else " meanwhile"
    note = f"{said} {who} is in front{ends}"
    note = f"{usual.note}; {note}" if usual.note else note
    return replace(usual, spans_s=spans_s, note=note, aside_db=aside_db)


def _spans(stage: _Stage, own: _Own, mine: Mask) -> tuple[Span, ...]:
    """Runs of `mine`; a pause parts them from the one in front before, and from the next."""
    present, times = np.isfinite(own.levels), stage.times
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mine.astype(np.int8), [0]])))
    spans = []
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        late = _PAUSE_S if first > 0 and present[first - 1] else 0.0
        late = max(late, _still_heard_s(stage, own, first))
        early = _PAUSE_S if after < len(present) and present[after] else 0.0
        start_s, stop_s = float(times[first]) + late, float(times[after - 1]) + _STEP_S - early
        if stop_s - start_s >= _SHORTEST_S:
            spans.append((round(start_s, 3), round(stop_s, 3)))
    return tuple(spans)


def _still_heard_s(stage: _Stage, own: _Own, first: int) -> float:
    """How long after `first` the one in front before is still arriving, and the pause after it."""
    if first == 0:
        return 0.0
    before = stage.front[first - 1]
    if before == stage.front[first] or not np.isfinite(stage.levels[before, first - 1]):
        return 0.0
    on_its_way_s = float(stage.delays_s[before, first - 1] - own.delays_s[first])
    return min(max(_PAUSE_S + on_its_way_s, 0.0), _LATEST_S)
