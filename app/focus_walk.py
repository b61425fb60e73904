"""Where Tab goes: round through all that is in sight, never into panels behind the front one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.workspace import Panel

_REASONS = {True: Qt.FocusReason.TabFocusReason, False: Qt.FocusReason.BacktabFocusReason}


def walk(window: QWidget, *, forward: bool) -> bool:
    """Give the keyboard to the next (or previous) control in sight; False where there is none."""
    begun = widget = QApplication.focusWidget() or window
    while True:
        after = widget.nextInFocusChain() if forward else widget.previousInFocusChain()
        if after is None or after is begun:
            return False
        widget = after
        if takes_tab(widget, window):
            widget.setFocus(_REASONS[forward])
            _bring_into_sight(widget)
            return True


def takes_tab(widget: QWidget, window: QWidget) -> bool:
    """Whether Tab may stop at a widget of the window."""
    wants = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    if not wants or widget.focusProxy() is not None or not widget.isEnabled():
        return False
    if widget.window() is not window or not widget.isVisibleTo(window):
        return False
    panel = _above(widget, Panel)
    return panel is None or not panel.visibleRegion().isEmpty()


def _bring_into_sight(widget: QWidget) -> None:
    area = _above(widget, QScrollArea)
    if isinstance(area, QScrollArea):
        area.ensureWidgetVisible(widget)


def _above(widget: QWidget, kind: type[QWidget]) -> QWidget | None:
    """The nearest of a kind that a widget lies in."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, kind):
        parent = parent.parentWidget()
    return parent
