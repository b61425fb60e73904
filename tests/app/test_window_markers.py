"""Markers and the loop on the ruler, switches of several tracks, with real events."""

from __future__ import annotations

import pytest
from pointing import drag
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog

from app.views.timeline.ruler_marks import flag
from app.window import MainWindow

LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def marked(window: MainWindow) -> MainWindow:
    for time_s in (0.4, 1.2):
        window.session.locate(time_s)
        QTest.keyClick(window.timeline.lanes, Qt.Key.Key_M)
    return window


def middle(window: MainWindow, number: int) -> QPointF:
    return flag(window.timeline.axis, window.session.project.markers[number]).center()


def times(window: MainWindow) -> list[float]:
    return [marker.time_s for marker in window.session.project.markers]


def test_a_marker_is_dragged_as_one_step(marked: MainWindow) -> None:
    before = marked.session.project
    shift = QPointF(0.4 * marked.timeline.axis.px_per_s, 0)
    start = QPointF(marked.timeline.axis.x_of(0.4) + 4, 8)
    drag(marked.timeline.ruler, start, start + shift)
    assert times(marked) == pytest.approx([0.8, 1.2], abs=0.05)
    assert marked.session.document.position == 3
    marked.session.undo()
    assert marked.session.project == before


def test_a_click_on_a_marker_goes_there_and_moves_nothing(marked: MainWindow) -> None:
    before = marked.session.project
    QTest.mouseClick(marked.timeline.ruler, LEFT, pos=middle(marked, 0).toPoint())
    assert marked.session.project == before
    assert marked.session.playback.position_s == pytest.approx(0.4)


def test_brackets_go_from_marker_to_marker(marked: MainWindow) -> None:
    marked.session.locate(0.0)
    lanes, playback = marked.timeline.lanes, marked.session.playback
    for key, expected in (("]", 0.4), ("]", 1.2), ("]", 1.2), ("[", 0.4)):
        QTest.keyClick(lanes, key)
        assert playback.position_s == pytest.approx(expected)


def test_renaming_and_deleting_a_marker(
    marked: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: ("Door", True))
    ruler = marked.timeline.ruler
    QTest.mouseDClick(ruler, LEFT, pos=middle(marked, 1).toPoint())
    QTest.mouseRelease(ruler, LEFT, pos=middle(marked, 1).toPoint())
    assert marked.session.project.markers[1].name == "Door"
    point = middle(marked, 1).toPoint()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, ruler.mapToGlobal(point))
    QApplication.sendEvent(ruler, event)
    menu = marked.marker_menu.menu
    assert menu is not None
    action = menu.actions()[-1]
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    assert times(marked) == pytest.approx([0.4])


def test_the_ends_of_the_loop_are_dragged(window: MainWindow) -> None:
    ruler, axis = window.timeline.ruler, window.timeline.axis
    drag(ruler, QPointF(axis.x_of(0.4), 30), QPointF(axis.x_of(1.2), 30), SHIFT)
    assert window.session.loop_s == pytest.approx((0.4, 1.2), abs=0.05)
    drag(ruler, QPointF(axis.x_of(1.2), 30), QPointF(axis.x_of(1.6), 30))
    assert window.session.loop_s == pytest.approx((0.4, 1.6), abs=0.05)
    drag(ruler, QPointF(axis.x_of(0.4), 30), QPointF(axis.x_of(0.8), 30))
    assert window.session.loop_s == pytest.approx((0.8, 1.6), abs=0.05)


def test_solo_alone_and_switches_of_all_tracks(window: MainWindow) -> None:
    headers, session = window.timeline.headers, window.session

    def click(row: int, what: str, modifiers: Qt.KeyboardModifier) -> list[bool]:
        area = getattr(headers.layout_of(row), what)
        QTest.mouseClick(headers, LEFT, modifiers, area.center().toPoint())
        flags = "soloed" if what == "solo" else "muted"
        return [getattr(track.strip, flags) for track in session.project.tracks]

    none, control, alt = (
        Qt.KeyboardModifier.NoModifier,
        Qt.KeyboardModifier.ControlModifier,
        Qt.KeyboardModifier.AltModifier,
    )
    assert click(0, "solo", none) == [True, False]
    assert click(1, "solo", control) == [False, True]
    assert session.document.position == 2
    assert click(1, "solo", alt) == [False, False]
    assert click(0, "mute", alt) == [True, True]
    assert click(0, "mute", none) == [False, True]
