"""Bending a path: no spike, no move beyond the reach, no hand's keyframe touched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import structs

from engine.errors import ProjectError
from engine.project.bending import BEND_REACH_S, bent_stretch
from engine.project.edits import BendTrajectory
from engine.project.model import Project, Track, TrackId, Trajectory

TIMES_S = np.arange(0.0, 4.0, 0.04)
DENSE = Trajectory.from_arrays(
    TIMES_S, np.stack([np.full_like(TIMES_S, 4.0), 2.0 - TIMES_S, np.zeros_like(TIMES_S)], axis=1)
)


def bent(path: Trajectory, time_s: float, position_m: tuple[float, float, float]) -> Trajectory:
    project = Project(tracks=(Track(id=TrackId("a"), name="A", trajectory=path),))
    keyframes = bent_stretch(path, time_s, position_m)
    edit = BendTrajectory(track_id="a", time_s=time_s, keyframes=keyframes)
    return edit.apply(project).track("a").trajectory


@example(1e-14, 0.0, 0.0078125)
@given(st.floats(0.0, 3.9), st.floats(-5.0, 5.0), st.floats(-5.0, 5.0))
def test_a_bend_is_smooth_and_ends_with_its_reach(time_s: float, dx: float, dy: float) -> None:
    x_m, y_m, z_m = DENSE.at(time_s)
    path = bent(DENSE, time_s, (x_m + dx, y_m + dy, z_m))
    moved_m = path.at(path.times_s) - DENSE.at(path.times_s)
    assert path.at(time_s) == pytest.approx([x_m + dx, y_m + dy, z_m], abs=1e-6)
    far = np.abs(path.times_s - time_s) >= BEND_REACH_S
    assert np.abs(moved_m[far]).max(initial=0.0) < 1e-9
    steepest = np.pi / 2.0 / BEND_REACH_S * np.hypot(dx, dy)
    speeds = np.linalg.norm(np.diff(moved_m, axis=0), axis=1) / np.diff(path.times_s)
    assert speeds.max() <= steepest * 1.02 + 1e-6


def test_what_a_hand_has_placed_stays_and_ends_the_bend() -> None:
    keyframes = list(DENSE.keyframes)
    held = next(i for i, k in enumerate(keyframes) if k.time_s > 2.15)
    keyframes[held] = structs.replace(keyframes[held], provenance="hand")
    path = bent(Trajectory(keyframes=tuple(keyframes)), 2.0, (8.0, 0.0, 0.0))
    assert path.keyframes[held] == keyframes[held]
    after = path.times_s >= keyframes[held].time_s
    assert np.array_equal(path.positions_m[after], DENSE.positions_m[after])
    assert path.at(1.7)[0] > 4.5, "the other side still follows"


def test_going_back_to_the_start_of_a_drag_leaves_the_path_where_it_was() -> None:
    x_m, y_m, z_m = (float(v) for v in DENSE.at(1.0))
    path = bent(DENSE, 1.0, (x_m, y_m, z_m))
    assert np.allclose(path.at(TIMES_S), DENSE.positions_m)


def test_an_empty_bend_is_refused() -> None:
    project = Project(tracks=(Track(id=TrackId("a"), name="A", trajectory=DENSE),))
    with pytest.raises(ProjectError, match="no keyframe"):
        BendTrajectory(track_id="a", time_s=0.0, keyframes=()).apply(project)
