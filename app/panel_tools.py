"""Buttons of actions in the titles of panels."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton


def tool_buttons(by_name: Mapping[str, QAction], *names: str) -> tuple[QToolButton, ...]:
    """A button with an icon for each of these actions."""
    tools = []
    for name in names:
        button = QToolButton()
        button.setDefaultAction(by_name[name])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setAccessibleName(by_name[name].text())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tools.append(button)
    return tuple(tools)
