"""Visual onsets from motion: bounces, impacts, sharp turns, starts and stops.

A contact changes a velocity within a moment; flight and rolling change it slowly. So parabolas
are fitted to the path just before and just after every moment, and their velocities compared: a
ball at its apex gives no difference, a ball that bounces gives all of it. Steps of people are in
`engine.vision.gait`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Contact
from engine.vision.paths import Path, local_fit, median_filter
from engine.vision.skips import motion_clock

Array = NDArray[np.float64]

Kind = Literal["bounce", "impact", "turn", "start", "stop", ""]

_SIDE_S = 0.2
"""How much of the path before and after a moment is looked at."""
_LEAST_SIDE = 4
_UNEVEN = 0.1
"""Steps from picture to picture vary by more of their median where a clip's rate does."""
_STEADIER = 0.7
"""A steady clock is believed where it makes the path so much smoother."""
_LEAST_JUMP_SIZES = 0.9
_LEAST_JUMP_SHARE = 0.045
"""A contact changes the velocity by this share of the picture's width per second, or more."""
_LEAST_SIGMAS = 5.0
_AGREE, _LASTS = 2, 0.75
"""Moments on either side whose velocities must differ, too, and by what share of the least."""
_APART_S, _LEAST_TURN_DEG = 0.12, 35.0
"""Nearer than this, the stronger of two turns stands for both; gentler ones are curves."""
_SUPPLE = 0.07
"""Things whose size usually varies by more (wings, limbs) do not bounce, they flap or run."""
_STILL_SHARE = 0.02
"""Slower than this share of the picture's width per second is standing still."""
_MOVING_SHARE = 0.06
"""Faster than this share is moving; in between it stays what it was."""
_LEAST_REST_S, _SAME_CHANGE_S = 0.3, 0.25
"""What is known of a thing on both sides of a start or stop, at the least; and how near another
contact is the same one."""


@dataclass(frozen=True)
class _Sides:
    """Velocities (n, 2) in px/s just before and after each moment, and the time (n,) between the
    two parabolas, where they meet vertically; `noise` is the velocity's standard deviation."""

    before: Array
    after: Array
    meeting_s: Array
    noise: Array


def find_contacts(path: Path, kind: str, width: int, height: int) -> tuple[Contact, ...]:
    """Contacts of one object that is not a walking person, in order of time.

    `kind` is 'person', 'vehicle' or 'object'; only objects bounce.
    """
    contacts: list[Contact] = []
    if kind == "object":
        for piece in path.parts or (path,):
            if len(piece.times_s) >= 2 * _LEAST_SIDE:
                contacts += _hits(piece, width, height)
    contacts = _apart(contacts)
    contacts += _starts_and_stops(path, width, [c.time_s for c in contacts])
    return tuple(sorted(contacts, key=lambda c: c.time_s))


def _apart(contacts: Sequence[Contact]) -> list[Contact]:
    """Of contacts of several parts at about the same time the strongest."""
    kept: list[Contact] = []
    for contact in sorted(contacts, key=lambda c: -c.strength):
        if all(abs(contact.time_s - other.time_s) >= _APART_S for other in kept):
            kept.append(contact)
    return kept


def _hits(path: Path, width: int, height: int) -> list[Contact]:
    anchor, stiff = _anchor(path, width, height)
    clock_s = _clock(path.times_s, anchor, path.seen)
    jitter_px = _jitter_px(clock_s[path.seen], anchor[path.seen])
    times_s, told = motion_clock(clock_s, anchor, path.seen, jitter_px)
    path = replace(path, times_s=times_s, seen=told)
    sides = _velocities(path.times_s, anchor, path.seen)
    jump = sides.after - sides.before
    strength = np.linalg.norm(jump, axis=1)
    size = np.sqrt(np.maximum(1.0, np.prod(path.sizes, axis=1)))
    least = np.maximum(_LEAST_JUMP_SHARE * width, _LEAST_JUMP_SIZES * size)
    least = np.maximum(least, _LEAST_SIGMAS * sides.noise)
    candidate = (strength > least) & stiff & np.isfinite(strength)
    lasts = _lasting(sides) > _LASTS * least
    peaks = _peaks(path.times_s, np.where(candidate, strength, 0.0))
    picked = [index for index in peaks if lasts[index]]
    hits = _clear(
        [(_contact(sides, i, path.times_s, width), strength[i] / least[i]) for i in picked]
    )
    strongest = max((s for _, s in hits), default=1.0)
    return [
        Contact(
            time_s=float(np.interp(time_s, times_s, clock_s)),
            kind=kind,
            strength=float(np.clip(s / strongest, 0.05, 1.0)),
        )
        for (time_s, kind), s in hits
        if kind
    ]


def _lasting(sides: _Sides) -> Array:
    """How much (n,) the velocity differs between some moments before and some after.

    At a contact that is what it differs by just there; at a point that lies astray it is little.
    """
    count, jumps = len(sides.before), np.full(len(sides.before), np.inf)
    for i in range(_AGREE, count - _AGREE):
        early, late = sides.before[i - _AGREE : i + 1], sides.after[i : i + _AGREE + 1]
        if np.isfinite(early).all() and np.isfinite(late).all():
            jumps[i] = np.linalg.norm(np.median(late, axis=0) - np.median(early, axis=0))
    return jumps


def _clear(
    hits: Sequence[tuple[tuple[tuple[float, Kind], float], float]],
) -> list[tuple[tuple[float, Kind], float]]:
    """Hits that stand on their own: the flank of a bounce looks like a turn, but is none.

    Turns and impacts must be twice as strong as the threshold and apart from stronger hits.
    """
    kept: list[tuple[tuple[float, Kind], float]] = []
    for ((time_s, kind), change), over in sorted(hits, key=lambda hit: -hit[0][1]):
        apart = all(abs(time_s - other) > 1.3 * _SIDE_S for (other, _), _ in kept)
        faint = bool(kept) and change < 0.15 * kept[0][1]
        if kind and not faint and (kind == "bounce" or (apart and over > 2.0)):
            kept.append(((time_s, kind), change))
    return kept


def _anchor(path: Path, width: int, height: int) -> tuple[Array, NDArray[np.bool_]]:
    """The point (n, 2) whose path is followed, and where its shape is stiff enough for that.

    It is the centre of mass. Shapes that keep changing (wings, limbs) and boxes cut by the
    picture's edge say nothing about contacts.
    """
    raw = path.boxes
    step_s = float(np.median(np.diff(path.times_s)))
    reach = max(2, round(0.5 * _SIDE_S / step_s))
    sizes = np.maximum(raw[:, 2:] - raw[:, :2], 1.0)
    uneven = np.max([_running_std(np.log(s), reach) for s in sizes.T], axis=0)
    pixel = 1.0 / np.maximum(4.0, path.sizes.min(axis=1))
    supple = float(np.median(uneven - pixel)) > _SUPPLE
    edge = 1.5
    cut = (raw[:, 1] <= edge) | (raw[:, 3] >= height - edge)
    if not path.sideless:
        cut |= (raw[:, 0] <= edge) | (raw[:, 2] >= width - edge)
    return path.points, (uneven < 0.12 + pixel) & ~cut & path.seen & (not supple)


def _running_std(values: Array, reach: int) -> Array:
    padded = np.pad(values, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).std(axis=1)


def _velocities(times_s: Array, points: Array, seen: NDArray[np.bool_]) -> _Sides:
    count = len(times_s)
    before = np.full((count, 2), np.nan)
    after, meeting = before.copy(), np.full(count, np.nan)
    noise = np.full(count, np.inf)
    jitter_px = _jitter_px(times_s[seen], points[seen])
    side_s = float(np.clip(5.1 * np.median(np.diff(times_s)), _SIDE_S, 2.0 * _SIDE_S))
    uneven = _is_uneven(times_s)
    for i, time_s in enumerate(times_s):
        early = np.flatnonzero((times_s > time_s - side_s) & (times_s <= time_s) & seen)
        late = np.flatnonzero((times_s >= time_s) & (times_s < time_s + side_s) & seen)
        if uneven:
            early, late = _at_least(times_s, seen, i, (early, late))
        if len(early) <= _LEAST_SIDE or len(late) <= _LEAST_SIDE:
            continue
        # the sample at the moment itself may lie on either side: try both
        options = [
            _meet(times_s, points, (early[:-1], late), time_s, jitter_px),
            _meet(times_s, points, (early, late[1:]), time_s, jitter_px),
        ]
        best = min(options, key=lambda option: option[4])
        before[i], after[i], meeting[i], noise[i] = best[:4]
    return _Sides(before, after, meeting, noise)


def _clock(times_s: Array, points: Array, seen: NDArray[np.bool_]) -> Array:
    """Times (n,) of the pictures: a steady clock's where the path is smoother by it.

    Time stamps that tremble around a steady clock (a careless recorder's) shake what moves; those
    of a camera that skips pictures tell the truth, and a steady clock would shake it.
    """
    if not _is_uneven(times_s):
        return times_s
    index = np.arange(len(times_s))
    step_s, start_s = np.polyfit(index, times_s, 1)
    steady = np.asarray(start_s + step_s * index)
    if np.abs(steady - times_s).max() > step_s:  # pictures are missing
        return times_s
    given_px = _jitter_px(times_s[seen], points[seen])
    return steady if _jitter_px(steady[seen], points[seen]) < _STEADIER * given_px else times_s


def _is_uneven(times_s: Array) -> bool:
    """Whether pictures come so irregularly that time, and not their number, must decide."""
    steps_s = np.diff(times_s)
    return bool(len(steps_s)) and float(steps_s.std()) > _UNEVEN * float(np.median(steps_s))


def _at_least(
    times_s: Array,
    seen: NDArray[np.bool_],
    index: int,
    sides: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Sides (before, after) with as many sightings as a parabola needs, within twice the time."""
    early, late = sides
    rows = np.flatnonzero(seen)
    wanted = _LEAST_SIDE + 1
    if len(early) < wanted:
        early = rows[rows <= index][-wanted:]
        early = early[times_s[early] > times_s[index] - 2.5 * _SIDE_S]
    if len(late) < wanted:
        late = rows[rows >= index][:wanted]
        late = late[times_s[late] < times_s[index] + 2.5 * _SIDE_S]
    return early, late


def _jitter_px(times_s: Array, points: Array) -> float:
    """Standard deviation of a position, from how second differences scatter.

    Where pictures come unevenly, those count that lie closest together: flight bends the others.
    """
    if len(points) < 5:
        return 0.3
    first, second = np.diff(times_s)[:-1, None], np.diff(times_s)[1:, None]
    straight = (second * points[:-2] + first * points[2:]) / (first + second)
    away = 2.0 * (straight - points[1:-1])
    spans_s = (first + second)[:, 0]
    away = away[spans_s <= max(1.5 * spans_s.min(), float(np.sort(spans_s)[:3].max()))]
    scatter = np.median(np.abs(away - np.median(away, axis=0)))
    return max(0.08, 1.4826 * float(scatter) / np.sqrt(6.0))


def _meet(
    times_s: Array,
    points: Array,
    sides: tuple[NDArray[np.intp], NDArray[np.intp]],
    time_s: float,
    jitter_px: float,
) -> tuple[Array, Array, float, float, float]:
    """Velocities at the meeting point of both sides' fits, its time, the noise, the misfit."""
    early, late = sides
    a, miss_a = _fit(times_s[early] - time_s, points[early])
    b, miss_b = _fit(times_s[late] - time_s, points[late])
    span = _span(times_s, time_s)
    apart = np.abs(np.polyval(a[:, 1], span) - np.polyval(b[:, 1], span))
    apart += np.abs(np.polyval(a[:, 0], span) - np.polyval(b[:, 0], span))
    at = float(span[int(np.argmin(apart))])
    velocity_a = np.array([np.polyval(np.polyder(a[:, k]), at) for k in (0, 1)])
    velocity_b = np.array([np.polyval(np.polyder(b[:, k]), at) for k in (0, 1)])
    noise = jitter_px * np.hypot(
        _slope_gain(times_s[early] - time_s, at), _slope_gain(times_s[late] - time_s, at)
    )
    misfit = float(np.hypot(miss_a, miss_b)) + float(apart.min())
    return velocity_a, velocity_b, time_s + at, float(noise), misfit


def _span(times_s: Array, time_s: float) -> Array:
    """Moments, relative to a picture's, from the picture before it to the one after."""
    step_s = float(np.median(np.diff(times_s)))
    index = int(np.searchsorted(times_s, time_s))
    back_s = time_s - float(times_s[max(0, index - 1)])
    on_s = float(times_s[min(len(times_s) - 1, index + 1)]) - time_s
    return np.linspace(-back_s, on_s, 8 * max(2, round((back_s + on_s) / step_s)) + 1)


def _degree(times: Array) -> int:
    return 2 if len(times) >= 4 else 1


def _fit(times: Array, points: Array) -> tuple[Array, float]:
    """Coefficients (3, 2) of parabolas (straight lines for few points) and the RMS misfit."""
    fit = np.polyfit(times, points, _degree(times))
    if len(fit) == 2:
        fit = np.vstack([np.zeros((1, 2)), fit])
    miss = points - np.stack([np.polyval(fit[:, k], times) for k in (0, 1)], axis=1)
    return fit, float(np.sqrt(np.mean(miss**2)))


def _slope_gain(times: Array, at: float) -> float:
    """Standard deviation of the fitted slope at a time, for unit noise of the positions."""
    powers = np.vander(times, _degree(times) + 1)
    slope = np.array([2.0 * at, 1.0, 0.0])[-powers.shape[1] :]
    return float(np.sqrt(slope @ np.linalg.pinv(powers.T @ powers) @ slope))


def _peaks(times_s: Array, strength: Array) -> list[int]:
    """Indices of the strongest moments, at least `_APART_S` from stronger ones."""
    picked: list[int] = []
    for index in np.argsort(-strength):
        if strength[index] <= 0.0:
            break
        if all(abs(times_s[index] - times_s[p]) >= _APART_S for p in picked):
            picked.append(int(index))
    return sorted(picked)


def _contact(
    sides: _Sides, index: int, times_s: Array, width: int
) -> tuple[tuple[float, Kind], float]:
    """Time and kind ('' for none), and the change of velocity in px/s (rows grow downwards)."""
    before, after = sides.before[index], sides.after[index]
    jump = after - before
    time_s = float(np.clip(sides.meeting_s[index], times_s[0], times_s[-1]))
    falls = before[1] > max(0.02 * width, 0.4 * float(np.linalg.norm(jump)))
    if falls and jump[1] < -0.6 * float(np.linalg.norm(jump)):
        kind: Kind = "bounce"
    elif np.linalg.norm(after) < 0.6 * np.linalg.norm(before):
        kind = "impact"
    elif _angle_deg(before, after) > _LEAST_TURN_DEG:
        kind = "turn"
    else:
        kind = ""
    return (time_s, kind), float(np.linalg.norm(jump))


def _angle_deg(before: Array, after: Array) -> float:
    cross = before[0] * after[1] - before[1] * after[0]
    return float(np.degrees(abs(np.arctan2(cross, before @ after))))


def _starts_and_stops(path: Path, width: int, others_s: Sequence[float]) -> list[Contact]:
    """Moments at which a thing that stood still sets off, or comes to rest for good."""
    if path.duration_s < 1.0:
        return []
    step_s = float(np.median(np.diff(path.times_s)))
    centres = local_fit(path.times_s, path.centres, np.ones(len(path.times_s)), 0.15, order=1)
    speed = np.linalg.norm(np.gradient(centres, path.times_s, axis=0), axis=1)
    speed = median_filter(speed, max(1, round(0.1 / step_s)))
    state = _moving_or_still(speed, width)
    changes = np.flatnonzero(np.diff(state.astype(int)))
    found: list[Contact] = []
    for index in changes:
        starts = bool(state[index + 1])
        time_s = _half_way(path.times_s, speed, int(index), starts)
        before = float(path.times_s[index] - path.times_s[0])
        after = float(path.times_s[-1] - path.times_s[index])
        known = any(abs(time_s - other_s) < _SAME_CHANGE_S for other_s in others_s)
        if min(before, after) < _LEAST_REST_S or known:
            continue
        peak = float(np.max(speed[max(0, index - 15) : index + 16])) / (0.5 * width)
        kind: Literal["start", "stop"] = "start" if starts else "stop"
        found.append(Contact(time_s=time_s, kind=kind, strength=float(np.clip(peak, 0.05, 1.0))))
    return found


def _half_way(times_s: Array, speed: Array, index: int, starts: bool) -> float:
    """When the speed passes half of what it is on the moving side of a change."""
    near = (times_s > times_s[index] - 0.6) & (times_s < times_s[index] + 0.6)
    rows = np.flatnonzero(near)
    half = 0.5 * float(np.percentile(speed[rows], 90))
    fast = rows[speed[rows] >= half]
    return float(times_s[fast[0] if starts else fast[-1]])


def _moving_or_still(speed: Array, width: int) -> NDArray[np.bool_]:
    """True where it moves, with hysteresis between two speeds."""
    state = np.empty(len(speed), dtype=bool)
    moving = bool(speed[0] > _STILL_SHARE * width)
    for index, value in enumerate(speed):
        if value > _MOVING_SHARE * width:
            moving = True
        elif value < _STILL_SHARE * width:
            moving = False
        state[index] = moving
    return state
