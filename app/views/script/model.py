"""The Foley script as a Qt table: one line an event, in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor

from app import theme
from app.views.script.columns import (
    ACROSS_LINES,
    COLUMNS,
    EDITABLE,
    HITS,
    LEVEL,
    STATUS,
    TIME,
    TRACK,
    changes,
    text_of,
)
from engine.errors import FoleystageError
from engine.project.edits import Edit, EditGroup
from engine.project.model import Event, Project
from engine.script.sheet.line_edits import changed_line

Index = QModelIndex | QPersistentModelIndex
RAW = Qt.ItemDataRole.UserRole
"""Role of what a column is sorted by."""


class ScriptModel(QAbstractTableModel):
    """Reads the project; typing asks for an edit, of all chosen lines where they can share it."""

    edit_requested = Signal(object)
    refused = Signal(str)
    """What was typed makes no sense: why, in a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self._project = Project()
        self._events: tuple[Event, ...] = ()
        self.chosen: Callable[[], Sequence[Event]] = tuple

    @property
    def project(self) -> Project:
        """What is shown."""
        return self._project

    def set_project(self, project: Project) -> None:
        """Show another project; does nothing when script, tracks and takes are the same."""
        old, self._project = self._project, project
        if (
            old.events is project.events
            and old.tracks == project.tracks
            and old.takes is project.takes
        ):
            return
        events = tuple(sorted(project.events, key=lambda event: (event.start_s, event.id)))
        if [event.id for event in events] == [event.id for event in self._events]:
            self._events = events
            last = self.index(len(events) - 1, len(COLUMNS) - 1)
            if events:
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._events = events
        self.endResetModel()

    def event_at(self, row: int) -> Event:
        """The event of a row."""
        return self._events[row]

    def row_of(self, event_id: str) -> int | None:
        """The row of an event."""
        ids = [event.id for event in self._events]
        return ids.index(event_id) if event_id in ids else None  # type: ignore[arg-type]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._events)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(COLUMNS):
            if role == Qt.ItemDataRole.DisplayRole:
                return COLUMNS[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and index.column() in EDITABLE:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._events):
            return None
        event, column = self._events[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return text_of(self._project, event, column)
        if role == Qt.ItemDataRole.EditRole:
            return event.level_db if column == LEVEL else text_of(self._project, event, column)
        if role == RAW:
            numbers = {TIME: event.start_s, LEVEL: event.level_db, HITS: len(event.onsets_s)}
            return numbers.get(column, text_of(self._project, event, column))
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._told(event)
        if role == Qt.ItemDataRole.ForegroundRole and column == TRACK:
            return QColor(theme.legible(self._project.track(event.track_id).colour))
        if role == Qt.ItemDataRole.ForegroundRole and (
            event.muted or column in (TIME, HITS, STATUS)
        ):
            return theme.colours().text_soft
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() not in EDITABLE:
            return False
        event = self._events[index.row()]
        chosen = self.chosen()
        alike = index.column() in ACROSS_LINES and event in chosen
        return self.change(chosen if alike else (event,), index.column(), value)

    def change(self, events: Sequence[Event], column: int, value: Any) -> bool:
        """Ask for a value in a column of several lines, as one step of the history."""
        edits: list[Edit] = []
        try:
            for event in events:
                wanted = changes(self._project, event, column, value)
                edits += changed_line(self._project, event, **wanted)
        except FoleystageError as error:
            self.refused.emit(str(error))
            return False
        if len(edits) == 1:
            self.edit_requested.emit(edits[0])
        elif edits:
            lines = "line" if len(events) == 1 else f"{len(events)} lines"
            name = f"{COLUMNS[column]} of {lines}"
            self.edit_requested.emit(EditGroup(name=name, edits=tuple(edits)))
        return True

    def _told(self, event: Event) -> str:
        end_s = event.start_s + event.duration_s
        lines = [f"{event.layer}, by {event.generator}: {event.start_s:.2f} to {end_s:.2f} s"]
        if event.category:
            lines.append(f"Category {event.category}")
        if event.why:
            lines.append(event.why)
        return "\n".join(lines)


class FilteredScript(QSortFilterProxyModel):
    """The lines in which all of some words occur, in any column."""

    def __init__(self, model: ScriptModel) -> None:
        super().__init__()
        self._words: tuple[str, ...] = ()
        self.setSourceModel(model)
        self.setSortRole(RAW)
        self.setDynamicSortFilter(True)

    def set_words(self, text: str) -> None:
        """Show only lines with these words; all of them where there are none."""
        self._words = tuple(text.lower().split())
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        model = self.sourceModel()
        assert isinstance(model, ScriptModel)
        event = model.event_at(row)
        cells = (text_of(model.project, event, column) for column in range(len(COLUMNS)))
        told = " ".join([*cells, event.generator]).lower()
        return all(word in told for word in self._words)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in (HITS, LEVEL) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
