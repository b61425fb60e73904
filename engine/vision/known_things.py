"""What a network of COCO's classes found in a shot, made things that may sound of their own.

Its boxes are associated over time; those of people, animals and vehicles that are seen again and
again are believed. Whoever rides is one thing with what carries them. A close-up of a body that
fills the picture is a place, not a thing in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.plugins import Detection
from engine.vision.associate import associate
from engine.vision.looks import Look
from engine.vision.traces import AT_SIDE, Trace, overlaps, related

Array = NDArray[np.float64]
Size = tuple[int, int]

VEHICLES = frozenset({"bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat"})
ANIMALS = frozenset(
    {"bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"}
)
MOVERS = VEHICLES | ANIMALS | {"person"}
"""Classes that move by themselves."""
ROAD = frozenset({"car", "motorcycle", "bus", "train", "truck"})
"""Those with an engine that motion alone would call a vehicle."""
BALLS = frozenset({"sports ball", "frisbee"})
HANDLED = BALLS | frozenset(
    {
        "backpack", "umbrella", "handbag", "suitcase", "skis", "snowboard", "kite", "baseball bat",
        "skateboard", "surfboard", "tennis racket", "bottle", "wine glass", "cup", "fork", "knife",
        "spoon", "bowl", "book", "keyboard", "scissors", "teddy bear",
    }
)  # fmt: skip
"""Classes that others move; the rest of COCO's is furniture, food and signs."""
_CARRIERS = frozenset(
    {"horse", "bicycle", "motorcycle", "skateboard", "surfboard", "snowboard", "skis", "boat",
     "elephant", "car", "truck", "bus"}
)  # fmt: skip
_RIDDEN_ON = _CARRIERS - {"boat", "car", "truck", "bus"}
_ABOUT_THEN_S = 0.5
"""How far from a look the nearest sight of a rider may be."""
_LEAST_LOOKS, _LEAST_SCORE, _LEAST_SIZE = 3, 0.45, 0.03
"""Looks, mean score and size (share of the picture's width) from which a thing is believed."""
_LOST_S, _NEAR, _GROWN = 1.1, 1.2, 1.8
"""Time for which one may be lost, how near (in sizes) it is seen again, and how much larger."""
_AWAY_S, _LEVEL = 2.0, 0.5
"""Time for which an animal may be out of the picture; share of the lower one's height at which it
was and is seen."""
_TWICE, _WITHIN = 0.3, 0.85
"""Mean overlap, and mean share of the smaller box in the larger one, from which two that are seen
at once are one that was found twice."""
_TAKEN, _LEFT = 0.4, 0.25
"""Overlap from which a last look is at another's place, and below which it left its own."""
_FILLS, _AT_EDGES = 0.4, 2
"""Share of the picture from which, at so many of its edges, a body is a close-up."""
_HEADLESS, _TOP, _HANGS = 0.15, 0.04, 0.72
"""The same for somebody whose head is beyond the upper edge: hands at work, hardly feet; and the
share of the height above which all of such a body is an arm that reaches in from above."""
_STANDING, _STANDS, _FEET = 1.8, 0.7, 0.97
"""Height over width, score, and share of the picture's height above which feet are, of who stands
with the head at the picture's upper edge."""
_RIDES, _RIDDEN = 0.6, 0.5
"""Shares of common looks in which someone is upon it, and of their width that it must hold."""


def things_of(looks: Sequence[Look], size: Size) -> list[Trace]:
    """Believed traces of what moves by itself; `size` is the picture's width and height."""
    seen = [(look.time_s, [d for d in look.found if d.label in MOVERS]) for look in looks]
    traces = [t for t in associate(seen, *size) if _is_believed(t, len(looks), size)]
    traces = [_without_stray_end(t, [one for one in traces if one is not t]) for t in traces]
    carriers = [(look.time_s, [d for d in look.found if d.label in _CARRIERS]) for look in looks]
    riders = [t for t in traces if t.label == "person" and _rides(t, carriers)]
    return [_with_riders(t, riders) for t in traces if all(t is not one for one in riders)]


def surest(looks: Sequence[Look]) -> float:
    """Score (0..1) of the second surest thing found, of any class; 0 where there are not two."""
    scores = sorted((d.confidence for look in looks for d in look.found), reverse=True)
    return scores[1] if len(scores) > 1 else 0.0


def boxes_at(trace: Trace, times_s: Array) -> Array:
    """Boxes (n, 4) between a trace's looks; its first and last beyond them."""
    known = np.asarray(trace.boxes, dtype=np.float64)
    return np.column_stack([np.interp(times_s, trace.times_s, known[:, k]) for k in range(4)])


def together(one: Trace, other: Trace) -> Trace:
    """Two traces as one; where both were seen at a moment, the surer box stands."""
    rows: dict[float, tuple[float, tuple[float, float, float, float], str]] = {}
    for trace in (one, other):
        for time_s, box, score, label in zip(
            trace.times_s, trace.boxes, trace.scores, trace.labels, strict=True
        ):
            if time_s not in rows or score > rows[time_s][0]:
                rows[time_s] = (score, box, label)
    times = tuple(sorted(rows))
    return Trace(
        times,
        tuple(rows[t][1] for t in times),
        tuple(rows[t][0] for t in times),
        tuple(rows[t][2] for t in times),
    )


def is_one(early: Trace, late: Trace) -> bool:
    """Whether somebody who was lost for a moment is there again: an animal or person near by."""
    gap_s = late.times_s[0] - early.times_s[-1]
    alive = ANIMALS | {"person"}
    if not 0.0 < gap_s <= _LOST_S or not {early.label, late.label} <= alive:
        return False
    end, start = np.asarray(early.boxes[-1]), np.asarray(late.boxes[0])
    sizes = [float(np.sqrt(np.prod(box[2:] - box[:2]))) for box in (end, start)]
    apart = float(np.linalg.norm((end[:2] + end[2:]) - (start[:2] + start[2:]))) / 2.0
    near = apart <= _NEAR * max(sizes) and max(sizes) <= _GROWN * min(sizes)
    return near and related(early.label, late.label)


def came_back(early: Trace, late: Trace, width: int) -> bool:
    """Whether an animal that went out by a side of the picture came in there again soon.

    People and vehicles are not asked: where one goes out in a street, another comes in.
    """
    gap_s = late.times_s[0] - early.times_s[-1]
    if not 0.0 < gap_s <= _AWAY_S or not {early.label, late.label} <= ANIMALS:
        return False
    end, start = early.boxes[-1], late.boxes[0]
    margin = AT_SIDE * width
    left = max(end[0], start[0]) <= margin
    right = min(end[2], start[2]) >= width - margin
    common = min(end[3], start[3]) - max(end[1], start[1])
    level = common >= _LEVEL * min(end[3] - end[1], start[3] - start[1])
    return (left or right) and level and related(early.label, late.label)


def found_twice(one: Trace, other: Trace) -> bool:
    """Whether two of a kind lie on each other all the time that the shorter one is seen.

    So do the body and a guess that takes more for it, which turn by turn are in both traces.
    """
    if one.times_s[-1] < other.times_s[0] or other.times_s[-1] < one.times_s[0]:
        return False
    short, long = sorted((one, other), key=lambda trace: len(trace.times_s))
    inside = [long.times_s[0] <= t <= long.times_s[-1] for t in short.times_s]
    if not all(inside) or not related(short.label, long.label):
        return False
    boxes, around = np.asarray(short.boxes), boxes_at(long, np.asarray(short.times_s))
    within = np.maximum(share_inside(boxes, around), share_inside(around, boxes))
    overlap = row_overlaps(boxes, around)
    return float(np.mean(overlap)) >= _TWICE and float(np.mean(within)) >= _WITHIN


def is_close_up(found: Detection, size: Size) -> bool:
    """Whether it is somebody whose head is out of the picture: hands at work."""
    return found.label == "person" and _is_headless(np.asarray(found.box), found.confidence, size)


def _is_headless(box: Array, score: float, size: Size) -> bool:
    """Whether a body is cut by the upper edge, being near, or ends where no feet would be.

    Who is surely seen, slender, and ends where feet are stands there with the head at the edge.
    """
    share = float(np.prod(box[2:] - box[:2])) / (size[0] * size[1])
    hangs = bool(box[3] <= _HANGS * size[1])
    slender = box[3] - box[1] >= _STANDING * (box[2] - box[0])
    if slender and score >= _STANDS and not hangs and box[3] <= _FEET * size[1]:
        return False
    return bool(box[1] <= _TOP * size[1]) and (share > _HEADLESS or hangs)


def share_inside(boxes: Array, others: Array) -> Array:
    """Share (n,) of each box (n, 4) that lies in the other of its row."""
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, 2:], others[:, 2:])
    common = np.prod(np.maximum(high - low, 0.0), axis=1)
    return np.asarray(common / np.maximum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), 1e-9))


def row_overlaps(boxes: Array, others: Array) -> Array:
    """Intersection over union (n,) of boxes (n, 4) with those of the same row."""
    inside = share_inside(boxes, others) * np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    both = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    both = both + np.prod(others[:, 2:] - others[:, :2], axis=1)
    return np.asarray(inside / np.maximum(both - inside, 1e-9))


def best_overlap(box: Array, found: Sequence[Detection]) -> tuple[float, Detection | None]:
    """The largest intersection over union of a box (4,) with what was found, and what that is."""
    if not found:
        return 0.0, None
    shares = overlaps([box], [d.box for d in found])[0]  # type: ignore[list-item]
    index = int(np.argmax(shares))
    return float(shares[index]), found[index]


def _without_stray_end(trace: Trace, others: Sequence[Trace]) -> Trace:
    """Trace less its last look where that is suddenly at another thing's place, not its own."""
    if len(trace.times_s) <= _LEAST_LOOKS:
        return trace
    before, last = (np.asarray([trace.boxes[index]]) for index in (-2, -1))
    for other in others:
        apart = np.abs(np.asarray(other.times_s) - trace.times_s[-1])
        box = np.asarray([other.boxes[int(np.argmin(apart))]])
        taken = apart.min() <= _LOST_S and row_overlaps(last, box)[0] >= _TAKEN
        if taken and row_overlaps(last, before)[0] < _LEFT:
            return Trace(trace.times_s[:-1], trace.boxes[:-1], trace.scores[:-1], trace.labels[:-1])
    return trace


def _is_believed(trace: Trace, looks: int, size: Size) -> bool:
    boxes = np.asarray(trace.boxes)
    large = float(np.sqrt(np.median(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))))
    often = len(trace.times_s) >= min(_LEAST_LOOKS, max(2, looks // 2))
    sure = float(np.mean(trace.scores)) >= _LEAST_SCORE
    return often and sure and large >= _LEAST_SIZE * size[0] and not _fills(trace, size)


def _fills(trace: Trace, size: Size) -> bool:
    """Whether it is so near that it is all around, and cut by several edges of the picture."""
    box = np.median(np.asarray(trace.boxes), axis=0)
    share = float(np.prod(box[2:] - box[:2])) / (size[0] * size[1])
    margin = 0.01 * np.asarray(size)
    edges = int((box[:2] <= margin).sum() + (box[2:] >= size - margin).sum())
    score = float(np.mean(trace.scores))
    headless = trace.label == "person" and _is_headless(box, score, size)
    return headless or (share > _FILLS and edges >= _AT_EDGES)


def _rides(person: Trace, carriers: Sequence[tuple[float, Sequence[Detection]]]) -> bool:
    """Whether somebody is mostly seen upon or in what carries them."""
    at = dict(carriers)
    looks = [
        any(_is_upon(box, other.box) for other in at.get(time_s, ()))
        for time_s, box in zip(person.times_s, person.boxes, strict=True)
    ]
    return float(np.mean(looks)) >= _RIDES


def _with_riders(carrier: Trace, riders: Sequence[Trace]) -> Trace:
    """What is ridden, its boxes holding whoever is upon it and seen just then or about then."""
    if carrier.label not in _RIDDEN_ON:
        return carrier
    boxes = []
    for time_s, box in zip(carrier.times_s, carrier.boxes, strict=True):
        whole = np.asarray(box)
        for rider in riders:
            apart_s = float(np.min(np.abs(np.asarray(rider.times_s) - time_s)))
            upon = boxes_at(rider, np.asarray([time_s]))[0]
            if apart_s <= _ABOUT_THEN_S and _is_upon(upon, box):
                whole = np.concatenate(
                    [np.minimum(whole[:2], upon[:2]), np.maximum(whole[2:], upon[2:])]
                )
        x0, y0, x1, y1 = map(float, whole)
        boxes.append((x0, y0, x1, y1))
    return replace(carrier, boxes=tuple(boxes))


def _is_upon(box: Sequence[float], carrier: Sequence[float]) -> bool:
    x0, _, x1, feet = box
    width = max(x1 - x0, 1.0)
    common = min(x1, carrier[2]) - max(x0, carrier[0])
    height = carrier[3] - carrier[1]
    wide = common / min(width, max(carrier[2] - carrier[0], 1.0))
    return wide >= _RIDDEN and carrier[1] <= feet <= carrier[3] + 0.15 * height
