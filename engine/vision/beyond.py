"""Beyond the picture: what moves is heard before it comes in and after it has gone out.

What goes out by any side of the picture is taken to go on as it went: its lifted path is continued
at constant velocity, for a bounded time, inside its shot. Nobody saw it there, so those keyframes
are marked as extrapolated, and their confidence is 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.coordinates import angle_between_deg
from engine.project.model import Keyframe, Trajectory

Array = NDArray[np.float64]

LONGEST_S = 1.5
"""How long something is followed beyond the picture."""
_LEAST_S = 0.3
_FITTED_S = 0.5
"""Part of the path whose straight line gives the velocity."""
_LEAST_SPEED = 0.5
"""Metres per second below which nothing is taken to go on: a slow walk."""
_MOST_TURN_DEG, _MOST_FARTHER, _NEAREST_M = 30.0, 3.0, 1.0
"""Where it has turned so far about the listener, or gone so many times as far away, it ends; and
where it would come so near that it went through the listener's head."""
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
    sides = _left_by(boxes[near], size, way)
    if lasting_s < _LEAST_S or near.sum() < 4 or not sides:
        return []
    velocity = np.polyfit(times_s[near], positions_m[near], 1)[0]
    if "top" not in sides:
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


def _left_by(boxes: Array, size: tuple[int, int], way: int) -> set[str]:
    """The sides of the picture that boxes (n, 4) at an end of a path touch and go out by."""
    width, height = size
    x0, y0, x1, y1 = boxes[0 if way < 0 else -1]
    right, down = way * (boxes[-1] - boxes[0]).reshape(2, 2).sum(axis=0)
    touched = {
        "left": x0 <= _EDGE * width and right < 0.0,
        "right": x1 >= (1.0 - _EDGE) * width and right > 0.0,
        "top": y0 <= _EDGE * height and down < 0.0,
        "bottom": y1 >= (1.0 - _EDGE) * height and down > 0.0,
    }
    return {side for side, out in touched.items() if out}


def _inside(origin: Array, path: Array) -> int:
    """How many points of a path (n, 3) are still near enough to where it was last seen."""
    begun_m, distance_m = float(np.linalg.norm(origin)), np.linalg.norm(path, axis=1)
    out = angle_between_deg(origin, path) > _MOST_TURN_DEG
    out |= (distance_m > _MOST_FARTHER * begun_m) | (distance_m < min(_NEAREST_M, begun_m))
    return int(np.argmax(out)) if out.any() else len(path)


def _keyframe(time_s: float, at: Sequence[float] | Array) -> Keyframe:
    return Keyframe(
        time_s=max(0.0, round(time_s, 6)),
        x_m=float(at[0]),
        y_m=float(at[1]),
        z_m=float(at[2]),
        extrapolated=True,
    )
