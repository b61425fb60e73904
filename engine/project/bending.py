"""Bending a path: one point is pulled, and what is near it in time follows.

A path seen by a machine has a keyframe every few video frames. Moving a single one would leave a
spike that is heard as a jerk; a bend moves its neighbours too, less and less, down to nothing at
the ends of its reach. What a hand has placed before stays where it is and ends the reach.
"""

from __future__ import annotations

import numpy as np
from msgspec import structs

from engine.project.model import Keyframe, Trajectory

BEND_REACH_S = 0.75
"""How far in time a pull is felt on each side, unless a hand's keyframe is nearer."""
SAME_TIME_S = 1e-8
"""A keyframe that is so near is the one that is pulled: two would make a jerk of rounding."""


def bent_stretch(
    trajectory: Trajectory,
    time_s: float,
    position_m: tuple[float, float, float],
    reach_s: float = BEND_REACH_S,
) -> tuple[Keyframe, ...]:
    """The keyframes that a pull changes, in time order, all of them a hand's.

    The one at `time_s` (made there if there is none) ends at `position_m`; machine-made keyframes
    within the reach move by a raised cosine's share of its displacement.
    """
    nearest_s = min(trajectory.times_s.tolist(), key=lambda t: abs(t - time_s))
    time_s = nearest_s if abs(nearest_s - time_s) <= SAME_TIME_S else time_s
    was_m = trajectory.at(time_s)
    pull_m = np.asarray(position_m, dtype=np.float64) - was_m
    hands = [
        k.time_s for k in trajectory.keyframes if k.provenance == "hand" and k.time_s != time_s
    ]
    before = min([reach_s, *(time_s - t for t in hands if t < time_s)])
    after = min([reach_s, *(t - time_s for t in hands if t > time_s)])
    x_m, y_m, z_m = position_m
    velocity_mps = trajectory.velocity_at(time_s)
    pulled = [
        Keyframe(
            time_s=time_s, x_m=x_m, y_m=y_m, z_m=z_m, velocity_mps=velocity_mps, provenance="hand"
        )
    ]
    for keyframe in trajectory.keyframes:
        away = keyframe.time_s - time_s
        reach = after if away > 0.0 else before
        if away == 0.0 or keyframe.provenance == "hand" or abs(away) >= reach:
            continue
        share = 0.5 + 0.5 * np.cos(np.pi * away / reach)
        x_m, y_m, z_m = (
            float(value)
            for value in np.array([keyframe.x_m, keyframe.y_m, keyframe.z_m]) + share * pull_m
        )
        pulled.append(structs.replace(keyframe, x_m=x_m, y_m=y_m, z_m=z_m, provenance="hand"))
    return tuple(sorted(pulled, key=lambda k: k.time_s))
