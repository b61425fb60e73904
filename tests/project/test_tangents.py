"""Curved paths: cubics between keyframes, straight without velocities, the same after an insert."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from msgspec import structs

from engine.errors import ProjectError
from engine.project.bending import bent_stretch
from engine.project.edits import (
    AddKeyframe,
    MoveKeyframe,
    SetTangent,
    SplitTrack,
    decode_edit,
    encode_edit,
)
from engine.project.model import Keyframe, Project, Track, Trajectory
from engine.render.sources import motion_plan

TIMES = np.linspace(-0.5, 4.5, 501)


def path(*velocities):
    places = ((4.0, 3.0, 0.0), (4.0, 0.0, 1.0), (1.0, -3.0, 0.0))
    made = (
        Keyframe(time_s=2.0 * i, x_m=x, y_m=y, z_m=z, velocity_mps=velocity)
        for i, ((x, y, z), velocity) in enumerate(zip(places, velocities, strict=True))
    )
    return Trajectory(keyframes=tuple(made))


def project(*velocities):
    track = Track(id="t", name="T", trajectory=path(*velocities), end_s=4.0)
    return Project(tracks=(track,))


def test_without_velocities_it_is_what_it_was_to_the_bit() -> None:
    straight = path(None, None, None)
    assert not straight.is_curved
    assert straight.line[0] is straight.times_s
    assert straight.line[1] is straight.positions_m
    assert b"velocity" not in msgspec.json.encode(project(None, None, None))


def test_a_curve_is_the_cubic_of_hermite() -> None:
    v0, v1 = (1.0, 2.0, 0.0), (-1.0, 0.5, 3.0)
    curved = path(v0, v1, None)
    u = TIMES[(TIMES >= 0.0) & (TIMES <= 2.0)][:, None] / 2.0
    p0, p1 = curved.positions_m[:2]
    b0, b1 = p0 + 2.0 * np.array(v0) / 3.0, p1 - 2.0 * np.array(v1) / 3.0
    bezier = (1 - u) ** 3 * p0 + 3 * u * (1 - u) ** 2 * b0 + 3 * u**2 * (1 - u) * b1 + u**3 * p1
    assert curved.at(2.0 * u[:, 0]) == pytest.approx(bezier, abs=4e-3)


def test_it_goes_through_its_keyframes_and_rests_outside() -> None:
    curved = path((5.0, 0.0, 0.0), (0.0, -4.0, 1.0), (0.0, 0.0, -2.0))
    assert np.array_equal(curved.at(curved.times_s), curved.positions_m)
    assert np.array_equal(curved.at(-1.0), curved.positions_m[0])
    assert np.array_equal(curved.at(9.0), curved.positions_m[-1])


def test_a_segment_between_corners_stays_straight() -> None:
    curved, straight = path(None, None, (0.0, -9.0, 0.0)), path(None, None, None)
    early = TIMES[TIMES <= 2.0]
    assert curved.at(early) == pytest.approx(straight.at(early), abs=1e-12)
    assert np.abs(curved.at(3.0) - straight.at(3.0)).max() > 0.5


def test_what_sounds_is_the_curve() -> None:
    curved = path(None, (0.0, -4.0, 0.0), None)
    plan = motion_plan(curved, 48_000)
    assert plan.at(1.0 * 48_000) == pytest.approx(curved.at(1.0))
    assert len(plan.times_samples) > 100


@pytest.mark.parametrize(("time_s", "tolerance_m"), [(2.2, 6e-3), (3.3, 6e-3), (1.0, 0.1)])
def test_a_keyframe_put_on_a_curve_leaves_it_where_it_is(time_s: float, tolerance_m: float) -> None:
    """But for the segment that ends in a corner: that looks towards its new neighbour."""
    before = project(None, (1.0, -4.0, 2.0), (3.0, 0.0, 0.0))
    was = before.track("t").trajectory
    x_m, y_m, z_m = (float(value) for value in was.at(time_s))
    grown = AddKeyframe(track_id="t", time_s=time_s, x_m=x_m, y_m=y_m, z_m=z_m).apply(before)
    now = grown.track("t").trajectory
    assert now.at(TIMES) == pytest.approx(was.at(TIMES), abs=tolerance_m)


def test_moving_and_pulling_keep_the_tangent() -> None:
    before = project(None, (1.0, -4.0, 2.0), None)
    moved = MoveKeyframe(track_id="t", index=1, time_s=2.1, x_m=3.0, y_m=1.0, z_m=0.0)
    keyframe = moved.apply(before).track("t").trajectory.keyframes[1]
    assert keyframe.velocity_mps == (1.0, -4.0, 2.0)
    (pulled,) = (
        k
        for k in bent_stretch(before.track("t").trajectory, 2.0, (3.0, 1.0, 0.0))
        if k.time_s == 2.0
    )
    assert pulled.velocity_mps == (1.0, -4.0, 2.0)


def test_a_track_that_is_split_goes_the_same_way() -> None:
    before = project((4.0, 0.0, 0.0), (1.0, -4.0, 2.0), None)
    was = before.track("t").trajectory
    split = SplitTrack(track_id="t", time_s=1.3, first_id="v", second_id="u").apply(before)
    early, late = TIMES[(TIMES >= 0) & (TIMES <= 1.3)], TIMES[(TIMES >= 1.3) & (TIMES <= 4)]
    assert split.track("v").trajectory.at(early) == pytest.approx(was.at(early), abs=6e-3)
    assert split.track("u").trajectory.at(late) == pytest.approx(was.at(late), abs=6e-3)


def test_the_edit_is_kept_and_checked() -> None:
    before = project(None, None, None)
    edit = SetTangent(track_id="t", index=1, velocity_mps=(1.0, -2.0, 0.5))
    assert decode_edit(encode_edit(edit)) == edit
    after = edit.apply(before)
    assert after.track("t").detected == before.track("t").trajectory
    assert after.track("t").trajectory.keyframes[1].provenance == "hand"
    assert msgspec.json.decode(msgspec.json.encode(after), type=Project) == after
    back = SetTangent(track_id="t", index=1).apply(after)
    assert back.track("t").trajectory.at(TIMES) == pytest.approx(
        before.track("t").trajectory.at(TIMES)
    )
    for wrong in ((float("nan"), 0.0, 0.0), (1e9, 0.0, 0.0)):
        with pytest.raises(ProjectError):
            structs.replace(edit, velocity_mps=wrong).apply(before)
    with pytest.raises(ProjectError, match="keyframe"):
        structs.replace(edit, index=7).apply(before)
