"""The script panel: the table of events in step with the selection, and the tree of scripts."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.selection import Selected, Selection
from app.views.script.branches import Branches
from app.views.script.columns import EDITABLE, TIME
from app.views.script.model import ScriptModel
from app.views.script.table import ScriptTable
from app.words import tr
from engine.project.model import Event, Project
from engine.script.sheet.line_edits import clips_of_event

_TABLE, _TREE = 1, 2


class ScriptPanel(QWidget):
    """Select lines to see their clips; double-click a cell to change it, in all selected lines."""

    locate_requested = Signal(float)
    edit_requested = Signal(object)
    branch_requested = Signal(str)
    refused = Signal(str)
    import_requested = Signal()
    export_requested = Signal()
    cues_requested = Signal()

    def __init__(self, selection: Selection) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._selection = selection
        self._answering = False
        self.model = ScriptModel()
        self.table = ScriptTable(self.model)
        self.branches = Branches()
        for part in (self.model, self.table):
            part.edit_requested.connect(self.edit_requested)
            part.refused.connect(self.refused)
        self.branches.branch_requested.connect(self.branch_requested)
        self._bar = self._build_bar()
        empty = QLabel(tr("The script appears here\nonce the picture is analysed."))
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setProperty("tone", "faint")
        pages = QWidget()
        self._stack = QStackedLayout(pages)
        for page in (empty, self.table, self.branches):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(pages, 1)
        self.table.selectionModel().selectionChanged.connect(self._lines_chosen)
        self.table.doubleClicked.connect(self._go_there)
        selection.changed.connect(self._show_selection)

    def set_project(self, project: Project) -> None:
        """Show another project's script."""
        self._answering = True
        self.model.set_project(project)
        self._answering = False
        self.branches.show_tree(project.script_tree)
        self._tree_button.setEnabled(project.script_tree is not None)
        self._show_page()
        self._show_selection(self._selection.value)

    def _build_bar(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(8, 4, 4, 4)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Filter: words of any column"))
        self.filter.setAccessibleName(tr("Filter the script"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._filter)
        self._tree_button = QToolButton()
        self._tree_button.setText(tr("Branches"))
        self._tree_button.setCheckable(True)
        self._tree_button.setToolTip(tr("Other scripts that were thought of, with their scores"))
        self._tree_button.toggled.connect(self._show_page)
        more = QToolButton()
        more.setText(tr("Table"))
        more.setToolTip(tr("Import and export the script"))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(more)
        menu.addAction(tr("Import table…"), self.import_requested.emit)
        menu.addAction(tr("Export table…"), self.export_requested.emit)
        menu.addAction(tr("Export cue sheet…"), self.cues_requested.emit)
        more.setMenu(menu)
        for widget in (self.filter, self._tree_button, more):
            row.addWidget(widget)
        return bar

    def _show_page(self) -> None:
        filled = self.model.rowCount() > 0
        tree = self._tree_button.isChecked() and self._tree_button.isEnabled()
        self._bar.setVisible(filled)
        self.filter.setEnabled(not tree)
        self._stack.setCurrentIndex((_TREE if tree else _TABLE) if filled else 0)

    def _filter(self, text: str) -> None:
        self._answering = True
        self.table.shown.set_words(text)
        self._answering = False
        self._show_selection(self._selection.value)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.table.fit(self.width())
        super().resizeEvent(event)

    def _lines_chosen(self, *_: QItemSelection) -> None:
        """Lines were selected: so are their clips, on the timeline."""
        events = self.table.chosen()
        if self._answering or not events:
            return
        current = self.table.currentIndex()
        first = self.table.event_at(current.row()) if current.isValid() else events[0]
        first = first if first in events else events[0]
        clips = {
            clip.id for event in events for clip in clips_of_event(self.model.project, event.id)
        }
        self._answering = True
        self._selection.set(
            Selected(track_id=first.track_id, clip_ids=frozenset(clips), event_id=first.id)
        )
        self._answering = False

    def _go_there(self, index: QModelIndex) -> None:
        if index.column() not in EDITABLE or index.column() == TIME:
            self.locate_requested.emit(self.table.event_at(index.row()).start_s)

    def _show_selection(self, selected: Selected) -> None:
        """Clips were selected elsewhere: so are their lines."""
        if self._answering:
            return
        rows = [self.table.row_of(event_id) for event_id in self._events_of(selected)]
        shown = sorted(row for row in rows if row is not None)
        now = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        if shown == now:
            return
        self._answering = True
        chooser = self.table.selectionModel()
        chooser.clearSelection()
        whole = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for row in shown:
            chooser.select(self.table.shown.index(row, 0), whole)
        if shown:
            index = self.table.shown.index(shown[0], TIME)
            chooser.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.table.scrollTo(index)
        self._answering = False

    def _events_of(self, selected: Selected) -> set[str]:
        project = self.model.project
        takes = {c.take_id for c in project.clips if c.id in selected.clip_ids}
        found = {str(t.event_id) for t in project.takes if t.id in takes and t.event_id}
        return found | ({selected.event_id} if selected.event_id else set())

    def events_chosen(self) -> tuple[Event, ...]:
        """The events of the selected lines."""
        return self.table.chosen()
