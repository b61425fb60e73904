"""Where the horizon is, told by the movers: what stands on one ground agrees on it.

Someone holds a camera at about eye height above a ground that is about flat. Whatever stands on
it, h metres high, covers the share h / `CAMERA_HEIGHT_M` of the way from its foot up to the
horizon, however far away (Hoiem, Efros and Hebert, "Putting Objects in Perspective", CVPR 2006).
So every mover whose height is about known implies a horizon; where several agree, or a large one
is sure, that is the horizon, and it tells cars on a street from birds above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.vision.depth import CAMERA_HEIGHT_M
from engine.vision.paths import Path, surely_person

Array = NDArray[np.float64]


_CAR_M, _PERSON_M = 1.55, 1.7
_VEHICLE_M = (0.9, 4.5)
"""Heights of vehicles, from a low car to a double-decker."""
_SLOPE = 0.1
"""Share of the picture's height by which streets rise and fall, so that horizons differ."""
_AGREE = 0.1
"""Share of the picture's height within which implied horizons agree."""
_LARGE = 0.12
"""Share of the picture's height from which one mover alone tells the horizon."""
_LIKELY = (0.18, 0.75)
"""Shares of the height between which the horizon lies where nothing tells it."""
WIDE = (1.15, 5.5)
"""Widths over height that vehicles are seen with."""
_STIFF = 0.9
"""Largest change (natural logarithm, between quartiles) of width over height."""
_PACE = (0.9, 11.0)
"""How many of its own heights a vehicle goes in a second when it goes on: faster than people
walk, and no faster than traffic."""
_LEAST_WAY = 0.12
_FOLLOWED_WIDE, _FOLLOWED_STIFF = (1.5, 2.8), 0.1
"""Widths over height of a vehicle that the camera follows, and how much they change: horses, dogs
and people on bicycles are higher, and less stiff."""
_FOLLOWED_HIGH, _FOLLOWED_SEEN, _FOLLOWED_PACE = 0.15, 0.6, 0.6
"""Share of the picture's height, share of sightings, and usual pace (own heights in a second)."""
_ALONE_STIFF = 0.55
"""The same as `_STIFF` for what nothing else vouches for: lone cars change their shape by less than
0.5, animals that turn and leap by more."""
_NEAR, _LIMBS = 0.22, 0.115
"""Share of the picture's height from which limbs can be made out, and what they make of a width."""
_MOMENT_S, _FEWEST_WHOLE, _EDGE_PX = 0.5, 24, 3.0


@dataclass(frozen=True)
class Outline:
    """Shape of a path where it is seen whole (of the larger half of its sightings).

    `aspect` is width over height, `uneven` how much it changes (quartiles of its logarithm);
    `bottoms` and `heights` (n,) are rows and pixels of all sightings uncut above and below.
    """

    aspect: float
    uneven: float
    bottoms: Array
    heights: Array

    def horizon(self, height_m: float) -> float:
        """Row of the horizon that a thing so high implies."""
        return float(np.median(self.bottoms - self.heights * CAMERA_HEIGHT_M / height_m))

    def stands(self, horizon: float, slack: float) -> bool:
        """Whether it stands on the ground of that horizon (give or take `slack` pixels) and is
        as high as vehicles are."""
        below = float(np.median(self.bottoms)) - horizon
        high = CAMERA_HEIGHT_M * float(np.median(self.heights))
        low_m, high_m = _VEHICLE_M
        return (
            high > low_m * (below - slack)
            and below + slack > 0.0
            and high < high_m * (below + slack)
        )


def outline(path: Path, height: int) -> Outline | None:
    """The outline of a path; None where the picture cuts it off above or below all the time.

    Cut off at a side, a thing is wider than it looks, so that what looks wide is wide.
    """
    top, bottom = 0.006 * height + 1.0, 0.02 * height + 1.0
    boxes = path.smooth
    rows = (boxes[:, 1] > top) & (boxes[:, 3] < height - bottom) & path.seen
    if rows.sum() < 4:
        return None
    sizes = np.maximum(path.sizes[rows], 1.0)
    large = sizes[:, 1] * sizes[:, 0] >= np.median(sizes[:, 1] * sizes[:, 0])
    ratio = np.log(sizes[:, 0] / sizes[:, 1])[large]
    return Outline(
        float(np.exp(np.median(ratio))),
        float(np.ptp(np.percentile(ratio, (25, 75)))),
        boxes[rows, 3],
        sizes[:, 1],
    )


def upright_and_cut(path: Path, height: int) -> bool:
    """Whether it is higher than wide although the lower edge of the picture mostly cuts it off.

    So look people who pass close to the camera; a vehicle cut off below would look even wider.
    """
    boxes, sizes = path.boxes[path.seen], path.sizes[path.seen]
    cut = boxes[:, 3] >= height - (0.02 * height + 1.0)
    if cut.mean() <= 0.5:
        return False
    return bool(np.median(sizes[cut, 0] / np.maximum(sizes[cut, 1], 1.0)) < 1.0)


def drives(path: Path, shape: Outline | None, width: int) -> bool:
    """Whether it is wide and stiff, and goes along faster than people walk, as vehicles do."""
    if shape is None or not WIDE[0] < shape.aspect < WIDE[1] or shape.uneven > _STIFF:
        return False
    across, down = np.ptp(path.centres, axis=0)
    if across < _LEAST_WAY * width or down > 0.6 * across:
        return False
    speed = np.linalg.norm(np.gradient(path.centres, path.times_s, axis=0), axis=1)
    usual, brisk = np.percentile(speed / np.maximum(path.sizes[:, 1], 1.0), (50, 80))
    return bool(brisk > _PACE[0] and usual < _PACE[1])


def is_followed(path: Path, size: tuple[int, int]) -> bool:
    """Whether a moving camera keeps a vehicle in its picture: it hardly goes across, but what is
    inside flows against all around it.

    It must be large, seen well, as wide as a car, quite stiff, brisk, and on the ground. `size` is
    the picture's width and height.
    """
    shape = outline(path, size[1])
    if shape is None or float(path.seen.mean()) < _FOLLOWED_SEEN:
        return False
    low, high = _FOLLOWED_WIDE
    if not low < shape.aspect < high or shape.uneven > _FOLLOWED_STIFF:
        return False
    if float(np.median(shape.heights)) < _FOLLOWED_HIGH * size[1]:
        return False
    pace = (path.speed / np.maximum(path.sizes[:, 1], 1.0))[path.seen]
    usual, brisk = np.percentile(pace, (50, 80))
    implied = shape.horizon(_CAR_M) / size[1]
    on_ground = _LIKELY[0] < implied < _LIKELY[1]
    return bool(on_ground and brisk > _PACE[0] and _FOLLOWED_PACE < usual < _PACE[1])


def find_horizon(paths: Sequence[Path], width: int, height: int) -> float | None:
    """Row of the horizon on which the movers of a clip agree; None where they tell nothing."""
    found: list[tuple[float, float]] = []
    for path in paths:
        shape = outline(path, height)
        if shape is None or path.parts:
            continue
        size = float(np.median(shape.heights)) / height
        if surely_person(path):
            found.append((shape.horizon(_PERSON_M), size))
        elif drives(path, shape, width):
            found.append((shape.horizon(_CAR_M), size))
    best: list[tuple[float, float]] = []
    for row, _ in found:
        near = [other for other in found if abs(other[0] - row) < _AGREE * height]
        if sum(size for _, size in near) > sum(size for _, size in best):
            best = near
    if len(best) < 2 and not any(size > _LARGE for _, size in best):
        return None
    rows, weights = np.array(best).T
    order = np.argsort(rows)
    half = np.searchsorted(np.cumsum(weights[order]), 0.5 * weights.sum())
    return float(rows[order][half])


def above(path: Path, horizon: float, height: int) -> bool:
    """Whether it always stays clearly above the horizon, where no street rises to."""
    return float(np.percentile(path.smooth[:, 3], 75)) < horizon - _SLOPE * height


def vouched(path: Path, size: tuple[int, int], fellows: int, *, camera_moves: bool) -> bool:
    """Whether what drives is believed with so many fellows (vehicles of the film beside it).

    With one fellow or none, the horizon that it implies must lie where horizons lie; without any,
    it must keep its shape, as no animal does (under a moving camera all outlines tremble).
    `size` is the picture's width and height.
    """
    shape = outline(path, size[1])
    if shape is None or fellows > 1:
        return True
    if not _LIKELY[0] < shape.horizon(_CAR_M) / size[1] < _LIKELY[1] + _SLOPE:
        return False
    near = float(np.median(shape.heights)) > _NEAR * size[1]
    limbs = near and not camera_moves and _tremble(path, size) > _LIMBS
    return fellows > 0 or (shape.uneven <= _ALONE_STIFF and not limbs)


def _tremble(path: Path, size: tuple[int, int]) -> float:
    """How much its width, where it is seen whole, strays from its mean over half a second (as a
    logarithm): limbs and tails come and go."""
    boxes = path.boxes
    whole = path.seen & (boxes[:, 1] > _EDGE_PX) & (boxes[:, 3] < size[1] - _EDGE_PX)
    if not path.sideless:
        whole &= (boxes[:, 0] > _EDGE_PX) & (boxes[:, 2] < size[0] - _EDGE_PX)
    if whole.sum() < _FEWEST_WHOLE:
        return 0.0
    width = np.log(np.maximum(boxes[whole, 2] - boxes[whole, 0], 1.0))
    count = max(3, round(_MOMENT_S / float(np.median(np.diff(path.times_s)))))
    mean = np.convolve(np.pad(width, count // 2, mode="edge"), np.ones(count) / count, "valid")
    return float((width - mean[: len(width)]).std())


def on_street(path: Path, horizon: float | None, width: int, height: int) -> bool:
    """Whether it drives, and stands on the ground as high as a vehicle."""
    shape = outline(path, height)
    if shape is None or not drives(path, shape, width) or upright_and_cut(path, height):
        return False
    if horizon is not None:
        return shape.stands(horizon, _SLOPE * height)
    implied = shape.horizon(_CAR_M) / height
    return _LIKELY[0] < implied < _LIKELY[1]
