"""Edits of takes: locked so that they stay where they sound, and deleted."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.errors import ProjectError
from engine.project.edits.base import EditBase
from engine.project.edits.clip_groups import SetClipTake
from engine.project.model import Project, Take


class LockTake(EditBase, frozen=True, kw_only=True, tag="lock_take"):
    """Lock a take: it goes on sounding where it does and is not deleted. Or unlock it."""

    take_id: str
    locked: bool = True

    @property
    def label(self) -> str:
        return "Lock take" if self.locked else "Unlock take"

    def apply(self, project: Project) -> Project:
        take = project.take(self.take_id)
        return project.with_take(structs.replace(take, locked=self.locked))


class DeleteTake(EditBase, frozen=True, kw_only=True, tag="delete_take"):
    """Remove a take; clips that sound it sound the one before it, or the one after."""

    text: ClassVar[str] = "Delete take"
    take_id: str

    def apply(self, project: Project) -> Project:
        take = project.take(self.take_id)
        if take.locked:
            raise ProjectError(f"the take '{take.name}' is locked", remedy="unlock it first")
        playing = [clip for clip in project.clips if clip.take_id == take.id]
        if playing:
            heir = _neighbour(project, take)
            for clip in playing:
                project = SetClipTake(clip_id=clip.id, take_id=heir.id).apply(project)
        takes = tuple(other for other in project.takes if other.id != take.id)
        return structs.replace(project, takes=takes)


def alternatives(project: Project, take: Take) -> tuple[Take, ...]:
    """All takes that were made for the same thing as `take`, in the order they were made.

    A long event is made in sections, each with takes of its own: the part of a generated take's id
    before its content tells which.
    """
    if take.event_id is None:
        return (take,)
    own = _section(take)
    return tuple(other for other in project.takes_of(take.event_id) if _section(other) == own)


def _section(take: Take) -> str:
    return take.id.rpartition("-")[0] if take.id.startswith("take-") and take.recipe else ""


def _neighbour(project: Project, take: Take) -> Take:
    takes = alternatives(project, take)
    at = takes.index(take)
    if len(takes) < 2:
        raise ProjectError(
            f"'{take.name}' is the only take of its clip", remedy="delete the clip instead"
        )
    return takes[at - 1] if at else takes[1]
