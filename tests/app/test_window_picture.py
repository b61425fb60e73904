"""The picture under the hand: following, joining, parting and correcting, with real events."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import drag
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.picture_menu import merge_tracks
from app.views.picture import overlay, pointing
from app.window import MainWindow
from engine.coordinates import to_spherical

WAIT_MS = 30_000


def place_of(window: MainWindow, x: float, y: float) -> QPointF:
    """Where a pixel of the video is in the picture panel."""
    video = window.session.project.video
    assert video is not None
    placed = overlay.Placed(window.picture.picture_area(), video)
    return placed.rect(np.array([x, y, x, y])).topLeft()


def ready(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.picture._picture_s is not None, timeout=WAIT_MS)


def open_menu(window: MainWindow, place: QPointF) -> list[str]:
    point = place.toPoint()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, point, window.picture.mapToGlobal(point)
    )
    QApplication.sendEvent(window.picture, event)
    assert window.picture_menu.menu is not None
    return [action.text() for action in window.picture_menu.menu.actions()]


def choose(window: MainWindow, word: str) -> None:
    menu = window.picture_menu.menu
    assert menu is not None
    action = next(a for a in menu.actions() if a.text().startswith(word))
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def test_follow_this_makes_a_track_and_undo_takes_it_back(qtbot: QtBot, window: MainWindow) -> None:
    session = window.session
    ready(qtbot, window)
    before = session.project
    session.locate(0.4)
    qtbot.waitUntil(lambda: abs(window.picture.shown_s - 0.4) < 0.03, timeout=WAIT_MS)
    shown = round(window.picture.shown_s * 25)
    open_menu(window, place_of(window, 10 + 3 * shown, 48))
    choose(window, "Follow")
    qtbot.waitUntil(lambda: len(session.project.tracks) == 3, timeout=WAIT_MS)
    track = session.project.tracks[-1]
    boxes = session.media.boxes(track)
    assert boxes is not None
    assert boxes[0, 0] < 0.1
    middle = 0.5 * (boxes[:, 1] + boxes[:, 3])
    steps = np.round(boxes[:, 0] * 25)
    inside = (steps > 4) & (steps < 44)
    assert np.max(np.abs(middle - (10 + 3 * steps))[inside]) < 5.0
    assert session.selection.value.track_id == track.id
    session.undo()
    assert session.project == before


def test_a_box_dragged_takes_its_path_along(qtbot: QtBot, window: MainWindow) -> None:
    session = window.session
    ready(qtbot, window)
    session.locate(1.0)
    qtbot.waitUntil(lambda: abs(window.picture.shown_s - 1.0) < 0.03, timeout=WAIT_MS)
    before = session.project
    here_s = window.picture.shown_s
    was = to_spherical(before.track("one").trajectory.at(here_s))
    drag(window.picture, place_of(window, 18, 48), place_of(window, 50, 48))
    after = session.project.track("one")
    now = to_spherical(after.trajectory.at(here_s))
    # 32 of 160 pixels are a fifth of the 120 degrees that the picture fills
    assert abs((was[0] - now[0]) - 24.0) < 2.0
    box = overlay.box_at(session.media.boxes(after), here_s)
    assert box is not None
    assert abs(0.5 * (box[0] + box[2]) - 50.0) < 1.0
    assert len(session.document.steps) == 2
    session.undo()
    assert session.project == before


def test_a_click_on_a_box_moves_nothing(qtbot: QtBot, window: MainWindow) -> None:
    ready(qtbot, window)
    before = window.session.project
    point = place_of(window, 18, 48).toPoint()
    QTest.mouseClick(window.picture, Qt.MouseButton.LeftButton, pos=point)
    assert window.session.selection.value.track_id == "one"
    assert window.session.project == before


def test_split_here_and_merge_again(qtbot: QtBot, window: MainWindow) -> None:
    session = window.session
    ready(qtbot, window)
    session.locate(1.0)
    qtbot.waitUntil(lambda: abs(window.picture.shown_s - 1.0) < 0.03, timeout=WAIT_MS)
    before = session.project
    texts = open_menu(window, place_of(window, 18, 48))
    assert any(text.startswith("Split") for text in texts)
    choose(window, "Split")
    assert len(session.project.tracks) == 3
    first, second = session.project.tracks[:2]
    rows = [session.media.boxes(track) for track in (first, second)]
    assert rows[0] is not None
    assert rows[1] is not None
    assert rows[0][-1, 0] < first.end_s <= rows[1][0, 0]
    assert merge_tracks(session, (first.id, second.id))
    whole = session.media.boxes(session.project.tracks[0])
    np.testing.assert_array_equal(whole, session.media.boxes(before.track("one")))
    session.undo()
    session.undo()
    assert session.project == before


@pytest.mark.usefixtures("jobs_here")
def test_a_drawn_box_is_followed(qtbot: QtBot, window: MainWindow) -> None:
    ready(qtbot, window)
    asked: list[tuple[float, tuple[float, ...]]] = []
    window.picture.follow_requested.connect(lambda t, box: asked.append((t, box)))
    shift = Qt.KeyboardModifier.ShiftModifier
    drag(window.picture, place_of(window, 60, 30), place_of(window, 90, 60), shift)
    assert len(asked) == 1
    np.testing.assert_allclose(asked[0][1], (60, 30, 90, 60), atol=1.0)
    qtbot.waitUntil(lambda: not window.session.jobs.running, timeout=WAIT_MS)


def test_a_corner_dragged_resizes_the_box_and_its_path_follows_the_middle(
    qtbot: QtBot, window: MainWindow
) -> None:
    session = window.session
    ready(qtbot, window)
    session.locate(1.0)
    qtbot.waitUntil(lambda: abs(window.picture.shown_s - 1.0) < 0.03, timeout=WAIT_MS)
    session.selection.select_track("one")
    before = session.project
    here_s = window.picture.shown_s
    drag(window.picture, place_of(window, 26, 56), place_of(window, 46, 76))
    after = session.project.track("one")
    boxes = session.media.boxes(after)
    assert boxes is not None
    box = overlay.box_at(boxes, here_s)
    np.testing.assert_allclose(box, (10, 40, 46, 76), atol=1.0)
    assert boxes[0, 3] == pytest.approx(26.0, abs=0.1)  # a second away nothing has moved
    was = to_spherical(before.track("one").trajectory.at(here_s))
    now = to_spherical(after.trajectory.at(here_s))
    assert was[0] - now[0] == pytest.approx(7.5, abs=1.0)  # 10 of 160 pixels, of 120 degrees
    assert session.document.position == 1
    session.undo()
    assert session.project == before


def test_an_edge_moves_alone_and_stops_short_of_the_other(qtbot: QtBot, window: MainWindow) -> None:
    session = window.session
    ready(qtbot, window)
    session.selection.select_track("one")
    window.picture.setMinimumSize(640, 380)  # else its side is too short for a handle
    qtbot.waitUntil(lambda: window.picture.width() >= 640)
    drag(window.picture, place_of(window, 26, 48), place_of(window, -40, 60))
    boxes = session.media.boxes(session.project.track("one"))
    assert boxes is not None
    x0, y0, x1, y1 = boxes[0, 1:5]
    assert (x0, y0, y1) == pytest.approx((10.0, 40.0, 56.0))
    assert x0 < x1 < 20.0


def test_only_the_selected_box_has_handles(qtbot: QtBot, window: MainWindow) -> None:
    ready(qtbot, window)
    window.session.selection.select_track("two")
    assert window.picture._handle_at(place_of(window, 26, 56)) is None
    window.session.selection.select_track("one")
    assert window.picture._handle_at(place_of(window, 26, 56)) is not None
    assert window.picture._handle_at(place_of(window, 18, 48)) is None


def test_escape_abandons_a_drag_on_the_picture(qtbot: QtBot, window: MainWindow) -> None:
    ready(qtbot, window)
    before = window.session.project
    drag(window.picture, place_of(window, 18, 48), place_of(window, 60, 48), release=False)
    QTest.keyClick(window.picture, Qt.Key.Key_Escape)
    QTest.mouseRelease(window.picture, Qt.MouseButton.LeftButton)
    assert window.session.project == before


def test_short_sides_have_no_handle_in_their_middle() -> None:
    assert len(pointing.handles(QRectF(0, 0, 80, 80))) == 8
    slim = {edges for _, edges in pointing.handles(QRectF(0, 0, 16, 80))}
    assert len(slim) == 6
    assert (0, 1, 0, 0) not in slim
    assert len(pointing.handles(QRectF(0, 0, 16, 16))) == 4


def test_saliency_is_measured_once_and_glows_where_something_moves(
    qtbot: QtBot, window: MainWindow
) -> None:
    session, picture = window.session, window.picture
    ready(qtbot, window)
    video = session.project.video
    assert video is not None
    window.actions_by_name["boxes"].trigger()
    window.actions_by_name["trails"].trigger()
    plain = picture.grab().toImage()
    assert window.saliency.at(video, 0.0) is None
    window.actions_by_name["saliency"].trigger()
    qtbot.waitUntil(lambda: window.saliency.at(video, 0.0) is not None, timeout=WAIT_MS)
    energy = window.saliency.at(video, 0.0)
    assert energy is not None
    assert energy.max() == 1.0
    glowing = picture.grab().toImage()
    # (10, 48) of 160 x 96 is the square: above the middle row, at the left
    row, column = np.unravel_index(int(np.argmax(energy)), energy.shape)
    assert column <= 1
    place = place_of(window, (column + 0.5) * 160 / energy.shape[1], (row + 0.5) * 96 / len(energy))
    assert glowing.pixelColor(place.toPoint()) != plain.pixelColor(place.toPoint())
    qtbot.waitUntil(lambda: not session.jobs.running, timeout=WAIT_MS)
    window.actions_by_name["saliency"].trigger()
    window.actions_by_name["saliency"].trigger()
    assert not session.jobs.running


def test_every_overlay_is_switched_in_the_menu_of_its_button(
    qtbot: QtBot, window: MainWindow
) -> None:
    ready(qtbot, window)
    picture = window.picture
    window.session.selection.select_track("one")
    button = next(b for b in window.findChildren(QToolButton) if b.accessibleName() == "Overlays")
    menu = button.menu()
    assert menu is not None
    window.session.locate(1.0)
    qtbot.waitUntil(lambda: abs(picture.shown_s - 1.0) < 0.03, timeout=WAIT_MS)
    for name in ("box_names", "box_confidence", "box_distance", "safe_areas", "boxes"):
        before, action = picture.grab().toImage(), window.actions_by_name[name]
        was = action.isChecked()
        for seen_otherwise in (True, False):
            menu.popup(QPoint(0, 0))
            place = menu.actionGeometry(action).center()
            QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)
            assert action.isChecked() is (was != seen_otherwise)
            assert (picture.grab().toImage() != before) is seen_otherwise, name
