"""Takes and paths that are locked, deleted, compared with what was detected, and given back."""

from __future__ import annotations

import pytest
from msgspec import structs

from engine.errors import ProjectError
from engine.project.edits import (
    AddKeyframe,
    ApplyMasterGain,
    ApplyTakes,
    BendTrajectory,
    DeleteKeyframe,
    DeleteTake,
    LockPath,
    LockTake,
    MoveKeyframe,
    ReturnMasterGain,
    RevertPath,
    SetClipTake,
    SetMasterGain,
)
from engine.project.edits.merging import merge_track
from engine.project.edits.takes import alternatives
from engine.project.model import (
    Clip,
    ClipId,
    ContentHash,
    Event,
    EventId,
    Project,
    Recipe,
    Take,
    TakeId,
    Track,
    TrackId,
    Trajectory,
)

PATH = Trajectory.from_arrays([0.0, 1.0, 2.0], [[1, 0, 0], [1, 1, 0], [1, 2, 0]])
EVENT = Event(
    id=EventId("e"), track_id=TrackId("t"), layer="hit", generator="impact", prompt="a knock",
    start_s=0.0, duration_s=1.0,
)  # fmt: skip


def take(name: str, event: str = "e") -> Take:
    return Take(
        id=TakeId(f"take-{event}-{name}"), event_id=EventId("e"), name=name,
        audio=ContentHash("0" * 64), sample_rate_hz=48_000, channels=1, samples=48_000,
        recipe=Recipe(generator="impact", version="1"),
    )  # fmt: skip


def clip(name: str, of: Take, **changes: object) -> Clip:
    whole = Clip(
        id=ClipId(name), track_id=TrackId("t"), take_id=of.id, name=of.name, start_s=0.5,
        duration_s=1.0,
    )  # fmt: skip
    return structs.replace(whole, **changes)


A, B, C = take("a"), take("b"), take("c")
PROJECT = Project(
    tracks=(Track(id=TrackId("t"), name="Ball", trajectory=PATH, end_s=2.0),),
    events=(EVENT,), takes=(A, B, C), clips=(clip("clip-e", B),),
)  # fmt: skip


def test_a_deleted_take_leaves_its_clip_to_the_one_before() -> None:
    after = DeleteTake(take_id=B.id).apply(PROJECT)
    assert after.takes == (A, C)
    assert after.clip("clip-e").take_id == A.id
    assert DeleteTake(take_id=A.id).apply(after).clip("clip-e").take_id == C.id


def test_the_only_take_of_a_clip_is_not_deleted() -> None:
    lone = structs.replace(PROJECT, takes=(B,))
    with pytest.raises(ProjectError, match="only take"):
        DeleteTake(take_id=B.id).apply(lone)


def test_a_locked_take_is_neither_deleted_nor_exchanged() -> None:
    locked = LockTake(take_id=B.id).apply(PROJECT)
    with pytest.raises(ProjectError, match="locked"):
        DeleteTake(take_id=B.id).apply(locked)
    with pytest.raises(ProjectError, match="locked"):
        SetClipTake(clip_id="clip-e", take_id=A.id).apply(locked)
    assert LockTake(take_id=B.id, locked=False).apply(locked) == PROJECT


def test_a_new_generation_leaves_what_sounds_a_locked_take() -> None:
    new = take("d")
    made = ApplyTakes(takes=(new,), clips=(clip("clip-e", new),))
    assert made.apply(PROJECT).clip("clip-e").take_id == new.id
    locked = made.apply(LockTake(take_id=B.id).apply(PROJECT))
    assert locked.clip("clip-e").take_id == B.id
    assert locked.take(B.id).locked
    assert new in locked.takes


def test_sections_of_a_long_event_have_takes_of_their_own() -> None:
    first, second, again = take("x", "e.1"), take("y", "e.2"), take("z", "e.1")
    long = structs.replace(PROJECT, takes=(first, second, again))
    assert alternatives(long, first) == (first, again)
    assert alternatives(long, second) == (second,)


def test_a_path_remembers_what_was_detected_and_goes_back_to_it() -> None:
    moved = MoveKeyframe(track_id="t", index=1, time_s=1.0, x_m=3.0, y_m=0.0, z_m=0.0)
    edited = moved.apply(PROJECT)
    assert edited.track("t").detected == PATH
    edited = AddKeyframe(track_id="t", time_s=0.25, x_m=1.0, y_m=5.0, z_m=0.0).apply(edited)
    assert edited.track("t").detected == PATH
    part = RevertPath(track_id="t", from_s=0.0, to_s=0.5).apply(edited)
    assert part.track("t").trajectory.times_s.tolist() == [0.0, 1.0, 2.0]
    assert part.track("t").trajectory.keyframes[1].x_m == 3.0
    assert RevertPath(track_id="t", from_s=0.0, to_s=2.0).apply(edited) == PROJECT


def test_what_is_as_detected_has_nothing_to_go_back_to() -> None:
    with pytest.raises(ProjectError, match="as it was detected"):
        RevertPath(track_id="t", from_s=0.0, to_s=1.0).apply(PROJECT)


@pytest.mark.parametrize(
    "edit",
    [
        MoveKeyframe(track_id="t", index=0, time_s=0.0, x_m=1.0, y_m=9.0, z_m=0.0),
        DeleteKeyframe(track_id="t", index=0),
        BendTrajectory(track_id="t", time_s=1.0, keyframes=(PATH.keyframes[1],)),
    ],
)
def test_a_locked_path_is_not_changed(edit) -> None:
    locked = LockPath(track_id="t").apply(PROJECT)
    with pytest.raises(ProjectError, match="locked"):
        edit.apply(locked)
    assert LockPath(track_id="t", locked=False).apply(locked) == PROJECT


def test_a_new_analysis_leaves_a_locked_path_and_says_what_it_saw() -> None:
    old = structs.replace(PROJECT.track("t"), path_locked=True)
    seen = structs.replace(
        PROJECT.track("t"), trajectory=Trajectory.from_arrays([0.0], [[9, 0, 0]])
    )
    merged = merge_track(old, seen)
    assert merged.trajectory == PATH
    assert merged.detected == seen.trajectory
    assert merged.path_locked


def test_a_new_analysis_renews_what_an_edited_path_is_compared_with() -> None:
    edit = MoveKeyframe(track_id="t", index=1, time_s=1.0, x_m=3.0, y_m=0.0, z_m=0.0)
    edited = edit.apply(PROJECT).track("t")
    seen = structs.replace(
        PROJECT.track("t"), trajectory=Trajectory.from_arrays([0.0], [[9, 0, 0]])
    )
    assert merge_track(edited, seen).detected == seen.trajectory
    assert merge_track(PROJECT.track("t"), seen).detected is None


def test_the_master_goes_back_to_where_composing_put_it() -> None:
    composed = ApplyMasterGain(gain_db=17.5).apply(PROJECT)
    assert ReturnMasterGain().apply(SetMasterGain(gain_db=3.0).apply(composed)) == composed
    later = ApplyMasterGain(gain_db=12.0).apply(SetMasterGain(gain_db=3.0).apply(composed))
    assert later.master.gain_db == 3.0
    assert ReturnMasterGain().apply(later).master.gain_db == 12.0
    assert ReturnMasterGain().apply(SetMasterGain(gain_db=3.0).apply(PROJECT)).master.gain_db == 0.0
