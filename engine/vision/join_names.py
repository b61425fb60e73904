"""Motion's paths and a network's things brought together: each thing once, with its name.

A motion path on a known thing gives it its fine times and boxes; the thing gives the name, goes on
where motion saw nothing, and takes the box where motion's is smoke, a shadow or several things.
Several paths of one thing are one; one path of several things is several. A known thing without a
path is one of its own where it stirs: what stands still makes no sound. A path on nothing known is
named by what was found just there look by look, or doubted (see `engine.vision.vote_names`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from engine.vision.carried import CameraWay, is_carried
from engine.vision.chains import unchained_traces
from engine.vision.known_things import (
    ANIMALS,
    Size,
    boxes_at,
    came_back,
    found_twice,
    is_one,
    row_overlaps,
    share_inside,
    surest,
    things_of,
    together,
)
from engine.vision.looks import Look, stirring
from engine.vision.paths import Path, smoothed
from engine.vision.settled_names import settled
from engine.vision.traces import AT_SIDE, Trace, passed_each_other, related, went_for_good
from engine.vision.vote_names import doubted, voted, without_body

Array = NDArray[np.float64]

_SAME, _SAME_BOX = 0.3, 0.45
"""Mean overlap from which a path is on a thing, and overlap from which its box is kept."""
_MOTION_SURE = 0.8
"""Part of motion's confidence that is confidence in a name which the network gives."""
_BEST_LESS = 0.15
"""How much more the best third of moments must overlap than all of them."""
_BOTH, _LEAST_ROWS = 0.35, 3
"""Share of the shorter one's time in which a thing may be seen twice; rows of a path in each."""
_LEAST_COMMON = 0.4
"""Share of the shorter one's moments that they must have in common."""
_PART, _WHOLE = 0.75, 0.75
"""Share of a path in a thing from which it is a part of it; of a thing in a path, a whole."""
_GOES_ON = 1.8
"""Ratio of areas up to which a path before and after a thing's looks is that thing."""
_STIRS, _STIRS_OFTEN = 0.025, 0.3
"""Share of a box that changes, and of its looks, from which what is seen in it stirs."""
_GOES_SIZES, _GOES_WIDTHS = 0.35, 0.02
"""Way from which it goes somewhere, in its own sizes and in widths of the picture."""
_RECOGNISED = 0.6
"""Score of the second surest thing from which the picture is of the known world at all."""
_LOST_S = 0.9
"""Time without a sight from which a thing is not in the picture."""
_OFTEN = 0.3
"""Share of the looks in which a path is there from which it is the animal it is taken for."""
_NAMELESS = (("object", 1.0),)
_MOMENT_S = 1e-6
_REACH_S = 0.5
"""How far from a look a path's nearest row may be to lead on from it."""


@dataclass
class _Thing:
    """A known thing and the paths that are it, parts of it, or hold it with more."""

    trace: Trace
    same: list[Path] = field(default_factory=list)
    parts: list[Path] = field(default_factory=list)
    wholes: list[Path] = field(default_factory=list)


def joined(
    paths: Sequence[Path],
    looks: Sequence[Look],
    pictures_s: Array,
    size: Size,
    *,
    camera_moves: bool,
    camera: Sequence[CameraWay] = (),
) -> list[Path]:
    """Paths of one shot with names, known things that motion missed among them.

    Parameters
    ----------
    camera : how it moves through the shot, as far as that is known
    pictures_s : (n,) moments of all pictures of the shot
    size : width and height of the pictures that boxes are in
    """
    if not looks:
        return list(paths)
    traces = _led(things_of(looks, size), paths, size[0])
    traces = traces if camera_moves else unchained_traces(traces, paths, size[0])
    things = [_Thing(trace) for trace in traces]
    rest = [path for path in paths if not _claimed(path, things)]
    rare = [thing for thing in things if _is_chance(thing, looks)]
    things = [thing for thing in things if all(thing is not one for one in rare)]
    rest += [path for thing in rare for path in thing.same]
    found = [
        _path_of(thing, [one.trace for one in things if one is not thing], pictures_s, looks, size)
        for thing in things
        if _sounds(thing, looks, size, camera_moves=camera_moves)
        and (thing.same or not is_carried(thing.trace, camera))
    ]
    familiar = surest(looks) >= _RECOGNISED
    rest = [voted(path, looks, size) for path in rest]
    known = [thing.trace for thing in things]
    if familiar:
        rest = [without_body(doubted(path, looks, known, size), looks, size) for path in rest]
    return found + rest


def _led(traces: Sequence[Trace], paths: Sequence[Path], width: int) -> list[Trace]:
    """Traces, those that are one thing lost, gone out or found twice being one."""
    ends_s = np.array([(p.times_s[0], p.times_s[-1]) for p in paths]).reshape(-1, 2)

    def leading(early: Trace, late: Trace) -> bool:
        """Whether a path that is there with both of them leads from one to the other."""
        if not _may_be_led(early, late):
            return False
        there = (ends_s[:, 0] <= early.times_s[-1] + _MOMENT_S) & (
            ends_s[:, 1] >= late.times_s[0] - _MOMENT_S
        )
        led = any(_leads(paths[i], early, late) for i in np.flatnonzero(there).tolist())
        return led and not passed_each_other(early, late, width)

    def one(early: Trace, late: Trace) -> bool:
        again = is_one(early, late) and not went_for_good(early, late, width)
        again = again or came_back(early, late, width)
        return again or found_twice(early, late) or leading(early, late)

    found = sorted(traces, key=lambda trace: trace.times_s[0])
    two: dict[tuple[int, int], tuple[Trace, Trace]] = {}  # (pairs that are no one, kept alive)
    while (pair := _first_pair(found, one, two)) is not None:
        rest = [trace for trace in found if trace is not pair[0] and trace is not pair[1]]
        found = sorted([*rest, together(*pair)], key=lambda trace: trace.times_s[0])
    return found


def _first_pair(
    found: Sequence[Trace],
    one: Callable[[Trace, Trace], bool],
    two: dict[tuple[int, int], tuple[Trace, Trace]],
) -> tuple[Trace, Trace] | None:
    """The pair nearest in time that is one thing; those that are not are noted."""
    new = [pair for pair in combinations(found, 2) if (id(pair[0]), id(pair[1])) not in two]
    for early, late in sorted(new, key=lambda pair: pair[1].times_s[0] - pair[0].times_s[-1]):
        if one(early, late):
            return early, late
        two[id(early), id(late)] = (early, late)
    return None


def _may_be_led(early: Trace, late: Trace) -> bool:
    """Whether two are of one kind and seen one after the other."""
    both_s = min(early.times_s[-1], late.times_s[-1]) - late.times_s[0]
    shorter_s = min(one.times_s[-1] - one.times_s[0] for one in (early, late))
    return both_s <= _BOTH * shorter_s and related(early.label, late.label)


def _leads(path: Path, early: Trace, late: Trace) -> bool:
    """Whether a path is on two things that are seen one after the other."""
    shares = []
    for trace in (early, late):
        common = _rows_with(path, trace)
        if common.stop - common.start < _LEAST_ROWS:
            return False
        shares.append(
            float(np.mean(row_overlaps(path.boxes[common], boxes_at(trace, path.times_s[common]))))
        )
    return min(shares) >= _SAME


def _claimed(path: Path, things: Sequence[_Thing]) -> bool:
    """Give a path to the things it is of; False where it is of none."""
    best: tuple[float, _Thing] | None = None
    inside: tuple[float, _Thing] | None = None
    for thing in things:
        common = _common(path, thing.trace)
        if common.sum() < _LEAST_COMMON * min(len(common), _rows_of(thing.trace, path)):
            continue
        boxes, known = path.boxes[common], boxes_at(thing.trace, path.times_s[common])
        same = _sustained(row_overlaps(boxes, known))
        part = float(np.mean(share_inside(boxes, known)))
        if same >= _SAME and (best is None or same > best[0]):
            best = (same, thing)
        elif part >= _PART and common.mean() > 0.5 and (inside is None or part > inside[0]):
            inside = (part, thing)
        elif float(np.mean(share_inside(known, boxes))) >= _WHOLE:
            thing.wholes.append(path)
    if best is not None:
        best[1].same.append(path)
    elif inside is not None:
        inside[1].parts.append(path)
    held = any(whole is path for thing in things for whole in thing.wholes)
    return best is not None or inside is not None or held


def _sustained(shares: Array) -> float:
    """Mean overlap; of the best third where the rest is smoke or a shadow of the same thing."""
    best = np.sort(shares)[-max(_LEAST_ROWS, len(shares) // 3) :]
    return max(float(np.mean(shares)), float(np.mean(best)) - _BEST_LESS)


def _rows_with(path: Path, trace: Trace) -> slice:
    """Rows of a path in the time that a thing is seen."""
    first = np.searchsorted(path.times_s, trace.times_s[0] - _MOMENT_S)
    after = np.searchsorted(path.times_s, trace.times_s[-1] + _MOMENT_S, side="right")
    return slice(int(first), int(after))


def _common(path: Path, trace: Trace) -> NDArray[np.bool_]:
    common = np.zeros(len(path.times_s), dtype=bool)
    common[_rows_with(path, trace)] = True
    return common


def _rows_of(trace: Trace, path: Path) -> float:
    """How many rows a path has in the time that a thing is seen."""
    step_s = float(np.median(np.diff(path.times_s))) if len(path.times_s) > 1 else 1.0
    return (trace.times_s[-1] - trace.times_s[0]) / max(step_s, 1e-6) + 1.0


def _is_chance(thing: _Thing, looks: Sequence[Look]) -> bool:
    """Whether an animal is recognised in few of the looks in which what it is said of is there."""
    if thing.trace.label not in ANIMALS or not thing.same:
        return False
    there = sum(
        any(path.times_s[0] <= look.time_s <= path.times_s[-1] for path in thing.same)
        for look in looks
    )
    return len(thing.trace.times_s) < _OFTEN * there


def _sounds(thing: _Thing, looks: Sequence[Look], size: Size, *, camera_moves: bool) -> bool:
    """Whether it goes somewhere or stirs where it is."""
    if thing.same:
        return True
    boxes = np.asarray(thing.trace.boxes, dtype=np.float64)
    lives = thing.trace.label in ANIMALS or thing.trace.label == "person"
    if camera_moves:
        return bool(thing.parts or thing.wholes) if not lives else True
    if _goes(boxes, size[0]):
        return True
    if not lives:
        return False
    shares = stirring(looks, boxes, np.asarray(thing.trace.times_s), size[0])
    known = shares[np.isfinite(shares)]
    return bool(thing.parts) or (len(known) > 0 and float(np.mean(known > _STIRS)) >= _STIRS_OFTEN)


def _goes(boxes: Array, width: int) -> bool:
    own = float(np.sqrt(np.median(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))))
    centres = 0.5 * (boxes[:, :2] + boxes[:, 2:])
    return float(np.linalg.norm(np.ptp(centres, axis=0))) > max(
        _GOES_SIZES * own, _GOES_WIDTHS * width
    )


def _path_of(
    thing: _Thing,
    others: Sequence[Trace],
    pictures_s: Array,
    looks: Sequence[Look],
    size: Size,
) -> Path:
    """The thing's path: motion's rows where they agree, its own boxes elsewhere."""
    votes = settled(thing.trace, looks)
    before, after = (_beyond(thing, others, start=start) for start in (True, False))
    rows = np.concatenate([before, _between(thing, pictures_s), after])
    rows = rows[~(_away(thing.trace, rows[:, 0], size[0]) & ~_in_sight(thing, rows[:, 0]))]
    asked = [path.person_scores for path in thing.same]
    path = Path(
        times_s=rows[:, 0],
        boxes=rows[:, 1:5],
        smooth=rows[:, 1:5],
        confidence=_sureness(thing, rows[:, 0]),
        seen=_in_sight(thing, rows[:, 0]),
        person_scores=np.concatenate(asked) if asked else np.zeros(0),
        labels=tuple(votes.items()) or _NAMELESS,
        colour=next((p.colour for p in thing.same if p.colour is not None), None),
        points=rows[:, 5:7],
        speed=rows[:, 7],
        named=bool(votes),
        acts=True,
        doubted=not votes,
    )
    return smoothed(path)


def _away(trace: Trace, times_s: Array, width: int) -> NDArray[np.bool_]:
    """Whether (n,) it is out of the picture: between going out by a side and coming in there."""
    away = np.zeros(len(times_s), dtype=bool)
    margin = AT_SIDE * width
    for (start_s, out), (end_s, back) in pairwise(zip(trace.times_s, trace.boxes, strict=True)):
        left = max(out[0], back[0]) <= margin
        right = min(out[2], back[2]) >= width - margin
        if left or right:
            away |= (times_s > start_s + _MOMENT_S) & (times_s < end_s - _MOMENT_S)
    return away


def _in_sight(thing: _Thing, times_s: Array) -> NDArray[np.bool_]:
    """Whether (n,) it is seen: not where nobody found it for long and no path of it is there."""
    known = np.asarray(thing.trace.times_s)
    after = np.clip(np.searchsorted(known, times_s), 1, len(known) - 1)
    lost = (known[after] - known[after - 1] > _LOST_S) & (known[after - 1] < times_s - 1e-6)
    lost &= times_s < known[after] - 1e-6
    for path in thing.same:
        lost &= ~np.isin(times_s, path.times_s[path.seen])
    return np.asarray(~lost)


def _sureness(thing: _Thing, times_s: Array) -> Array:
    """Confidence (n,) by the network, or by motion where that is surer of the same thing."""
    sure = np.interp(times_s, thing.trace.times_s, thing.trace.scores)
    for path in thing.same:
        _, rows, own = np.intersect1d(times_s, path.times_s, return_indices=True)
        sure[rows] = np.maximum(sure[rows], _MOTION_SURE * path.confidence[own])
    return sure


def _between(thing: _Thing, pictures_s: Array) -> Array:
    """Rows (n, 8) of time, box, point and speed from the thing's first look to its last."""
    trace = thing.trace
    start_s, end_s = trace.times_s[0], trace.times_s[-1]
    times = pictures_s[(pictures_s >= start_s - 1e-6) & (pictures_s <= end_s + 1e-6)]
    boxes = boxes_at(trace, times)
    points, speed = 0.5 * (boxes[:, :2] + boxes[:, 2:]), _speeds(times, boxes)
    for path in thing.same:
        _, rows, own = np.intersect1d(times, path.times_s, return_indices=True)
        agree = row_overlaps(path.boxes[own], boxes[rows]) >= _SAME_BOX
        rows, own = rows[agree], own[agree]
        boxes[rows], points[rows], speed[rows] = path.boxes[own], path.points[own], path.speed[own]
    return np.column_stack([times, boxes, points, speed])


def _speeds(times_s: Array, boxes: Array) -> Array:
    if len(times_s) < 2:
        return np.zeros(len(times_s))
    centres = 0.5 * (boxes[:, :2] + boxes[:, 2:])
    return np.asarray(np.linalg.norm(np.gradient(centres, times_s, axis=0), axis=1))


def _beyond(thing: _Thing, others: Sequence[Trace], *, start: bool) -> Array:
    """Rows (n, 8) of a path that lead up to the thing's first look, or away from its last one."""
    edge_s = thing.trace.times_s[0 if start else -1]
    edge_box = np.asarray(thing.trace.boxes[0 if start else -1], dtype=np.float64)
    for path in thing.same:
        near = int(np.argmin(np.abs(path.times_s - edge_s)))
        there = abs(float(path.times_s[near]) - edge_s) <= _REACH_S
        if not there or row_overlaps(path.boxes[near][None], edge_box[None])[0] < _SAME:
            continue
        outside = path.times_s < edge_s - 1e-6 if start else path.times_s > edge_s + 1e-6
        order = np.flatnonzero(outside)[:: -1 if start else 1]
        areas = np.prod(path.boxes[:, 2:] - path.boxes[:, :2], axis=1)
        steps = np.abs(np.diff(np.log(np.maximum(areas[[near, *order]], 1.0))))
        jumps = np.flatnonzero(steps > np.log(_GOES_ON))
        kept = np.sort(order[: min([*jumps, _taken(path, order, others)])])
        return np.column_stack(
            [path.times_s[kept], path.boxes[kept], path.points[kept], path.speed[kept]]
        )
    return np.zeros((0, 8))


def _taken(path: Path, order: NDArray[np.intp], others: Sequence[Trace]) -> int:
    """How many rows of a path, in this order, come before it is on another known thing."""
    first = len(order)
    for other in others:
        times = path.times_s[order]
        there = (times >= other.times_s[0] - 1e-6) & (times <= other.times_s[-1] + 1e-6)
        shares = row_overlaps(path.boxes[order], boxes_at(other, times))
        first = min([first, *np.flatnonzero(there & (shares >= _SAME))])
    return first
