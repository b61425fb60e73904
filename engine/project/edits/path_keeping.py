"""Paths locked against all change, taken back to what was detected, drawn by a coordinate."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import structs

from engine.coordinates import to_cartesian, to_spherical
from engine.errors import ProjectError
from engine.project.checks import check_trajectory
from engine.project.edits.base import EditBase, change_track, with_path
from engine.project.limits import LARGEST_COORDINATE_M, check_number, check_time
from engine.project.model import Curve, Keyframe, Project, Track, Trajectory

Coordinate = Literal["azimuth", "elevation", "distance"]
COORDINATES: tuple[Coordinate, ...] = ("azimuth", "elevation", "distance")
_REACH = {
    "azimuth": (-180.0, 180.0), "elevation": (-90.0, 90.0),
    "distance": (0.0, LARGEST_COORDINATE_M),
}  # fmt: skip
_SAME = 1e-6


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


class SetPathCurve(EditBase, frozen=True, kw_only=True, tag="set_path_curve"):
    """Draw one coordinate of a path over time; the other two stay as they are at those times.

    Parameters
    ----------
    coordinate : str
        'azimuth', 'elevation' (degrees) or 'distance' (metres).
    curve : Curve
        (time_s, value) of every keyframe. Those that are as they were stay whose they are.
    """

    text: ClassVar[str] = "Draw path"
    track_id: str
    coordinate: Coordinate
    curve: Curve

    @property
    def coalesce_key(self) -> str | None:
        return f"SetPathCurve:{self.track_id}:{self.coordinate}"

    def apply(self, project: Project) -> Project:
        track = project.track(self.track_id)
        if not self.curve:
            raise ProjectError("a path keeps at least one keyframe", place=track.name)
        for time_s, value in self.curve:
            check_time(time_s, "keyframe time")
            check_number(value, self.coordinate, *_REACH[self.coordinate])
        keyframes = _redrawn(track.trajectory, COORDINATES.index(self.coordinate), self.curve)
        path = Trajectory(keyframes=keyframes)
        check_trajectory(path)
        return project.with_track(with_path(track, path))


def _redrawn(path: Trajectory, column: int, curve: Curve) -> tuple[Keyframe, ...]:
    """Keyframes of a curve; where as many as before are given, each stands for the one before."""
    alike = len(curve) == len(path.keyframes)
    before = {keyframe.time_s: number for number, keyframe in enumerate(path.keyframes)}
    made = []
    for index, (time_s, value) in enumerate(curve):
        number = index if alike else before.get(time_s)
        place = path.polar[number] if number is not None else to_spherical(path.at(time_s))
        if number is not None:
            old = path.keyframes[number]
            if old.time_s == time_s and abs(float(place[column]) - value) < _SAME:
                made.append(old)
                continue
        polar = [float(part) for part in place]
        polar[column] = value
        x_m, y_m, z_m = (float(part) for part in to_cartesian(*polar))
        was_s = path.keyframes[number].time_s if number is not None else time_s
        velocity_mps = path.velocity_at(was_s)
        made.append(
            Keyframe(
                time_s=time_s, x_m=x_m, y_m=y_m, z_m=z_m, velocity_mps=velocity_mps,
                provenance="hand",
            )
        )  # fmt: skip
    return tuple(made)


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
