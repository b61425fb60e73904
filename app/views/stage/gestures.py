"""What a drag on the stage does: moves a keyframe, or the source itself at the playhead's time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from app.views.stage.snapping import Targets, snapped_m
from engine.project.bending import bent_stretch
from engine.project.edits import AddKeyframe, BendTrajectory, MoveKeyframe
from engine.project.model import Project

if TYPE_CHECKING:
    from app.views.stage.canvas import StageProjection

SAME_TIME_S = 0.004
START_DISTANCE_PX = 3.0


def edits_at_time(
    project: Project, track_id: str, time_s: float
) -> Callable[[float, float, float], MoveKeyframe | AddKeyframe]:
    """``make_edit(x_m, y_m, z_m)`` for a source at a time, and for that time alone.

    It moves the keyframe that is there, or adds one; the same kind of edit for a whole drag, so
    that it stays one step of the history.
    """
    for index, keyframe in enumerate(project.track(track_id).trajectory.keyframes):
        if abs(keyframe.time_s - time_s) <= SAME_TIME_S:
            there_s = keyframe.time_s
            return lambda x_m, y_m, z_m, index=index: MoveKeyframe(  # type: ignore[misc]
                track_id=track_id, index=index, time_s=there_s, x_m=x_m, y_m=y_m, z_m=z_m
            )
    return lambda x_m, y_m, z_m: AddKeyframe(
        track_id=track_id, time_s=time_s, x_m=x_m, y_m=y_m, z_m=z_m
    )


def bends_at_time(
    project: Project, track_id: str, time_s: float
) -> Callable[[float, float, float], BendTrajectory]:
    """``make_edit(x_m, y_m, z_m)`` that pulls the path at a time; its machine-made rest follows.

    The path is that of now, when the drag begins, so that going back to the start undoes it.
    """
    path = project.track(track_id).trajectory
    near = (k.time_s for k in path.keyframes if abs(k.time_s - time_s) <= SAME_TIME_S)
    there_s = next(near, time_s)
    return lambda x_m, y_m, z_m: BendTrajectory(
        track_id=track_id,
        time_s=there_s,
        keyframes=bent_stretch(path, there_s, (x_m, y_m, z_m)),
    )


class DragOnStage:
    """A drag that starts on a keyframe or a source. Shift keeps the distance to the listener.

    What is near in time follows (`bends_at_time`), unless Alt is held when the drag begins.

    Parameters
    ----------
    position_m : (x, y, z)
        Where the dragged thing was.
    make_edit : callable
        ``make_edit(x_m, y_m, z_m)`` gives the edit that puts it somewhere else.
    targets : Targets, optional
        What it catches when it snaps.
    """

    def __init__(
        self,
        start: QPointF,
        projection: StageProjection,
        position_m: tuple[float, float, float],
        make_edit: Callable[[float, float, float], object],
        targets: Targets | None = None,
    ) -> None:
        self.targets = targets
        self.start = start
        self.projection = projection
        self.position_m = position_m
        self.make_edit = make_edit
        self.running = False

    def starts(self, point: QPointF) -> bool:
        """Whether this movement makes it a drag."""
        far = (point - self.start).manhattanLength() >= START_DISTANCE_PX
        return not self.running and far

    def edit(self, point: QPointF, modifiers: Qt.KeyboardModifier, *, snap: bool = False) -> object:
        """The edit for the pointer's place now."""
        shift_m = self.projection.shift_m(point - self.start, self.position_m)
        x_m, y_m, z_m = (a + b for a, b in zip(self.position_m, shift_m, strict=True))
        keeps_distance = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if keeps_distance:
            flat = 2 if z_m == self.position_m[2] else 3
            was_m = math.hypot(*self.position_m[:flat])
            is_m = math.hypot(*(x_m, y_m, z_m)[:flat])
            if is_m > 0.0:
                x_m, y_m = x_m * was_m / is_m, y_m * was_m / is_m
                z_m = z_m if flat == 2 else z_m * was_m / is_m
        if snap and self.targets is not None:
            x_m, y_m, z_m = snapped_m(
                (x_m, y_m, z_m), self.targets, self.projection, keeps_distance=keeps_distance
            )
        return self.make_edit(x_m, y_m, z_m)
