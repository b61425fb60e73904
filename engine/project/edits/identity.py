"""Edits of who is who: several tracks made one, one made two.

What comes out has ids of its own and counts as made by hand, and the ids that went in count as
deleted, so that a new analysis brings neither them nor their mistake back. Boxes are arrays beside
the value: whoever asks for the edit stores the joined or parted ones and names them here.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.errors import ProjectError
from engine.project.checks import check_track
from engine.project.edits.base import EditBase, refuse_taken, remember_removed
from engine.project.model import ContentHash, Keyframe, Project, Track, TrackId, Trajectory

_LEAST_S = 1e-3


class MergeTracks(EditBase, frozen=True, kw_only=True, tag="merge_tracks"):
    """Make one object of several tracks: they are the same thing.

    Name, look and mixer are the first one's. Where two were seen at once the one named first is
    believed. Contacts, script lines and clips of all of them are on the new track.
    """

    text: ClassVar[str] = "Merge tracks"
    track_ids: tuple[str, ...]
    new_id: str
    boxes: ContentHash | None = None

    def apply(self, project: Project) -> Project:
        if len(set(self.track_ids)) < 2 or len(set(self.track_ids)) != len(self.track_ids):
            raise ProjectError("merging takes two different tracks or more")
        parts = [_object(project, track_id) for track_id in self.track_ids]
        refuse_taken(project, "track", self.new_id)
        contacts = [
            contact
            for order, part in enumerate(parts)
            for contact in part.contacts
            if not _covered(parts[:order], contact.time_s)
        ]
        whole = structs.replace(
            parts[0],
            id=TrackId(self.new_id),
            trajectory=_joined(parts),
            detected=None,
            path_locked=False,
            contacts=tuple(sorted(contacts, key=lambda c: c.time_s)),
            boxes=self.boxes,
            start_s=min(part.start_s for part in parts),
            end_s=max(part.end_s for part in parts),
            removed_contacts_s=tuple(
                sorted({t for part in parts for t in part.removed_contacts_s})
            ),
            provenance="hand",
        )
        check_track(whole)
        return _replaced(project, self.track_ids, (whole,), None)


class SplitTrack(EditBase, frozen=True, kw_only=True, tag="split_track"):
    """Make two objects of one track: from `time_s` on it is another thing.

    Contacts, script lines and clips go with the part in which they begin.
    """

    text: ClassVar[str] = "Split track"
    track_id: str
    time_s: float
    first_id: str
    second_id: str
    first_boxes: ContentHash | None = None
    second_boxes: ContentHash | None = None

    def apply(self, project: Project) -> Project:
        track = _object(project, self.track_id)
        if self.first_id == self.second_id:
            raise ProjectError("the two parts need two ids", place=track.name)
        for new_id in (self.first_id, self.second_id):
            refuse_taken(project, "track", new_id)
        if not track.start_s + _LEAST_S < self.time_s < track.end_s - _LEAST_S:
            raise ProjectError(
                f"'{track.name}' is not there at {self.time_s:g} s",
                remedy="put the playhead between its first and its last moment",
            )
        before, after = _parted(track.trajectory, self.time_s)
        first = structs.replace(
            track,
            id=TrackId(self.first_id),
            trajectory=before,
            contacts=tuple(c for c in track.contacts if c.time_s < self.time_s),
            boxes=self.first_boxes,
            end_s=self.time_s,
            provenance="hand",
        )
        second = structs.replace(
            track,
            id=TrackId(self.second_id),
            name=f"{track.name} b",
            trajectory=after,
            contacts=tuple(c for c in track.contacts if c.time_s >= self.time_s),
            boxes=self.second_boxes,
            start_s=self.time_s,
            provenance="hand",
        )
        check_track(first)
        check_track(second)
        return _replaced(project, (self.track_id,), (first, second), self.time_s)


def merged_boxes(boxes: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """(n, 6) boxes of tracks that are one thing; where they overlap in time, the first one's."""
    kept = [boxes[0]]
    for rows in boxes[1:]:
        free = np.ones(len(rows), dtype=bool)
        for other in kept:
            if len(other):
                free &= (rows[:, 0] < other[0, 0]) | (rows[:, 0] > other[-1, 0])
        kept.append(rows[free])
    together = np.concatenate(kept)
    return together[np.argsort(together[:, 0], kind="stable")]


def _object(project: Project, track_id: str) -> Track:
    track = project.track(track_id)
    if track.kind != "object":
        raise ProjectError(f"'{track.name}' is an ambience, not an object", place=track_id)
    return track


def _covered(parts: list[Track], time_s: float) -> bool:
    return any(part.start_s <= time_s <= part.end_s for part in parts)


def _joined(parts: list[Track]) -> Trajectory:
    keyframes = {
        keyframe.time_s: keyframe
        for order, part in reversed(list(enumerate(parts)))
        for keyframe in part.trajectory.keyframes
        if not _covered(parts[:order], keyframe.time_s)
    }
    return Trajectory(keyframes=tuple(keyframes[t] for t in sorted(keyframes)))


def _parted(path: Trajectory, time_s: float) -> tuple[Trajectory, Trajectory]:
    """The path before and from a time on; both have a keyframe there."""
    x_m, y_m, z_m = (float(value) for value in path.at(time_s))
    velocity_mps = path.velocity_at(time_s)
    here = Keyframe(time_s=time_s, x_m=x_m, y_m=y_m, z_m=z_m, velocity_mps=velocity_mps)
    here = next((k for k in path.keyframes if k.time_s == time_s), here)
    before = [k for k in path.keyframes if k.time_s < time_s]
    after = [k for k in path.keyframes if k.time_s > time_s]
    return Trajectory(keyframes=(*before, here)), Trajectory(keyframes=(here, *after))


def _replaced(
    project: Project, old: tuple[str, ...], new: tuple[Track, ...], border_s: float | None
) -> Project:
    """New tracks in the place of old ones; what was on these is on the one it begins in."""
    gone = set(old)

    def home(track_id: TrackId, start_s: float) -> TrackId:
        if track_id not in gone:
            return track_id
        return new[-1].id if border_s is not None and start_s >= border_s else new[0].id

    tracks: list[Track] = []
    placed = False
    for track in project.tracks:
        if track.id not in gone:
            tracks.append(track)
        elif not placed:
            tracks.extend(new)
            placed = True
    moved = structs.replace(
        project,
        tracks=tuple(tracks),
        events=tuple(
            structs.replace(e, track_id=home(e.track_id, e.start_s)) for e in project.events
        ),
        clips=tuple(
            structs.replace(c, track_id=home(c.track_id, c.start_s)) for c in project.clips
        ),
    )
    return remember_removed(moved, *old)
