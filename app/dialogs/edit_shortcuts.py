"""Shortcuts to one's own liking: sets to begin with, every action's keys, files in and out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import actions, shortcuts
from app.dialogs.buttons import DialogButtons
from app.words import tr
from engine.errors import FoleystageError

_FILES = "Shortcuts (*.toml)"


class EditShortcutsDialog(QDialog):
    """`set_name` and `own` hold the answer: a set, and the keys that differ from it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Edit shortcuts"))
        self.resize(640, 640)
        self.set_name, self.own = shortcuts.chosen()
        self.sets = QComboBox()
        for name, words in shortcuts.SETS.items():
            self.sets.addItem(words, name)
        self.sets.setCurrentIndex(self.sets.findData(self.set_name))
        self.sets.currentIndexChanged.connect(self._choose_set)
        self.search = QLineEdit()
        self.search.setAccessibleName(tr("Search for an action"))
        self.search.setPlaceholderText(tr("Search actions and keys"))
        self.search.textChanged.connect(self._filter)
        self.table = QTableWidget(len(actions.TABLE), 2)
        self.keys = QKeySequenceEdit()
        self.keys.setAccessibleName(tr("New keys"))
        self.keys.setMaximumSequenceLength(1)
        self.keys.editingFinished.connect(self._take_keys)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self._lay_out()
        self._fill()

    @property
    def now(self) -> shortcuts.Keys:
        """The keys of every action as they stand in the dialog."""
        return shortcuts.keys_of_set(self.set_name) | self.own

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        top = QHBoxLayout()
        top.addWidget(self.sets)
        top.addWidget(self.search, 1)
        for words, act in (("Import…", self._import), ("Export…", self._export)):
            top.addWidget(self._button(words, act))
        column.addLayout(top)
        self.table.setHorizontalHeaderLabels(["Action", "Keys"])
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setAccessibleName(tr("Actions and their keys"))
        column.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("New keys")))
        row.addWidget(self.keys, 1)
        for words, act in (("No keys", self._clear), ("As in the set", self._reset)):
            row.addWidget(self._button(words, act))
        column.addLayout(row)
        self.note.setProperty("tone", "faint")
        column.addWidget(self.note)
        column.addWidget(DialogButtons(self, tr("Use them")))

    def _button(self, words: str, act: object) -> QPushButton:
        button = QPushButton(words)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        return button

    def _fill(self) -> None:
        keys = self.now
        for row, spec in enumerate(actions.TABLE):
            words = f"{tr(spec.menu)}: {tr(spec.text).rstrip('…')}"
            for place, text in enumerate((words, "   ".join(keys[spec.name]))):
                item = self.table.item(row, place) or QTableWidgetItem()
                item.setText(text)
                item.setData(Qt.ItemDataRole.UserRole, spec.name)
                self.table.setItem(row, place, item)
        self._note()

    def _note(self, words: str = "") -> None:
        """What was said last, else whether any keys clash."""
        clashing = shortcuts.clashes(self.now)
        texts = {spec.name: tr(spec.text).rstrip("…") for spec in actions.TABLE}
        told = [
            f"{sequence}: {' and '.join(texts[name] for name in names)}"
            for sequence, names in clashing.items()
        ]
        self.note.setText(words or ("Used twice: " + "; ".join(told) if told else ""))

    def _choose_set(self) -> None:
        self.set_name, self.own = self.sets.currentData(), {}
        self._fill()

    def _filter(self, typed: str) -> None:
        for row in range(self.table.rowCount()):
            cells = (self.table.item(row, place) for place in range(2))
            text = " ".join(cell.text() for cell in cells if cell is not None)
            self.table.setRowHidden(row, typed.lower() not in text.lower())

    def _name(self) -> str | None:
        item = self.table.currentItem()
        return None if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    def _take_keys(self) -> None:
        """The keys go to the chosen action, away from whoever had them."""
        name = self._name()
        text = self.keys.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if name is None or not text:
            return
        for other, sequences in self.now.items():
            if other != name and text in map(shortcuts.portable, sequences):
                self.own[other] = tuple(s for s in sequences if shortcuts.portable(s) != text)
        self.own[name] = (text,)
        self.keys.clear()
        self._fill()

    def _clear(self) -> None:
        name = self._name()
        if name is not None:
            self.own[name] = ()
            self._fill()

    def _reset(self) -> None:
        name = self._name()
        if name is not None:
            self.own.pop(name, None)
            self._fill()

    def _import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Import shortcuts"), "", _FILES)
        if name:
            try:
                self.own = shortcuts.read_file(Path(name))
            except FoleystageError as error:
                self._note(str(error))
                return
            self._fill()

    def _export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Export shortcuts"), "shortcuts.toml", _FILES
        )
        if name:
            try:
                shortcuts.write_file(Path(name), self.now)
            except FoleystageError as error:
                self._note(str(error))
