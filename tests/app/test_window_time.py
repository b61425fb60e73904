"""The time selection and what is done with it; automation that goes along with clips."""

from __future__ import annotations

import pytest
from pointing import drag, move
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.window import MainWindow
from engine.project.curves import value_at
from engine.project.edits import AddMarker, SetGainCurve
from engine.project.model import Curve, Marker

CONTROL, SHIFT, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.NoModifier,
)
HILL: Curve = ((0.3, 0.0), (0.5, -12.0), (0.7, 0.0))


def on_ruler(window: MainWindow, time_s: float, y: float = 6.0) -> QPointF:
    """A point on the ruler, by default along its upper edge."""
    return QPointF(window.timeline.axis.x_of(time_s), y)


def in_lanes(window: MainWindow, time_s: float, row: int = 0, down_px: int = 30) -> QPointF:
    """A point in the lanes."""
    timeline = window.timeline
    return QPointF(timeline.axis.x_of(time_s), timeline.rows.y_of(row) + down_px)


def select(window: MainWindow, from_s: float, to_s: float) -> None:
    """Drag along the ruler's upper edge."""
    drag(window.timeline.ruler, on_ruler(window, from_s), on_ruler(window, to_s))


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """A key in the lanes."""
    QTest.keyClick(window.timeline.lanes, key, modifiers)


def clips_of(window: MainWindow, track_id: str = "one") -> list[tuple[float, float, float]]:
    """(start, end, offset) of a track's clips in time order."""
    return sorted(
        (round(c.start_s, 6), round(c.start_s + c.duration_s, 6), round(c.offset_s, 6))
        for c in window.session.project.clips_of(track_id)
    )


def test_a_drag_along_the_rulers_edge_selects_time_and_its_ends_can_be_dragged(
    window: MainWindow,
) -> None:
    selection = window.session.selection
    before = window.session.playback.position_s
    assert not window.actions_by_name["delete_time"].isEnabled()
    select(window, 0.4, 1.2)
    assert selection.span_s == pytest.approx((0.4, 1.2))
    assert window.session.playback.position_s == before
    assert window.actions_by_name["delete_time"].isEnabled()
    select(window, 1.2, 1.6)
    assert selection.span_s == pytest.approx((0.4, 1.6))
    QTest.mouseClick(
        window.timeline.ruler, Qt.MouseButton.LeftButton, NONE, on_ruler(window, 1.0).toPoint()
    )
    assert selection.span_s is None
    assert window.session.playback.position_s == pytest.approx(1.0, abs=0.03)


def test_control_drag_over_the_ground_selects_time_from_snap_to_snap(window: MainWindow) -> None:
    selection = window.session.selection
    near_s = 4.0 / window.timeline.axis.px_per_s
    start, end = in_lanes(window, 0.5 + near_s, 0, 55), in_lanes(window, 1.0 - near_s, 0, 55)
    drag(window.timeline.lanes, start + QPointF(0, 200), end + QPointF(0, 200), CONTROL)
    assert selection.span_s == (0.5, 1.0)
    press(window, Qt.Key.Key_Escape)
    assert selection.span_s is None


def test_deleting_the_selected_time_closes_the_gap_and_undo_opens_it(window: MainWindow) -> None:
    session = window.session
    session.do(AddMarker(marker=Marker(id="m", time_s=1.5, name="M")))
    before = session.project
    select(window, 0.4, 1.0)
    press(window, Qt.Key.Key_X, CONTROL | SHIFT)
    assert clips_of(window) == [(0.2, 0.4, 0.3), (0.6, 1.0, 0.0)]
    assert clips_of(window, "two") == [(0.4, 0.8, 0.6)]
    assert session.project.markers[0].time_s == pytest.approx(0.9)
    assert session.selection.span_s is None
    assert session.playback.position_s == pytest.approx(0.4)
    assert session.document.undo_label == "Delete time"
    session.undo()
    assert session.project == before


def test_inserting_silence_splits_what_lies_across(window: MainWindow) -> None:
    before = window.session.project
    select(window, 0.6, 1.0)
    press(window, Qt.Key.Key_E, CONTROL | SHIFT)
    assert clips_of(window) == [(0.2, 0.6, 0.3), (1.0, 1.2, 0.7), (1.6, 2.0, 0.0)]
    window.session.undo()
    assert window.session.project == before


def test_splitting_at_the_selected_time_selects_the_inside(window: MainWindow) -> None:
    session = window.session
    before = session.project
    select(window, 0.4, 0.6)
    press(window, Qt.Key.Key_S, SHIFT)
    assert clips_of(window)[:3] == [(0.2, 0.4, 0.3), (0.4, 0.6, 0.5), (0.6, 0.8, 0.7)]
    inside = [session.project.clip(one) for one in session.selection.value.clip_ids]
    assert sorted(round(clip.start_s, 6) for clip in inside) == [0.4, 0.4]
    assert session.document.position == 1
    session.undo()
    assert session.project == before


def test_cropping_keeps_the_inside_of_the_selected_clips(window: MainWindow) -> None:
    session = window.session
    before = session.project
    session.selection.select_clips({"a"}, "one")
    select(window, 0.4, 0.6)
    press(window, Qt.Key.Key_K, CONTROL)
    assert clips_of(window) == [(0.4, 0.6, 0.5), (1.2, 1.6, 0.0)]
    session.undo()
    assert session.project == before


def test_the_loop_and_the_clips_time(window: MainWindow) -> None:
    session = window.session
    session.selection.select_clips({"a", "b"}, "one")
    press(window, Qt.Key.Key_T)
    assert session.selection.span_s == pytest.approx((0.2, 1.6))
    press(window, Qt.Key.Key_P)
    assert session.loop_s == pytest.approx((0.2, 1.6))
    press(window, Qt.Key.Key_R)
    press(window, Qt.Key.Key_R)
    assert session.loop_s == pytest.approx((0.2, 1.6))


def volume(window: MainWindow, time_s: float, track_id: str = "one") -> float:
    """A track's automated volume in dB."""
    return value_at(window.session.project.track(track_id).gain_curve_db, time_s, 0.0)


def test_automation_goes_with_a_dragged_clip_and_back_with_undo(window: MainWindow) -> None:
    session = window.session
    session.do(SetGainCurve(track_id="one", curve=HILL))
    before = session.project
    drag(window.timeline.lanes, in_lanes(window, 0.4), in_lanes(window, 1.3, row=1), ALT)
    shift_s = session.project.clip("a").start_s - 0.2
    assert session.project.clip("a").track_id == "two"
    assert volume(window, 0.5 + shift_s, "two") == pytest.approx(-12.0)
    assert volume(window, 0.5) == 0.0
    assert session.document.position == 2
    session.undo()
    assert session.project == before


def test_a_drag_over_other_tracks_leaves_their_automation_as_it_was(window: MainWindow) -> None:
    session = window.session
    session.do(SetGainCurve(track_id="one", curve=HILL))
    session.do(SetGainCurve(track_id="two", curve=((0.0, -3.0), (2.0, -3.0))))
    before = session.project.track("two")
    lanes = window.timeline.lanes
    drag(lanes, in_lanes(window, 0.4), in_lanes(window, 0.9, row=1), ALT, release=False)
    assert session.project.track("two") != before
    move(lanes, in_lanes(window, 0.9), ALT)
    assert session.project.track("two") == before
    QTest.mouseRelease(lanes, Qt.MouseButton.LeftButton, ALT, in_lanes(window, 0.9).toPoint())
    assert volume(window, 0.5 + session.project.clip("a").start_s - 0.2) == pytest.approx(-12.0)
    assert session.document.position == 3


def test_with_the_switch_off_automation_stays(window: MainWindow) -> None:
    session = window.session
    session.do(SetGainCurve(track_id="one", curve=HILL))
    window.actions_by_name["automation_follows"].trigger()
    drag(window.timeline.lanes, in_lanes(window, 0.4), in_lanes(window, 0.9), ALT)
    assert session.project.clip("a").start_s > 0.5
    assert session.project.track("one").gain_curve_db == HILL


@pytest.mark.parametrize(("key", "modifiers"), [(Qt.Key.Key_D, CONTROL), (Qt.Key.Key_V, CONTROL)])
def test_copies_take_their_automation_along(
    window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier
) -> None:
    session = window.session
    session.do(SetGainCurve(track_id="one", curve=HILL))
    before = session.project
    session.selection.select_clips({"a"}, "one")
    press(window, Qt.Key.Key_C, CONTROL)
    session.locate(0.8)
    press(window, key, modifiers)
    assert volume(window, 0.5) == pytest.approx(-12.0)
    assert volume(window, 1.1) == pytest.approx(-12.0)
    session.undo()
    assert session.project == before


def test_nudging_takes_automation_along(window: MainWindow) -> None:
    session = window.session
    session.do(SetGainCurve(track_id="one", curve=HILL))
    session.selection.select_clips({"a"}, "one")
    for _ in range(5):
        press(window, Qt.Key.Key_Right, ALT)
    assert session.project.clip("a").start_s == pytest.approx(0.4)
    assert volume(window, 0.7) == pytest.approx(-12.0)
