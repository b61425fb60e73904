"""The stage and the picture: dragging keyframes and sources, selecting by a box."""

from __future__ import annotations

import pytest
from msgspec import structs
from pointing import drag, wheel
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.views.stage.ground_painting import ring_chips
from app.views.stage.labels import place_labels
from app.views.stage.painting import paint_path
from app.views.stage.projection import Projection, fitted
from app.window import MainWindow
from engine.project.model import Keyframe, Trajectory


def test_the_projection_is_its_own_inverse() -> None:
    projection = Projection(200.0, 300.0, 37.0)
    assert projection.metres(projection.point(2.0, -1.5)) == pytest.approx((2.0, -1.5))
    left = projection.point(0.0, 1.0)
    assert left.x() < 200.0  # y is left, and left is left


def test_zooming_holds_the_place_under_the_pointer() -> None:
    projection = Projection(200.0, 300.0, 37.0)
    at = QPointF(310.0, 120.0)
    assert projection.zoomed(at, 1.7).metres(at) == pytest.approx(projection.metres(at))


def test_dragging_a_keyframe_changes_the_project_and_undo_restores_it(window: MainWindow) -> None:
    session, view = window.session, window.stage.top_view
    session.selection.select_track("one")
    before = session.project
    start = view.projection.point(4.0, 0.0)
    scale = view.projection.px_per_m
    drag(view, start, start + QPointF(-scale, -2 * scale))
    keyframe = session.project.track("one").trajectory.keyframes[1]
    assert (keyframe.x_m, keyframe.y_m) == pytest.approx((6.0, 1.0), abs=1.5 / scale)
    assert keyframe.provenance == "hand"
    assert session.document.position == 1
    assert session.selection.value.keyframe == 1
    session.undo()
    assert session.project == before


def test_shift_keeps_the_distance(window: MainWindow) -> None:
    session, view = window.session, window.stage.top_view
    session.selection.select_track("one")
    start = view.projection.point(4.0, 0.0)
    drag(view, start, start + QPointF(-60, -10), Qt.KeyboardModifier.ShiftModifier)
    keyframe = session.project.track("one").trajectory.keyframes[1]
    assert (keyframe.x_m**2 + keyframe.y_m**2) ** 0.5 == pytest.approx(4.0)


def test_dragging_a_source_at_the_playhead_is_one_step(window: MainWindow, qtbot: QtBot) -> None:
    session, view = window.session, window.stage.top_view
    session.locate(0.52)
    qtbot.waitUntil(lambda: view._position_s == pytest.approx(0.52))
    x_m, y_m, _ = session.project.track("one").trajectory.at(0.52)
    start = view.projection.point(x_m, y_m)
    drag(view, start, start + QPointF(0, -40))
    trajectory = session.project.track("one").trajectory
    assert len(trajectory.keyframes) == 4
    assert trajectory.at(0.52)[0] == pytest.approx(4.0 + 40 / view.projection.px_per_m, abs=0.05)
    assert session.document.position == 1


def test_double_click_on_a_path_adds_a_keyframe_and_delete_removes_it(window: MainWindow) -> None:
    session, view = window.session, window.stage.top_view
    session.selection.select_track("one")
    point = view.projection.point(4.0, 1.5).toPoint()
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=point)
    assert len(session.project.track("one").trajectory.keyframes) == 4
    session.selection.select_keyframe("one", 1)
    QTest.keyClick(window, Qt.Key.Key_Delete)
    assert len(session.project.track("one").trajectory.keyframes) == 3


def test_lifting_a_keyframe_on_the_elevation_scale(window: MainWindow) -> None:
    session, scale = window.session, window.stage.elevation
    session.selection.select_keyframe("one", 1)
    drag(scale, QPointF(38, scale.y_of(0.0)), QPointF(38, scale.y_of(30.0)))
    keyframe = session.project.track("one").trajectory.keyframes[1]
    assert keyframe.z_m == pytest.approx(4.0 * 0.5, rel=0.05)
    assert session.document.position == 1


def test_the_wheel_zooms_the_stage(window: MainWindow) -> None:
    view = window.stage.top_view
    before = view.projection.px_per_m
    wheel(view, QPointF(100, 100), 1)
    assert view.projection.px_per_m == pytest.approx(1.2 * before)
    window.actions_by_name["stage_fit"].trigger()
    assert view.projection == fitted(window.session.project, QSizeF(view.size()))


def test_typing_a_keyframes_direction_moves_it(window: MainWindow) -> None:
    session, inspector = window.session, window.inspector
    session.selection.select_keyframe("one", 1)
    inspector.azimuth.setValue(90.0)
    keyframe = session.project.track("one").trajectory.keyframes[1]
    assert (keyframe.x_m, keyframe.y_m) == pytest.approx((0.0, 4.0), abs=1e-6)


def test_a_click_on_a_box_selects_its_track(window: MainWindow, qtbot: QtBot) -> None:
    picture, session = window.picture, window.session
    session.selection.clear()
    qtbot.waitUntil(lambda: picture._image is not None)
    area = picture.picture_area()
    scale = area.width() / 160
    point = area.topLeft() + QPointF(18 * scale, 48 * scale)
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=point.toPoint())
    assert session.selection.value.track_id == "one"


def test_the_picture_follows_the_playhead(window: MainWindow, qtbot: QtBot) -> None:
    shown: list[float] = []
    window.picture.decoder.decoded.connect(lambda time_s, image: shown.append(time_s))
    window.session.locate(1.0)
    qtbot.waitUntil(lambda: bool(shown) and shown[-1] == pytest.approx(1.0, abs=0.001))


def test_alt_moves_one_keyframe_alone(window: MainWindow) -> None:
    session, view = window.session, window.stage.top_view
    session.selection.select_track("one")
    before = session.project.track("one").trajectory.keyframes
    start = view.projection.point(4.0, 0.0)
    drag(view, start, start + QPointF(-60, -10), Qt.KeyboardModifier.AltModifier)
    after = session.project.track("one").trajectory.keyframes
    assert [old != new for old, new in zip(before, after, strict=True)] == [False, True, False]


def test_a_path_beyond_the_picture_is_dashed(window: MainWindow) -> None:
    def lit(first: int, last: int, extrapolated: bool) -> float:
        """How much of the path between two keyframes is drawn."""
        keyframes = [
            Keyframe(
                time_s=float(n),
                x_m=5.0,
                y_m=4.0 - 2.0 * n,
                z_m=0.0,
                extrapolated=n < 2 and extrapolated,
            )
            for n in range(5)
        ]
        track = structs.replace(
            window.session.project.track("one"), trajectory=Trajectory(keyframes=tuple(keyframes))
        )
        picture = QImage(400, 400, QImage.Format.Format_ARGB32)
        picture.fill(0)
        projection = Projection(200.0, 350.0, 30.0)
        painter = QPainter(picture)
        paint_path(painter, projection, track, chosen=True)
        painter.end()
        begin, end = (projection.point(keyframes[n].x_m, keyframes[n].y_m) for n in (first, last))
        row = range(round(begin.x()) + 3, round(end.x()) - 3)
        return sum(picture.pixelColor(x, round(begin.y())).alpha() > 60 for x in row) / len(row)

    assert lit(0, 2, extrapolated=False) == 1.0
    assert 0.3 < lit(0, 2, extrapolated=True) < 0.7
    assert lit(2, 3, extrapolated=True) == 1.0


def test_names_keep_off_the_distances_of_the_rings(window: MainWindow) -> None:
    view = window.stage.top_view
    area = QRectF(view.rect())
    rings = ring_chips(area, view.projection)
    assert rings
    for chip, words in rings:
        assert words.endswith(" m")
        below = QPointF(chip.center().x(), chip.center().y() + 16.0)
        (label,) = place_labels([below], [60.0], area, view.taken_areas())
        assert not label.intersects(chip)
