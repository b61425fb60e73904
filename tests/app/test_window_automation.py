"""Automation lanes under a track: shown, drawn in, dragged and cleared with real events."""

from __future__ import annotations

import pytest
from pointing import drag
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.views.timeline.envelope_lanes import EnvelopeLane, lanes_of
from app.views.timeline.rows import ENVELOPE_PX
from app.window import MainWindow

LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def show(window: MainWindow, key: Qt.Key = Qt.Key.Key_V, modifiers=Qt.KeyboardModifier.NoModifier):
    window.session.selection.select_track("one")
    QTest.keyClick(window.timeline.lanes, key, modifiers)
    if window.timeline.lanes.snapping:
        QTest.keyClick(window.timeline.lanes, Qt.Key.Key_N)


def lane(window: MainWindow, number: int = 0) -> EnvelopeLane:
    return lanes_of(window.session.project, window.timeline.rows, 0)[number]


def at(window: MainWindow, time_s: float, value: float, number: int = 0) -> QPointF:
    return QPointF(window.timeline.axis.x_of(time_s), lane(window, number).y_of(value))


def curve(window: MainWindow):
    return window.session.project.track("one").gain_curve_db


def test_keys_show_and_hide_lanes_under_the_track(window: MainWindow) -> None:
    rows = window.timeline.rows
    body, second = rows.body_of(0), rows.y_of(1)
    show(window)
    show(window, modifiers=SHIFT)
    show(window, modifiers=ALT)
    assert rows.envelopes_of(0) == ("gain", "occlusion", "width")
    assert rows.body_of(0) == body
    assert rows.y_of(1) == second + 3 * ENVELOPE_PX
    show(window)
    assert rows.envelopes_of(0) == ("occlusion", "width")
    assert not window.session.document.can_undo


def test_the_headers_button_shows_volume_and_hides_all(window: MainWindow) -> None:
    headers = window.timeline.headers
    place = headers.layout_of(0).automation.center().toPoint()
    QTest.mouseClick(headers, LEFT, pos=place)
    assert window.timeline.rows.envelopes_of(0) == ("gain",)
    QTest.mouseClick(headers, LEFT, pos=place)
    assert window.timeline.rows.envelopes_of(0) == ()


def test_a_click_on_the_line_adds_a_point_and_a_drag_moves_it_as_one_step(
    window: MainWindow,
) -> None:
    show(window)
    before = window.session.project
    lanes = window.timeline.lanes
    QTest.mouseClick(lanes, LEFT, pos=at(window, 0.5, 0.0).toPoint())
    QTest.mouseClick(lanes, LEFT, pos=at(window, 1.5, 0.0).toPoint())
    assert [value for _, value in curve(window)] == [0.0, 0.0]
    assert window.session.document.position == 2
    drag(lanes, at(window, *curve(window)[1]), at(window, 1.7, -30.0))
    (first_s, first), (second_s, second) = curve(window)
    assert (first_s, first) == pytest.approx((0.5, 0.0), abs=0.01)
    assert second_s == pytest.approx(1.7, abs=0.02)
    assert second == pytest.approx(-30.0, abs=1.5)
    assert window.session.document.position == 3
    for _ in range(3):
        window.session.undo()
    assert window.session.project == before


def test_one_press_adds_and_drags_in_one_step(window: MainWindow) -> None:
    show(window)
    drag(window.timeline.lanes, at(window, 0.5, 0.0), at(window, 0.5, -12.0))
    assert [value for _, value in curve(window)] == pytest.approx([-12.0], abs=1.5)
    assert window.session.document.position == 1


def test_points_stay_between_their_neighbours(window: MainWindow) -> None:
    show(window)
    lanes = window.timeline.lanes
    for time_s in (0.5, 1.0, 1.5):
        QTest.mouseClick(lanes, LEFT, pos=at(window, time_s, 0.0).toPoint())
    drag(lanes, at(window, *curve(window)[1]), at(window, 1.9, -6.0))
    times = [time_s for time_s, _ in curve(window)]
    assert times == sorted(times)
    assert times[1] == pytest.approx(times[2] - 1e-3)


def test_control_keeps_the_time_and_shift_is_fine(window: MainWindow) -> None:
    show(window)
    lanes = window.timeline.lanes
    QTest.mouseClick(lanes, LEFT, pos=at(window, 0.5, 0.0).toPoint())
    before_s = curve(window)[0][0]
    drag(lanes, at(window, *curve(window)[0]), at(window, 1.3, -20.0), CONTROL)
    assert curve(window)[0][0] == before_s
    was = curve(window)[0][1]
    drag(lanes, at(window, *curve(window)[0]), at(window, 0.5, was - 20.0), SHIFT)
    assert -7.0 < curve(window)[0][1] - was < -2.0


def test_a_double_click_adds_a_point_where_it_was(window: MainWindow) -> None:
    show(window)
    place = at(window, 1.0, -40.0).toPoint()
    QTest.mouseDClick(window.timeline.lanes, LEFT, pos=place)
    QTest.mouseRelease(window.timeline.lanes, LEFT, pos=place)
    assert curve(window)[0][1] == pytest.approx(-40.0, abs=1.5)


def test_alt_click_and_the_delete_key_take_points_out(window: MainWindow) -> None:
    show(window)
    lanes = window.timeline.lanes
    for time_s in (0.5, 1.0, 1.5):
        QTest.mouseClick(lanes, LEFT, pos=at(window, time_s, 0.0).toPoint())
    QTest.mouseClick(lanes, LEFT, ALT, at(window, *curve(window)[1]).toPoint())
    assert len(curve(window)) == 2
    QTest.mouseClick(lanes, LEFT, pos=at(window, *curve(window)[0]).toPoint())
    assert window.session.selection.value.point == ("gain", 0)
    QTest.keyClick(lanes, Qt.Key.Key_Delete)
    assert len(curve(window)) == 1
    assert len(window.session.project.clips) == 3


def test_escape_abandons_a_drag_of_a_point(window: MainWindow) -> None:
    show(window)
    lanes = window.timeline.lanes
    before = window.session.project
    drag(lanes, at(window, 0.5, 0.0), at(window, 0.7, -20.0), release=False)
    assert curve(window)
    QTest.keyClick(lanes, Qt.Key.Key_Escape)
    assert window.session.project == before


def test_a_click_beside_the_line_moves_the_playhead(window: MainWindow) -> None:
    show(window)
    before = window.session.project
    QTest.mouseClick(window.timeline.lanes, LEFT, pos=at(window, 1.2, -40.0).toPoint())
    assert window.session.project == before
    assert window.session.playback.position_s == pytest.approx(1.2, abs=0.03)


def test_occlusion_and_width_are_drawn_in_their_own_units(window: MainWindow) -> None:
    show(window, modifiers=SHIFT)
    show(window, modifiers=ALT)
    lanes = window.timeline.lanes
    drag(lanes, at(window, 0.5, 0.0, 0), at(window, 0.5, 0.5, 0), CONTROL)
    drag(lanes, at(window, 0.5, 0.0, 1), at(window, 0.5, 180.0, 1), CONTROL)
    track = window.session.project.track("one")
    assert track.occlusion[0][1] == pytest.approx(0.5, abs=0.03)
    assert track.width_deg[0][1] == pytest.approx(180.0, abs=10.0)
    window.envelope_menu.popup("one", "width", 0, lanes.mapToGlobal(lanes.rect().center()))
    menu = window.envelope_menu.menu
    assert menu is not None
    clear = next(action for action in menu.actions() if action.text().startswith("Clear"))
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(clear).center())
    assert window.session.project.track("one").width_deg == ()
