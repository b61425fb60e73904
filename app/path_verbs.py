"""What is done with the selected track's path as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QFileDialog

from app.dialogs.asking import ask
from app.dialogs.numbers import Number, NumbersDialog
from app.notices import Notice
from app.picture_verbs import PictureVerbs
from app.views.stage.tangents import smooth_velocity
from app.words import tr
from engine.errors import FoleystageError
from engine.project.edits import (
    DrawTrajectory,
    Edit,
    EditGroup,
    LockPath,
    ReplaceTrajectory,
    RevertPath,
    SetTangent,
)
from engine.project.limits import LONGEST_S
from engine.project.model import Track, Trajectory
from engine.spatial import path_shaping as shaping
from engine.spatial.trajectory import read_trajectory_csv, simplify, write_trajectory_csv

if TYPE_CHECKING:
    from app.window import MainWindow

_SMOOTH_S = 0.15
_SIMPLER_DEG = 1.0
_CSV = "Trajectory (*.csv)"


Shape = Callable[[NDArray[np.float64], NDArray[np.float64]], shaping.Path]
"""From times and positions to times and positions."""
Preset = Callable[[float, float], shaping.Path]
"""From the first and the last second to a path."""


class PathVerbs(PictureVerbs):
    """Verbs on the path of the selected object; each is one step of the history."""

    window: MainWindow
    _copied: Trajectory | None = None

    def stage_snap(self, on: bool) -> None:
        """What is dragged on stage and picture catches directions, rings and keyframes."""
        self.session.selection.snaps_in_space = on

    def path_mirror(self) -> None:
        """Left becomes right."""
        self._reshape("Mirror path", lambda t, p: shaping.mirrored(t, p, 1))

    def path_mirror_depth(self) -> None:
        """Front becomes back."""
        self._reshape("Mirror path", lambda t, p: shaping.mirrored(t, p, 0))

    def path_reverse(self) -> None:
        self._reshape("Reverse path", shaping.reversed_in_time)

    def path_smooth(self) -> None:
        self._smooth(_SMOOTH_S)

    def path_smooth_by(self) -> None:
        """Ask over how long a time it is averaged."""
        asked = self._numbers("Smooth path", "Smooth", (Number("Over", "s", 0.3, 0.02, 10.0, 3),))
        if asked:
            self._smooth(asked[0])

    def _smooth(self, over_s: float) -> None:
        self._reshape(
            "Smooth path",
            lambda t, p: simplify(*shaping.smoothed(t, p, over_s), _SIMPLER_DEG / 2),
        )

    def path_simplify_by(self) -> None:
        """Ask how far the simpler path may be from this one, as heard."""
        asked = self._numbers(
            "Simplify path", "Simplify", (Number("Within", "°", 3.0, 0.1, 45.0, 1),)
        )
        if asked:
            self._reshape("Simplify path", lambda t, p: simplify(t, p, asked[0]))

    def path_turn(self) -> None:
        """About the listener, by degrees; the distance stays."""
        questions = (
            Number("To the left", "°", 0.0, -180.0, 180.0, 1),
            Number("Up", "°", 0.0, -90.0, 90.0, 1),
        )
        asked = self._numbers("Turn path about the listener", "Turn", questions)
        if asked:
            self._reshape("Turn path", lambda t, p: shaping.turned(t, p, asked[0], asked[1]))

    def path_simplify(self) -> None:
        """As few keyframes as stay within a degree."""
        self._reshape("Simplify path", lambda t, p: simplify(t, p, _SIMPLER_DEG))

    def path_stretch(self) -> None:
        asked = self._numbers("Stretch path", "Stretch", (Number("Factor", "", 1.5, 0.05, 20.0),))
        if asked:
            self._reshape("Stretch path", lambda t, p: shaping.stretched(t, p, asked[0]))

    def path_scale(self) -> None:
        asked = self._numbers("Scale distance", "Scale", (Number("Factor", "", 1.5, 0.05, 20.0),))
        if asked:
            self._reshape("Scale distance", lambda t, p: shaping.scaled(t, p, asked[0]))

    def path_offset(self) -> None:
        """In space and time, by numbers."""
        far = 500.0
        questions = (
            Number("To the front", "m", 0.0, -far, far), Number("To the left", "m", 0.0, -far, far),
            Number("Up", "m", 0.0, -far, far), Number("Later", "s", 0.0, -3600.0, 3600.0, 3),
        )  # fmt: skip
        asked = self._numbers("Offset path", "Offset", questions)
        if asked:
            x_m, y_m, z_m, by_s = asked
            self._reshape("Offset path", lambda t, p: shaping.offset(t, p, (x_m, y_m, z_m), by_s))

    def path_fly_by(self) -> None:
        self._fly_by("Fly-by, from left to right", to_the_right=True)

    def path_fly_by_left(self) -> None:
        self._fly_by("Fly-by, from right to left", to_the_right=False)

    def _fly_by(self, title: str, *, to_the_right: bool) -> None:
        questions = (
            Number("Nearest", "m", 2.0, 0.1, 200.0), Number("From and to", "m", 20.0, 1.0, 500.0),
            Number("Height", "m", 0.0, -50.0, 200.0),
        )  # fmt: skip
        asked = self._numbers(title, "Fly by", questions)
        if asked:
            near_m, reach_m, height_m = asked
            self._preset("Fly-by", lambda a, b: shaping.fly_by(
                a, b, nearest_m=near_m, reach_m=reach_m, height_m=height_m,
                to_the_right=to_the_right))  # fmt: skip

    def path_orbit(self) -> None:
        questions = (
            Number("Distance", "m", 3.0, 0.1, 200.0), Number("Elevation", "°", 0.0, -85.0, 85.0, 1),
            Number("Begins at", "°", 0.0, -180.0, 180.0, 1),
            Number("Turns to the left", "", 1.0, -50.0, 50.0),
        )  # fmt: skip
        asked = self._numbers("Orbit", "Orbit", questions)
        if asked:
            distance_m, elevation_deg, start_deg, turns = asked
            self._preset("Orbit", lambda a, b: shaping.orbit(
                a, b, distance_m=distance_m, elevation_deg=elevation_deg,
                start_azimuth_deg=start_deg, turns=turns))  # fmt: skip

    def path_approach(self) -> None:
        questions = (
            Number("From", "m", 20.0, 0.1, 500.0), Number("To", "m", 1.0, 0.1, 500.0),
            Number("Azimuth", "°", 0.0, -180.0, 180.0, 1),
            Number("Elevation", "°", 0.0, -85.0, 85.0, 1),
        )  # fmt: skip
        asked = self._numbers("Approach", "Approach", questions)
        if asked:
            far_m, near_m, azimuth_deg, elevation_deg = asked
            self._preset("Approach", lambda a, b: shaping.approach(
                a, b, far_m=far_m, near_m=near_m, azimuth_deg=azimuth_deg,
                elevation_deg=elevation_deg))  # fmt: skip

    def path_offset_all(self) -> None:
        """Several paths at once: those of the selected clips' tracks, else of all objects."""
        project = self.session.project
        chosen = {clip.track_id for clip in self.chosen_clips()}
        tracks = [t for t in project.tracks if t.kind == "object" and not t.path_locked]
        if len(chosen) > 1:
            tracks = [track for track in tracks if track.id in chosen]
        far = 500.0
        questions = (
            Number("To the front", "m", 0.0, -far, far), Number("To the left", "m", 0.0, -far, far),
            Number("Up", "m", 0.0, -far, far), Number("Later", "s", 0.0, -3600.0, 3600.0, 3),
        )  # fmt: skip
        if not tracks:
            return
        dialog = NumbersDialog(f"Offset {len(tracks)} paths", "Offset", questions, self.window)
        if not ask(dialog, self.window):
            return
        x_m, y_m, z_m, by_s = dialog.values
        edits = []
        for track in tracks:
            old = track.trajectory
            moved = shaping.offset(*old.line, (x_m, y_m, z_m), by_s)
            path = Trajectory.from_arrays(*moved)
            edits.append(ReplaceTrajectory(track_id=track.id, trajectory=path))
        self.session.do(EditGroup(name=f"Offset {len(edits)} paths", edits=tuple(edits)))

    def keyframe_curve(self) -> None:
        """Let the path go smoothly through the selected keyframe, or make it a corner again."""
        track, index = self._object(), self.session.selection.value.keyframe
        if track is None or index is None:
            return
        curved = track.trajectory.keyframes[index].velocity_mps is not None
        velocity_mps = None if curved else smooth_velocity(track, index)
        if curved or velocity_mps is not None:
            self.session.do(SetTangent(track_id=track.id, index=index, velocity_mps=velocity_mps))

    def path_lock(self) -> None:
        """Neither a hand nor a new analysis changes it any more; or again."""
        track = self._object()
        if track is not None:
            self.session.do(LockPath(track_id=track.id, locked=not track.path_locked))

    def path_revert(self) -> None:
        """Back to what was detected, in the selected time (else all of it)."""
        track = self._object()
        if track is None:
            return
        span = self.session.selection.span_s or (0.0, LONGEST_S)
        self.session.do(RevertPath(track_id=track.id, from_s=span[0], to_s=span[1]))

    def path_copy(self) -> None:
        """Remember the path for another track."""
        track = self._object()
        if track is not None:
            self._copied = track.trajectory
            self.session.tell(Notice(f"Path of {track.name} copied", fades=True))

    def path_paste(self) -> None:
        track = self._object()
        if track is not None and self._copied is not None:
            self._give(track, "Paste path", self._copied)

    def path_import(self) -> None:
        """From a CSV file, at its own times."""
        name, _ = QFileDialog.getOpenFileName(self.window, tr("Import a path"), "", _CSV)
        if name:
            self.read_path(Path(name))

    def read_path(self, file: Path) -> None:
        """Give the selected track the path in a file."""
        track = self._object()
        if track is None:
            self.session.tell(Notice(tr("Select the track that gets the path"), fades=True))
            return
        try:
            path = Trajectory.from_arrays(*read_trajectory_csv(file))
        except FoleystageError as error:
            self.session.tell(Notice(str(error), "error"))
            return
        self._give(track, "Import path", path)

    def path_export(self) -> None:
        """To a CSV file."""
        track = self._object()
        if track is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self.window, tr("Export the path"), f"{track.name}.csv", _CSV
        )
        if not name:
            return
        try:
            write_trajectory_csv(name, *track.trajectory.line)
        except FoleystageError as error:
            self.session.tell(Notice(str(error), "error"))
            return
        self.session.tell(Notice(f"Path written to {Path(name).name}", fades=True))

    def _object(self) -> Track | None:
        """The selected track, when it has a path."""
        track = self._track()
        return track if track is not None and track.kind == "object" else None

    def _numbers(self, title: str, verb: str, questions: Sequence[Number]) -> tuple[float, ...]:
        """What was answered; empty when it was cancelled, or there is no path."""
        if self._object() is None:
            return ()
        dialog = NumbersDialog(title, verb, questions, self.window)
        return dialog.values if ask(dialog, self.window) else ()

    def _reshape(self, name: str, shape: Shape) -> None:
        track = self._object()
        if track is not None:
            old = track.trajectory
            self._give(track, name, Trajectory.from_arrays(*shape(*old.line)))

    def _preset(self, name: str, make: Preset) -> None:
        """A ready-made path over the selected time, else over the time the object is seen."""
        track = self._object()
        if track is None:
            return
        span = self.session.selection.span_s
        if span is not None:
            path = Trajectory.from_arrays(*make(*span))
            drawn = DrawTrajectory(
                track_id=track.id, from_s=span[0], to_s=span[1], keyframes=path.keyframes
            )
            self._do_path(name, drawn)
            return
        end_s = track.end_s if track.end_s > track.start_s else self.session.project.duration_s
        self._give(track, name, Trajectory.from_arrays(*make(track.start_s, end_s)))

    def _give(self, track: Track, name: str, path: Trajectory) -> None:
        self._do_path(name, ReplaceTrajectory(track_id=track.id, trajectory=path))

    def _do_path(self, name: str, edit: Edit) -> None:
        self.session.do(EditGroup(name=name, edits=(edit,)))
