"""Which clips of a track are in sight, found without looking at all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Clip, Project


@dataclass(frozen=True)
class ClipRow:
    """Clips of one track sorted by start; `latest_ends_s[i]` is the latest end among clips 0..i."""

    clips: tuple[Clip, ...]
    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    latest_ends_s: NDArray[np.float64]

    def within(self, from_s: float, to_s: float) -> slice:
        """Slice that holds every clip touching [from_s, to_s]."""
        last = int(np.searchsorted(self.starts_s, to_s, side="right"))
        first = int(np.searchsorted(self.latest_ends_s, from_s, side="left"))
        return slice(first, max(first, last))

    def at(self, time_s: float) -> Clip | None:
        """The topmost clip at a time."""
        found = [
            clip
            for clip in self.clips[self.within(time_s, time_s)]
            if clip.start_s <= time_s < clip.start_s + clip.duration_s
        ]
        return found[-1] if found else None


def row_of(project: Project, track_id: str) -> ClipRow:
    """The sorted clips of a track; remembered for as long as the clips are the same."""
    return _row(project.clips_of(track_id))


@lru_cache(maxsize=512)
def _sorted_row(key: _Identity) -> ClipRow:
    clips = tuple(sorted(key.clips, key=lambda clip: (clip.start_s, clip.id)))
    starts = np.array([clip.start_s for clip in clips])
    ends = starts + np.array([clip.duration_s for clip in clips])
    latest = np.maximum.accumulate(ends) if len(clips) else ends
    return ClipRow(clips, starts, ends, latest)


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
