"""Edits of several clips at once: grouped, ungrouped, cross-faded."""

from __future__ import annotations

import itertools
from typing import ClassVar

from msgspec import structs

from engine.errors import ProjectError
from engine.project.edits.base import EditBase, by_hand
from engine.project.edits.clips import fit_fades
from engine.project.limits import check_text, check_time
from engine.project.model import Clip, Project

TOUCH_S = 1e-3
"""Clips that are no farther apart than this touch."""


class GroupClips(EditBase, frozen=True, kw_only=True, tag="group_clips"):
    """Put clips into a group, out of those they were in; '' takes them out only."""

    clip_ids: tuple[str, ...]
    group: str

    @property
    def label(self) -> str:
        return "Group clips" if self.group else "Ungroup clips"

    def apply(self, project: Project) -> Project:
        check_text(self.group, "group", empty=True)
        for clip_id in self.clip_ids:
            project.clip(clip_id)
        chosen = set(self.clip_ids)
        clips = tuple(
            structs.replace(clip, group=self.group) if clip.id in chosen else clip
            for clip in project.clips
        )
        return structs.replace(project, clips=clips)


class CrossFadeClips(EditBase, frozen=True, kw_only=True, tag="cross_fade_clips"):
    """Cross-fade the chosen clips of a track that overlap or touch, each with the one after it.

    Fades are quarter sines, so that the power stays the same where the sounds differ. Clips that
    only touch are made to overlap by `length_s`, half of it each, as far as their takes reach.
    """

    text: ClassVar[str] = "Cross-fade"
    clip_ids: tuple[str, ...]
    length_s: float = 0.05

    def apply(self, project: Project) -> Project:
        check_time(self.length_s, "cross-fade length")
        chosen = [project.clip(clip_id) for clip_id in self.clip_ids]
        order = sorted(chosen, key=lambda clip: (clip.track_id, clip.start_s, clip.id))
        done = 0
        for first, second in itertools.pairwise(order):
            left, right = project.clip(first.id), project.clip(second.id)
            if left.track_id == right.track_id and _end_s(left) >= right.start_s - TOUCH_S:
                faded = self._cross_faded(project, left, right)
                done += len(faded)
                for clip in faded:
                    project = project.with_clip(by_hand(fit_fades(clip)))
        if not done:
            raise ProjectError(
                "no two of the selected clips overlap or touch on one track",
                remedy="move them over each other, or select both",
            )
        return project

    def _cross_faded(self, project: Project, left: Clip, right: Clip) -> tuple[Clip, ...]:
        """Both clips with their fades; none where one lies inside the other."""
        if _end_s(left) - right.start_s <= TOUCH_S:
            left, right = self._overlapped(project, left, right)
        overlap_s = _end_s(left) - right.start_s
        if overlap_s <= TOUCH_S or _end_s(left) >= _end_s(right):
            return ()
        return (
            structs.replace(left, fade_out_s=overlap_s, fade_out_curve="equal_power"),
            structs.replace(right, fade_in_s=overlap_s, fade_in_curve="equal_power"),
        )

    def _overlapped(self, project: Project, left: Clip, right: Clip) -> tuple[Clip, Clip]:
        take_s = project.take(left.take_id).duration_s
        spare_s = max(0.0, take_s - left.offset_s - left.duration_s)
        later_s = min(self.length_s / 2, spare_s)
        earlier_s = min(self.length_s / 2, right.offset_s, right.start_s)
        left = structs.replace(left, duration_s=left.duration_s + later_s)
        right = structs.replace(
            right,
            start_s=right.start_s - earlier_s,
            offset_s=right.offset_s - earlier_s,
            duration_s=right.duration_s + earlier_s,
        )
        return left, right


class SetClipTake(EditBase, frozen=True, kw_only=True, tag="set_clip_take"):
    """Let a clip sound another take, from the same offset as far as that one reaches."""

    text: ClassVar[str] = "Choose take"
    clip_id: str
    take_id: str

    def apply(self, project: Project) -> Project:
        clip, take = project.clip(self.clip_id), project.take(self.take_id)
        now = project.take(clip.take_id)
        if now.locked and now.id != take.id:
            raise ProjectError(f"the take of '{clip.name}' is locked", remedy="unlock it first")
        offset_s = clip.offset_s if clip.offset_s < take.duration_s else 0.0
        duration_s = min(clip.duration_s, take.duration_s - offset_s)
        changed = structs.replace(
            clip, take_id=take.id, name=take.name, offset_s=offset_s, duration_s=duration_s
        )
        return project.with_clip(by_hand(fit_fades(changed)))


def _end_s(clip: Clip) -> float:
    return clip.start_s + clip.duration_s
