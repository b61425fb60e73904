"""Ripple: off, on the track, on all tracks; with every verb on clips, and undone as one step."""

from __future__ import annotations

import pytest
from pointing import drag, move
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.window import MainWindow
from engine.project.curves import value_at
from engine.project.edits import AddMarker, ReplaceTrajectory, SetGainCurve
from engine.project.model import Marker, Trajectory

CONTROL, SHIFT, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.NoModifier,
)


def place(window: MainWindow, time_s: float, row: int = 0, down_px: int = 34) -> QPointF:
    timeline = window.timeline
    return QPointF(timeline.axis.x_of(time_s), timeline.rows.y_of(row) + down_px)


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(window.timeline.lanes, key, modifiers)


def starts(window: MainWindow) -> dict[str, float]:
    """Where the clips begin."""
    return {clip.id: round(clip.start_s, 3) for clip in window.session.project.clips}


def undone(window: MainWindow, before: object) -> None:
    """One step back is where it was."""
    window.session.undo()
    assert window.session.project == before


def test_the_button_and_the_keys_turn_the_modes(window: MainWindow) -> None:
    selection, button = window.session.selection, window.timeline.ripple_button
    track, everywhere = (window.actions_by_name[n] for n in ("ripple_track", "ripple_all"))
    modes = []
    for _ in range(4):
        modes.append((selection.ripple, button.isChecked(), track.isChecked(),
                      everywhere.isChecked()))  # fmt: skip
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert modes == [
        ("off", False, False, False), ("track", True, True, False), ("all", True, False, True),
        ("off", False, False, False),
    ]  # fmt: skip
    press(window, Qt.Key.Key_R, ALT | SHIFT)
    assert selection.ripple == "all"
    press(window, Qt.Key.Key_R, ALT)
    assert selection.ripple == "track"
    assert not everywhere.isChecked()
    press(window, Qt.Key.Key_R, ALT)
    assert selection.ripple == "off"


@pytest.mark.parametrize("key", [(Qt.Key.Key_Delete, NONE), (Qt.Key.Key_X, CONTROL)])
def test_deleting_and_cutting_close_the_gap(
    window: MainWindow, key: tuple[Qt.Key, Qt.KeyboardModifier]
) -> None:
    session = window.session
    session.do(AddMarker(marker=Marker(id="m", time_s=1.5, name="M")))
    before = session.project
    for keys, moved in (
        (NONE, {"b": 1.2}), (ALT, {"b": 0.6, "c": 0.4}), (ALT | SHIFT, {"b": 0.6, "c": 0.2}),
    ):  # fmt: skip
        if keys != NONE:
            press(window, Qt.Key.Key_R, keys)
        session.selection.select_clips({"a"}, "one")
        press(window, *key)
        assert starts(window) == {"c": 0.4} | moved
        marker_s = 0.9 if keys == ALT | SHIFT else 1.5
        assert session.project.markers[0].time_s == pytest.approx(marker_s)
        undone(window, before)


def test_moving_takes_all_behind_along_and_back(window: MainWindow) -> None:
    before = window.session.project
    for modifiers, c_s in ((ALT, 0.4), (ALT | SHIFT, 0.6)):
        press(window, Qt.Key.Key_R, modifiers)
        drag(window.timeline.lanes, place(window, 0.5), place(window, 0.7, row=1), ALT)
        found = starts(window)
        shift_s = found["a"] - 0.2
        assert shift_s == pytest.approx(0.2, abs=0.02)
        assert found["b"] == pytest.approx(1.2 + shift_s, abs=2e-3)
        assert found["c"] == pytest.approx(0.4 if c_s == 0.4 else 0.4 + shift_s, abs=2e-3)
        assert window.session.project.clip("a").track_id == "one"
        assert window.session.document.position == 1
        undone(window, before)


def test_nudging_takes_all_behind_along(window: MainWindow) -> None:
    press(window, Qt.Key.Key_R, ALT)
    window.session.selection.select_clips({"a"}, "one")
    press(window, Qt.Key.Key_Right, ALT)
    assert starts(window) == {"a": 0.24, "b": 1.24, "c": 0.4}


def test_trimming_either_edge_closes_up_and_going_back_opens_again(window: MainWindow) -> None:
    session, lanes = window.session, window.timeline.lanes
    before = session.project
    press(window, Qt.Key.Key_R, ALT)
    drag(lanes, place(window, 0.797, down_px=50), place(window, 0.6, down_px=50), ALT)
    a = session.project.clip("a")
    gone_s = 0.6 - a.duration_s
    assert gone_s == pytest.approx(0.2, abs=0.02)
    assert starts(window)["b"] == pytest.approx(1.2 - gone_s, abs=2e-3)
    undone(window, before)
    drag(lanes, place(window, 0.203, down_px=50), place(window, 0.4, down_px=50), ALT)
    a = session.project.clip("a")
    gone_s = 0.6 - a.duration_s
    assert (a.start_s, a.offset_s) == pytest.approx((0.2, 0.3 + gone_s))
    assert starts(window)["b"] == pytest.approx(1.2 - gone_s, abs=2e-3)
    assert session.document.position == 1
    undone(window, before)
    start, there = place(window, 0.797, down_px=50), place(window, 0.5, down_px=50)
    drag(lanes, start, there, ALT, release=False)
    move(lanes, start, ALT)
    QTest.mouseRelease(lanes, Qt.MouseButton.LeftButton, ALT, start.toPoint())
    assert starts(window) == pytest.approx({"a": 0.2, "b": 1.2, "c": 0.4}, abs=3e-3)


def test_pasting_duplicating_and_copying_make_room(window: MainWindow) -> None:
    session = window.session
    before = session.project
    press(window, Qt.Key.Key_R, ALT)
    session.selection.select_clips({"a"}, "one")
    press(window, Qt.Key.Key_D, CONTROL)
    assert starts(window)["b"] == 1.8
    undone(window, before)
    session.selection.select_clips({"a"}, "one")
    press(window, Qt.Key.Key_C, CONTROL)
    session.locate(1.0)
    press(window, Qt.Key.Key_V, CONTROL)
    found = starts(window)
    assert (found["a"], found["b"], found["c"]) == (0.2, 1.8, 0.4)
    assert 1.0 in found.values()
    undone(window, before)
    drag(window.timeline.lanes, place(window, 0.5), place(window, 1.25), CONTROL | ALT)
    assert starts(window)["b"] == pytest.approx(1.8, abs=1e-3)
    undone(window, before)


def test_automation_and_a_hands_path_go_along(window: MainWindow) -> None:
    session = window.session
    session.do(SetGainCurve(track_id="one", curve=((1.0, 0.0), (1.4, -12.0), (1.6, 0.0))))
    drawn = Trajectory.from_arrays([0.0, 1.2, 1.8], [[2, 2, 0], [2, 0, 0], [2, -2, 0]])
    session.do(ReplaceTrajectory(track_id="one", trajectory=drawn))
    seen = session.project.track("two").trajectory
    before = session.project
    press(window, Qt.Key.Key_R, ALT | SHIFT)
    session.selection.select_clips({"a"}, "one")
    press(window, Qt.Key.Key_Delete)
    track = session.project.track("one")
    assert value_at(track.gain_curve_db, 0.8, 0.0) == pytest.approx(-12.0)
    for time_s in (0.3, 0.6, 1.0):
        there = before.track("one").trajectory.at(time_s + 0.6)
        assert track.trajectory.at(time_s) == pytest.approx(there)
    assert session.project.track("two").trajectory == seen
    undone(window, before)
    window.actions_by_name["automation_follows"].trigger()
    session.selection.select_clips({"a"}, "one")
    press(window, Qt.Key.Key_Delete)
    assert session.project.track("one").trajectory == before.track("one").trajectory
    assert starts(window)["b"] == 0.6
