"""Right clicks on the stage, the film strip, the overview and in the history have menus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app.window import MainWindow


def right_click(window: MainWindow, widget: QWidget, point: QPoint) -> QMenu:
    """The menu that a right click shows."""
    window.place_menus.menu = None
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, point, widget.mapToGlobal(point)
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    menu = window.place_menus.menu
    assert menu is not None
    menu.close()
    return menu


def trigger(menu: QMenu, text: str) -> None:
    """Choose an entry by its words."""
    found = [action for action in menu.actions() if action.text() == text]
    assert found, [action.text() for action in menu.actions()]
    found[0].trigger()


def test_a_source_is_selected_and_its_track_muted(window: MainWindow) -> None:
    view, session = window.stage.top_view, window.session
    session.selection.select_track("one")
    place = view.projection.point(2.0, -2.0).toPoint()
    menu = right_click(window, view, place)
    assert session.selection.value.track_id == "two"
    trigger(menu, "Mute track")
    assert session.project.track("two").strip.muted


def test_a_keyframe_is_selected_and_deleted(window: MainWindow) -> None:
    view, session = window.stage.top_view, window.session
    session.selection.select_track("one")
    before = session.project
    menu = right_click(window, view, view.projection.point(4.0, -3.0).toPoint())
    trigger(menu, "Delete")
    assert len(session.project.track("one").trajectory.keyframes) == 2
    session.undo()
    assert session.project == before


def test_the_head_is_turned_and_the_ground_offers_a_track(window: MainWindow) -> None:
    view = window.stage.top_view
    turned: list[float] = []
    window.stage.head_turned.connect(turned.append)
    menu = right_click(window, view, view.projection.point(0.0, 0.0).toPoint())
    trigger(menu, "Look 90° to the left")
    assert turned == [90.0]
    menu = right_click(window, view, QPoint(3, view.height() - 3))
    trigger(menu, "Add track")
    assert len(window.session.project.tracks) == 3


def test_film_overview_and_history(window: MainWindow) -> None:
    timeline, session = window.timeline, window.session
    place = QPointF(timeline.axis.x_of(0.8), 10).toPoint()
    trigger(right_click(window, timeline.film, place), "Add marker")
    assert session.project.markers[0].time_s == pytest.approx(0.8, abs=0.02)
    timeline.zoom(4.0)
    trigger(right_click(window, timeline.overview, QPoint(20, 10)), "Show the whole session")
    assert timeline.axis.left_s == 0.0
    assert timeline.axis.right_s >= session.project.duration_s
    window.workspace.panels["history"].show()
    window.workspace.panels["history"].raise_()
    steps = window.history.list
    first = steps.visualItemRect(steps.item(0)).center()
    window.place_menus.menu = None
    steps.customContextMenuRequested.emit(first)
    assert window.place_menus.menu is not None
    trigger(window.place_menus.menu, "Go to this step")
    assert session.document.position == 0
