"""Clips that go together: choosing one of a group chooses all of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from engine.project.edits import Edit, GroupClips
from engine.project.model import Clip, Project


def whole_groups(project: Project, clip_ids: Iterable[str]) -> frozenset[str]:
    """Clips, and all others of the groups they are in."""
    chosen = frozenset(clip_ids)
    groups = {project.clip(one).group for one in chosen if project.clip(one).group}
    if not groups:
        return chosen
    return chosen | {clip.id for clip in project.clips if clip.group in groups}


def new_group() -> str:
    """A group nobody is in."""
    return f"group-{uuid.uuid4().hex[:8]}"


def groups_of_copies(originals: Sequence[Clip], copies: Sequence[str]) -> list[Edit]:
    """Edits that put copies into groups of their own, as their originals are.

    Parameters
    ----------
    originals, copies
        Clips and the ids of their copies, in the same order.
    """
    members: dict[str, list[str]] = {}
    for clip, copy in zip(originals, copies, strict=True):
        if clip.group:
            members.setdefault(clip.group, []).append(copy)
    return [
        GroupClips(clip_ids=tuple(ids), group=new_group() if len(ids) > 1 else "")
        for ids in members.values()
    ]
