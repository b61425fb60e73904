"""The stage's other views, typed numbers, recorded drags, and paths shaped as a whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pointing import drag, move
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from app.dialogs.numbers import NumbersDialog
from app.views.stage.camera import Camera, fitted_camera
from app.window import MainWindow
from engine.coordinates import to_spherical
from engine.project.model import Trajectory

CONTROL, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.NoModifier,
)


def path_of(window: MainWindow, track_id: str = "one") -> Trajectory:
    """A track's path now."""
    return window.session.project.track(track_id).trajectory


def show(window: MainWindow, name: str) -> object:
    """Bring a view of the stage to the front by its shortcut."""
    key = {"top": Qt.Key.Key_1, "side": Qt.Key.Key_2, "free": Qt.Key.Key_3}[name]
    QTest.keyClick(window.timeline.lanes, key, CONTROL)
    view = window.stage.in_front
    view.fit()
    return view


def test_the_camera_from_behind_from_the_right_and_with_perspective() -> None:
    behind = Camera(perspective=False, px_per_m=10.0)
    left, up = behind.point(5.0, 1.0, 0.0), behind.point(5.0, 0.0, 1.0)
    assert (left.x(), left.y()) == pytest.approx((190.0, 200.0))
    assert (up.x(), up.y()) == pytest.approx((200.0, 190.0))
    side = Camera(yaw_deg=90.0, perspective=False, px_per_m=10.0)
    ahead = side.point(2.0, 7.0, 1.0)
    assert (ahead.x(), ahead.y()) == pytest.approx((220.0, 190.0))
    near_and_far = Camera(distance_m=10.0).scales(np.array([[-5.0, 0, 0], [0, 0, 0], [10.0, 0, 0]]))
    np.testing.assert_allclose(near_and_far, [80.0, 40.0, 20.0])


def test_a_drag_in_any_view_follows_the_pointer() -> None:
    camera = Camera(yaw_deg=37.0, pitch_deg=21.0)
    start_m = (3.0, -2.0, 1.0)
    shift_m = camera.shift_m(QPointF(31.0, -17.0), start_m)
    before, after = camera.point(*start_m), camera.point(*np.add(start_m, shift_m))
    assert after.x() - before.x() == pytest.approx(31.0)
    assert after.y() - before.y() == pytest.approx(-17.0)


def test_everything_is_in_sight_from_anywhere() -> None:
    places = np.random.default_rng(2).uniform(-30, 30, (50, 3))
    for yaw, pitch in ((0, 0), (90, 0), (-30, 28), (170, 80)):
        camera = fitted_camera(Camera(yaw_deg=yaw, pitch_deg=pitch), places, 500, 400, 40)
        pixels = camera.points(places)
        assert pixels.min() >= 39.0
        assert pixels[:, 0].max() <= 461.0
        assert pixels[:, 1].max() <= 361.0


def test_in_the_side_view_a_source_is_lifted_and_undo_puts_it_back(window: MainWindow) -> None:
    session = window.session
    session.selection.select_track("two")
    before = session.project
    view = show(window, "side")
    start = view.projection.point(2.0, -2.0, 0.5)
    scale = view.projection.px_per_m
    drag(view, start, start + QPointF(scale, -scale), ALT)
    x_m, y_m, z_m = path_of(window, "two").at(0.0)
    assert (x_m, y_m, z_m) == pytest.approx((3.0, -2.0, 1.5), abs=2.0 / scale)
    assert session.document.position == 1
    session.undo()
    assert session.project == before


def test_the_free_view_turns_by_its_ground_and_zooms_by_the_wheel(window: MainWindow) -> None:
    view = show(window, "free")
    yaw_deg, pitch_deg = view.projection.yaw_deg, view.projection.pitch_deg
    drag(view, QPointF(4, 4), QPointF(54, 24))
    assert view.projection.yaw_deg == pytest.approx(yaw_deg - 20.0)
    assert view.projection.pitch_deg == pytest.approx(pitch_deg + 8.0)
    assert window.session.document.position == 0
    centre = view.projection.centre_x
    drag(view, QPointF(4, 4), QPointF(34, 4), CONTROL)
    assert view.projection.centre_x == pytest.approx(centre + 30.0)


@pytest.mark.parametrize("name", ["top", "free"])
def test_views_paint_what_moves(window: MainWindow, qtbot: QtBot, name: str) -> None:
    view = show(window, name)
    window.session.locate(0.0)
    qtbot.wait(60)
    before = view.grab().toImage()
    window.session.locate(1.6)
    qtbot.waitUntil(lambda: view.grab().toImage() != before)


def test_a_typed_azimuth_moves_the_source_and_keeps_distance_and_elevation(
    window: MainWindow, qtbot: QtBot
) -> None:
    session = window.session
    session.selection.select_track("two")
    before = session.project
    was = to_spherical(path_of(window, "two").at(0.0))
    field = window.stage.readout.azimuth
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "90")
    QTest.keyClick(field, Qt.Key.Key_Return)
    now = to_spherical(path_of(window, "two").at(0.0))
    assert now == pytest.approx([90.0, was[1], was[2]], abs=0.06)
    session.undo()
    assert session.project == before


def test_a_source_dragged_while_it_plays_is_recorded(window: MainWindow) -> None:
    session, stage = window.session, window.stage
    session.selection.select_track("two")
    before = session.project
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_W)
    view = stage.top_view
    scale = view.projection.px_per_m
    stage.set_position(0.5, playing=True)
    start = view.projection.point(2.0, -2.0)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, NONE, start.toPoint())
    for step in range(1, 26):
        stage.set_position(0.5 + 0.04 * step, playing=True)
        move(view, start + QPointF(-0.1 * step * scale, 0.0))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, NONE, start.toPoint())
    path = path_of(window, "two")
    assert path.at(1.0)[1] == pytest.approx(-2.0 + 1.25, abs=0.2)
    assert path.at(1.5)[1] == pytest.approx(-2.0 + 2.5, abs=0.2)
    assert len(path.keyframes) < 12
    assert session.document.position == 1
    assert session.document.undo_label == "Draw trajectory"
    session.undo()
    assert session.project == before


def trigger(window: MainWindow, name: str) -> Trajectory:
    """Run a verb on the path of the first track."""
    window.session.selection.select_track("one")
    window.actions_by_name[name].trigger()
    return path_of(window)


def test_mirroring_reversing_and_simplifying_are_steps_with_undo(window: MainWindow) -> None:
    before = window.session.project
    old = path_of(window)
    assert trigger(window, "path_mirror").at(0.25)[1] == pytest.approx(-old.at(0.25)[1])
    window.session.undo()
    assert trigger(window, "path_reverse").at(0.25)[1] == pytest.approx(old.at(1.75)[1])
    window.session.undo()
    assert len(trigger(window, "path_simplify").keyframes) == 2  # the middle lies on the line
    window.session.undo()
    assert window.session.project == before


def answer(monkeypatch: pytest.MonkeyPatch, *values: float) -> None:
    """Type numbers into the dialog that opens next and accept it."""

    def fill(dialog: NumbersDialog) -> int:
        for field, value in zip(dialog.fields, values, strict=False):
            field.setValue(value)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(NumbersDialog, "exec", fill)


def test_presets_fill_the_time_the_object_is_seen_or_the_selected_time(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, 3.0, 10.0, 180.0, 2.0)
    orbit = trigger(window, "path_orbit")
    assert (orbit.times_s[0], orbit.times_s[-1]) == (0.0, 2.0)
    assert np.linalg.norm(orbit.positions_m, axis=1) == pytest.approx(3.0)
    window.session.undo()
    window.session.selection.set_span((0.5, 1.0))
    answer(monkeypatch, 1.0, 8.0, 0.0)
    fly_by = trigger(window, "path_fly_by")
    assert fly_by.at(0.75)[0] == pytest.approx(1.0)
    assert fly_by.at(0.0) == pytest.approx([4.0, 3.0, 0.0])
    assert window.session.document.undo_label == "Fly-by"


def test_a_cancelled_dialog_changes_nothing(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = window.session.project
    monkeypatch.setattr(NumbersDialog, "exec", lambda _: QDialog.DialogCode.Rejected)
    trigger(window, "path_offset")
    assert window.session.project == before


def test_paths_go_to_other_tracks_and_through_files(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    old = trigger(window, "path_copy")
    session.selection.select_track("two")
    window.actions_by_name["path_paste"].trigger()
    assert path_of(window, "two").at(0.3) == pytest.approx(old.at(0.3))
    file = tmp_path / "path.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    trigger(window, "path_export")
    assert file.read_text().startswith("time_s,azimuth_deg,elevation_deg,distance_m\n")
    session.undo()
    session.selection.select_track("two")
    window.actions_by_name["path_import"].trigger()
    assert path_of(window, "two").at([0.0, 1.0, 2.0]) == pytest.approx(
        old.at([0.0, 1.0, 2.0]), abs=1e-3
    )
    file.write_text("time_s,azimuth_deg\n0,1\n")
    before = session.project
    window.actions_by_name["path_import"].trigger()
    assert "column elevation_deg is missing" in window.notices.text
    assert session.project == before
