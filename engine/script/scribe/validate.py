"""FilmScribe's validator: a script against the evidence, for accuracy and for completeness.

FoleyDesigner (section 3.1, Eq. 1) lets one agent propose and another verify until nothing is left
to say. What this one says is not an opinion: each finding names evidence that a line lacks, or a
line that evidence lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import numpy as np

from engine.project.value import Value
from engine.script.scribe.description import FilmDescription, Touch
from engine.script.scribe.lines import Line

Kind = Literal["outside the clip", "without evidence", "mover without event", "touch not covered"]
SAME_MOMENT_S = 0.06
"""A hit and a touch no farther apart are the same moment."""
_SLACK_S = 0.5
"""A line may reach so far beyond what it belongs to: sounds ring, and begin before."""
_EDGE_S = 0.05
_LEAST_MOVE_S = 0.25
"""Shorter movements need no sound."""


class Finding(Value, frozen=True, kw_only=True):
    """Something the validator objects to; `line` is the index of the line it is about."""

    kind: Kind
    track_id: str
    time_s: float
    text: str
    line: int | None = None


def validate(
    description: FilmDescription, lines: Sequence[Line], free: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """What speaks against a script; nothing where it passes.

    Parameters
    ----------
    description : FilmDescription
        The evidence.
    lines : sequence of Line
        The script.
    free : iterable of str
        Ids of tracks whose evidence is not in the picture: beds, and what words tell.
    """
    elsewhere = set(free)
    found = list(_outside(description, lines))
    bad = {finding.line for finding in found}
    found += (f for f in _unfounded(description, lines, elsewhere) if f.line not in bad)
    found += _silent_movers(description, lines)
    found += _uncovered(description, lines)
    return tuple(found)


def _outside(description: FilmDescription, lines: Sequence[Line]) -> Iterator[Finding]:
    end_s = description.duration_s
    for index, line in enumerate(lines):
        times = (line.start_s, line.end_s, *line.onsets_s)
        inside = -1e-9 <= line.start_s < line.end_s <= end_s + _EDGE_S
        if not (inside and all(line.start_s <= t <= line.end_s for t in times)):
            text = f"{line.layer} from {line.start_s:g} to {line.end_s:g} s, the clip has {end_s:g}"
            yield _finding("outside the clip", line.track_id, line.start_s, text, index)


def _unfounded(
    description: FilmDescription, lines: Sequence[Line], elsewhere: set[str]
) -> Iterator[Finding]:
    things, touches = description.things(), description.touches()
    for index, line in enumerate(lines):
        if line.track_id in elsewhere:
            continue
        if line.track_id not in description.heard_s:
            text = f"{line.layer} on '{line.track_id}', which nobody has seen"
            yield _finding("without evidence", line.track_id, line.start_s, text, index)
            continue
        low_s, high_s = description.heard_s[line.track_id]
        if line.start_s > high_s + _SLACK_S or line.end_s < low_s - _SLACK_S:
            text = f"{line.layer} at {line.start_s:g} s, it is there from {low_s:g} to {high_s:g}"
            yield _finding("without evidence", line.track_id, line.start_s, text, index)
            continue
        moves = [span for thing in things.get(line.track_id, ()) for span in thing.moves_s]
        known_s = np.array([t.time_s for t in touches if t.track_id == line.track_id])
        for onset_s in line.onsets_s:
            seen = bool(len(known_s)) and np.abs(known_s - onset_s).min() <= SAME_MOMENT_S
            moving = any(a - _SLACK_S <= onset_s <= b + _SLACK_S for a, b in moves)
            if not seen and not moving:
                text = f"a hit of {line.layer} at {onset_s:g} s, where nothing touches or moves"
                yield _finding("without evidence", line.track_id, onset_s, text, index)
                break


def _silent_movers(description: FilmDescription, lines: Sequence[Line]) -> Iterator[Finding]:
    by_track = grouped(lines)
    for track_id, shown in description.things().items():
        moves = [m for thing in shown for m in thing.moves_s if m[1] - m[0] >= _LEAST_MOVE_S]
        if moves and not any(
            line.start_s < end_s + _SLACK_S and line.end_s > start_s - _SLACK_S
            for line in by_track.get(track_id, ())
            for start_s, end_s in moves
        ):
            text = f"{shown[0].name} moves from {moves[0][0]:g} s and has no event"
            yield _finding("mover without event", track_id, moves[0][0], text)


def _uncovered(description: FilmDescription, lines: Sequence[Line]) -> Iterator[Finding]:
    by_track = grouped(lines)
    for touch in description.touches():
        if touch.sounds and not covered(touch, by_track.get(touch.track_id, ())):
            text = f"a {touch.kind} at {touch.time_s:g} s has no hit"
            yield _finding("touch not covered", touch.track_id, touch.time_s, text)


def covered(touch: Touch, lines: Iterable[Line]) -> bool:
    """Whether lines of its track hit where it touches."""
    return any(
        abs(onset_s - touch.time_s) <= SAME_MOMENT_S for line in lines for onset_s in line.onsets_s
    )


def grouped(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Lines by the id of their track."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.track_id, []).append(line)
    return found


def _finding(
    kind: Kind, track_id: str, time_s: float, text: str, line: int | None = None
) -> Finding:
    return Finding(kind=kind, track_id=track_id, time_s=round(time_s, 3), text=text, line=line)
