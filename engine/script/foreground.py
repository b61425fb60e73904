"""Who is in front when: movers take turns, so that each who crosses is heard to cross.

Two engines at once are a blur that comes from nowhere; the ear follows one mover at a time, and
so do mixers ("dense clarity, clear density": Walter Murch, 1998). So of movers whose rule says
that they `yield`, and of people and animals who cross the picture, one is in front at any moment:
of those about as loud as the loudest there, the one that matters most in the clip, being near and
going far across the picture; steps before an engine only where they are louder. The others step
aside meanwhile and come in when it has gone; only steps, which fall between each other, are in
front together. Who crosses the picture but never would be in front gets a moment (see
`engine.script.moments`), or a share of the time (see `engine.script.shares`), but none while a
train or the like is so much louder that it masks them: it would leave a hole. Who steps aside is 6
to 12 dB softer, as a mixer ducks it, and never silent; and where there is no time for one that
crosses or is near, that is how it sounds all the while. What strikes is heard all the same where
the one in front is something that nobody knows: a blow that is seen tells more than moved air.
(`engine.script.stage` finds who is in front, here is what follows for each.)

Steps of those who do not cross `wait` while an engine that is louder where the listener stands is
in front: it masks them.

What never is in front, neither near nor crossing, what the analysis is not sure of, and what only
sways on the spot are muted: their sounds are there to be heard when the user thinks otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Track
from engine.script.presence import crosses, delays_s, levels_db, raised_db, sways
from engine.script.rules import ObjectRule
from engine.script.stage import SOFT_DB, STEP_S, UNKNOWN_DB, Stage, is_unknown, staged, why_left_out
from engine.script.turn import SHORTEST_S, Span, Turn

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

UNSURE = 0.35
"""Confidence below which a track of the analysis is muted."""
BEHIND_DB = -27.0
"""Level of what is behind, re the one in front, as far as `MOST_ASIDE_DB` lets it fall."""
MOST_ASIDE_DB, LEAST_ASIDE_DB = -12.0, -6.0
"""Level of what has stepped aside, re its own in front: softer, and still plainly there."""
BEYOND_DB = -12.0
"""Level of what is out of sight while something else is up, re its own."""
CLOTHES_DB = -15.0
"""Level of clothes of who stays where they are, re somebody who crosses meanwhile."""
BENEATH = "sounds beneath"
"""Words by which its events say so."""
_PAUSE_S = 0.15
"""Silence between one mover and the next, as the listener hears them."""
_BEYOND_PAUSE_S = 0.25
"""The same before and after what is no longer, or not yet, in the picture."""
_LATEST_S = 0.5
"""More than this is never waited for a sound that is still on its way."""


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
        Level of a mover that has stepped aside, re its usual one; where this is left out it falls
        as far as the one in front asks for.
    """
    times = np.arange(0.0, end_s, STEP_S)
    pairs = list(zip(tracks, rules, strict=True))
    found: dict[str, Turn] = {
        track.id: _usual(track, rule, times, camera_moves=camera_moves) for track, rule in pairs
    }
    heard = [(t, r) for t, r in pairs if not found[t.id].muted]
    rivals = [(t, r) for t, r in heard if r.yields or (r.waits and crosses(t))]
    if not rivals:
        return found
    stage = staged(rivals, times, aside_db, camera_moves=camera_moves)
    raised_db = np.array([found[track.id].level_db for track, _ in rivals])
    stage = replace(stage, front_db=stage.front_db + raised_db[stage.front])
    steps = [index for index, (_, rule) in enumerate(rivals) if not rule.yields]
    for index, (track, _) in enumerate(rivals):
        own = _Own(stage.levels[index], stage.delays_s[index], stage.lacks[index])
        behind = ~np.isin(stage.front, steps if index in steps else [index])
        found[track.id] = _turn(found[track.id], stage, own, behind)
    waiting = [(t, r) for t, r in heard if r.waits and not crosses(t)]
    for track, rule in waiting:
        lacks = why_left_out(track, rule, camera_moves=camera_moves)
        own = _Own(levels_db(track, times) + SOFT_DB, delays_s(track, times), lacks)
        masked = stage.known_front_db > own.levels
        turn = _turn(found[track.id], stage, own, masked)
        found[track.id] = _behind_steps(turn, stage, own)
    if aside_db is None:
        found |= _beneath(heard, found, times)
    moments = _moments_of_waiting(waiting, found, times)
    for index, (track, _) in enumerate(rivals):
        others = np.isfinite(np.delete(stage.levels, index, axis=0)).any(axis=0)
        found[track.id] = _beyond_sight(found[track.id], track, times[others | moments])
    return found


def _moments_of_waiting(
    pairs: Sequence[tuple[Track, ObjectRule]], turns: Mapping[str, Turn], times: Array
) -> NDArray[np.bool_]:
    """Which times belong to steps that wait between vehicles, and have only these moments."""
    theirs = np.zeros(len(times), dtype=bool)
    for track, _ in pairs:
        for start_s, end_s in turns[track.id].spans_s or ():
            theirs |= (times >= start_s) & (times <= end_s)
    return theirs


def _beneath(
    pairs: Sequence[tuple[Track, ObjectRule]], turns: Mapping[str, Turn], times: Array
) -> dict[str, Turn]:
    """Turns of those that sound beneath others: the more there are at once, the softer each."""
    some = [t for t, _ in pairs if turns[t.id].aside_db is not None]
    aside = np.array([_is_aside(t, turns[t.id], times) for t in some])
    found: dict[str, Turn] = {}
    for track, own in zip(some, aside, strict=True):
        fellows = float(aside[:, own].sum(axis=0).mean()) if own.any() else 1.0
        level_db = float(turns[track.id].aside_db or 0.0) - 10.0 * float(np.log10(fellows))
        found[track.id] = replace(turns[track.id], aside_db=round(level_db, 1))
    return found


def _is_aside(track: Track, turn: Turn, times: Array) -> Mask:
    """When (n,) a track is seen, but not in its turn."""
    aside: Mask = (times >= track.start_s) & (times <= track.end_s)
    for start_s, stop_s in turn.spans_s or ():
        aside &= (times < start_s) | (times >= stop_s)
    return aside


def _beyond_sight(turn: Turn, track: Track, taken_s: Array) -> Turn:
    """The turn of one that is heard beyond its sight: softer where something else is up there.

    `taken_s` are the times of all others.
    """
    (low_s, high_s), (start_s, end_s) = track.heard_s, (track.start_s, track.end_s)
    if turn.muted or (low_s, high_s) == (start_s, end_s):
        return turn
    others = taken_s[(taken_s > low_s - _BEYOND_PAUSE_S) & (taken_s < high_s + _BEYOND_PAUSE_S)]
    first_s = start_s if (others < start_s).any() else low_s
    last_s = end_s if (others > end_s).any() else high_s
    if turn.spans_s is None:
        whole = first_s <= low_s and last_s >= high_s
        if whole or last_s - first_s < SHORTEST_S:  # too short a turn would mute all of it
            return turn
        return replace(turn, spans_s=((float(first_s), float(last_s)),), aside_db=BEYOND_DB)
    if not turn.spans_s:
        return turn
    spans = list(turn.spans_s)
    if spans[0][0] <= start_s + 2 * STEP_S:
        spans[0] = (float(first_s), spans[0][1])
    if spans[-1][1] >= end_s - 2 * STEP_S:
        spans[-1] = (spans[-1][0], float(last_s))
    return replace(turn, spans_s=tuple(spans))


@dataclass(frozen=True)
class _Own:
    """What a track itself is: its levels (n,), and how long (n,) its sound is on its way.

    `lacks` says why it is muted where it never is in front; empty where it is not.
    """

    levels: Array
    delays_s: Array
    lacks: str


def _usual(track: Track, rule: ObjectRule, times: Array, *, camera_moves: bool) -> Turn:
    """The turn of a track that nothing steps in front of."""
    sure = track.confidence if track.provenance == "machine" else 1.0
    if sure < UNSURE:
        return Turn(muted=True, note=f"muted: the analysis is unsure of it ({sure:.2f})")
    if is_unknown(track, rule):
        if sways(track, camera_moves=camera_moves):
            return Turn(muted=True, note="muted: it only moves to and fro on the spot")
        return Turn(level_db=UNKNOWN_DB, note=f"{-UNKNOWN_DB:.0f} dB down, as it is unknown")
    softer_db = SOFT_DB if rule.waits else 0.0
    heeds = rule.yields or rule.waits
    raised = raised_db(levels_db(track, times) + softer_db) if heeds else 0.0
    if raised >= 0.5:
        return Turn(level_db=raised, note=f"{raised:.0f} dB up, to stay above the bed")
    return Turn()


def _turn(usual: Turn, stage: Stage, own: _Own, behind: Mask) -> Turn:
    """The turn of one that is there where its levels are finite, and `behind` at times."""
    present = np.isfinite(own.levels)
    aside = present & behind
    if not aside.any():
        return usual
    aside_db = stage.aside_db
    who = " or ".join(stage.names[i] for i in np.unique(stage.front[aside])[:2])
    spans_s = _spans(stage, own, present & ~aside)
    hits_s = _runs(stage.times, present & stage.unknown_front)
    if aside_db is not None:
        note = f"{-aside_db:.0f} dB softer while {who} is in front"
    elif spans_s or not own.lacks:
        level_db = float(np.percentile(stage.front_db[aside] - own.levels[aside], 10.0))
        aside_db = float(
            np.clip(level_db - usual.level_db + BEHIND_DB, MOST_ASIDE_DB, LEAST_ASIDE_DB)
        )
        beneath = f"softer: {BENEATH} {who}, for want of time in front"
        note = f"steps aside while {who} is in front" if spans_s else beneath
    else:
        but = " but for what strikes" if hits_s else ""
        note = f"muted{but}: {who} is in front meanwhile, and {own.lacks}"
    note = f"{usual.note}; {note}" if usual.note else note
    return replace(usual, spans_s=spans_s, note=note, aside_db=aside_db, hits_s=hits_s)


def _behind_steps(turn: Turn, stage: Stage, own: _Own) -> Turn:
    """The turn of one that stays where it is, its clothes softer where somebody crosses."""
    steps = np.isfinite(own.levels) & np.isfinite(stage.front_db)
    steps &= ~np.isfinite(stage.known_front_db)
    if not steps.any():
        return turn
    level_db = float(np.percentile(stage.front_db[steps] - own.levels[steps], 10.0))
    lasting_db = min(round(level_db + CLOTHES_DB, 1), 0.0)
    who = " or ".join(stage.names[i] for i in np.unique(stage.front[steps])[:2])
    said = f"clothes {-lasting_db:.0f} dB softer, as {who} crosses"
    note = f"{turn.note}; {said}" if turn.note else said
    return replace(turn, lasting_db=lasting_db, note=note)


def _spans(stage: Stage, own: _Own, mine: Mask) -> tuple[Span, ...]:
    """Runs of `mine`; a pause parts them from the one in front before, and from the next."""
    present, times = np.isfinite(own.levels), stage.times
    spans = []
    for first, after in _edges(mine):
        late = _PAUSE_S if first > 0 and present[first - 1] else 0.0
        late = max(late, _still_heard_s(stage, own, first))
        early = _PAUSE_S if after < len(present) and present[after] else 0.0
        start_s, stop_s = float(times[first]) + late, float(times[after - 1]) + STEP_S - early
        if stop_s - start_s >= SHORTEST_S:
            spans.append((round(start_s, 3), round(stop_s, 3)))
    return tuple(spans)


def _runs(times: Array, where: Mask) -> tuple[Span, ...]:
    """Spans of time in which `where` (n,) holds."""
    return tuple((float(times[a]), float(times[b - 1]) + STEP_S) for a, b in _edges(where))


def _edges(where: Mask) -> list[tuple[int, int]]:
    """Runs [first, after) of True in (n,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], where.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _still_heard_s(stage: Stage, own: _Own, first: int) -> float:
    """How long after `first` the one in front before is still arriving, and the pause after it."""
    if first == 0:
        return 0.0
    before = stage.front[first - 1]
    if before == stage.front[first] or not np.isfinite(stage.levels[before, first - 1]):
        return 0.0
    on_its_way_s = float(stage.delays_s[before, first - 1] - own.delays_s[first])
    return min(max(_PAUSE_S + on_its_way_s, 0.0), _LATEST_S)
