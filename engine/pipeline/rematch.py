"""A new analysis meets the old one: which track is which, and what a hand has put right in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.project.model import Project, Track, TrackId, Video
from engine.project.store import MediaFolder
from engine.vision.box_pull import corrected
from engine.vision.round_pictures import on_the_turn_of
from engine.vision.track import iou

Array = NDArray[np.float64]

_SAME_IOU = 0.3
"""Mean overlap over the time of both from which two tracks are one thing."""
_SAMPLES = 40


def with_corrections(
    tracks: Sequence[Track], project: Project, media: MediaFolder
) -> tuple[Track, ...]:
    """New tracks with the boxes that a hand corrected on the old ones corrected again.

    A track with corrections is looked for among the new ones by where it is in the picture, and
    keeps its id: whatever else the new analysis found does not matter.
    """
    found = list(tracks)
    for old in project.tracks:
        if not old.box_corrections or old.boxes is None or old.provenance == "hand":
            continue
        before = _boxes(old, media)
        now = [_beside(track, before, project.video, media) for track in found]
        index = _same(before, now)
        if index is None:
            continue
        found = _renamed(found, index, old.id)
        track = found[index]
        boxes = corrected(now[index], old.box_corrections)
        found[index] = structs.replace(
            track, boxes=media.put_array(boxes), box_corrections=old.box_corrections
        )
    return tuple(found)


def _boxes(track: Track, media: MediaFolder) -> Array:
    assert track.boxes is not None
    return np.asarray(media.array(track.boxes), dtype=np.float64)


def _beside(track: Track, old: Array, video: Video | None, media: MediaFolder) -> Array:
    """Boxes of a track, in a film all around on the turn that the old ones are on."""
    if track.boxes is None:
        return np.zeros((0, 6))
    boxes = _boxes(track, media)
    if video is None or not video.spherical:
        return boxes
    return on_the_turn_of(boxes, old, video.width)


def _same(old: Array, new: Sequence[Array]) -> int | None:
    """Index of the boxes that lie most on the old ones; None where none do."""
    scores = [overlap(old, boxes) if len(boxes) else 0.0 for boxes in new]
    if not scores or max(scores) < _SAME_IOU:
        return None
    return int(np.argmax(scores))


def overlap(one: Array, other: Array) -> float:
    """Mean IoU (0..1) of boxes (n, 6) and (m, 6) over the time that either is seen."""
    first, last = min(one[0, 0], other[0, 0]), max(one[-1, 0], other[-1, 0])
    scores = []
    for time_s in np.linspace(first, last, _SAMPLES):
        at = [rows[int(np.argmin(np.abs(rows[:, 0] - time_s)))] for rows in (one, other)]
        both = all(abs(float(row[0]) - time_s) < 0.25 for row in at)
        scores.append(iou(at[0][1:5], at[1][1:5]) if both else 0.0)
    return float(np.mean(scores))


def _renamed(tracks: list[Track], index: int, name: TrackId) -> list[Track]:
    """Tracks in which the one at `index` has an id, and who had it has the other's."""
    mine = tracks[index].id
    swapped = {mine: name, name: mine}
    return [structs.replace(t, id=swapped.get(t.id, t.id)) for t in tracks]
