"""Every control has a name for screen readers, and the keyboard alone reaches all of them."""

from __future__ import annotations

import pytest
from pointing import happens
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app import actions, minds, preferences, theme
from app.dialogs.analyse import AnalyseDialog
from app.dialogs.edit_shortcuts import EditShortcutsDialog
from app.dialogs.mind import MindDialog
from app.dialogs.palette import CommandPalette
from app.dialogs.preferences import PreferencesDialog
from app.window import MainWindow
from engine.project.edits import ApplyScript
from engine.project.model import Event, EventId, TrackId

CONTROLS = (
    QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit,
)  # fmt: skip


def name_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return "" if interface is None else interface.text(QAccessible.Text.Name)


def is_inner(widget: QWidget) -> bool:
    """Whether it is a part of another control, or Qt's own scrolling button."""
    if isinstance(widget, QHeaderView) or widget.objectName().startswith("qt_"):
        return True
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QAbstractSpinBox | QComboBox | QTabBar | QLineEdit):
            return True
        parent = parent.parentWidget()
    return False


def nameless(root: QWidget) -> list[str]:
    found = []
    for widget in root.findChildren(QWidget):
        takes_focus = widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        matters = isinstance(widget, CONTROLS) or (
            takes_focus and not isinstance(widget, QScrollArea | QScrollBar | QTabBar)
        )
        if matters and not is_inner(widget) and not name_of(widget):
            where = type(widget.parent()).__name__
            found.append(f"{type(widget).__name__} {widget.objectName()} in {where}")
    return found


def test_every_control_of_the_window_has_a_name(window: MainWindow) -> None:
    for panel in window.workspace.panels.values():
        panel.show()
    window.session.selection.select_clips(("a",), "one")
    assert nameless(window) == []


def test_every_control_of_the_dialogs_has_a_name(window: MainWindow) -> None:
    for made in (
        PreferencesDialog(preferences.load(), (), window),
        AnalyseDialog(window.session.project, window),
        CommandPalette(window.actions_by_name, window),
        EditShortcutsDialog(window),
        MindDialog(minds.known(), on=True, parent=window),
    ):
        assert nameless(made) == [], type(made).__name__


def test_every_action_has_words_and_no_two_share_a_key(window: MainWindow) -> None:
    keys: dict[str, str] = {}
    for spec in actions.TABLE:
        assert spec.text
        for key in window.actions_by_name[spec.name].shortcuts():
            other = keys.setdefault(key.toString(), spec.name)
            assert other == spec.name, f"{key.toString()}: {other} and {spec.name}"


def test_tab_goes_round_through_timeline_stage_and_transport(window: MainWindow) -> None:
    lanes = window.timeline.lanes
    lanes.setFocus(Qt.FocusReason.TabFocusReason)
    reached: list[QWidget] = []
    for _ in range(300):
        widget = QApplication.focusWidget()
        assert widget is not None
        if reached and widget is reached[0]:
            break
        reached.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    else:
        pytest.fail("Tab never comes back to where it began")
    assert lanes in reached
    assert window.timeline.headers in reached
    assert window.stage.top_view in reached
    assert window.transport.monitor in reached


@pytest.mark.parametrize("ground", ["panel", "raised", "field", "ground"])
@pytest.mark.parametrize("text", ["text", "text_soft", "text_faint", "accent", "warning", "good"])
def test_text_keeps_the_contrast_of_wcag_aa(text: str, ground: str) -> None:
    table = theme.colours()
    assert theme.contrast(getattr(table, text), getattr(table, ground)) >= 4.5


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab])
def test_tab_never_goes_behind_the_front_panel_nor_stays_in_a_table(
    window: MainWindow, key: Qt.Key
) -> None:
    session = window.session
    lines = tuple(
        Event(
            id=EventId(f"event-{number}"), track_id=TrackId("one"), layer="steps",
            generator="footsteps", prompt="a step", start_s=0.1 * number, duration_s=0.5,
        )
        for number in range(12)
    )  # fmt: skip
    session.do(ApplyScript(events=lines))
    session.selection.select_clips(("a",), "one")
    bring_forward(window, "inspector")
    before = session.selection.value
    reached = walked(window.timeline.lanes, key)
    assert window.script.table not in reached
    assert window.transport.monitor in reached
    assert session.selection.value == before
    bring_forward(window, "script")
    reached = walked(window.timeline.lanes, key)
    assert window.script.table in reached
    assert window.timeline.headers in reached


def bring_forward(window: MainWindow, name: str) -> None:
    """Put a panel before the others of its tabs."""
    panel = window.workspace.panels[name]
    panel.raise_()
    assert happens(lambda: not panel.visibleRegion().isEmpty())


def walked(begin: QWidget, key: Qt.Key) -> list[QWidget]:
    """All that Tab reaches until it is back."""
    begin.setFocus(Qt.FocusReason.TabFocusReason)
    reached: list[QWidget] = [begin]
    for _ in range(300):
        widget = QApplication.focusWidget()
        assert widget is not None
        QTest.keyClick(widget, key)
        widget = QApplication.focusWidget()
        assert widget is not None
        if widget is begin:
            return reached
        assert not widget.visibleRegion().isEmpty(), widget
        reached.append(widget)
    pytest.fail("Tab never comes back to where it began")


def test_return_analyses_wherever_the_keyboard_is_in_the_dialog(
    window: MainWindow, qtbot: QtBot
) -> None:
    for row in range(12):
        return_analyses(window, qtbot, row)


def return_analyses(window: MainWindow, qtbot: QtBot, row: int) -> None:
    """Return after so many Tabs, but on Cancel."""
    dialog = AnalyseDialog(window.session.project, window)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    for _ in range(row):
        QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
    widget = dialog.focusWidget() or dialog
    if isinstance(widget, QPushButton) and widget.text() == "Cancel":
        dialog.reject()
        return
    QTest.keyClick(widget, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted, f"row {row}: {widget}"
