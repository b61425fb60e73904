"""The row of buttons at the foot of a dialog: Cancel, and what the dialog is for."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton


class DialogButtons(QDialogButtonBox):
    """Accepts or rejects its dialog; `go` is the button that Return presses."""

    def __init__(self, dialog: QDialog, verb: str) -> None:
        super().__init__(QDialogButtonBox.StandardButton.Cancel)
        self.go = QPushButton(verb)
        self.go.setProperty("primary", True)
        self.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        self._dialog = dialog
        self.accepted.connect(dialog.accept)
        self.rejected.connect(dialog.reject)

    def showEvent(self, event: QShowEvent) -> None:
        """Return presses `go`, unless the keyboard is on another button of this row."""
        for button in self._dialog.findChildren(QPushButton):
            button.setAutoDefault(button in self.buttons())
        self.go.setDefault(True)
        super().showEvent(event)
