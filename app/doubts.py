"""How sure the analysis was along every track, and the spots worth looking at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Project, Track

UNSURE = 0.55
"""A box less certain than this is worth a look; 0.3 and 0.5 mark guesses between sightings."""
_GAP_S = 0.25
_LEAST_S = 0.1
_LEVELS = 8

Boxes = NDArray[np.float64]
"""(n, 6): time_s, x0, y0, x1, y1 in pixels of the video, confidence."""
BoxesOf = Callable[[Track], Boxes | None]


@dataclass(frozen=True)
class Stretch:
    """A track was seen from `start_s` to `end_s` about as surely as `confidence` (0..1)."""

    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True)
class Doubt:
    """A spot to look at: `confidence` is the least of it; `lost` where nothing was seen at all."""

    track_id: str
    start_s: float
    end_s: float
    confidence: float
    lost: bool


class _Seen:
    """Boxes looked up by identity, so that what follows from them is found once."""

    __slots__ = ("boxes",)

    def __init__(self, boxes: Boxes) -> None:
        self.boxes = boxes

    def __hash__(self) -> int:
        return id(self.boxes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Seen) and other.boxes is self.boxes


def stretches(boxes: Boxes) -> tuple[Stretch, ...]:
    """Stretches of even confidence, in order; between two of them the object may be away."""
    return _stretches(_Seen(boxes))


@lru_cache(maxsize=256)
def _stretches(seen: _Seen) -> tuple[Stretch, ...]:
    boxes = seen.boxes
    if not len(boxes):
        return ()
    times, sure = boxes[:, 0], np.clip(boxes[:, 5], 0.0, 1.0)
    step_s = float(np.median(np.diff(times))) if len(times) > 1 else 0.04
    level = np.where(sure < UNSURE, -1, np.round(sure * _LEVELS)).astype(np.int64)
    breaks = np.flatnonzero((np.diff(level) != 0) | (np.diff(times) > _GAP_S)) + 1
    parts = zip([0, *breaks], [*breaks, len(times)], strict=True)
    return tuple(
        Stretch(float(times[a]), float(times[b - 1]) + step_s, float(sure[a:b].mean()))
        for a, b in parts
    )


def doubts_of(track: Track, boxes: Boxes) -> list[Doubt]:
    """Where a track was followed without being surely seen, or was lost in between."""
    found = []
    parts = stretches(boxes)
    for part in parts:
        if part.confidence < UNSURE and part.end_s - part.start_s >= _LEAST_S:
            found.append(Doubt(track.id, part.start_s, part.end_s, part.confidence, lost=False))
    for one, other in pairwise(parts):
        if other.start_s - one.end_s > _GAP_S:
            found.append(Doubt(track.id, one.end_s, other.start_s, 0.0, lost=True))
    return found


def find_doubts(project: Project, boxes_of: BoxesOf) -> tuple[Doubt, ...]:
    """All spots of a project worth looking at, in time order. A hand's tracks are not doubted."""
    found: list[Doubt] = []
    for track in project.tracks:
        boxes = boxes_of(track) if track.boxes is not None else None
        if boxes is not None and track.provenance == "machine":
            found += doubts_of(track, boxes)
    return tuple(sorted(found, key=lambda doubt: (doubt.start_s, doubt.track_id)))
