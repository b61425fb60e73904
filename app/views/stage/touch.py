"""Recording a path by hand: where a source is held while it plays becomes its path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt

from engine.project.edits import DrawTrajectory
from engine.project.model import Keyframe, Track
from engine.spatial.trajectory import simplify

if TYPE_CHECKING:
    from app.views.stage.canvas import StageProjection

START_DISTANCE_PX = 3.0
_LEAST_STEP_S = 0.02
_SIMPLER_DEG = 1.0


class TouchRecord:
    """From the press on, the source is where the pointer is, for as long as it plays on."""

    def __init__(
        self, start: QPointF, projection: StageProjection, track: Track, time_s: float
    ) -> None:
        self._start = start
        self._projection = projection
        self._track = track
        self._from_m = np.array(track.trajectory.at(time_s), dtype=np.float64)
        self._step_px = QPointF()
        self._times: list[float] = [time_s]
        self._places: list[tuple[float, float, float]] = [self._here()]
        self.running = False

    def starts(self, point: QPointF) -> bool:
        """Whether this movement begins the recording."""
        far = (point - self._start).manhattanLength() >= START_DISTANCE_PX
        return not self.running and far

    def edit(
        self, point: QPointF, modifiers: Qt.KeyboardModifier, *, snap: bool = False
    ) -> DrawTrajectory:
        """The pointer is here now; what is recorded does not snap."""
        self._step_px = point - self._start
        self._places[-1] = self._here()
        return self._drawn(self._times, self._places)

    def hold(self, time_s: float) -> DrawTrajectory:
        """It has played on; the pointer is where it was."""
        if time_s >= self._times[-1] + _LEAST_STEP_S:
            self._times.append(time_s)
            self._places.append(self._here())
        return self._drawn(self._times, self._places)

    def simplified(self) -> DrawTrajectory:
        """What was recorded, by as few keyframes as sound alike from the listener's place."""
        times, places = simplify(np.array(self._times), np.array(self._places), _SIMPLER_DEG)
        rows = [(float(x), float(y), float(z)) for x, y, z in places]
        return self._drawn([float(time_s) for time_s in times], rows)

    def _here(self) -> tuple[float, float, float]:
        x_m, y_m, z_m = (float(value) for value in self._from_m)
        dx_m, dy_m, dz_m = self._projection.shift_m(self._step_px, (x_m, y_m, z_m))
        return x_m + dx_m, y_m + dy_m, z_m + dz_m

    def _drawn(
        self, times_s: list[float], places_m: list[tuple[float, float, float]]
    ) -> DrawTrajectory:
        return DrawTrajectory(
            track_id=self._track.id,
            from_s=self._times[0],
            to_s=self._times[-1],
            keyframes=tuple(
                Keyframe(time_s=time_s, x_m=x_m, y_m=y_m, z_m=z_m, provenance="hand")
                for time_s, (x_m, y_m, z_m) in zip(times_s, places_m, strict=True)
            ),
        )
