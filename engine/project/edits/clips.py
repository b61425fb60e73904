"""Edits of clips: move, trim, split, fade, duplicate, delete."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import structs

from engine.errors import ProjectError
from engine.project.checks import check_clip, check_take
from engine.project.edits.base import (
    EditBase,
    by_hand,
    change_clip,
    forget_removed,
    refuse_taken,
    remember_removed,
)
from engine.project.fades import CURVES, FadeCurve, FadeSide
from engine.project.limits import check_gain, check_text, check_time
from engine.project.model import Clip, Project, Take

SHORTEST_S = 1e-4
"""No clip is shorter than this (about 5 samples at 48 kHz)."""


class ClipEdit(EditBase, frozen=True, kw_only=True):
    """An edit of one clip; coalesces with itself while a gesture runs."""

    clip_id: str

    @property
    def coalesce_key(self) -> str | None:
        return f"{type(self).__name__}:{self.clip_id}"


class MoveClip(ClipEdit, frozen=True, kw_only=True, tag="move_clip"):
    """Move a clip along the timeline."""

    text: ClassVar[str] = "Move clip"
    start_s: float

    def apply(self, project: Project) -> Project:
        check_time(self.start_s, "clip start")
        return change_clip(
            project, self.clip_id, lambda clip: structs.replace(clip, start_s=self.start_s)
        )


class MoveClipToTrack(ClipEdit, frozen=True, kw_only=True, tag="move_clip_to_track"):
    """Put a clip on another track, at the same time."""

    text: ClassVar[str] = "Move clip to another track"
    track_id: str

    def apply(self, project: Project) -> Project:
        track = project.track(self.track_id)
        return change_clip(
            project, self.clip_id, lambda clip: structs.replace(clip, track_id=track.id)
        )


class TrimClip(ClipEdit, frozen=True, kw_only=True, tag="trim_clip"):
    """Set a clip's start, where in its take it begins, and its length; fades shrink to fit."""

    text: ClassVar[str] = "Trim clip"
    start_s: float
    offset_s: float
    duration_s: float

    def apply(self, project: Project) -> Project:
        clip = fit_fades(
            structs.replace(
                project.clip(self.clip_id),
                start_s=self.start_s,
                offset_s=self.offset_s,
                duration_s=self.duration_s,
            )
        )
        check_clip(clip, project.take(clip.take_id))
        return project.with_clip(by_hand(clip))


class SplitClip(EditBase, frozen=True, kw_only=True, tag="split_clip"):
    """Cut a clip in two at a time inside it; the right part is `new_id`."""

    text: ClassVar[str] = "Split clip"
    clip_id: str
    time_s: float
    new_id: str

    def apply(self, project: Project) -> Project:
        clip = project.clip(self.clip_id)
        check_time(self.time_s, "split time")
        check_text(self.new_id, "new_id")
        refuse_taken(project, "clip", self.new_id)
        left_s = self.time_s - clip.start_s
        right_s = clip.duration_s - left_s
        if left_s < SHORTEST_S or right_s < SHORTEST_S:
            raise ProjectError(
                f"{self.time_s:g} s is not inside clip '{clip.name}' "
                f"({clip.start_s:g} to {clip.start_s + clip.duration_s:g} s)",
                remedy="put the playhead over the clip",
            )
        left = fit_fades(structs.replace(clip, duration_s=left_s, fade_out_s=0.0))
        right = fit_fades(
            structs.replace(
                clip,
                id=self.new_id,
                start_s=self.time_s,
                offset_s=clip.offset_s + left_s,
                duration_s=right_s,
                fade_in_s=0.0,
            )
        )
        at = project.clips.index(clip)
        clips = (*project.clips[:at], by_hand(left), by_hand(right), *project.clips[at + 1 :])
        return structs.replace(project, clips=clips)


class DeleteClip(EditBase, frozen=True, kw_only=True, tag="delete_clip"):
    """Remove a clip; its take stays. A machine does not bring it back."""

    text: ClassVar[str] = "Delete clip"
    clip_id: str

    def apply(self, project: Project) -> Project:
        gone = project.clip(self.clip_id)
        clips = tuple(clip for clip in project.clips if clip.id != self.clip_id)
        return remember_removed(structs.replace(project, clips=clips), gone.id)


class SetClipGain(ClipEdit, frozen=True, kw_only=True, tag="set_clip_gain"):
    """Set a clip's gain."""

    text: ClassVar[str] = "Clip gain"
    gain_db: float

    def apply(self, project: Project) -> Project:
        check_gain(self.gain_db, "clip gain")
        return change_clip(
            project, self.clip_id, lambda clip: structs.replace(clip, gain_db=self.gain_db)
        )


class SetClipFades(ClipEdit, frozen=True, kw_only=True, tag="set_clip_fades"):
    """Set a clip's fades; together they fit inside it."""

    text: ClassVar[str] = "Clip fades"
    fade_in_s: float
    fade_out_s: float

    def apply(self, project: Project) -> Project:
        clip = structs.replace(
            project.clip(self.clip_id), fade_in_s=self.fade_in_s, fade_out_s=self.fade_out_s
        )
        check_clip(clip, None)
        return project.with_clip(by_hand(clip))


class SetFadeCurve(ClipEdit, frozen=True, kw_only=True, tag="set_fade_curve"):
    """Let a clip's fade in or out follow another curve."""

    text: ClassVar[str] = "Fade curve"
    side: FadeSide
    curve: FadeCurve

    def apply(self, project: Project) -> Project:
        if self.curve not in CURVES or self.side not in ("in", "out"):
            raise ProjectError(
                f"there is no fade {self.side} with the curve '{self.curve}'",
                remedy=f"choose one of {', '.join(CURVES)}",
            )
        changed: dict[str, Any] = {f"fade_{self.side}_curve": self.curve}
        return change_clip(project, self.clip_id, lambda clip: structs.replace(clip, **changed))


class MuteClip(EditBase, frozen=True, kw_only=True, tag="mute_clip"):
    """Silence a clip, or let it sound again."""

    clip_id: str
    muted: bool = True

    @property
    def label(self) -> str:
        return "Mute clip" if self.muted else "Unmute clip"

    def apply(self, project: Project) -> Project:
        return change_clip(
            project, self.clip_id, lambda clip: structs.replace(clip, muted=self.muted)
        )


class AddClip(EditBase, frozen=True, kw_only=True, tag="add_clip"):
    """Place a take on a track by hand."""

    text: ClassVar[str] = "Add clip"
    clip: Clip

    def apply(self, project: Project) -> Project:
        refuse_taken(project, "clip", self.clip.id)
        project.track(self.clip.track_id)
        check_clip(self.clip, project.take(self.clip.take_id))
        return forget_removed(project.with_clip(by_hand(self.clip)), {self.clip.id})


class AddTake(EditBase, frozen=True, kw_only=True, tag="add_take"):
    """Bring recorded or generated audio into the session (`event_id` None: imported)."""

    text: ClassVar[str] = "Add take"
    take: Take

    def apply(self, project: Project) -> Project:
        refuse_taken(project, "take", self.take.id)
        check_take(self.take)
        if self.take.event_id is not None:
            project.event(self.take.event_id)
        return project.with_take(self.take)


class DuplicateClip(EditBase, frozen=True, kw_only=True, tag="duplicate_clip"):
    """Copy a clip to another time on its track."""

    text: ClassVar[str] = "Duplicate clip"
    clip_id: str
    new_id: str
    start_s: float

    def apply(self, project: Project) -> Project:
        clip = project.clip(self.clip_id)
        check_text(self.new_id, "new_id")
        check_time(self.start_s, "clip start")
        refuse_taken(project, "clip", self.new_id)
        copy = structs.replace(clip, id=self.new_id, start_s=self.start_s)
        return forget_removed(project.with_clip(by_hand(copy)), {self.new_id})


def fit_fades(clip: Clip) -> Clip:
    """Clip with its fades shortened in proportion where they no longer fit."""
    total_s = clip.fade_in_s + clip.fade_out_s
    if total_s <= clip.duration_s or clip.duration_s <= 0.0:
        return clip
    share = clip.duration_s / total_s
    return structs.replace(
        clip, fade_in_s=clip.fade_in_s * share, fade_out_s=clip.fade_out_s * share
    )
