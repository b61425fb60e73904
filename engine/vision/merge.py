"""One path a thing: pieces and fragments of one mover brought together.

A person who chops, drums or juggles falls apart: hands, sticks and balls move for a while, rest,
and move again, each seen as a thing of its own. What such pieces share is their place. So paths
are told apart by whether they go somewhere or keep to a place; those that keep to places that
overlap, not long after each other, are one mover; short ways inside its place are parts of it.
Things that go somewhere (vehicles, balls, birds) are only joined to what they always lie inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.vision.joining import join_cheapest
from engine.vision.paths import Path, local_fit, smoothed

Array = NDArray[np.float64]

_LEAST_NET_SIZES = 0.8
_LEAST_NET_WIDTHS = 0.06
_LEAST_STRAIGHT = 0.5
"""Net way over the length of the way, from which a path goes somewhere."""
_LEAST_GROWTH = 0.5
"""Change of the logarithm of the size, from which a path comes near or goes away."""
_RUN_S = 1.0
_RUN_SIZES, _RUN_WIDTHS = 2.0, 0.2
"""How far a run goes within that time, in its sizes and in widths of the picture."""
_LONGEST_REST_S = 2.5
"""How long a mover in place may rest between two fragments."""
_LEAST_COMMON = 0.25
"""Share of the smaller of two places that must lie in the other."""
_LARGEST_PLACE = 0.7
"""Share of the picture beyond which no place is grown: everything would lie in it."""
_LONGEST_PART_S = 1.3
_BUSY = 3
"""Paths from which a place is busy: longer ways inside it are parts of what goes on there."""
_LARGE = 0.06
"""Share of the picture from which a single path's place counts as busy, too."""
_ACROSS = 0.7
"""Share of a busy place's width or height beyond which a long way crosses it."""
_LEAST_SWING_S, _TO_AND_FRO = 0.8, 1.6
"""Duration, and way over what it covers, from which a path goes to and fro."""
_INSIDE = 0.75
_WINDOW_S = 0.2
_OFTEN = 0.8
"""Share of a piece's time in which it must be inside to be a part."""
_CALM = 3.0
"""How much more the boxes of joined pieces are smoothed: their number changes all the time."""


@dataclass(frozen=True)
class _Place:
    """Paths that keep to one place: a box (4,), and when it is in use."""

    box: Array
    start_s: float
    end_s: float
    members: tuple[Path, ...]

    @property
    def area(self) -> float:
        return _area(self.box)


def merge(paths: Sequence[Path], width: int, height: int) -> list[Path]:
    """Paths of one shot with parts and fragments joined; the picture is width by height."""
    whole = _without_parts(paths)
    going, resting = _parted(whole, width)
    places = _places(resting, _LARGEST_PLACE * width * height)
    kept: list[Path] = []
    for path in going:
        host = _host(path, places, float(width * height))
        if host is None:
            kept.append(path)
        else:
            grown = replace(places[host], members=(*places[host].members, path))
            places[host] = grown
    return kept + [_joined(place.members) for place in places]


def _parted(paths: Sequence[Path], width: int) -> tuple[list[Path], list[Path]]:
    """Paths that go somewhere, and those that keep to a place.

    Where several go to and fro, they are limbs and sticks of someone who stays where they are; no
    limb runs on for a second.
    """
    roaming = [roams(path, width) for path in paths]
    going = [path for path, goes in zip(paths, roaming, strict=True) if goes]
    resting = [path for path, goes in zip(paths, roaming, strict=True) if not goes]
    swinging = [p for p in going if _comes_back(p) and not runs(p, width)]
    if len(swinging) < _BUSY:
        return going, resting
    return [p for p in going if not any(p is s for s in swinging)], resting + swinging


def _comes_back(path: Path) -> bool:
    """Whether its way is much longer than what it covers: to and fro, as no vehicle goes."""
    calm = local_fit(path.times_s, path.centres, np.ones(len(path.times_s)), 0.15, order=1)
    way = float(np.linalg.norm(np.diff(calm, axis=0), axis=1).sum())
    covered = float(np.linalg.norm(np.ptp(calm, axis=0)))
    return path.duration_s > _LEAST_SWING_S and way > _TO_AND_FRO * max(covered, 1.0)


def runs(path: Path, width: int) -> bool:
    """Whether it goes straight on for a second or more at some time: no hand does."""
    if len(path.times_s) < 3:
        return False
    calm = local_fit(path.times_s, path.centres, np.ones(len(path.times_s)), 0.15, order=1)
    sizes = np.sqrt(np.prod(np.maximum(path.sizes, 1.0), axis=1))
    return _runs(path.times_s, calm, sizes, width)


def roams(path: Path, width: int) -> bool:
    """Whether a path goes somewhere, comes near or goes away, rather than keeping to a place."""
    times = path.times_s
    if len(times) < 3:
        return False
    calm = local_fit(times, path.centres, np.ones(len(times)), 0.15, order=1)
    ends = max(1, len(times) // 8)
    net = float(np.linalg.norm(calm[-ends:].mean(axis=0) - calm[:ends].mean(axis=0)))
    way = float(np.linalg.norm(np.diff(calm, axis=0), axis=1).sum())
    sizes = np.sqrt(np.prod(np.maximum(path.sizes, 1.0), axis=1))
    goes = net > max(_LEAST_NET_SIZES * float(np.median(sizes)), _LEAST_NET_WIDTHS * width)
    logs = np.log(sizes)
    growth = abs(float(logs[-ends:].mean() - logs[:ends].mean()))
    steady = growth > 0.6 * float(np.abs(np.diff(logs)).sum())
    comes = growth > _LEAST_GROWTH and steady
    return comes or (goes and net > _LEAST_STRAIGHT * way) or _runs(times, calm, sizes, width)


def _runs(times: Array, calm: Array, sizes: Array, width: int) -> bool:
    """Whether it goes straight on for a second or more at some time: no hand does."""
    later = np.searchsorted(times, times + _RUN_S)
    starts = np.flatnonzero(later < len(times))
    net = np.linalg.norm(calm[later[starts]] - calm[starts], axis=1)
    steps = np.linalg.norm(np.diff(calm, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    way = along[later[starts]] - along[starts]
    far = net > np.maximum(_RUN_SIZES * sizes[starts], _RUN_WIDTHS * width)
    return bool(np.any(far & (net > 0.85 * way)))


def _without_parts(paths: Sequence[Path]) -> list[Path]:
    """Paths less those that always lie inside a larger one and do not cross it."""
    ranked = sorted(paths, key=_mass, reverse=True)
    kept: list[Path] = []
    for path in ranked:
        if not any(_is_part(path, whole) for whole in kept):
            kept.append(path)
    return kept


def _is_part(piece: Path, whole: Path) -> bool:
    start_s, end_s = whole.times_s[0] - _WINDOW_S, whole.times_s[-1] + _WINDOW_S
    rows = np.searchsorted(piece.times_s, (start_s, end_s))
    if rows[1] - rows[0] < _OFTEN * len(piece.times_s) - 1.0:
        return False
    near = np.searchsorted(whole.times_s, piece.times_s)
    near = np.clip(near, 0, len(whole.times_s) - 1)
    common = np.abs(whole.times_s[near] - piece.times_s) < _WINDOW_S
    if common.mean() < _OFTEN:
        return False
    host, part = _swept(whole)[near[common]], piece.smooth[common]
    if float(np.mean(_inside(part, host))) < _INSIDE:
        return False
    offset = 0.5 * (part[:, :2] + part[:, 2:] - host[:, :2] - host[:, 2:])
    extent = np.maximum(host[:, 2:] - host[:, :2], 1.0).mean(axis=0)
    crosses = float(np.max(np.abs(offset[-1] - offset[0]) / extent)) > 0.6
    return not (crosses and piece.duration_s > _LONGEST_PART_S)


def _swept(path: Path) -> Array:
    """Boxes (n, 4) that cover what a path covers within a moment before and after."""
    step_s = max(1e-3, float(np.median(np.diff(path.times_s))))
    reach = max(1, round(_WINDOW_S / step_s))
    padded = np.pad(path.smooth, ((reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
    low, high = windows[:, :2].min(axis=2), windows[:, 2:].max(axis=2)
    return np.concatenate([low, high], axis=1)


def _places(paths: Sequence[Path], largest: float) -> list[_Place]:
    """Places of the paths, those joined that overlap and are in use at about the same time."""

    def cost(a: _Place, b: _Place) -> float | None:
        common = _closeness(a, b)
        if common <= _LEAST_COMMON:
            return None
        small = _area(_around(a.box, b.box)) <= max(largest, a.area, b.area)
        return -common if small else None

    return join_cheapest([_place_of(path) for path in paths], cost, _union)


def _closeness(a: _Place, b: _Place) -> float:
    """Share of the smaller place that lies in the other; 0 where too long a rest lies between."""
    rest_s = max(a.start_s, b.start_s) - min(a.end_s, b.end_s)
    if rest_s > _LONGEST_REST_S:
        return 0.0
    smaller, larger = (a, b) if a.area < b.area else (b, a)
    return float(_inside(smaller.box[None], larger.box[None])[0])


def _place_of(path: Path) -> _Place:
    low = np.percentile(path.smooth[:, :2], 10, axis=0)
    high = np.percentile(path.smooth[:, 2:], 90, axis=0)
    box = np.concatenate([low, high])
    return _Place(box, float(path.times_s[0]), float(path.times_s[-1]), (path,))


def _union(a: _Place, b: _Place) -> _Place:
    return _Place(
        _around(a.box, b.box),
        min(a.start_s, b.start_s),
        max(a.end_s, b.end_s),
        a.members + b.members,
    )


def _host(path: Path, places: Sequence[_Place], picture: float) -> int | None:
    """The place a way lies in and does not cross; None for things that come and go."""
    net = np.abs(path.centres[-1] - path.centres[0])
    for index, place in enumerate(places):
        alive = place.start_s - _LONGEST_REST_S < path.times_s[0] < place.end_s + _LONGEST_REST_S
        if not alive:
            continue
        busy = len(place.members) >= _BUSY or place.area > _LARGE * picture
        stays = busy and bool(np.all(net < _ACROSS * (place.box[2:] - place.box[:2])))
        if path.duration_s > _LONGEST_PART_S and not stays:
            continue
        hosts = np.broadcast_to(place.box, path.smooth.shape)
        larger = place.area > 2.0 * float(np.median(np.prod(path.sizes, axis=1)))
        if larger and float(np.mean(_inside(path.smooth, hosts))) > _INSIDE:
            return index
    return None


def _joined(members: Sequence[Path]) -> Path:
    """One path of several: its box holds those that move at the time."""
    if len(members) == 1:
        return members[0]
    main = max(members, key=_mass)
    times = np.unique(np.concatenate([m.times_s for m in members]))
    boxes = np.full((len(times), 4), np.nan)
    confidence, speed = np.zeros(len(times)), np.zeros(len(times))
    seen = np.zeros(len(times), dtype=bool)
    for member in members:
        rows = np.searchsorted(times, member.times_s)
        boxes[rows, :2] = np.fmin(boxes[rows, :2], member.smooth[:, :2])
        boxes[rows, 2:] = np.fmax(boxes[rows, 2:], member.smooth[:, 2:])
        confidence[rows] = np.maximum(confidence[rows], member.confidence)
        speed[rows] = np.maximum(speed[rows], member.speed)
        seen[rows] |= member.seen
    labels: dict[str, float] = {}
    for label, weight in (entry for member in members for entry in member.labels):
        labels[label] = labels.get(label, 0.0) + weight
    path = replace(
        main,
        times_s=times,
        boxes=boxes,
        smooth=boxes,
        confidence=confidence,
        speed=speed,
        seen=seen,
        person_scores=np.concatenate([m.person_scores for m in members]),
        labels=tuple(labels.items()),
        points=0.5 * (boxes[:, :2] + boxes[:, 2:]),
        parts=tuple(members),
    )
    return smoothed(path, calm=_CALM)


def _mass(path: Path) -> float:
    """How much of a path there is: its area times how long it was seen."""
    area = float(np.median(np.prod(path.sizes, axis=1)))
    return area * max(path.duration_s, 0.04) * float(path.seen.mean())


def _area(box: Array) -> float:
    return float(np.prod(np.maximum(box[2:] - box[:2], 0.0)))


def _around(a: Array, b: Array) -> Array:
    return np.concatenate([np.minimum(a[:2], b[:2]), np.maximum(a[2:], b[2:])])


def _inside(boxes: Array, hosts: Array) -> Array:
    """Share (n,) of each box (n, 4) that lies in its host (n, 4)."""
    low = np.maximum(boxes[:, :2], hosts[:, :2])
    high = np.minimum(boxes[:, 2:], hosts[:, 2:])
    common = np.prod(np.maximum(high - low, 0.0), axis=1)
    size = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0), axis=1)
    return np.asarray(common / np.maximum(size, 1e-9))
