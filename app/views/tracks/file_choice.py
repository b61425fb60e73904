"""A choice among names, or of a file of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

_FROM_FILE = "\0file"


class FileChoice(QComboBox):
    """Names, the file that is in use if one is, and an entry that asks for another.

    `chosen` says what a hand has picked (a name or a path) when it differs from what is shown;
    what is shown changes by `show_choice` alone.

    Parameters
    ----------
    titles : mapping of str to str
        What each name is called in the list.
    from_file : str
        The entry that asks for a file.
    question, kinds : str
        Title and filter of the dialog that it opens.
    parent : QWidget
        Where the dialog opens.
    """

    chosen = Signal(str)

    def __init__(
        self, titles: Mapping[str, str], from_file: str, question: str, kinds: str, parent: QWidget
    ) -> None:
        super().__init__()
        self._titles = titles
        self._from_file = from_file
        self._dialog = (parent, question, "", kinds)
        self._shown = next(iter(titles))
        self._fill()
        self.activated.connect(lambda _: self._picked())

    def show_choice(self, name: str) -> None:
        """Show a name, or a file's path."""
        self._shown = name
        if self.findData(name) < 0:
            self._fill()
        self.setCurrentIndex(self.findData(name))

    def _fill(self) -> None:
        self.clear()
        for name, title in self._titles.items():
            self.addItem(title, name)
        if self._shown not in self._titles:
            self.addItem(Path(self._shown).name, self._shown)
        self.addItem(self._from_file, _FROM_FILE)

    def _picked(self) -> None:
        name = self.currentData()
        if name == _FROM_FILE:
            name, _ = QFileDialog.getOpenFileName(*self._dialog)
        if name and name != self._shown:
            self.chosen.emit(name)
        self.show_choice(self._shown)
