"""The Foley script as a Qt table: one line an event, in the order of time."""

from __future__ import annotations

from typing import Any

from msgspec import structs
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from app import theme
from app.views.timeline.ticks import DEFAULT_RATE
from engine.media.timecode import format_timecode
from engine.project.edits import SetEvent
from engine.project.model import Event, Project

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Time", "Track", "Layer", "Sound", "Hits", "Level", "Made by")
TIME, TRACK, LAYER, SOUND, HITS, LEVEL, MADE_BY = range(7)
_EDITABLE = (SOUND, LEVEL)


class ScriptModel(QAbstractTableModel):
    """Reads the project; typing in it asks for an edit."""

    edit_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._project = Project()
        self._events: tuple[Event, ...] = ()

    def set_project(self, project: Project) -> None:
        """Show another project; does nothing when the script and the tracks are the same."""
        old, self._project = self._project, project
        if old.events is project.events and old.tracks == project.tracks:
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
        if index.isValid() and index.column() in _EDITABLE:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._events):
            return None
        event, column = self._events[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(event, column)
        if role == Qt.ItemDataRole.EditRole:
            return event.level_db if column == LEVEL else self._text(event, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._why(event)
        if role == Qt.ItemDataRole.ForegroundRole and column == TRACK:
            return QColor(theme.legible(self._project.track(event.track_id).colour))
        if role == Qt.ItemDataRole.ForegroundRole and column in (TIME, HITS, MADE_BY):
            return theme.colours().text_soft
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() not in _EDITABLE:
            return False
        event = self._events[index.row()]
        if index.column() == SOUND:
            changed = structs.replace(event, prompt=str(value).strip())
        else:
            changed = structs.replace(event, level_db=round(float(value), 1))
        if changed != event:
            self.edit_requested.emit(SetEvent(event=changed))
        return True

    def _text(self, event: Event, column: int) -> str:
        rate = self._project.video.rate if self._project.video else DEFAULT_RATE
        texts = {
            TIME: lambda: format_timecode(event.start_s, rate),
            TRACK: lambda: self._project.track(event.track_id).name,
            LAYER: lambda: event.layer,
            SOUND: lambda: event.prompt,
            HITS: lambda: str(len(event.onsets_s)) if event.onsets_s else "–",
            LEVEL: lambda: f"{event.level_db:+.1f}".replace("-", "−") if event.level_db else "0.0",
            MADE_BY: lambda: "hand" if event.provenance == "hand" else event.generator,
        }
        return texts[column]()

    def _why(self, event: Event) -> str:
        end_s = event.start_s + event.duration_s
        lines = [f"{event.layer}: {event.start_s:.2f} to {end_s:.2f} s"]
        if event.category:
            lines.append(f"Category {event.category}")
        if event.why:
            lines.append(event.why)
        return "\n".join(lines)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in (HITS, LEVEL) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
