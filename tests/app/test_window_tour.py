"""The tour: four places, one after the other, by mouse or keyboard; it changes nothing."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.window import MainWindow


def test_four_places_in_sight_and_then_it_is_over(window: MainWindow) -> None:
    before = window.session.project
    window.actions_by_name["tour"].trigger()
    tour = window.tour
    areas = []
    for number in range(4):
        assert tour.isVisible()
        assert tour._count.text() == f"{number + 1} of 4"
        areas.append(tour.shown_area())
        assert tour.rect().contains(tour.card.geometry())
        QTest.mouseClick(tour.next, Qt.MouseButton.LeftButton)
    assert tour.isHidden()
    timeline = window.timeline
    assert areas[2].topLeft() == timeline.mapTo(window, QPoint(0, 0))
    assert len({(area.x(), area.y()) for area in areas}) == 4
    assert window.session.project == before


def test_the_keyboard_goes_through_it_and_escape_ends_it(window: MainWindow) -> None:
    window.actions_by_name["tour"].trigger()
    QTest.keyClick(window.tour, Qt.Key.Key_Return)
    assert window.tour._count.text() == "2 of 4"
    QTest.keyClick(window.tour, Qt.Key.Key_Escape)
    assert window.tour.isHidden()


def test_without_a_session_there_is_nothing_to_tour(empty_window: MainWindow) -> None:
    assert not empty_window.actions_by_name["tour"].isEnabled()
