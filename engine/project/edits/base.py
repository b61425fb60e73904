"""What every edit has: a label for the history, a key to coalesce by, and `apply`."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from msgspec import Struct, structs

from engine.errors import ProjectError
from engine.project.model import Clip, Contact, Event, Keyframe, Project, Track, Trajectory


class EditBase(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit"):
    """A verb as a value: the journal stores it, remotes and scripts send it, the history lists it.

    `apply` never changes its argument; it raises `ProjectError` when the edit makes no sense.
    """

    text: ClassVar[str] = "Edit"

    @property
    def label(self) -> str:
        """What the history shows."""
        return self.text

    @property
    def coalesce_key(self) -> str | None:
        """Edits of one gesture with the same key become one history step; None never does."""
        return None

    def apply(self, project: Project) -> Project:
        """The project after this edit."""
        raise NotImplementedError


HandMade = TypeVar("HandMade", Track, Event, Clip, Contact, Keyframe)


def by_hand(value: HandMade) -> HandMade:
    """Copy marked as a hand's work."""
    return structs.replace(value, provenance="hand")


def change_clip(project: Project, clip_id: str, change: Callable[[Clip], Clip]) -> Project:
    """Project with one clip changed; the clip becomes a hand's work."""
    return project.with_clip(by_hand(change(project.clip(clip_id))))


def change_track(project: Project, track_id: str, change: Callable[[Track], Track]) -> Project:
    """Project with one track changed."""
    return project.with_track(change(project.track(track_id)))


def with_path(track: Track, path: Trajectory) -> Track:
    """Track on a path that a hand has given it; it remembers the one that was detected.

    Raises
    ------
    ProjectError
        If the track's path is locked.
    """
    if track.path_locked:
        raise ProjectError(f"the path of '{track.name}' is locked", remedy="unlock it first")
    detected = track.detected
    if detected is None and all(k.provenance == "machine" for k in track.trajectory.keyframes):
        detected = track.trajectory
    return structs.replace(track, trajectory=path, detected=detected)


def refuse_taken(project: Project, what: str, wanted: str) -> None:
    """Refuse an id that is in use. `what` is 'track', 'event', 'take', 'clip' or 'marker'."""
    if any(item.id == wanted for item in getattr(project, f"{what}s")):
        raise ProjectError(f"there is a {what} '{wanted}' already", remedy="choose another id")


def item_at(items: tuple[HandMade, ...], index: int, what: str) -> HandMade:
    """``items[index]``, refusing an index outside."""
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(items):
        raise ProjectError(f"there is no {what} {index}, the track has {len(items)}")
    return items[index]


def forget_removed(project: Project, ids: set[str]) -> Project:
    """Project in which `ids` no longer count as deleted by hand."""
    if not ids.intersection(project.removed):
        return project
    return structs.replace(project, removed=tuple(i for i in project.removed if i not in ids))


def remember_removed(project: Project, *ids: str) -> Project:
    """Project that remembers that a hand deleted these machine-made ids."""
    new = tuple(i for i in dict.fromkeys(ids) if i not in project.removed)
    return structs.replace(project, removed=(*project.removed, *new)) if new else project


def in_time_order(trajectory: Trajectory, keyframe: Keyframe) -> Trajectory:
    """Trajectory with a keyframe put in at its time, in place of one at that very time."""
    others = [k for k in trajectory.keyframes if k.time_s != keyframe.time_s]
    return Trajectory(keyframes=tuple(sorted((*others, keyframe), key=lambda k: k.time_s)))
