"""Edits of a track's path. What a hand moves, a new analysis leaves where it is."""

from __future__ import annotations

from typing import ClassVar

from engine.errors import ProjectError
from engine.project.checks import check_keyframe, check_trajectory
from engine.project.edits.base import (
    EditBase,
    by_hand,
    change_track,
    in_time_order,
    item_at,
    with_path,
)
from engine.project.model import Keyframe, Project, Trajectory


class MoveKeyframe(EditBase, frozen=True, kw_only=True, tag="move_keyframe"):
    """Move keyframe `index` of a track in space and time, staying between its neighbours."""

    text: ClassVar[str] = "Move keyframe"
    track_id: str
    index: int
    time_s: float
    x_m: float
    y_m: float
    z_m: float

    @property
    def coalesce_key(self) -> str | None:
        return f"MoveKeyframe:{self.track_id}:{self.index}"

    def apply(self, project: Project) -> Project:
        track = project.track(self.track_id)
        keyframes = list(track.trajectory.keyframes)
        old = item_at(track.trajectory.keyframes, self.index, "keyframe")
        keyframes[self.index] = _keyframe(
            self.time_s, self.x_m, self.y_m, self.z_m, old.velocity_mps
        )
        path = Trajectory(keyframes=tuple(keyframes))
        check_trajectory(path)
        return project.with_track(with_path(track, path))


class AddKeyframe(EditBase, frozen=True, kw_only=True, tag="add_keyframe"):
    """Add a keyframe at a time (or replace the one at that very time)."""

    text: ClassVar[str] = "Add keyframe"
    track_id: str
    time_s: float
    x_m: float
    y_m: float
    z_m: float

    @property
    def coalesce_key(self) -> str | None:
        return f"AddKeyframe:{self.track_id}:{self.time_s}"

    def apply(self, project: Project) -> Project:
        track = project.track(self.track_id)
        velocity_mps = track.trajectory.velocity_at(self.time_s)
        keyframe = _keyframe(self.time_s, self.x_m, self.y_m, self.z_m, velocity_mps)
        return project.with_track(with_path(track, in_time_order(track.trajectory, keyframe)))


class DeleteKeyframe(EditBase, frozen=True, kw_only=True, tag="delete_keyframe"):
    """Remove a keyframe; its neighbours become a hand's, so that the line between them stays."""

    text: ClassVar[str] = "Delete keyframe"
    track_id: str
    index: int

    def apply(self, project: Project) -> Project:
        track = project.track(self.track_id)
        keyframes = list(track.trajectory.keyframes)
        item_at(track.trajectory.keyframes, self.index, "keyframe")
        if len(keyframes) == 1:
            raise ProjectError(
                "a track keeps at least one keyframe", place=track.name, remedy="move it instead"
            )
        del keyframes[self.index]
        for neighbour in {max(self.index - 1, 0), min(self.index, len(keyframes) - 1)}:
            keyframes[neighbour] = by_hand(keyframes[neighbour])
        path = Trajectory(keyframes=tuple(keyframes))
        return project.with_track(with_path(track, path))


class BendTrajectory(EditBase, frozen=True, kw_only=True, tag="bend_trajectory"):
    """Put keyframes into a path, each in place of the one at its very time (`bent_stretch`)."""

    text: ClassVar[str] = "Bend trajectory"
    track_id: str
    time_s: float
    """When the pull is; what is pulled at one time in one drag is one step."""
    keyframes: tuple[Keyframe, ...]

    @property
    def coalesce_key(self) -> str | None:
        return f"BendTrajectory:{self.track_id}:{self.time_s}"

    def apply(self, project: Project) -> Project:
        track = project.track(self.track_id)
        if not self.keyframes:
            raise ProjectError("the bend holds no keyframe", place=track.name)
        places = {k.time_s: k for k in track.trajectory.keyframes}
        for keyframe in self.keyframes:
            check_keyframe(keyframe)
            places[keyframe.time_s] = by_hand(keyframe)
        path = Trajectory(keyframes=tuple(places[time_s] for time_s in sorted(places)))
        check_trajectory(path)
        return project.with_track(with_path(track, path))


class DrawTrajectory(EditBase, frozen=True, kw_only=True, tag="draw_trajectory"):
    """Put keyframes in place of all that a path has from one time to another."""

    text: ClassVar[str] = "Draw trajectory"
    track_id: str
    from_s: float
    to_s: float
    keyframes: tuple[Keyframe, ...]

    @property
    def coalesce_key(self) -> str | None:
        return f"DrawTrajectory:{self.track_id}:{self.from_s}"

    def apply(self, project: Project) -> Project:
        track = project.track(self.track_id)
        if not self.keyframes:
            raise ProjectError("there is nothing drawn", place=track.name)
        kept = [
            keyframe for keyframe in track.trajectory.keyframes
            if not self.from_s <= keyframe.time_s <= self.to_s
        ]  # fmt: skip
        drawn = [by_hand(keyframe) for keyframe in self.keyframes]
        path = Trajectory(keyframes=tuple(sorted((*kept, *drawn), key=lambda k: k.time_s)))
        check_trajectory(path)
        return project.with_track(with_path(track, path))


class ReplaceTrajectory(EditBase, frozen=True, kw_only=True, tag="replace_trajectory"):
    """Give a track another path as a whole; all of it becomes a hand's."""

    text: ClassVar[str] = "Replace trajectory"
    track_id: str
    trajectory: Trajectory

    @property
    def coalesce_key(self) -> str | None:
        return f"ReplaceTrajectory:{self.track_id}"

    def apply(self, project: Project) -> Project:
        check_trajectory(self.trajectory)
        path = Trajectory(keyframes=tuple(by_hand(k) for k in self.trajectory.keyframes))
        return change_track(project, self.track_id, lambda track: with_path(track, path))


def _keyframe(
    time_s: float,
    x_m: float,
    y_m: float,
    z_m: float,
    velocity_mps: tuple[float, float, float] | None,
) -> Keyframe:
    keyframe = Keyframe(
        time_s=time_s, x_m=x_m, y_m=y_m, z_m=z_m, velocity_mps=velocity_mps, provenance="hand"
    )
    check_keyframe(keyframe)
    return keyframe
