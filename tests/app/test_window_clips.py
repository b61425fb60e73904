"""Groups, cross-fades, takes, fine nudging, regions; ruler formats and the overview strip."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec import structs
from pointing import drag
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.ruler_menu import RulerMenu
from app.views.timeline.axis import TimeAxis
from app.views.timeline.clip_index import row_of
from app.views.timeline.ticks import LABEL_SPACING_PX, choose_ticks
from app.views.timeline.time_formats import FORMATS, format_time, round_steps_s
from app.window import MainWindow
from engine.project.edits import AddTake, MoveClip, SetClipTake, SetEvent
from engine.project.model import Event, EventId, TakeId, TrackId

CONTROL, SHIFT, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.NoModifier,
)


def place(window: MainWindow, time_s: float, row: int = 0, down_px: int = 30) -> QPointF:
    """A point in the lanes."""
    timeline = window.timeline
    return QPointF(timeline.axis.x_of(time_s), timeline.rows.y_of(row) + down_px)


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """A key in the lanes."""
    QTest.keyClick(window.timeline.lanes, key, modifiers)


def click(window: MainWindow, point: QPointF, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """A click in the lanes."""
    QTest.mouseClick(window.timeline.lanes, Qt.MouseButton.LeftButton, modifiers, point.toPoint())


def test_clips_of_a_group_are_selected_and_moved_together_until_ungrouped(
    window: MainWindow,
) -> None:
    session = window.session
    before = session.project
    session.selection.select_clips({"a", "c"}, "one")
    press(window, Qt.Key.Key_G, CONTROL)
    press(window, Qt.Key.Key_Escape)
    click(window, place(window, 0.5))
    assert session.selection.value.clip_ids == {"a", "c"}
    drag(window.timeline.lanes, place(window, 0.5), place(window, 0.7), ALT)
    shift_s = session.project.clip("a").start_s - 0.2
    assert session.project.clip("c").start_s == pytest.approx(0.4 + shift_s)
    press(window, Qt.Key.Key_G, CONTROL | SHIFT)
    press(window, Qt.Key.Key_Escape)
    click(window, place(window, 0.5 + shift_s))
    assert session.selection.value.clip_ids == {"a"}
    while session.document.can_undo:
        session.undo()
    assert session.project == before


def test_copies_of_a_group_are_a_group_of_their_own(window: MainWindow) -> None:
    session = window.session
    session.selection.select_clips({"a", "b"}, "one")
    press(window, Qt.Key.Key_G, CONTROL)
    group = session.project.clip("a").group
    press(window, Qt.Key.Key_D, CONTROL)
    copies = [session.project.clip(one) for one in session.selection.value.clip_ids]
    assert len({clip.group for clip in copies}) == 1
    assert copies[0].group not in ("", group)
    assert session.document.position == 2


def test_cross_faded_clips_share_a_lane_and_undo_parts_them(window: MainWindow) -> None:
    session = window.session
    session.do(MoveClip(clip_id="b", start_s=0.6))
    before = session.project
    assert row_of(session.project, "one").lane_count == 2
    session.selection.select_clips({"a"}, "one")
    press(window, Qt.Key.Key_X)
    a, b = session.project.clip("a"), session.project.clip("b")
    assert a.fade_out_s == b.fade_in_s == pytest.approx(0.2)
    assert row_of(session.project, "one").lane_count == 1
    session.undo()
    assert session.project == before


def test_cross_fading_what_is_apart_says_so_and_changes_nothing(window: MainWindow) -> None:
    before = window.session.project
    window.session.selection.select_clips({"a", "b"}, "one")
    press(window, Qt.Key.Key_X)
    assert window.session.project == before
    assert "overlap or touch" in window.notices.text


def test_a_fine_nudge_is_a_millisecond(window: MainWindow) -> None:
    window.session.selection.select_clips({"a"}, "one")
    for _ in range(3):
        press(window, Qt.Key.Key_Right, ALT | SHIFT)
    assert window.session.project.clip("a").start_s == pytest.approx(0.203)
    press(window, Qt.Key.Key_Left, ALT | SHIFT)
    assert window.session.project.clip("a").start_s == pytest.approx(0.202)


def test_takes_of_the_same_event_take_turns(window: MainWindow) -> None:
    session = window.session
    own = session.project.takes[0]
    event = Event(
        id=EventId("e"), track_id=TrackId("one"), layer="steps", generator="footsteps",
        prompt="steps", start_s=0.0, duration_s=1.0,
    )  # fmt: skip
    session.do(SetEvent(event=event))
    for name in ("x", "y"):
        take = structs.replace(own, id=TakeId(name), name=name, event_id=event.id)
        session.do(AddTake(take=take))
    session.selection.select_clips({"a"}, "one")
    press(window, Qt.Key.Key_Right, CONTROL | ALT)
    assert "only one take" in window.notices.text
    session.do(SetClipTake(clip_id="a", take_id="x"))
    session.selection.select_clips({"a"}, "one")
    press(window, Qt.Key.Key_Right, CONTROL | ALT)
    assert session.project.clip("a").take_id == "y"
    press(window, Qt.Key.Key_Right, CONTROL | ALT)
    assert session.project.clip("a").take_id == "x"
    session.undo()
    assert session.project.clip("a").take_id == "y"


def test_a_region_is_made_of_the_selected_time_moved_and_resized(window: MainWindow) -> None:
    session, axis, ruler = window.session, window.timeline.axis, window.timeline.ruler
    before = session.project
    session.selection.set_span((0.4, 1.0))
    press(window, Qt.Key.Key_R, SHIFT)
    session.selection.set_span(None)
    region = session.project.markers[0]
    assert (region.name, region.time_s, region.length_s) == ("Region 1", 0.4, pytest.approx(0.6))
    drag(ruler, QPointF(axis.x_of(1.0), 6), QPointF(axis.x_of(1.6), 6))
    assert session.project.markers[0].length_s == pytest.approx(1.2, abs=0.03)
    drag(ruler, QPointF(axis.x_of(0.4) + 5, 6), QPointF(axis.x_of(0.2) + 5, 6))
    moved = session.project.markers[0]
    assert moved.time_s == pytest.approx(0.2, abs=0.03)
    assert moved.length_s == pytest.approx(1.2, abs=0.03)
    assert session.document.position == 3
    while session.document.can_undo:
        session.undo()
    assert session.project == before


def test_times_are_written_in_every_format() -> None:
    film, video, ntsc = Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001)
    assert format_time(60.0, "timecode", video, 48_000) == "00:01:00:00"
    assert format_time(600.0 * 1.001, "timecode", film, 48_000) == "00:10:00:00"
    one_minute_s = 1800 * 1001 / 30000
    assert format_time(one_minute_s, "timecode", ntsc, 48_000) == "00:01:00;02"
    assert format_time(one_minute_s, "non_drop", ntsc, 48_000) == "00:01:00:00"
    assert format_time(62.5, "seconds", video, 48_000) == "1:02.500"
    assert format_time(59.9996, "seconds", video, 48_000) == "1:00.000"
    assert format_time(1.5, "samples", video, 96_000) == "144\u2009000"
    assert format_time(2.0, "video_frames", video, 48_000) == "50"


@pytest.mark.parametrize("rate", [Fraction(30000, 1001), Fraction(24000, 1001), Fraction(25)])
@pytest.mark.parametrize("name", ["timecode", "non_drop"])
def test_labelled_ticks_stand_where_timecode_shows_whole_seconds(name: str, rate: Fraction) -> None:
    for from_s in (0.0, 55.0, 595.0, 3590.0):
        ticks = choose_ticks(100.0, rate, name, 48_000)  # type: ignore[arg-type]
        shown = [t for t, labelled in ticks.between(from_s, from_s + 12.0) if labelled]
        assert len(shown) >= 5
        for time_s in shown:
            label = format_time(time_s, name, rate, 48_000)  # type: ignore[arg-type]
            dropped = ";" in label and label[6:8] == "00" and label[4] != "0"
            assert label.endswith("02" if dropped else "00")


@pytest.mark.parametrize("name", FORMATS)
def test_ticks_are_round_in_every_format_and_keep_their_distance(name: str) -> None:
    rate = Fraction(30000, 1001)
    for px_per_s in (0.5, 7.0, 100.0, 3000.0, 12_000.0):
        ticks = choose_ticks(px_per_s, rate, name, 48_000)  # type: ignore[arg-type]
        assert float(ticks.major) * px_per_s >= LABEL_SPACING_PX
        assert (ticks.major / ticks.minor).denominator == 1
        steps = round_steps_s(name, rate, 48_000)  # type: ignore[arg-type]
        if px_per_s > 1.0:
            assert ticks.major in steps


def test_the_ruler_format_is_chosen_in_a_menu_and_kept(window: MainWindow) -> None:
    wanted = next(a for a in window.ruler_menu.menu.actions() if a.data() == "samples")
    wanted.trigger()
    assert window.timeline.axis.time_format == "samples"
    assert [a.data() for a in window.ruler_menu.menu.actions() if a.isChecked()] == ["samples"]
    other = TimeAxis()
    RulerMenu(other, window)
    assert other.time_format == "samples"


def test_the_overviews_frame_scrolls_and_its_edges_zoom(window: MainWindow) -> None:
    axis, overview = window.timeline.axis, window.timeline.overview
    axis.set_range(0.5, 1.0)
    middle = overview.view_area().center()
    drag(overview, middle, QPointF(overview.x_of(1.25), middle.y()))
    assert axis.left_s == pytest.approx(1.0, abs=0.02)
    assert axis.visible_s == pytest.approx(0.5)
    right = QPointF(overview.view_area().right(), 10)
    drag(overview, right, QPointF(overview.x_of(2.0), 10))
    assert axis.left_s == pytest.approx(1.0, abs=0.02)
    assert axis.right_s == pytest.approx(2.0, abs=0.05)
    QTest.mouseClick(overview, Qt.MouseButton.LeftButton, NONE, QPointF(5, 10).toPoint())
    assert axis.left_s == 0.0
