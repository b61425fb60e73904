"""How well a script's sounds fit those that must be there: recall, precision, temporal overlap.

FoleyDesigner (sections 5 and supplement 3.2) reports event recall and the temporal IoU of activity;
its definitions are not given, those here are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Activity = NDArray[np.bool_]
STEP_S = 0.01
"""Activities have a value every 10 ms."""
_FOUND = 0.5
"""Share of a sound's time that must be met."""
_LEAST_STEPS = 3


@dataclass(frozen=True)
class Wanted:
    """A sound that must be there (or may): what it may be made by, where, and when.

    `place` is the name of a track; `activity` (n,) says when it sounds, or, with `once`, when it
    does at some time: words tell no more.
    """

    by: frozenset[str]
    place: str
    activity: Activity
    optional: bool = False
    once: bool = False


@dataclass(frozen=True)
class Made:
    """A sound that a script makes."""

    by: str
    place: str
    activity: Activity


@dataclass(frozen=True)
class EventFit:
    """Figures of one scene, and what was missed or too much.

    `overlaps` is the temporal IoU of each wanted sound that is neither optional nor `once`, 0 where
    it is missed.
    """

    recalled: int
    wanted: int
    right: int
    made: int
    overlaps: tuple[float, ...]
    missed: tuple[int, ...]
    wrong: tuple[int, ...]


def event_fit(wanted: Sequence[Wanted], made: Sequence[Made]) -> EventFit:
    """How well made sounds fit wanted ones.

    A wanted sound is recalled where sounds of its kind and place meet at least half of its time (or
    30 ms of it, where it may sound once); a
    made one is right where at least half of its time is that of wanted sounds of its kind and
    place.

    Parameters
    ----------
    wanted, made : sequences
        Activities (n,) of one length.
    """
    must = [(index, one) for index, one in enumerate(wanted) if not one.optional]
    overlaps, missed = [], []
    for index, one in must:
        own = union([m.activity for m in made if _fits(one, m)], len(one.activity))
        inside = int(np.count_nonzero(own & one.activity))
        needed = _LEAST_STEPS if one.once else _FOUND * int(np.count_nonzero(one.activity))
        if inside < needed:
            missed.append(index)
        if not one.once:
            overlaps.append(iou(own, one.activity) if inside >= needed else 0.0)
    wrong = []
    for index, sound in enumerate(made):
        asked = union([w.activity for w in wanted if _fits(w, sound)], len(sound.activity))
        inside = int(np.count_nonzero(asked & sound.activity))
        if inside < _FOUND * max(int(np.count_nonzero(sound.activity)), 1):
            wrong.append(index)
    return EventFit(
        recalled=len(must) - len(missed),
        wanted=len(must),
        right=len(made) - len(wrong),
        made=len(made),
        overlaps=tuple(overlaps),
        missed=tuple(missed),
        wrong=tuple(wrong),
    )


def iou(first: Activity, second: Activity) -> float:
    """Intersection over union of two activities; 1 where both are silent."""
    either = int(np.count_nonzero(first | second))
    return int(np.count_nonzero(first & second)) / either if either else 1.0


def union(activities: Sequence[Activity], length: int) -> Activity:
    """Where any of several is active."""
    out = np.zeros(length, dtype=bool)
    for activity in activities:
        out |= activity
    return out


def spans_activity(spans_s: Sequence[tuple[float, float]], duration_s: float) -> Activity:
    """(n,) activity of spans (start, end) in seconds."""
    times = (np.arange(round(duration_s / STEP_S)) + 0.5) * STEP_S
    return union([(times >= a) & (times < b) for a, b in spans_s], len(times))


def audio_activity(
    audio: NDArray[np.floating],
    sample_rate_hz: int,
    start_s: float,
    duration_s: float,
    *,
    range_db: float = 30.0,
    bridge_s: float = 0.1,
) -> Activity:
    """(n,) activity of a sound that begins at a time of a scene.

    Active is what is within `range_db` of its loudest 10 ms; pauses up to `bridge_s` do not count.

    Parameters
    ----------
    audio : (channels, samples) array
    sample_rate_hz : int
    start_s, duration_s : float
        Where it begins, and how long the scene is.
    """
    out = np.zeros(round(duration_s / STEP_S), dtype=bool)
    hop = round(STEP_S * sample_rate_hz)
    count = audio.shape[1] // hop
    if not count:
        return out
    power = np.mean(np.square(audio[:, : count * hop], dtype=np.float64), axis=0)
    levels = power.reshape(count, hop).mean(axis=1)
    on = np.flatnonzero(levels > levels.max() * 10.0 ** (-range_db / 10.0))
    first = round(start_s / STEP_S)
    for begin, end in zip(on, [*on[1:], on[-1]] if on.size else [], strict=True):
        stop = end if end - begin <= bridge_s / STEP_S else begin
        out[max(first + begin, 0) : max(first + stop + 1, 0)] = True
    return out


def _fits(wanted: Wanted, made: Made) -> bool:
    return made.by in wanted.by and made.place == wanted.place
