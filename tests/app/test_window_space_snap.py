"""Snapping in space: what is dragged on stage and picture catches angles, rings and keyframes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pointing import drag, happens
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.views.stage.canvas import StageCanvas
from app.window import MainWindow
from engine.coordinates import to_spherical
from engine.project.model import Keyframe

CONTROL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)


def dragged_to(
    window: MainWindow,
    view: StageCanvas,
    place_m: tuple[float, float, float],
    off_px: QPointF,
    modifiers: Qt.KeyboardModifier = NONE,
) -> Keyframe:
    """The middle keyframe of the first track after a drag to some pixels beside a place."""
    window.session.selection.select_track("one")
    path = window.session.project.track("one").trajectory
    (start, end) = (
        QPointF(*view.projection.points(path.positions_m[1:2])[0]),
        QPointF(*view.projection.points(path.positions_m[1:2] * 0 + place_m)[0]) + off_px,
    )
    drag(view, start, end, modifiers)
    return window.session.project.track("one").trajectory.keyframes[1]


def test_the_key_switches_it_and_control_turns_it_round(window: MainWindow) -> None:
    view, selection = window.stage.top_view, window.session.selection
    assert not selection.snaps_in_space
    place = (4.0 * math.cos(math.radians(45.0)), 4.0 * math.sin(math.radians(45.0)), 0.0)
    free = dragged_to(window, view, place, QPointF(5, 0))
    assert to_spherical([free.x_m, free.y_m, 0.0])[0] != pytest.approx(45.0, abs=0.01)
    window.session.undo()
    caught = dragged_to(window, view, place, QPointF(5, 0), CONTROL)
    assert to_spherical([caught.x_m, caught.y_m, 0.0])[0] == pytest.approx(45.0)
    window.session.undo()
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_N, SHIFT)
    assert selection.snaps_in_space
    caught = dragged_to(window, view, place, QPointF(5, 0))
    assert to_spherical([caught.x_m, caught.y_m, 0.0])[0] == pytest.approx(45.0)
    window.session.undo()
    free = dragged_to(window, view, place, QPointF(5, 0), CONTROL)
    assert to_spherical([free.x_m, free.y_m, 0.0])[0] != pytest.approx(45.0, abs=0.01)


def test_rings_loudspeakers_and_keyframes_are_caught(window: MainWindow) -> None:
    view = window.stage.top_view
    window.actions_by_name["stage_snap"].trigger()
    ring_m = view.projection.ring_step_m
    ring = dragged_to(window, view, (ring_m, 0.0, 0.0), QPointF(2, 5))
    assert (ring.x_m, ring.y_m) == pytest.approx((ring_m, 0.0), abs=1e-9)
    window.session.undo()
    window.stage.set_monitor_format("5.1")
    speaker = math.radians(110.0)
    place = (3.1 * math.cos(speaker), 3.1 * math.sin(speaker), 0.0)
    caught = dragged_to(window, view, place, QPointF(0, 5))
    assert to_spherical([caught.x_m, caught.y_m, 0.0])[0] == pytest.approx(110.0)
    window.session.undo()
    other = window.session.project.track("two").trajectory.positions_m[0]
    caught = dragged_to(window, view, tuple(other), QPointF(4, -5))
    assert (caught.x_m, caught.y_m, caught.z_m) == pytest.approx((other[0], other[1], 0.0))
    assert window.session.document.undo_label


def test_seen_from_the_side_elevations_are_caught(window: MainWindow) -> None:
    window.actions_by_name["stage_snap"].trigger()
    window.actions_by_name["stage_side"].trigger()
    view, session = window.stage.side_view, window.session
    source = session.project.track("two").trajectory.positions_m[0]
    level_m = 4.0 * math.cos(math.radians(30.0))
    wanted = np.array([math.sqrt(level_m**2 - 4.0), -2.0, 2.0])
    start, end = (QPointF(*point) for point in view.projection.points(np.array([source, wanted])))
    drag(view, start, end + QPointF(3, -3))
    caught = session.project.track("two").trajectory.positions_m[0]
    assert to_spherical(caught)[1] == pytest.approx(30.0, abs=1e-6)
    assert np.abs(caught - wanted).max() < 0.3


def test_the_elevation_strip_keeps_the_distance_and_catches_round_angles(
    window: MainWindow,
) -> None:
    session, scale = window.session, window.stage.elevation
    session.selection.select_keyframe("one", 1)
    start, end = QPointF(38, scale.y_of(0.0)), QPointF(38, scale.y_of(32.0))
    drag(scale, start, end)
    k = session.project.track("one").trajectory.keyframes[1]
    _, elevation, distance = to_spherical([k.x_m, k.y_m, k.z_m])
    assert distance == pytest.approx(4.0)
    assert elevation == pytest.approx(32.0, abs=1.5)
    session.undo()
    drag(scale, start, end, CONTROL)
    k = session.project.track("one").trajectory.keyframes[1]
    assert to_spherical([k.x_m, k.y_m, k.z_m]) == pytest.approx((0.0, 30.0, 4.0))


def test_a_box_on_the_picture_lets_its_source_catch_an_angle(window: MainWindow) -> None:
    session, picture = window.session, window.picture
    window.actions_by_name["stage_snap"].trigger()
    session.locate(1.0)
    assert happens(lambda: abs(picture.shown_s - 1.0) < 0.05)
    before = session.project
    (area,) = (box for track, box in picture._boxes_now() if track.id == "one")
    place = before.track("one").trajectory.at(picture.shown_s)
    start = to_spherical(place)[0]
    for step in (40.0, 60.0, 80.0, 100.0, 120.0):
        drag(picture, area.center(), area.center() + QPointF(step, 0))
        moved = to_spherical(session.project.track("one").trajectory.at(picture.shown_s))[0]
        assert session.project != before
        session.undo()
        if abs(moved - 15.0 * round(moved / 15.0)) < 1e-3 and abs(moved - start) > 1.0:
            return
    pytest.fail("no drag of the box caught a round angle")


def test_a_box_on_the_picture_catches_the_monitored_loudspeakers(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def none_there(monitor: str) -> np.ndarray:
        asked.append(monitor)
        return np.empty((0, 2))

    monkeypatch.setattr("app.views.picture.snapping.loudspeakers_deg", none_there)
    window.transport.monitor_chosen.emit("5.1")
    drag_box(window)
    assert set(asked) == {"5.1"}
    window.transport.monitor_chosen.emit("binaural")
    asked.clear()
    drag_box(window)
    assert set(asked) == {"binaural"}


def drag_box(window: MainWindow) -> None:
    """Drag the first track's box to the right, and take it back."""
    window.session.selection.snaps_in_space = True
    (area,) = (box for track, box in window.picture._boxes_now() if track.id == "one")
    drag(window.picture, area.center(), area.center() + QPointF(40, 0))
    window.session.undo()
