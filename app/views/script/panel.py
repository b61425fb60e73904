"""The script panel: the table of events, in step with the selection."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QLabel, QStackedLayout, QTableView, QWidget

from app.selection import Selected, Selection
from app.views.script.model import HITS, LAYER, LEVEL, MADE_BY, SOUND, TIME, TRACK, ScriptModel
from engine.project.model import Project


class ScriptPanel(QWidget):
    """Select a line to see its track; double-click the sound or level to change it."""

    locate_requested = Signal(float)

    def __init__(self, selection: Selection) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._selection = selection
        self._answering = False
        self.model = ScriptModel()
        self.edit_requested = self.model.edit_requested
        self.table = self._build_table()
        empty = QLabel("The script appears here\nonce the picture is analysed.")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setProperty("tone", "faint")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(empty)
        self._stack.addWidget(self.table)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.table.doubleClicked.connect(self._go_there)
        selection.changed.connect(self._show_selection)

    def set_project(self, project: Project) -> None:
        """Show another project's script."""
        self.model.set_project(project)
        self._stack.setCurrentIndex(1 if self.model.rowCount() else 0)
        self._show_selection(self._selection.value)

    def _build_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName("Foley script")
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setAlternatingRowColors(True)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(26)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(36)
        widths = {TIME: 94, TRACK: 74, LAYER: 80, HITS: 40, LEVEL: 48, MADE_BY: 78}
        for column, width in widths.items():
            table.setColumnWidth(column, width)
        header.setSectionResizeMode(SOUND, QHeaderView.ResizeMode.Stretch)
        return table

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow panel keeps to what matters most; the rest is in the tooltip."""
        self.table.setColumnHidden(MADE_BY, self.width() < 600)
        self.table.setColumnHidden(HITS, self.width() < 480)
        self.table.setColumnHidden(LAYER, self.width() < 440)
        super().resizeEvent(event)

    def _row_chosen(self, now: QModelIndex, before: QModelIndex) -> None:
        if now.isValid() and not self._answering:
            event = self.model.event_at(now.row())
            self._selection.select_event(event.id, event.track_id)

    def _go_there(self, index: QModelIndex) -> None:
        if index.column() not in (SOUND, LEVEL):
            self.locate_requested.emit(self.model.event_at(index.row()).start_s)

    def _show_selection(self, selected: Selected) -> None:
        row = self.model.row_of(selected.event_id) if selected.event_id else None
        self._answering = True
        if row is None:
            self.table.clearSelection()
        else:
            self.table.selectRow(row)
        self._answering = False
