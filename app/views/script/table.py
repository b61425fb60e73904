"""The table's keys and menu: copy, paste and delete lines as in a spreadsheet."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

from app.views.script.columns import (
    ACROSS_LINES,
    CATEGORY,
    EDITABLE,
    HITS,
    LAYER,
    LEVEL,
    OUT,
    SOUND,
    STATUS,
    TIME,
    TRACK,
    WHY,
)
from app.views.script.model import FilteredScript, ScriptModel
from app.words import tr
from engine.errors import FoleystageError
from engine.project.model import Event
from engine.script.sheet.csv_sheet import COLUMNS, sheet_events, write_sheet
from engine.script.sheet.line_edits import changed_lines, copied_lines, deleted_lines

_WIDTHS = {
    TIME: 94, OUT: 94, TRACK: 74, LAYER: 80, WHY: 120, HITS: 40, LEVEL: 56, CATEGORY: 84,
    STATUS: 78,
}  # fmt: skip
_LEAVES_BELOW_PX = {STATUS: 430, HITS: 480, LAYER: 440, WHY: 620, OUT: 720, CATEGORY: 820}
"""A narrow panel keeps to what matters most; the rest is in the tooltip."""
_KEYS = (
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Paste,
    QKeySequence.StandardKey.Delete,
    QKeySequence.StandardKey.SelectAll,
)


class ScriptTable(QTableView):
    """Lines of the script; what is done to them is asked for, never done."""

    edit_requested = Signal(object)
    refused = Signal(str)
    sounds_requested = Signal(tuple)
    """Ids of events whose sounds shall be made as they are now."""

    def __init__(self, model: ScriptModel) -> None:
        super().__init__()
        self._model = model
        self.shown = FilteredScript(model)
        self.setModel(self.shown)
        model.chosen = self.chosen
        self.setAccessibleName(tr("Foley script"))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(True)
        self.setSortingEnabled(True)
        self.setTabKeyNavigation(False)
        self.sortByColumn(TIME, Qt.SortOrder.AscendingOrder)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(36)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        header.setSectionResizeMode(SOUND, QHeaderView.ResizeMode.Stretch)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def fit(self, width_px: int) -> None:
        """Leave out columns that a panel of a width has no room for."""
        for column, least_px in _LEAVES_BELOW_PX.items():
            self.setColumnHidden(column, width_px < least_px)

    def chosen(self) -> tuple[Event, ...]:
        """The events of the selected lines, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self.event_at(row) for row in rows)

    def event_at(self, row: int) -> Event:
        """The event of a shown row."""
        return self._model.event_at(self.shown.mapToSource(self.shown.index(row, 0)).row())

    def row_of(self, event_id: str) -> int | None:
        """The shown row of an event, None where it is not shown."""
        row = self._model.row_of(event_id)
        if row is None:
            return None
        index = self.shown.mapFromSource(self._model.index(row, 0))
        return index.row() if index.isValid() else None

    def copy(self) -> None:
        """Put the selected lines on the clipboard, as spreadsheets take them."""
        events = self.chosen()
        if events:
            text = write_sheet(self._model.project, events, comma="\t")
            QGuiApplication.clipboard().setText(text)

    def cut(self) -> None:
        """Copy the selected lines and delete them."""
        self.copy()
        self.delete()

    def paste(self) -> None:
        """Add the clipboard's lines; or put its text into the current column of those selected."""
        text = QGuiApplication.clipboard().text()
        if text.startswith("\t".join(COLUMNS[:2])):
            try:
                events = sheet_events(text, self._model.project, "the clipboard")
            except FoleystageError as error:
                self.refused.emit(str(error))
                return
            self._ask(copied_lines(self._model.project, events))
            return
        column = self.currentIndex().column()
        if text.strip() and column in EDITABLE:
            several = column in ACROSS_LINES
            lines = self.chosen() if several else (self.event_at(self.currentIndex().row()),)
            self._model.change(lines, column, text.strip())

    def delete(self) -> None:
        """Delete the selected lines and the clips that were made for them."""
        self._ask(deleted_lines(self.chosen()))

    def mute(self) -> None:
        """Mute the selected lines, or unmute them when all are muted."""
        events = self.chosen()
        muted = not all(event.muted for event in events)
        self._ask(changed_lines(self._model.project, events, muted=muted))

    def make_sounds(self) -> None:
        """Ask for the sounds of the selected lines: new ones, or changed."""
        ids = tuple(event.id for event in self.chosen())
        if ids:
            self.sounds_requested.emit(ids)

    def event(self, event: QEvent) -> bool:
        """Keys that the window has, too, are the table's while it has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if any(event.matches(key) for key in _KEYS):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        done = (self.copy, self.cut, self.paste, self.delete, self.selectAll)
        for key, do in zip(_KEYS, done, strict=True):
            if event.matches(key):
                do()
                return
        super().keyPressEvent(event)

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        for text, do in (
            ("Copy lines", self.copy),
            ("Cut lines", self.cut),
            ("Paste", self.paste),
            ("Delete lines", self.delete),
            ("Mute or unmute lines", self.mute),
            ("Make their sounds", self.make_sounds),
        ):
            menu.addAction(text, do)
        menu.exec(self.viewport().mapToGlobal(place))
        menu.deleteLater()

    def _ask(self, edit: object) -> None:
        if edit is not None:
            self.edit_requested.emit(edit)
