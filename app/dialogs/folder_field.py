"""A folder: typed, or chosen in a dialog; empty where nothing else is wanted than usual."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from app.words import tr


class FolderField(QWidget):
    """A line with a button beside it.

    Parameters
    ----------
    name : str
        What is kept there; the dialog's title, too.
    usual : str
        Where that is while the line is empty.
    """

    def __init__(self, name: str, usual: str) -> None:
        super().__init__()
        self._name = name
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr(usual))
        self.line.setAccessibleName(tr(name))
        self.choose = QPushButton(tr("Choose…"))
        self.choose.clicked.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(self.choose)

    @property
    def folder(self) -> str:
        """An absolute path, or '' for the usual place."""
        typed = self.line.text().strip()
        return str(Path(typed).expanduser().absolute()) if typed else ""

    def show_folder(self, folder: str) -> None:
        """Show a folder ('': the usual place)."""
        self.line.setText(folder)

    def _ask(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr(self._name), self.folder)
        if chosen:
            self.line.setText(chosen)
