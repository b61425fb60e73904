"""Ripple in the window: which edits go along with an edit of clips, by the chosen mode."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.selection import Selection
from engine.project import rippling
from engine.project.edits import Edit, EditGroup, RippleTime
from engine.project.model import Clip, Project


def along(
    project: Project,
    selection: Selection,
    shifts: Sequence[rippling.Shift],
    fixed: Collection[str] = (),
) -> list[RippleTime]:
    """What goes along with shifts of time; `fixed` are clips that other edits place or delete."""
    return rippling.rippled(
        project,
        shifts,
        selection.ripple,
        automation=selection.carries_automation,
        fixed=fixed,
    )


def with_move(
    project: Project, selection: Selection, clips: Sequence[Clip], by_s: float
) -> list[RippleTime]:
    """What goes along when clips are moved."""
    shifts = rippling.of_move(clips, by_s, selection.ripple)
    return along(project, selection, shifts, {clip.id for clip in clips})


def with_deletion(
    project: Project, selection: Selection, clips: Sequence[Clip]
) -> list[RippleTime]:
    """What closes up when clips are deleted."""
    shifts = rippling.of_deletion(project, clips, selection.ripple)
    return along(project, selection, shifts, {clip.id for clip in clips})


def with_insertion(
    project: Project, selection: Selection, clips: Sequence[Clip]
) -> list[RippleTime]:
    """What makes room for clips that come in, before they do."""
    if not clips:
        return []
    first_s = min(clip.start_s for clip in clips)
    length_s = max(clip.start_s + clip.duration_s for clip in clips) - first_s
    homes = {clip.track_id for clip in clips}
    shifts = rippling.of_insertion(homes, first_s, length_s, selection.ripple)
    return along(project, selection, shifts)


def making_room(project: Project, selection: Selection, edit: Edit) -> Edit:
    """An edit that brings clips in, with what makes room for them."""
    if selection.ripple == "off":
        return edit
    there = {clip.id for clip in project.clips}
    fresh = [clip for clip in edit.apply(project).clips if clip.id not in there]
    room = with_insertion(project, selection, fresh)
    return EditGroup(name=edit.label, edits=(*room, edit)) if room else edit
