"""A fade's curve is chosen by a right click on its handle, or in the inspector."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.views.timeline.clip_painting import TITLE_PX
from app.views.timeline.lane_painting import CLIPS_TOP_PX
from app.window import MainWindow
from engine.project.edits import EditGroup, SetClipFades


def faded(window: MainWindow) -> None:
    """Give both clips of the first track fades of 0.1 s."""
    edits = tuple(SetClipFades(clip_id=name, fade_in_s=0.1, fade_out_s=0.1) for name in "ab")
    window.session.do(EditGroup(name="Fades", edits=edits))


def handle(window: MainWindow, time_s: float) -> QPoint:
    """Where the handle of a fade is that ends or begins at a time."""
    axis, rows = window.timeline.axis, window.timeline.rows
    return QPointF(axis.x_of(time_s), rows.y_of(0) + CLIPS_TOP_PX + TITLE_PX + 5).toPoint()


def right_click(window: MainWindow, point: QPoint) -> QMenu:
    lanes = window.timeline.lanes
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, point, lanes.mapToGlobal(point)
    )  # fmt: skip
    QApplication.sendEvent(lanes, event)
    menu = window.fade_menu.menu
    assert menu is not None
    menu.close()
    return menu


def test_a_right_click_on_the_handle_chooses_the_curve(window: MainWindow) -> None:
    faded(window)
    before = window.session.project
    menu = right_click(window, handle(window, 0.3))
    assert [a.text() for a in menu.actions() if a.isChecked()] == ["Equal power"]
    next(a for a in menu.actions() if a.text() == "S curve").trigger()
    clip = window.session.project.clip("a")
    assert (clip.fade_in_curve, clip.fade_out_curve) == ("s", "equal_power")
    window.session.undo()
    assert window.session.project == before


def test_all_selected_clips_go_along_in_one_step(window: MainWindow) -> None:
    faded(window)
    window.session.selection.select_clips(("a", "b"), "one")
    before, steps = window.session.project, len(window.session.document.steps)
    menu = right_click(window, handle(window, 0.7))
    next(a for a in menu.actions() if a.text() == "Linear").trigger()
    assert [window.session.project.clip(name).fade_out_curve for name in "ab"] == ["linear"] * 2
    assert len(window.session.document.steps) == steps + 1
    window.session.undo()
    assert window.session.project == before


def test_the_inspector_chooses_it_by_the_keyboard(window: MainWindow) -> None:
    faded(window)
    window.session.selection.select_clips(("a",), "one")
    window.workspace.panels["inspector"].raise_()
    before, curves = window.session.project, window.inspector.fades.curves
    assert curves["in"].accessibleName() == "Curve of the fade in"
    curves["in"].setFocus()
    QTest.keyClick(curves["in"], Qt.Key.Key_Down)
    assert window.session.project.clip("a").fade_in_curve == "linear"
    window.session.undo()
    assert window.session.project == before
    assert curves["in"].currentText() == "Equal power"


def test_what_is_drawn_is_the_curve(window: MainWindow) -> None:
    faded(window)
    looks = set()
    for curve in ("Linear", "Equal power", "S curve", "Slow start", "Fast start"):
        menu = right_click(window, handle(window, 0.3))
        next(a for a in menu.actions() if a.text() == curve).trigger()
        looks.add(bytes(window.timeline.lanes.grab().toImage().constBits()))
    assert len(looks) == 5
