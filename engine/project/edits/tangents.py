"""The velocity of a path at a keyframe: what its tangents on the stage are."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.project.checks import check_keyframe
from engine.project.edits.base import EditBase, by_hand, item_at, with_path
from engine.project.model import Project, Trajectory


class SetTangent(EditBase, frozen=True, kw_only=True, tag="set_tangent"):
    """Let a path go through a keyframe at a velocity (m/s), curved; None: straight lines."""

    text: ClassVar[str] = "Curve the path"
    track_id: str
    index: int
    velocity_mps: tuple[float, float, float] | None = None

    @property
    def label(self) -> str:
        return "Curve the path" if self.velocity_mps is not None else "Straighten the path"

    @property
    def coalesce_key(self) -> str | None:
        return f"SetTangent:{self.track_id}:{self.index}"

    def apply(self, project: Project) -> Project:
        track = project.track(self.track_id)
        keyframes = list(track.trajectory.keyframes)
        keyframe = item_at(track.trajectory.keyframes, self.index, "keyframe")
        changed = by_hand(structs.replace(keyframe, velocity_mps=self.velocity_mps))
        check_keyframe(changed)
        keyframes[self.index] = changed
        return project.with_track(with_path(track, Trajectory(keyframes=tuple(keyframes))))
