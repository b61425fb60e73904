"""Editing on the timeline with the mouse, the wheel and the keyboard."""

from __future__ import annotations

import pytest
from pointing import drag, hover, move, wheel
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.views.timeline.header_painting import gain_of_share, share_of_gain
from app.window import MainWindow

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def place(window: MainWindow, time_s: float, row: int = 0, down_px: int = 30) -> QPointF:
    """A point in the lanes."""
    timeline = window.timeline
    return QPointF(timeline.axis.x_of(time_s), timeline.rows.y_of(row) + down_px)


def test_dragging_a_clip_moves_it_and_undo_restores_an_equal_project(window: MainWindow) -> None:
    before = window.session.project
    drag(window.timeline.lanes, place(window, 0.5), place(window, 0.9), ALT)
    moved = window.session.project.clip("a")
    assert moved.start_s == pytest.approx(0.6, abs=0.01)
    assert moved.provenance == "hand"
    assert window.session.document.position == 1
    window.actions_by_name["undo"].trigger()
    assert window.session.project == before


def test_a_drag_snaps_its_start_to_a_contact(window: MainWindow) -> None:
    near_px = 4.0 / window.timeline.axis.px_per_s
    drag(window.timeline.lanes, place(window, 0.5), place(window, 0.5 + 0.3 + near_px))
    assert window.session.project.clip("a").start_s == 0.5


def test_a_drag_without_a_point_in_reach_lands_on_a_video_frame(window: MainWindow) -> None:
    drag(window.timeline.lanes, place(window, 0.5), place(window, 0.5 + 0.113))
    start_s = window.session.project.clip("a").start_s
    assert start_s * 25 == pytest.approx(round(start_s * 25), abs=1e-9)


def test_dragging_down_puts_a_clip_on_the_other_track(window: MainWindow) -> None:
    drag(window.timeline.lanes, place(window, 1.4), place(window, 1.6, row=1), ALT)
    assert window.session.project.clip("b").track_id == "two"
    assert window.session.document.position == 1
    window.session.undo()
    assert window.session.project.clip("b").track_id == "one"


def test_trimming_the_left_edge_keeps_the_sound_in_place(window: MainWindow) -> None:
    before = window.session.project.clip("a")
    drag(window.timeline.lanes, place(window, 0.2) + QPointF(2, 0), place(window, 0.32), ALT)
    after = window.session.project.clip("a")
    assert after.start_s > before.start_s
    assert after.start_s - after.offset_s == pytest.approx(before.start_s - before.offset_s)
    assert after.start_s + after.duration_s == pytest.approx(before.start_s + before.duration_s)


def test_trimming_never_goes_beyond_the_take(window: MainWindow) -> None:
    drag(window.timeline.lanes, place(window, 0.2) + QPointF(2, 0), QPointF(-4000, 30), ALT)
    clip = window.session.project.clip("a")
    assert clip.start_s == pytest.approx(0.0)
    assert clip.offset_s == pytest.approx(0.1)


def test_escape_abandons_a_drag(window: MainWindow) -> None:
    before = window.session.project
    lanes = window.timeline.lanes
    drag(lanes, place(window, 0.5), place(window, 0.9), release=False)
    assert window.session.project != before
    QTest.keyClick(lanes, Qt.Key.Key_Escape)
    assert window.session.project == before
    assert not window.session.document.can_undo


def test_dragging_a_corner_handle_makes_a_fade(window: MainWindow) -> None:
    start = place(window, 0.2, down_px=26) + QPointF(4, 0)
    drag(window.timeline.lanes, start, start + QPointF(60, 0), ALT)
    assert window.session.project.clip("a").fade_in_s == pytest.approx(
        60 / window.timeline.axis.px_per_s, rel=0.05
    )


def test_control_drag_copies(window: MainWindow) -> None:
    drag(window.timeline.lanes, place(window, 0.5), place(window, 0.5, row=1), CONTROL | ALT)
    project = window.session.project
    assert len(project.clips) == 4
    assert project.clip("a").start_s == 0.2
    assert project.clips[-1].track_id == "two"
    assert window.session.document.position == 1


def test_split_delete_and_duplicate_from_the_keyboard(window: MainWindow) -> None:
    session, lanes = window.session, window.timeline.lanes
    before = session.project
    QTest.mouseClick(lanes, Qt.MouseButton.LeftButton, pos=place(window, 0.5).toPoint())
    session.locate(0.5)
    QTest.keyClick(lanes, Qt.Key.Key_S)
    left, right = session.project.clips[0], session.project.clips[1]
    assert left.start_s + left.duration_s == pytest.approx(0.5)
    assert right.start_s == pytest.approx(0.5)
    assert right.offset_s == pytest.approx(0.6)
    QTest.keyClick(lanes, Qt.Key.Key_D, CONTROL)
    assert len(session.project.clips) == 5
    QTest.keyClick(lanes, Qt.Key.Key_Delete)
    assert len(session.project.clips) == 4
    for _ in range(3):
        QTest.keyClick(lanes, Qt.Key.Key_Z, CONTROL)
    assert session.project == before
    QTest.keyClick(lanes, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert len(session.project.clips) == 4


def test_a_rubber_band_selects_clips_and_they_move_together(window: MainWindow) -> None:
    lanes = window.timeline.lanes
    drag(lanes, place(window, 0.05, row=0, down_px=2), place(window, 1.9, row=1, down_px=40))
    assert window.session.selection.value.clip_ids == {"a", "b", "c"}
    drag(lanes, place(window, 0.5), place(window, 0.7), ALT)
    starts = [clip.start_s for clip in window.session.project.clips]
    assert starts == pytest.approx([0.4, 1.4, 0.6], abs=0.01)
    assert window.session.document.position == 1


def test_control_wheel_zooms_at_the_pointer(window: MainWindow) -> None:
    axis = window.timeline.axis
    point = QPointF(400, 20)
    held_s, before = axis.time_of(400), axis.px_per_s
    wheel(window.timeline.lanes, point, 2, CONTROL)
    assert axis.px_per_s == pytest.approx(before * 1.25**2)
    assert axis.time_of(400) == pytest.approx(held_s)


def test_shift_wheel_scrolls_sideways(window: MainWindow) -> None:
    axis = window.timeline.axis
    wheel(window.timeline.lanes, QPointF(400, 20), 6, CONTROL)
    left_s = axis.left_s
    wheel(window.timeline.lanes, QPointF(400, 20), -1, SHIFT)
    assert axis.left_s > left_s


def test_the_plain_wheel_scrolls_the_tracks(window: MainWindow) -> None:
    for _ in range(12):
        window.verbs.add_track()
    wheel(window.timeline.lanes, QPointF(400, 20), -2)
    assert window.timeline.rows.top_px > 0


def test_header_switches_and_fader(window: MainWindow) -> None:
    headers = window.timeline.headers
    layout = headers.layout_of(0)
    for area in (layout.mute, layout.solo):
        QTest.mouseClick(headers, Qt.MouseButton.LeftButton, pos=area.center().toPoint())
    strip = window.session.project.track("one").strip
    assert strip.muted and strip.soloed  # noqa: PT018
    fader = layout.fader
    x = fader.left() + share_of_gain(-12.0) * fader.width()
    steps = window.session.document.position
    y = fader.center().y()
    held = QPointF(fader.left() + share_of_gain(0.0) * fader.width(), y)
    QTest.mouseClick(headers, Qt.MouseButton.LeftButton, pos=fader.center().toPoint())
    assert window.session.document.position == steps  # a click alone moves nothing
    drag(headers, held, QPointF(x, y))
    assert window.session.project.track("one").strip.gain_db == pytest.approx(-12.0, abs=0.6)
    assert window.session.document.position == steps + 1


def test_the_fader_scale_is_its_own_inverse() -> None:
    for gain_db in (-60.0, -31.4, -6.0, 0.0, 3.3, 12.0):
        assert gain_of_share(share_of_gain(gain_db)) == pytest.approx(gain_db, abs=0.05)


def test_renaming_a_track_in_its_header(window: MainWindow) -> None:
    headers = window.timeline.headers
    area = headers.layout_of(0).name
    QTest.mouseDClick(headers, Qt.MouseButton.LeftButton, pos=area.center().toPoint())
    QTest.keyClicks(headers._name_box, "Box")
    QTest.keyClick(headers._name_box, Qt.Key.Key_Return)
    assert window.session.project.track("one").name == "Box"


def test_overlapping_clips_lie_in_lanes_below_each_other(window: MainWindow) -> None:
    before = window.timeline.rows.height_of(0)
    drag(window.timeline.lanes, place(window, 1.4), place(window, 0.6), ALT)
    assert window.timeline.rows.height_of(0) > before
    assert window.timeline.lanes.hit(place(window, 0.5)) is not None


def test_scrolling_down_paints_what_painting_anew_does(window: MainWindow) -> None:
    for _ in range(12):
        window.verbs.add_track()
    window.session.selection.select_track("one")
    timeline = window.timeline
    timeline.lanes.grab()
    for by in (1, -1, -2, 1, 3, -2):
        wheel(timeline.lanes, QPointF(400, 20), by)
        moved = timeline.lanes.grab().toImage()
        timeline.lanes.redraw()
        assert timeline.lanes.grab().toImage() == moved
    timeline.rows.scroll_to(37)
    moved = timeline.lanes.grab().toImage()
    timeline.lanes.redraw()
    assert timeline.lanes.grab().toImage() == moved


GAIN_PX = 24  # below the title, where the handles are


def test_the_gain_handle_sets_the_clips_gain_and_a_double_click_takes_it_back(
    window: MainWindow,
) -> None:
    start = place(window, 0.5, down_px=GAIN_PX)
    drag(window.timeline.lanes, start, start + QPointF(0, 30))
    assert window.session.project.clip("a").gain_db == pytest.approx(-6.0, abs=0.3)
    assert window.session.project.clip("a").start_s == 0.2
    assert window.session.document.position == 1
    QTest.mouseDClick(window.timeline.lanes, Qt.MouseButton.LeftButton, pos=start.toPoint())
    assert window.session.project.clip("a").gain_db == 0.0


def test_slipping_moves_the_sound_and_not_the_clip(window: MainWindow) -> None:
    before = window.session.project.clip("a")
    drag(window.timeline.lanes, place(window, 0.5), place(window, 0.6), CONTROL | SHIFT)
    after = window.session.project.clip("a")
    assert (after.start_s, after.duration_s) == (before.start_s, before.duration_s)
    assert after.offset_s == pytest.approx(before.offset_s - 0.1, abs=0.01)
    drag(window.timeline.lanes, place(window, 0.3), place(window, 5.0), CONTROL | SHIFT)
    assert window.session.project.clip("a").offset_s == 0.0


def test_several_clips_go_to_other_tracks_together(window: MainWindow) -> None:
    window.verbs.add_track()
    before = window.session.project
    window.session.selection.select_clips({"a", "c"}, "one")
    drag(window.timeline.lanes, place(window, 0.5), place(window, 0.5, row=2), ALT)
    tracks = {clip.id: clip.track_id for clip in window.session.project.clips}
    third = window.session.project.tracks[2].id
    assert (tracks["a"], tracks["b"], tracks["c"]) == ("two", "one", third)  # no track below three
    window.session.undo()
    assert window.session.project == before


def test_copy_cut_and_paste(window: MainWindow) -> None:
    session, lanes = window.session, window.timeline.lanes
    before = session.project
    session.selection.select_clips({"a", "b"}, "one")
    QTest.keyClick(lanes, Qt.Key.Key_C, CONTROL)
    session.selection.select_track("two")
    session.locate(1.5)
    QTest.keyClick(lanes, Qt.Key.Key_V, CONTROL)
    pasted = session.project.clips[-2:]
    assert [clip.track_id for clip in pasted] == ["two", "two"]
    assert [clip.start_s for clip in pasted] == pytest.approx([1.5, 2.5])
    assert session.selection.value.clip_ids == {clip.id for clip in pasted}
    QTest.keyClick(lanes, Qt.Key.Key_X, CONTROL)
    assert session.project.clips == before.clips
    session.locate(0.0)
    QTest.keyClick(lanes, Qt.Key.Key_V, CONTROL)
    assert [clip.start_s for clip in session.project.clips[-2:]] == pytest.approx([0.0, 1.0])
    for _ in range(3):
        session.undo()
    assert session.project == before


def test_arrows_go_from_track_to_track_and_escape_selects_nothing(window: MainWindow) -> None:
    lanes, selection = window.timeline.lanes, window.session.selection
    selection.select_track("one")
    QTest.keyClick(lanes, Qt.Key.Key_Down)
    assert selection.value.track_id == "two"
    QTest.keyClick(lanes, Qt.Key.Key_Down)
    assert selection.value.track_id == "two"
    QTest.keyClick(lanes, Qt.Key.Key_Up)
    assert selection.value.track_id == "one"
    selection.select_clips({"a"}, "one")
    QTest.keyClick(lanes, Qt.Key.Key_Escape)
    assert not selection.value.clip_ids
    assert selection.value.track_id == "one"


def test_the_middle_button_scrolls_by_hand(window: MainWindow) -> None:
    lanes, axis = window.timeline.lanes, window.timeline.axis
    wheel(lanes, QPointF(400, 20), 6, CONTROL)
    left_s = axis.left_s
    before = window.session.project
    middle = Qt.MouseButton.MiddleButton
    QTest.mousePress(lanes, middle, pos=QPointF(400, 20).toPoint())
    QTest.mouseMove(lanes, QPointF(300, 20).toPoint())
    move(lanes, QPointF(300, 20))
    QTest.mouseRelease(lanes, middle, pos=QPointF(300, 20).toPoint())
    assert axis.left_s == pytest.approx(left_s + 100 / axis.px_per_s)
    assert window.session.project == before


def test_the_selected_clips_fill_the_view(window: MainWindow) -> None:
    window.session.selection.select_clips({"b"}, "one")
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_Z, ALT)
    axis = window.timeline.axis
    assert axis.left_s < 1.2 < 1.6 < axis.right_s
    assert axis.visible_s == pytest.approx(0.44, rel=0.02)


def test_a_drag_beyond_the_edge_scrolls_and_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    lanes, axis = window.timeline.lanes, window.timeline.axis
    wheel(lanes, QPointF(10, 20), 4, CONTROL)
    axis.scroll_to(0.0)
    start = place(window, 0.3)
    QTest.mousePress(lanes, Qt.MouseButton.LeftButton, ALT, start.toPoint())
    move(lanes, start + QPointF(40, 0), ALT)
    outside = QPointF(lanes.width() + 200, start.y())  # the panels may still find their widths
    move(lanes, outside, ALT)
    qtbot.waitUntil(lambda: axis.left_s > 0.2, timeout=10_000)
    QTest.mouseRelease(lanes, Qt.MouseButton.LeftButton, ALT, outside.toPoint())
    left_s = axis.left_s
    qtbot.wait(100)
    assert axis.left_s == left_s
    grabbed_s = window.session.project.clip("a").start_s + 0.1
    assert grabbed_s == pytest.approx(axis.time_of(outside.x()), abs=0.05)


def test_a_header_dragged_down_puts_its_track_there(window: MainWindow) -> None:
    window.verbs.add_track()
    headers, rows = window.timeline.headers, window.timeline.rows
    ids = rows.track_ids
    start = headers.layout_of(0).name.center()
    drag(headers, start, QPointF(start.x(), rows.y_of(1) + rows.height_of(1) * 0.8))
    assert rows.track_ids == (ids[1], ids[0], ids[2])
    assert window.session.document.position == 2
    start = headers.layout_of(2).name.center()
    drag(headers, start, QPointF(start.x(), 4.0))
    assert rows.track_ids == (ids[2], ids[1], ids[0])
    before = window.session.project
    drag(headers, headers.layout_of(0).name.center(), start, release=False)
    QTest.keyClick(headers, Qt.Key.Key_Escape)
    QTest.mouseRelease(headers, Qt.MouseButton.LeftButton)
    assert window.session.project == before


def test_a_lost_release_neither_goes_on_dragging_nor_shuts_undo_out(window: MainWindow) -> None:
    session, lanes = window.session, window.timeline.lanes
    before = session.project
    drag(lanes, place(window, 0.5), place(window, 0.9), ALT, release=False)
    hover(lanes, place(window, 1.5))
    moved = session.project.clip("a").start_s
    assert moved == pytest.approx(0.6, abs=0.02)
    drag(lanes, place(window, 0.9), place(window, 0.8), ALT, release=False)
    drag(lanes, place(window, 1.5), place(window, 1.6), ALT)
    assert session.document.position == 3
    for _ in range(3):
        session.undo()
    assert session.project == before


def test_an_edge_of_one_selected_clip_trims_all_of_them(window: MainWindow) -> None:
    session = window.session
    before = session.project
    session.selection.select_clips({"a", "b"}, "one")
    drag(window.timeline.lanes, place(window, 0.8) - QPointF(2, 0), place(window, 0.7), ALT)
    ends = [clip.start_s + clip.duration_s for clip in session.project.clips[:2]]
    assert ends == pytest.approx([0.7, 1.5], abs=0.02)
    assert session.document.position == 1
    session.undo()
    assert session.project == before
