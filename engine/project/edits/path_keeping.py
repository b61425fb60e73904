"""Edits that keep paths: locked against all change, and taken back to what was detected."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.errors import ProjectError
from engine.project.checks import check_time
from engine.project.edits.base import EditBase, change_track, with_path
from engine.project.model import Project, Track, Trajectory


class LockPath(EditBase, frozen=True, kw_only=True, tag="lock_path"):
    """Lock a track's path: neither a hand nor a new analysis changes it. Or unlock it."""

    track_id: str
    locked: bool = True

    @property
    def label(self) -> str:
        return "Lock path" if self.locked else "Unlock path"

    def apply(self, project: Project) -> Project:
        return change_track(
            project, self.track_id, lambda track: structs.replace(track, path_locked=self.locked)
        )


class RevertPath(EditBase, frozen=True, kw_only=True, tag="revert_path"):
    """Take a path back to what was detected in [from_s, to_s]; the rest stays a hand's."""

    text: ClassVar[str] = "Revert path"
    track_id: str
    from_s: float
    to_s: float

    def apply(self, project: Project) -> Project:
        check_time(self.from_s, "revert start")
        check_time(self.to_s, "revert end")
        track = project.track(self.track_id)
        if track.detected is None:
            raise ProjectError(f"the path of '{track.name}' is as it was detected")
        return project.with_track(_reverted(track, track.detected, self.from_s, self.to_s))


def _reverted(track: Track, detected: Trajectory, from_s: float, to_s: float) -> Track:
    kept = [k for k in track.trajectory.keyframes if not from_s <= k.time_s <= to_s]
    back = [k for k in detected.keyframes if from_s <= k.time_s <= to_s]
    if not (kept or back):
        raise ProjectError(
            f"nothing was detected on '{track.name}' from {from_s:g} to {to_s:g} s",
            remedy="choose a longer stretch",
        )
    path = Trajectory(keyframes=tuple(sorted((*kept, *back), key=lambda k: k.time_s)))
    reverted = with_path(track, path)
    return structs.replace(reverted, detected=None) if path == detected else reverted
