"""A button with a word, lit while its action is on: nothing that silences is out of sight."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton


class LampButton(QToolButton):
    """Switches a checkable action; its tooltip and its name are the action's.

    Parameters
    ----------
    action : QAction
    word : str
        Shown on it.
    """

    def __init__(self, action: QAction, word: str) -> None:
        super().__init__()
        self._word = word
        self.setDefaultAction(action)
        self.setText(word)
        action.changed.connect(lambda: self.setText(word))
        self.setProperty("lamp", True)
        self.setFixedHeight(24)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(action.text())
