"""The row of buttons at the foot of a dialog: Cancel, and what the dialog is for."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton


class DialogButtons(QDialogButtonBox):
    """Accepts or rejects its dialog; `go` is the button that Return presses."""

    def __init__(self, dialog: QDialog, verb: str) -> None:
        super().__init__(QDialogButtonBox.StandardButton.Cancel)
        self.go = QPushButton(verb)
        self.go.setProperty("primary", True)
        self.go.setDefault(True)
        self.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        self.accepted.connect(dialog.accept)
        self.rejected.connect(dialog.reject)
