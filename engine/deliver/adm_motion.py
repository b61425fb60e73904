"""A path as few ADM blocks: a new one only where the direction has really moved.

An ADM renderer fades the loudspeaker gains linearly over a block, which goes along the arc between
two directions as long as they are close. So blocks are as long as the path stays within
`TOLERANCE_DEG` of that arc and turns by at most `LARGEST_STEP_DEG`. The same goes for how wide it
is, to `WIDTH_TOLERANCE_DEG`.

What is nearer than the near-field limit surrounds the listener the more, the nearer it is. ADM
renderers do not know that: it is said as width, of a cap with just as much focus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.coordinates import angle_between_deg, to_spherical
from engine.realtime.snapshot import DistanceLaw
from engine.realtime.width_law import width_focus
from engine.spatial.spread import flatness

GRID_S = 0.02
TOLERANCE_DEG = 0.25
LARGEST_STEP_DEG = 6.0
WIDTH_TOLERANCE_DEG = 2.0
TICKS_PER_S = 100_000
"""ADM times are written with five decimals."""

_FIRST_BLOCK_TICKS = 1_000
_STILL_DEG = 0.05


@dataclass(frozen=True)
class MotionBlock:
    """Half-open stretch [start, start + duration) in ticks; what it says is reached at its end.

    Azimuth in degrees, positive to the left; elevation positive up: ADM's polar convention is ours.
    Width and height in degrees are those of a sound that is no point.
    """

    start_ticks: int
    duration_ticks: int
    azimuth_deg: float
    elevation_deg: float
    width_deg: float = 0.0
    height_deg: float = 0.0


class Path(Protocol):
    """Where something is: a trajectory, or `engine.deliver.heard_path.HeardPath`."""

    def at(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) metres at (n,) seconds, in order."""


WidthAt = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""(n,) degrees at (n,) seconds of the scene."""


def motion_blocks(
    path: Path,
    duration_ticks: int,
    start_ticks: int = 0,
    rotation: NDArray[np.float64] | None = None,
    width_at: WidthAt | None = None,
    law: DistanceLaw | None = None,
) -> tuple[MotionBlock, ...]:
    """Blocks that cover [0, duration) without a gap; there, 0 is `start_ticks` of the path.

    The first block stands at the starting direction (renderers do not fade into it); each later
    one moves from the previous direction to its own. `rotation` (3, 3) turns all of them;
    `width_at` says how wide the sound is, `law` how much of its focus nearness leaves.
    """
    ticks = _grid(duration_ticks)
    times_s = (start_ticks + ticks) / TICKS_PER_S
    positions = path.at(times_s)
    if rotation is not None:
        positions = positions @ rotation.T
    directions = _unit(positions)
    widths = np.zeros(len(ticks)) if width_at is None else width_at(times_s)
    if law is not None:
        widths = _near_widths(positions, widths, law)
    knots = _knots(directions, widths)
    angles = to_spherical(directions[knots])
    said = np.column_stack([angles[:, :2], widths[knots], height_of(widths[knots], angles[:, 1])])
    still = angle_between_deg(*directions[knots[:2]]) <= _STILL_DEG
    if len(knots) == 2 and still and np.ptp(widths[knots]) <= _STILL_DEG:
        return (MotionBlock(0, duration_ticks, *_rounded(said[0])),)
    edges = ticks[knots]
    first = min(_FIRST_BLOCK_TICKS, int(edges[1]) // 2)
    starts = [0, first, *edges[1:-1]]
    ends = [first, *edges[1:]]
    return tuple(
        MotionBlock(int(start), int(end - start), *_rounded(values))
        for start, end, values in zip(starts, ends, said, strict=True)
    )


def _grid(duration_ticks: int) -> NDArray[np.int64]:
    """Ticks to look at: every `GRID_S`, and the end."""
    step = int(GRID_S * TICKS_PER_S)
    regular = np.arange(0, duration_ticks, step, dtype=np.int64)
    if regular.size > 1 and duration_ticks - regular[-1] < step // 2:
        regular = regular[:-1]
    return np.append(regular, duration_ticks)


def _unit(positions_m: NDArray[np.float64]) -> NDArray[np.float64]:
    distance = np.linalg.norm(positions_m, axis=-1, keepdims=True)
    ahead = np.broadcast_to([1.0, 0.0, 0.0], positions_m.shape)
    return np.where(distance > 1e-6, positions_m / np.maximum(distance, 1e-6), ahead)


def _near_widths(
    positions_m: NDArray[np.float64], widths_deg: NDArray[np.float64], law: DistanceLaw
) -> NDArray[np.float64]:
    """(n,) widths in degrees of caps with the focus that places (n, 3) leave of widths (n,)."""
    focus = law.focus(np.linalg.norm(positions_m, axis=-1))
    around = np.degrees(4.0 * np.arccos(np.sqrt(focus * width_focus(widths_deg))))
    return np.where(focus < 1.0, around, widths_deg)


def _knots(directions: NDArray[np.float64], widths: NDArray[np.float64]) -> list[int]:
    """Indices that are kept; greedy, each stretch as long as it fits (found by doubling)."""
    knots, last = [0], len(directions) - 1
    while knots[-1] < last:
        start, reach = knots[-1], 1
        while start + 2 * reach <= last and _fits(directions, widths, start, start + 2 * reach):
            reach *= 2
        low, high = start + reach, min(start + 2 * reach, last)
        while low < high:
            middle = (low + high + 1) // 2
            fits = _fits(directions, widths, start, middle)
            low, high = (middle, high) if fits else (low, middle - 1)
        knots.append(low)
    return knots


def _fits(
    directions: NDArray[np.float64], widths: NDArray[np.float64], start: int, stop: int
) -> bool:
    """Whether the arc from `start` to `stop`, widening evenly, stands for everything between."""
    first, last = directions[start], directions[stop]
    if angle_between_deg(first, last) > LARGEST_STEP_DEG:
        return False
    share = np.linspace(0.0, 1.0, stop - start + 1)[:, None]
    even = widths[start] + share[:, 0] * (widths[stop] - widths[start])
    if np.abs(widths[start : stop + 1] - even).max() > WIDTH_TOLERANCE_DEG:
        return False
    straight = _unit(first + share * (last - first))
    between = directions[start : stop + 1]
    return bool(np.max(angle_between_deg(straight, between)) <= TOLERANCE_DEG)


def height_of(
    width_deg: NDArray[np.float64], elevation_deg: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n,) degrees from bottom to top of sounds (n,) so wide, as loudspeakers play them: flat at
    ear level, round above and below the head."""
    return np.asarray(width_deg * flatness(1.0 - width_focus(width_deg), np.radians(elevation_deg)))


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) + 0.0 for value in values)
