"""Groups, cross-fades, takes and regions as edits."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from engine.errors import ProjectError
from engine.project.checks import check_project
from engine.project.edits import (
    AddMarker,
    CrossFadeClips,
    DeleteTime,
    GroupClips,
    InsertTime,
    ResizeRegion,
    SetClipTake,
)
from engine.project.model import (
    Clip,
    ClipId,
    ContentHash,
    Marker,
    Project,
    Take,
    TakeId,
    Track,
    TrackId,
    Trajectory,
)


def clip(name: str, start_s: float, duration_s: float, offset_s: float = 1.0) -> Clip:
    """A piece of a take of ten seconds."""
    return Clip(
        id=ClipId(name), track_id=TrackId("one"), take_id=TakeId("take"), name=name,
        start_s=start_s, duration_s=duration_s, offset_s=offset_s,
    )  # fmt: skip


def session(*clips: Clip) -> Project:
    """One track, two takes of ten and of one second."""
    takes = tuple(
        Take(
            id=TakeId(name), name=name, audio=ContentHash("0" * 64), sample_rate_hz=48_000,
            channels=1, samples=seconds * 48_000,
        )
        for name, seconds in (("take", 10), ("short", 1))
    )  # fmt: skip
    place = Trajectory.from_arrays([0.0], [[1.0, 0.0, 0.0]])
    track = Track(id=TrackId("one"), name="one", trajectory=place)
    return Project(tracks=(track,), takes=takes, clips=clips)


def test_overlapping_clips_are_faded_over_their_overlap_at_constant_power() -> None:
    before = session(clip("a", 0.0, 2.0), clip("b", 1.5, 2.0))
    after = CrossFadeClips(clip_ids=("b", "a")).apply(before)
    a, b = after.clip("a"), after.clip("b")
    assert (a.fade_out_s, b.fade_in_s) == (0.5, 0.5)
    assert a.fade_out_curve == b.fade_in_curve == "equal_power"
    assert (a.start_s, a.duration_s, b.start_s) == (0.0, 2.0, 1.5)
    share = np.linspace(0.0, 1.0, 101)  # of the overlap, by the fades' documented shape
    power = np.sin(0.5 * np.pi * (1.0 - share)) ** 2 + np.sin(0.5 * np.pi * share) ** 2
    np.testing.assert_allclose(power, 1.0)
    check_project(after)


def test_clips_that_touch_are_made_to_overlap_as_far_as_their_takes_reach() -> None:
    before = session(clip("a", 0.0, 2.0), clip("b", 2.0, 2.0))
    after = CrossFadeClips(clip_ids=("a", "b"), length_s=0.2).apply(before)
    a, b = after.clip("a"), after.clip("b")
    assert (a.duration_s, b.start_s, b.offset_s) == pytest.approx((2.1, 1.9, 0.9))
    assert a.fade_out_s == b.fade_in_s == pytest.approx(0.2)
    no_room = session(clip("a", 0.0, 9.0), clip("b", 9.0, 2.0, offset_s=0.0))
    with pytest.raises(ProjectError, match="overlap or touch"):
        CrossFadeClips(clip_ids=("a", "b")).apply(no_room)


def test_clips_apart_or_one_inside_the_other_are_not_cross_faded() -> None:
    for clips in ((clip("a", 0.0, 1.0), clip("b", 2.0, 1.0)),
                  (clip("a", 0.0, 4.0), clip("b", 1.0, 1.0))):  # fmt: skip
        with pytest.raises(ProjectError, match="overlap or touch"):
            CrossFadeClips(clip_ids=("a", "b")).apply(session(*clips))


def test_grouping_moves_clips_from_one_group_to_another_and_keeps_their_provenance() -> None:
    before = session(clip("a", 0.0, 1.0), clip("b", 2.0, 1.0), clip("c", 4.0, 1.0))
    grouped = GroupClips(clip_ids=("a", "b"), group="g").apply(before)
    assert [c.group for c in grouped.clips] == ["g", "g", ""]
    other = GroupClips(clip_ids=("b", "c"), group="h").apply(grouped)
    assert [c.group for c in other.clips] == ["g", "h", "h"]
    alone = GroupClips(clip_ids=("a", "b", "c"), group="").apply(other)
    assert alone == before
    with pytest.raises(ProjectError, match="no clip 'x'"):
        GroupClips(clip_ids=("x",), group="g").apply(before)


def test_another_take_keeps_the_offset_where_it_can() -> None:
    before = session(clip("a", 0.0, 2.0, offset_s=0.25), clip("b", 3.0, 2.0, offset_s=3.0))
    a = SetClipTake(clip_id="a", take_id="short").apply(before).clip("a")
    assert (a.take_id, a.name, a.offset_s, a.duration_s) == ("short", "short", 0.25, 0.75)
    b = SetClipTake(clip_id="b", take_id="short").apply(before).clip("b")
    assert (b.offset_s, b.duration_s) == (0.0, 1.0)


def test_regions_grow_shrink_move_and_go_with_time() -> None:
    project = session(clip("a", 0.0, 9.0))
    region = Marker(id="r", time_s=2.0, name="Chase", length_s=2.0)
    project = AddMarker(marker=region).apply(project)
    assert InsertTime(at_s=3.0, length_s=1.0).apply(project).markers[0].length_s == 3.0
    assert InsertTime(at_s=1.0, length_s=1.0).apply(project).markers[0].time_s == 3.0
    inner = DeleteTime(from_s=2.5, to_s=3.0).apply(project).markers[0]
    assert (inner.time_s, inner.length_s) == (2.0, 1.5)
    head = DeleteTime(from_s=1.0, to_s=3.0).apply(project).markers[0]
    assert (head.time_s, head.length_s) == (1.0, 1.0)
    assert DeleteTime(from_s=1.0, to_s=5.0).apply(project).markers == ()
    resized = ResizeRegion(marker_id="r", time_s=1.0, length_s=0.5).apply(project)
    assert resized.markers == (structs.replace(region, time_s=1.0, length_s=0.5),)
