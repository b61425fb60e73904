"""Edits of a span of time: taken out of the session, put into it, or cropped to.

Clips, markers and (if wanted) automation move; the picture and what was seen in it (trajectories,
contacts, the script) stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from msgspec import structs

from engine.errors import ProjectError
from engine.project.carrying import PARAMETERS, REST
from engine.project.curves import closed, opened
from engine.project.edits.base import EditBase, by_hand, remember_removed
from engine.project.edits.clips import SHORTEST_S, fit_fades
from engine.project.limits import check_time
from engine.project.model import Clip, ClipId, Marker, Project, Track

LONGEST_S = 24 * 3600.0


class DeleteTime(EditBase, frozen=True, kw_only=True, tag="delete_time"):
    """Take a span of time out: what lies in it goes, what is behind it comes earlier."""

    text: ClassVar[str] = "Delete time"
    from_s: float
    to_s: float
    automation: bool = True

    def apply(self, project: Project) -> Project:
        _check_span(self.from_s, self.to_s)
        length_s = self.to_s - self.from_s
        taken: set[str] = {clip.id for clip in project.clips}
        clips: list[Clip] = []
        gone: list[str] = []
        for clip in project.clips:
            kept = _without(clip, self.from_s, self.to_s, taken)
            gone += [clip.id] if not kept else []
            clips += [
                by_hand(structs.replace(part, start_s=part.start_s - length_s))
                if part.start_s >= self.to_s else part
                for part in kept
            ]  # fmt: skip
        closed_up = [_closed(marker, self.from_s, self.to_s) for marker in project.markers]
        markers = tuple(marker for marker in closed_up if marker is not None)
        tracks = project.tracks
        if self.automation:
            tracks = tuple(_close(track, self.from_s, self.to_s) for track in tracks)
        changed = structs.replace(project, clips=tuple(clips), markers=markers, tracks=tracks)
        return remember_removed(changed, *gone)


class InsertTime(EditBase, frozen=True, kw_only=True, tag="insert_time"):
    """Put silence in at a time: what is behind it comes later, clips across it are split."""

    text: ClassVar[str] = "Insert time"
    at_s: float
    length_s: float
    automation: bool = True

    def apply(self, project: Project) -> Project:
        check_time(self.at_s, "insert at")
        _check_span(0.0, self.length_s)
        taken: set[str] = {clip.id for clip in project.clips}
        clips = [
            by_hand(structs.replace(part, start_s=part.start_s + self.length_s))
            if part.start_s >= self.at_s else part
            for clip in project.clips
            for part in _without(clip, self.at_s, self.at_s, taken)
        ]  # fmt: skip
        markers = tuple(_opened(marker, self.at_s, self.length_s) for marker in project.markers)
        tracks = project.tracks
        if self.automation:
            tracks = tuple(_open(track, self.at_s, self.length_s) for track in tracks)
        return structs.replace(project, clips=tuple(clips), markers=markers, tracks=tracks)


class CropClips(EditBase, frozen=True, kw_only=True, tag="crop_clips"):
    """Keep of some clips only what lies in a span; those outside of it go."""

    text: ClassVar[str] = "Crop clips"
    clip_ids: tuple[str, ...]
    from_s: float
    to_s: float

    def apply(self, project: Project) -> Project:
        _check_span(self.from_s, self.to_s)
        for clip_id in self.clip_ids:
            project.clip(clip_id)
        chosen = set(self.clip_ids)
        clips, gone = [], []
        for clip in project.clips:
            if clip.id not in chosen:
                clips.append(clip)
                continue
            part = _part(clip, self.from_s, self.to_s)
            if part is None:
                gone.append(clip.id)
            else:
                clips.append(part)
        return remember_removed(structs.replace(project, clips=tuple(clips)), *gone)


def _check_span(from_s: float, to_s: float) -> None:
    check_time(from_s, "from")
    check_time(to_s, "to")
    if not SHORTEST_S <= to_s - from_s <= LONGEST_S:
        raise ProjectError(
            f"a span from {from_s:g} to {to_s:g} s is no span of time",
            remedy="drag on the ruler to select one",
        )


def _without(clip: Clip, from_s: float, to_s: float, taken: set[str]) -> list[Clip]:
    """What is left of a clip before and behind a span; the right part of two has an id of its own.

    A clip that is not touched is the same value; one wholly inside is gone.
    """
    end_s = clip.start_s + clip.duration_s
    if end_s <= from_s or clip.start_s >= to_s:
        return [clip]
    left = _part(clip, clip.start_s, from_s)
    right = _part(clip, to_s, end_s)
    if left is not None and right is not None:
        right = structs.replace(right, id=_fresh(clip.id, taken))
    return [part for part in (left, right) if part is not None]


def _part(clip: Clip, from_s: float, to_s: float) -> Clip | None:
    """A clip within a span, its sound where it was; None where nothing of it is."""
    start_s = max(clip.start_s, from_s)
    end_s = min(clip.start_s + clip.duration_s, to_s)
    if end_s - start_s < SHORTEST_S:
        return None
    if (start_s, end_s) == (clip.start_s, clip.start_s + clip.duration_s):
        return clip
    cut = structs.replace(
        clip,
        start_s=start_s,
        duration_s=end_s - start_s,
        offset_s=clip.offset_s + start_s - clip.start_s,
        fade_in_s=clip.fade_in_s if start_s == clip.start_s else 0.0,
        fade_out_s=clip.fade_out_s if end_s == clip.start_s + clip.duration_s else 0.0,
    )
    return by_hand(fit_fades(cut))


def _fresh(clip_id: str, taken: set[str]) -> ClipId:
    """An id for the right part of a clip: the same whenever the edit is done again."""
    number = 2
    while (fresh := f"{clip_id}~{number}") in taken:
        number += 1
    taken.add(fresh)
    return ClipId(fresh)


def _closed(marker: Marker, from_s: float, to_s: float) -> Marker | None:
    """A marker or region after a span is gone; None for what lay in it."""

    def after(time_s: float) -> float:
        return min(time_s, from_s) if time_s < to_s else time_s - (to_s - from_s)

    end_s = marker.time_s + marker.length_s
    if from_s <= marker.time_s and end_s < to_s:
        return None
    start_s = after(marker.time_s)
    return structs.replace(marker, time_s=start_s, length_s=after(end_s) - start_s)


def _opened(marker: Marker, at_s: float, length_s: float) -> Marker:
    if marker.time_s >= at_s:
        return structs.replace(marker, time_s=marker.time_s + length_s)
    across = marker.time_s + marker.length_s > at_s
    return structs.replace(marker, length_s=marker.length_s + length_s) if across else marker


def _close(track: Track, from_s: float, to_s: float) -> Track:
    curves = {name: closed(getattr(track, name), from_s, to_s, REST) for name in PARAMETERS}
    return structs.replace(track, **curves) if _drawn(track) else track


def _open(track: Track, at_s: float, length_s: float) -> Track:
    curves = {name: opened(getattr(track, name), at_s, length_s, REST) for name in PARAMETERS}
    return structs.replace(track, **curves) if _drawn(track) else track


def _drawn(track: Track) -> Iterable[object]:
    """What is automated on a track; empty where nothing is."""
    return [name for name in PARAMETERS if getattr(track, name)]
