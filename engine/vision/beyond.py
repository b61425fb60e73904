"""Beyond the picture: a car is heard before it comes in and after it has gone out.

What crosses the picture's edge at speed is taken to go on as it went: its lifted path is continued
at constant velocity, for a bounded time, inside its shot. Nobody saw it there, so those keyframes
are marked as extrapolated, and their confidence is 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.coordinates import to_spherical
from engine.project.model import Keyframe, Trajectory

Array = NDArray[np.float64]

LONGEST_S = 1.5
"""How long something is followed beyond the picture."""
_LEAST_S = 0.3
_FITTED_S = 0.5
"""Part of the path whose straight line gives the velocity."""
_LEAST_SPEED = 1.0
"""Metres per second below which nothing is taken to go on."""
_MOST_TURN_DEG, _MOST_FARTHER = 30.0, 3.0
"""Where it has turned so far about the listener, or gone so many times as far away, it ends."""
_EDGE = 0.02
"""Share of the picture within which a box touches its edge."""
_STEP_S = 0.25


def beyond_sight(
    trajectory: Trajectory,
    times_s: Array,
    positions_m: Array,
    boxes: Array,
    size: tuple[int, int],
    within_s: tuple[float, float],
) -> Trajectory:
    """The trajectory with what comes before its entrance and after its exit.

    Parameters
    ----------
    trajectory : Trajectory
        Keyframes of the seen part.
    times_s : (n,) seconds
    positions_m : (n, 3) metres, x front, y left, z up
    boxes : (n, 4) pixels x0, y0, x1, y1, at the same times
    size : (width, height) in the same pixels
    within_s : (start, end) of the shot in seconds
    """
    start_s, end_s = within_s
    before = _continued(times_s, positions_m, boxes, size, times_s[0] - start_s, -1)
    after = _continued(times_s, positions_m, boxes, size, end_s - times_s[-1], 1)
    if not before and not after:
        return trajectory
    return structs.replace(trajectory, keyframes=(*before[::-1], *trajectory.keyframes, *after))


def _continued(
    times_s: Array,
    positions_m: Array,
    boxes: Array,
    size: tuple[int, int],
    room_s: float,
    way: int,
) -> list[Keyframe]:
    """Keyframes beyond one end (`way` -1: the first), going away from it."""
    end = 0 if way < 0 else -1
    near = np.abs(times_s - times_s[end]) <= _FITTED_S
    lasting_s = min(LONGEST_S, room_s)
    if lasting_s < _LEAST_S or near.sum() < 4 or not _leaves(boxes[near], size, way):
        return []
    velocity = np.polyfit(times_s[near], positions_m[near], 1)[0]
    velocity[2] = 0.0  # nothing rises or sinks for being out of sight
    if float(np.linalg.norm(velocity)) < _LEAST_SPEED:
        return []
    ahead_s = np.append(np.arange(_STEP_S, lasting_s, _STEP_S), lasting_s)
    path = positions_m[end] + way * ahead_s[:, None] * velocity
    inside = _inside(positions_m[end], path)
    return [
        _keyframe(float(times_s[end]) + way * float(t), at)
        for t, at in zip(ahead_s[:inside], path[:inside], strict=True)
    ]


def _leaves(boxes: Array, size: tuple[int, int], way: int) -> bool:
    """Whether boxes (n, 4) at an end of a path touch a side of the picture that they go out by."""
    end = 0 if way < 0 else -1
    width, height = size
    steps = way * (boxes[-1] - boxes[0])
    x0, _, x1, y1 = boxes[end]
    to_left, to_right = steps[0] + steps[2] < 0.0, steps[0] + steps[2] > 0.0
    left = x0 <= _EDGE * width and to_left
    right = x1 >= (1.0 - _EDGE) * width and to_right
    below = y1 >= (1.0 - _EDGE) * height and steps[1] + steps[3] > 0.0
    return bool(left or right or below)


def _inside(origin: Array, path: Array) -> int:
    """How many points of a path (n, 3) are still near enough to where it was last seen."""
    places = to_spherical(np.concatenate([origin[None], path]))
    turn = np.abs((places[1:, 0] - places[0, 0] + 180.0) % 360.0 - 180.0)
    out = (turn > _MOST_TURN_DEG) | (places[1:, 2] > _MOST_FARTHER * places[0, 2])
    return int(np.argmax(out)) if out.any() else len(path)


def _keyframe(time_s: float, at: Sequence[float] | Array) -> Keyframe:
    return Keyframe(
        time_s=max(0.0, round(time_s, 6)),
        x_m=float(at[0]),
        y_m=float(at[1]),
        z_m=float(at[2]),
        extrapolated=True,
    )
