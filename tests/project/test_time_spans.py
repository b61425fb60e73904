"""Time taken out, put in and cropped to; automation that goes along, and its pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from engine.errors import ProjectError
from engine.project.carrying import Journey, carried
from engine.project.checks import check_project
from engine.project.curves import EDGE_S, closed, cut_out, laid_over, opened, piece_of, value_at
from engine.project.edits import CropClips, DeleteTime, InsertTime, decode_edit, encode_edit
from engine.project.limits import check_gain_curve
from engine.project.model import (
    Clip,
    ClipId,
    ContentHash,
    Curve,
    Marker,
    Project,
    Take,
    TakeId,
    Track,
    TrackId,
    Trajectory,
)

HILL: Curve = ((1.0, 0.0), (2.0, -12.0), (4.0, 6.0))


def clip(name: str, start_s: float, duration_s: float, track: str = "one") -> Clip:
    """A piece of the take, its sound one second into it."""
    return Clip(
        id=ClipId(name), track_id=TrackId(track), take_id=TakeId("take"), name=name,
        start_s=start_s, duration_s=duration_s, offset_s=1.0, fade_in_s=0.1, fade_out_s=0.1,
    )  # fmt: skip


def session(*clips: Clip, curve: Curve = ()) -> Project:
    """Two tracks, the first one with a volume curve."""
    take = Take(
        id=TakeId("take"), name="t", audio=ContentHash("0" * 64), sample_rate_hz=48_000,
        channels=1, samples=960_000,
    )  # fmt: skip
    place = Trajectory.from_arrays([0.0], [[1.0, 0.0, 0.0]])
    tracks = (
        Track(id=TrackId("one"), name="one", trajectory=place, gain_curve_db=curve),
        Track(id=TrackId("two"), name="two", trajectory=place),
    )
    markers = tuple(Marker(id=f"m{t}", time_s=float(t), name=str(t)) for t in (1, 3, 5))
    return Project(tracks=tracks, takes=(take,), clips=clips, markers=markers)


def heard(project: Project, time_s: float) -> set[float]:
    """Seconds into the take that sound at a time."""
    return {
        round(c.offset_s + time_s - c.start_s, 9)
        for c in project.clips
        if c.start_s <= time_s < c.start_s + c.duration_s
    }


SPANS = st.tuples(st.integers(0, 12), st.integers(1, 6)).map(lambda p: (p[0] / 2, sum(p) / 2))
CLIPS = st.lists(st.tuples(st.integers(0, 14), st.integers(1, 10)), min_size=1, max_size=6)


@given(span=SPANS, places=CLIPS)
def test_after_deleting_time_what_is_heard_is_what_was_heard_less_the_span(
    span: tuple[float, float], places: list[tuple[int, int]]
) -> None:
    before = session(*(clip(f"c{i}", a / 2, n / 2) for i, (a, n) in enumerate(places)))
    after = DeleteTime(from_s=span[0], to_s=span[1]).apply(before)
    check_project(after)
    for time_s in np.arange(0.13, 14.0, 0.25):
        was_s = time_s if time_s < span[0] else time_s + span[1] - span[0]
        assert heard(after, time_s) == heard(before, was_s)


@given(span=SPANS, places=CLIPS)
def test_inserting_time_and_deleting_it_again_is_heard_as_before(
    span: tuple[float, float], places: list[tuple[int, int]]
) -> None:
    before = session(*(clip(f"c{i}", a / 2, n / 2) for i, (a, n) in enumerate(places)))
    opened_up = InsertTime(at_s=span[0], length_s=span[1] - span[0]).apply(before)
    check_project(opened_up)
    assert not any(heard(opened_up, t) for t in np.arange(span[0] + 0.13, span[1], 0.25))
    after = DeleteTime(from_s=span[0], to_s=span[1]).apply(opened_up)
    for time_s in np.arange(0.13, 14.0, 0.25):
        assert heard(after, time_s) == heard(before, time_s)


def test_deleting_time_moves_markers_and_automation_and_forgets_what_was_inside() -> None:
    before = session(clip("in", 2.5, 0.5), clip("behind", 6.0, 1.0), curve=HILL)
    after = DeleteTime(from_s=2.0, to_s=4.0).apply(before)
    assert [(m.name, m.time_s) for m in after.markers] == [("1", 1.0), ("5", 3.0)]
    assert after.removed == ("in",)
    assert after.clip("behind").start_s == 4.0
    curve = after.track("one").gain_curve_db
    assert value_at(curve, 1.5, 0.0) == pytest.approx(-6.0)
    assert value_at(curve, 2.0 + 2 * EDGE_S, 0.0) == pytest.approx(6.0)
    kept = DeleteTime(from_s=2.0, to_s=4.0, automation=False).apply(before)
    assert kept.track("one").gain_curve_db == HILL


def test_a_crop_keeps_the_inside_of_the_chosen_clips_only() -> None:
    before = session(clip("a", 0.0, 4.0), clip("b", 0.0, 4.0), clip("c", 5.0, 1.0))
    after = CropClips(clip_ids=("a", "c"), from_s=1.0, to_s=2.0).apply(before)
    a = after.clip("a")
    assert (a.start_s, a.duration_s, a.offset_s, a.fade_in_s) == (1.0, 1.0, 2.0, 0.0)
    assert after.clip("b") == before.clip("b")
    assert {c.id for c in after.clips} == {"a", "b"}


def test_spans_are_stored_and_nonsense_is_refused() -> None:
    for edit in (
        DeleteTime(from_s=1.0, to_s=2.0, automation=False),
        InsertTime(at_s=1.0, length_s=2.0),
        CropClips(clip_ids=("a",), from_s=0.0, to_s=1.0),
    ):
        assert decode_edit(encode_edit(edit)) == edit
    for bad in (DeleteTime(from_s=2.0, to_s=1.0), InsertTime(at_s=1.0, length_s=0.0)):
        with pytest.raises(ProjectError, match="no span of time"):
            bad.apply(session())


TIMES = st.lists(st.integers(0, 60), min_size=1, max_size=8, unique=True)


@given(times=TIMES, a=st.integers(0, 60), n=st.integers(1, 20))
def test_pieces_of_curves_keep_their_values_and_stay_curves(
    times: list[int], a: int, n: int
) -> None:
    curve = tuple((t / 10, float((7 * t) % 13 - 6)) for t in sorted(times))
    from_s, to_s = a / 10 + 0.05, (a + n) / 10 + 0.05
    out, shut = cut_out(curve, from_s, to_s, 0.0), closed(curve, from_s, to_s, 0.0)
    wide = opened(curve, from_s, to_s - from_s, 0.0)
    piece = piece_of(curve, from_s, to_s, 0.0)
    over = laid_over(((3.0, -1.0),), piece, 0.0)
    for made in (out, shut, wide, piece, over):
        check_gain_curve(made)
    for time_s in np.arange(0.02, 9.0, 0.083):
        was = value_at(curve, time_s, 0.0)
        if time_s < from_s - 2 * EDGE_S or time_s > to_s + 2 * EDGE_S:
            assert value_at(out, time_s, 0.0) == pytest.approx(was)
            assert value_at(over, time_s, 0.0) == -1.0
        else:
            assert value_at(piece, time_s, 0.0) == pytest.approx(was, abs=0.2)
        later_s = time_s if time_s < from_s else time_s + to_s - from_s
        if abs(time_s - from_s) > 2 * EDGE_S:
            assert value_at(wide, later_s, 0.0) == pytest.approx(was)
            assert value_at(shut, time_s, 0.0) == pytest.approx(value_at(curve, later_s, 0.0))


def test_automation_goes_with_a_clip_to_another_track_and_time() -> None:
    project = session(clip("a", 1.5, 1.0), curve=HILL)
    journey = [Journey(project.clip("a"), 3.0, "two")]
    moved = carried(project, project, journey, copy=False)
    one, two = moved["one", "gain_curve_db"], moved["two", "gain_curve_db"]
    for time_s in np.linspace(1.5, 2.5, 11):
        assert value_at(two, time_s + 3.0, 0.0) == pytest.approx(value_at(HILL, time_s, 0.0))
    assert value_at(two, 4.4, 0.0) == 0.0
    assert value_at(one, 2.0, 0.0) == pytest.approx((-6.0 + value_at(HILL, 2.5, 0.0)) / 2)
    copied = carried(project, project, journey, copy=True)
    assert copied["one", "gain_curve_db"] == HILL
    assert copied["two", "gain_curve_db"] == two


def test_nothing_is_carried_where_nothing_is_drawn_and_ambience_has_volume_only() -> None:
    project = session(clip("a", 7.0, 1.0), clip("b", 1.5, 1.0), curve=HILL)
    assert carried(project, project, [Journey(project.clip("a"), 1.0, "one")], copy=False) == {}
    tracks = (project.tracks[0], structs.replace(project.tracks[1], kind="ambience"))
    field = structs.replace(project, tracks=tracks)
    field = field.with_track(structs.replace(field.tracks[0], occlusion=((2.0, 1.0),)))
    moved = carried(field, field, [Journey(field.clip("b"), 0.0, "two")], copy=True)
    assert ("two", "gain_curve_db") in moved
    assert ("two", "occlusion") not in moved
