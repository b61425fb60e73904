"""Names of motion's paths that are on no known thing: what was found there, look by look.

Where things were recognised, but nothing like a vehicle on a path, a vehicle by motion alone is
doubted (see `engine.vision.evidence`); so is what hangs about a known vehicle: smoke and spray;
and a person by gait alone is where nobody was recognised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.plugins import Detection
from engine.vision.known_things import (
    ANIMALS,
    BALLS,
    HANDLED,
    MOVERS,
    ROAD,
    Size,
    best_overlap,
    boxes_at,
    is_close_up,
    row_overlaps,
    share_inside,
)
from engine.vision.looks import Look
from engine.vision.paths import Path, smoothed
from engine.vision.traces import Trace

Array = NDArray[np.float64]

_VOTE, _VOTES, _LEAST_VOTES, _SURE_VOTE = 0.4, 0.4, 2, 0.6
"""Overlap of a vote; share and number of looks that must vote; mean score of these."""
_VEHICLE_VOTE, _VEHICLE_SCORE, _VEHICLE_OFTEN = 0.3, 0.3, 0.3
"""Overlap and score of what is on wheels, and share of looks with it, against which none doubts."""
_SAME_BOX, _SPREAD = 0.45, 2.5
"""Overlap from which a path's box is kept, and ratio of areas up to which it is kept anyway."""
_STREET, _FAR = 0.5, 0.08
"""Score of vehicles that make a street, and size below which the network may miss some there."""
_BODY, _BODY_SCORE, _BODY_LOOKS, _BODY_SIZE = 0.2, 0.3, 3, 0.05
"""Overlap and score of somebody who may be a path, looks in which nobody must be seen, and size
(share of the picture's width) below which the network may miss them."""
_LIVES, _BODY_OF = 0.45, 0.3
"""Score of an animal, or somebody, and overlap from which a path may be that."""
_ABOUT, _TOUCHES, _MEETS = 0.5, 0.7, 0.15
"""How far about a vehicle its smoke goes, in the vehicle's own sizes; share of looks in which it is
there, and in which it lies on the vehicle itself."""
_SAME_MOMENT_S = 0.1
"""How far from a look a path's nearest row may be to be of that moment."""


def voted(path: Path, looks: Sequence[Look], size: Size) -> Path:
    """Path named by what was found just where it is, where enough looks agree.

    Its box is that of what was found where its own is much larger or smaller and elsewhere, such
    as hands with what they hold.
    """
    votes: dict[str, list[tuple[float, Detection]]] = {}
    asked = 0
    for look in looks:
        row = _row_at(path, look.time_s)
        if row is None:
            continue
        asked += 1
        share, best = best_overlap(path.boxes[row], look.found)
        if best is None or share < _VOTE or is_close_up(best, size):
            continue
        if best.label in MOVERS | HANDLED:
            votes.setdefault(_name(best), []).append((look.time_s, best))
    if not votes:
        return path
    label = max(votes, key=lambda one: sum(found.confidence for _, found in votes[one]))
    scores = [found.confidence for _, found in votes[label]]
    enough = len(scores) >= max(_LEAST_VOTES, _VOTES * asked)
    if not enough or float(np.mean(scores)) < _SURE_VOTE:
        return path
    sure = np.where(path.seen, float(np.mean(scores)), path.confidence)
    named = replace(path, labels=((label, sum(scores)),), confidence=sure, named=True, acts=True)
    return _tightened(named, _sights(votes[label], label, looks))


def _name(found: Detection) -> str:
    return "sports ball" if found.label in BALLS else found.label


def _sights(votes: Sequence[tuple[float, Detection]], label: str, looks: Sequence[Look]) -> Trace:
    """The votes, and what was found of the same name where the nearest vote is."""
    times = np.asarray([time_s for time_s, _ in votes])
    rows = []
    for look in looks:
        nearest = votes[int(np.argmin(np.abs(times - look.time_s)))][1]
        ones = [found for found in look.found if _name(found) == label]
        share, best = best_overlap(np.asarray(nearest.box), ones)
        if best is not None and share >= _VOTE:
            rows.append((look.time_s, best.box, best.confidence, label))
    return Trace(*zip(*rows, strict=True))  # type: ignore[arg-type]


def _tightened(path: Path, sights: Trace) -> Path:
    """Path whose boxes are those of the looks where motion's are far off.

    Before the first look and after the last nobody knows better: what leaves the picture grows
    narrow there, and would jump back to where it was seen last.
    """
    around = boxes_at(sights, path.times_s)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (path.boxes, around)]
    ratio = np.abs(np.log(np.maximum(areas[0], 1.0) / np.maximum(areas[1], 1.0)))
    off = (row_overlaps(path.boxes, around) < _SAME_BOX) & (ratio > np.log(_SPREAD))
    off &= (path.times_s >= sights.times_s[0]) & (path.times_s <= sights.times_s[-1])
    if not off.any():
        return path
    boxes = np.where(off[:, None], around, path.boxes)
    points = np.where(off[:, None], 0.5 * (around[:, :2] + around[:, 2:]), path.points)
    return smoothed(replace(path, boxes=boxes, smooth=boxes, points=points))


def doubted(path: Path, looks: Sequence[Look], known: Sequence[Trace], size: Size) -> Path:
    """Path that is no vehicle by its looks marked as such; others as they are.

    In a street, where vehicles are recognised elsewhere, small ones and those that are gone after
    a look may have been missed.

    Parameters
    ----------
    known : things of the shot that were recognised, none of which the path is
    """
    if path.named:
        return path
    if any(_hangs_about(path, one, looks) for one in known if one.label in ROAD):
        return replace(path, doubted=True)
    asked, wheels = 0, 0
    for look in looks:
        row = _row_at(path, look.time_s)
        if row is None:
            continue
        asked += 1
        ones = [d for d in look.found if d.label in ROAD and d.confidence >= _VEHICLE_SCORE]
        wheels += best_overlap(path.boxes[row], ones)[0] >= _VEHICLE_VOTE
    street = any(d.label in ROAD and d.confidence >= _STREET for k in looks for d in k.found)
    own = float(np.sqrt(np.median(np.prod(path.sizes, axis=1)))) / size[0]
    missed = street and (asked < _LEAST_VOTES or own < _FAR)
    if missed or wheels > _VEHICLE_OFTEN * asked:
        return path
    return replace(path, doubted=True)


def without_body(path: Path, looks: Sequence[Look], size: Size) -> Path:
    """Path in which nobody was seen in any look marked as such, unless it is small.

    Hands and what they hold go to and fro like legs. So do animals: what is one in a look, and
    somebody in none, is nobody, however small.
    """
    if not path.named and _lives_otherwise(path, looks):
        return replace(path, bodiless=True)
    own = float(np.sqrt(np.median(np.prod(path.sizes, axis=1)))) / size[0]
    if path.named or own < _BODY_SIZE:
        return path
    shares = [
        best_overlap(
            path.boxes[row],
            [
                d
                for d in look.found
                if d.label == "person" and d.confidence >= _BODY_SCORE and not is_close_up(d, size)
            ],
        )[0]
        for look in looks
        if (row := _row_at(path, look.time_s)) is not None
    ]
    return replace(path, bodiless=len(shares) >= _BODY_LOOKS and max(shares) < _BODY)


def _lives_otherwise(path: Path, looks: Sequence[Look]) -> bool:
    """Whether an animal is found just where a path is, and a person never."""
    animal, person = 0.0, 0.0
    for look in looks:
        row = _row_at(path, look.time_s)
        if row is None:
            continue
        for label in (*ANIMALS, "person"):
            ones = [d for d in look.found if d.label == label and d.confidence >= _LIVES]
            share = best_overlap(path.boxes[row], ones)[0]
            animal = max(animal, share if label != "person" else 0.0)
            person = max(person, share if label == "person" else 0.0)
    return animal >= _BODY_OF and person < _BODY


def _hangs_about(path: Path, vehicle: Trace, looks: Sequence[Look]) -> bool:
    """Whether a path keeps about a vehicle and lies on it, and no other vehicle is found there."""
    near, on, asked = 0, 0, 0
    for look in looks:
        row = _row_at(path, look.time_s)
        if row is None:
            continue
        asked += 1
        if not vehicle.times_s[0] - 1e-6 <= look.time_s <= vehicle.times_s[-1] + 1e-6:
            continue
        box, own = path.boxes[row][None], boxes_at(vehicle, np.asarray([look.time_s]))
        others = [
            d
            for d in look.found
            if d.label in ROAD
            and d.confidence >= _STREET
            and row_overlaps(np.asarray(d.box)[None], own)[0] < _SAME_BOX
        ]
        if best_overlap(box[0], others)[0] >= _VEHICLE_VOTE:
            return False
        reach = _ABOUT * np.tile(own[0, 2:] - own[0, :2], 2) * [-1, -1, 1, 1]
        near += bool(share_inside(box, own + reach)[0] > 0.0)
        on += bool(share_inside(box, own)[0] > 0.0)
    return asked >= _LEAST_VOTES and near >= _TOUCHES * asked and on >= _MEETS * asked


def _row_at(path: Path, time_s: float) -> int | None:
    """Row of a path at a moment; None where it is not seen then."""
    row = int(np.argmin(np.abs(path.times_s - time_s)))
    return (
        row if abs(float(path.times_s[row]) - time_s) < _SAME_MOMENT_S and path.seen[row] else None
    )
