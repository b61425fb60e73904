"""Which clips of a track are in sight, and in which lane, found without looking at all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Clip, Project

CROSS_FADE_S = 0.06
"""Clips that overlap by less share a lane, faded or not."""
_ROUNDING_S = 1e-6
MOST_LANES = 6


@dataclass(frozen=True)
class ClipRow:
    """Clips of one track sorted by start.

    `latest_ends_s[i]` is the latest end among clips 0..i; `lanes[i]` is the lane of clip i, so
    that clips that overlap by more than their cross-fade lie below each other.
    """

    clips: tuple[Clip, ...]
    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    latest_ends_s: NDArray[np.float64]
    lanes: NDArray[np.int64]

    @property
    def lane_count(self) -> int:
        """How many lanes the clips need."""
        return int(self.lanes.max()) + 1 if len(self.lanes) else 1

    def within(self, from_s: float, to_s: float) -> slice:
        """Slice that holds every clip touching [from_s, to_s]."""
        last = int(np.searchsorted(self.starts_s, to_s, side="right"))
        first = int(np.searchsorted(self.latest_ends_s, from_s, side="left"))
        return slice(first, max(first, last))

    def at(self, time_s: float, lane: int) -> Clip | None:
        """The topmost clip at a time in a lane."""
        inside = self.within(time_s, time_s)
        for index in reversed(range(inside.start, inside.stop)):
            here = self.starts_s[index] <= time_s < self.ends_s[index]
            if here and self.lanes[index] == lane:
                return self.clips[index]
        return None


def row_of(project: Project, track_id: str) -> ClipRow:
    """The sorted clips of a track; remembered for as long as the clips are the same."""
    return _row(project.clips_of(track_id))


@lru_cache(maxsize=512)
def _sorted_row(key: _Identity) -> ClipRow:
    clips = tuple(sorted(key.clips, key=lambda clip: (clip.start_s, clip.id)))
    starts = np.array([clip.start_s for clip in clips])
    ends = starts + np.array([clip.duration_s for clip in clips])
    latest = np.maximum.accumulate(ends) if len(clips) else ends
    return ClipRow(clips, starts, ends, latest, _lanes(clips))


def _lanes(clips: Sequence[Clip]) -> NDArray[np.int64]:
    """First lane that is free, for each clip in the order of starts."""
    last: list[tuple[float, float]] = []  # of every lane: where it ends, and how long it fades
    lanes = np.zeros(len(clips), dtype=np.int64)
    for index, clip in enumerate(clips):
        end_s = clip.start_s + clip.duration_s
        for lane, (until_s, fade_s) in enumerate(last):
            shared_s = max(CROSS_FADE_S, min(fade_s, clip.fade_in_s) + _ROUNDING_S)
            if until_s - shared_s <= clip.start_s:
                last[lane] = max((end_s, clip.fade_out_s), last[lane])
                break
        else:
            lane = len(last)
            last.append((end_s, clip.fade_out_s))
        lanes[index] = min(lane, MOST_LANES - 1)
    return lanes


class _Identity:
    """A tuple of clips compared by identity, so that looking it up costs nothing."""

    __slots__ = ("clips",)

    def __init__(self, clips: tuple[Clip, ...]) -> None:
        self.clips = clips

    def __hash__(self) -> int:
        return id(self.clips)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.clips is self.clips


def _row(clips: tuple[Clip, ...]) -> ClipRow:
    return _sorted_row(_Identity(clips))
