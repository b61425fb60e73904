"""Azimuth, elevation and distance as lanes; paths locked, compared with what was detected."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs
from pointing import drag
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.views.timeline.envelope_lanes import EnvelopeLane, lanes_of
from app.views.timeline.envelopes import envelope_of
from app.window import MainWindow
from engine.coordinates import to_spherical

LEFT, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def lane(window: MainWindow, name: str) -> EnvelopeLane:
    window.session.selection.select_track("one")
    if name not in window.timeline.rows.envelopes_of(0):
        window.actions_by_name[f"{name}_lane"].trigger()
    if window.timeline.lanes.snapping:
        QTest.keyClick(window.timeline.lanes, Qt.Key.Key_N)
    found = lanes_of(window.session.project, window.timeline.rows, 0)
    return next(one for one in found if one.envelope.name == name)


def polar(window: MainWindow, time_s: float) -> np.ndarray:
    return to_spherical(window.session.project.track("one").trajectory.at(time_s))


def test_a_keyframe_dragged_in_a_lane_changes_that_coordinate_alone(window: MainWindow) -> None:
    for name, column, value in (("azimuth", 0, 60.0), ("elevation", 1, 20.0), ("distance", 2, 9.0)):
        drag_keyframe(window, name, column, value)


def drag_keyframe(window: MainWindow, name: str, column: int, value: float) -> None:
    before = window.session.project
    shown = lane(window, name)
    was = polar(window, 1.0)
    x = window.timeline.axis.x_of(1.0)
    start = QPointF(x, shown.y_of(float(was[column])))
    drag(window.timeline.lanes, start, QPointF(x, shown.y_of(value)), CONTROL)
    now = polar(window, 1.0)
    one_px = abs(shown.value_at(shown.top + 20.0) - shown.value_at(shown.top + 21.0))
    assert now[column] == pytest.approx(value, abs=one_px)
    others = [k for k in range(3) if k != column]
    assert now[others] == pytest.approx(was[others], abs=1e-6)
    track = window.session.project.track("one")
    assert [k.provenance for k in track.trajectory.keyframes] == ["machine", "hand", "machine"]
    assert track.detected == before.track("one").trajectory
    assert len(window.session.document.steps) == 2
    window.session.undo()
    assert window.session.project == before


def test_points_are_added_on_the_line_and_deleted(window: MainWindow) -> None:
    before = window.session.project
    shown = lane(window, "azimuth")
    here = envelope_of("azimuth").at(shown.track, 0.5)
    assert here == pytest.approx(float(polar(window, 0.5)[0]))
    point = QPointF(window.timeline.axis.x_of(0.5), shown.y_of(here)).toPoint()
    QTest.mouseClick(window.timeline.lanes, LEFT, pos=point)
    path = window.session.project.track("one").trajectory
    assert len(path.keyframes) == 4
    assert path.at(0.5) == pytest.approx(before.track("one").trajectory.at(0.5), abs=0.02)
    QTest.mouseClick(window.timeline.lanes, LEFT, ALT, pos=point)
    assert len(window.session.project.track("one").trajectory.keyframes) == 3
    window.session.undo()
    window.session.undo()
    assert window.session.project == before


def test_path_lanes_do_not_light_the_automation_button(window: MainWindow) -> None:
    lane(window, "azimuth")
    headers = window.timeline.headers
    place = headers.layout_of(0).automation.center().toPoint()
    QTest.mouseClick(headers, LEFT, pos=place)
    QTest.mouseClick(headers, LEFT, pos=place)
    assert window.timeline.rows.envelopes_of(0) == ("gain",)


def test_a_locked_path_cannot_be_dragged_and_says_why(window: MainWindow, qtbot: QtBot) -> None:
    before = window.session.project
    window.session.selection.select_track("one")
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_L, CONTROL)
    locked = window.session.project
    assert locked.track("one").path_locked
    view = window.stage.top_view
    place = QPointF(*view.projection.points(np.array([[4.0, 0.0, 0.0]]))[0].tolist())
    drag(view, place, place + QPointF(40, 30))
    assert window.session.project == locked
    qtbot.waitUntil(lambda: "locked" in window.notices.text)
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_L, CONTROL)
    assert window.session.project == before


def test_the_selected_time_goes_back_to_what_was_detected(window: MainWindow) -> None:
    before = window.session.project
    shown = lane(window, "distance")
    for time_s in (0.0, 2.0):
        x = window.timeline.axis.x_of(time_s)
        y = shown.y_of(float(polar(window, time_s)[2]))
        drag(window.timeline.lanes, QPointF(x, y), QPointF(x, y - 12), CONTROL)
        shown = lane(window, "distance")
    edited = window.session.project
    window.session.selection.set_span((1.5, 2.0))
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_R, CONTROL | SHIFT)
    path = window.session.project.track("one").trajectory
    assert path.keyframes[2] == before.track("one").trajectory.keyframes[2]
    assert path.keyframes[0] == edited.track("one").trajectory.keyframes[0]
    window.session.selection.set_span(None)
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_R, CONTROL | SHIFT)
    assert window.session.project == before


def test_the_detected_path_is_a_ghost_on_the_stage(window: MainWindow) -> None:
    window.session.selection.select_track("one")
    view = window.stage.top_view
    place = QPointF(*view.projection.points(np.array([[4.0, 0.0, 0.0]]))[0].tolist())
    drag(view, place, place + QPointF(0, -60), ALT)
    pixels = view.projection.points(
        np.stack([np.full(60, 4.0), np.linspace(2.5, -2.5, 60), np.zeros(60)], axis=-1)
    )

    def lit() -> int:
        image = view.grab().toImage()
        return sum(
            QColor(image.pixel(round(x), round(y) + dy)).lightness() > 60
            for x, y in pixels.tolist() for dy in (-1, 0, 1)
        )  # fmt: skip

    with_ghost, project = lit(), window.session.project
    plain = structs.replace(project.track("one"), detected=None)
    view.set_project(project.with_track(plain))
    assert with_ghost > lit() + 15


def test_several_paths_are_moved_as_one_step(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = window.session.project

    def answer(dialog, parent) -> bool:
        dialog.fields[1].setValue(2.0)
        return True

    monkeypatch.setattr("app.path_verbs.ask", answer)

    window.actions_by_name["path_offset_all"].trigger()
    for track, old in zip(window.session.project.tracks, before.tracks, strict=True):
        moved = track.trajectory.positions_m - old.trajectory.positions_m
        assert moved == pytest.approx(np.tile([0.0, 2.0, 0.0], (len(moved), 1)))
    assert len(window.session.document.steps) == 2
    window.session.undo()
    assert window.session.project == before
