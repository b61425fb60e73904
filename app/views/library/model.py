"""Recordings as rows of a table; a row can be dragged to the timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QUrl,
)

from app import icons, theme
from app.words import tr
from engine.library.recording import Recording

MIME = "application/x-foleystage-recording"
"""Holds the path of a recording that is dragged out of the library."""
STAR, NAME, LENGTH, CATEGORY, LICENCE, USED = range(6)
_TITLES = ("", "Name", "Length", "Category", "Licence", "Used")

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class RecordingsModel(QAbstractTableModel):
    """Shows an answer of the library; what is marked and what is used is told to it."""

    def __init__(self) -> None:
        super().__init__()
        self.recordings: tuple[Recording, ...] = ()
        self._stars: frozenset[str] = frozenset()
        self._used: Mapping[str, Sequence[str]] = {}
        self._heard = ""

    def show_recordings(self, recordings: tuple[Recording, ...]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.recordings = recordings
        self.endResetModel()

    def show_marks(
        self, stars: frozenset[str], used: Mapping[str, Sequence[str]], heard: str
    ) -> None:
        """Paths of favourites, event ids by path, and the path that is heard ('': none)."""
        if (stars, used, heard) == (self._stars, self._used, self._heard):
            return
        self._stars, self._used, self._heard = stars, used, heard
        if self.recordings:
            last = self.index(len(self.recordings) - 1, USED)
            self.dataChanged.emit(self.index(0, 0), last)

    def is_favourite(self, path: str) -> bool:
        """Whether a recording is marked."""
        return path in self._stars

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.recordings)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(_TITLES[section]) if _TITLES[section] else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        one, column = self.recordings[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(one, column)
        if role == Qt.ItemDataRole.DecorationRole and column == STAR:
            if one.path in self._stars:
                ratio = 2.0
                return icons.pixmap("star_full", 14, theme.colours().warning.name(), ratio)
            return icons.icon("star", 14)
        if role == Qt.ItemDataRole.DecorationRole and column == NAME and one.path == self._heard:
            return icons.pixmap("headphones", 14, theme.colours().accent.name(), 2.0)
        if role == Qt.ItemDataRole.ForegroundRole and column not in (NAME, STAR):
            return theme.colours().text_soft
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr("Favourite") if column == STAR else one.path
        if role == Qt.ItemDataRole.AccessibleTextRole and column == STAR:
            return tr("Favourite") if one.path in self._stars else tr("No favourite")
        return None

    def _text(self, one: Recording, column: int) -> str:
        if column == NAME:
            return one.title or Path(one.path).stem
        if column == LENGTH:
            return length_words(one.duration_s)
        if column == CATEGORY:
            return one.category
        if column == LICENCE:
            return one.licence or tr("unknown")
        if column == USED and one.path in self._used:
            return f"{max(1, len(self._used[one.path]))} ×"
        return ""

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeTypes(self) -> list[str]:
        return [MIME, "text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The path, for this window and as a file for others."""
        data = QMimeData()
        rows = sorted({index.row() for index in indexes})
        if rows:
            path = self.recordings[rows[0]].path
            data.setData(MIME, QByteArray(path.encode("utf-8", "surrogateescape")))
            data.setUrls([QUrl.fromLocalFile(path)])
        return data


def length_words(seconds: float) -> str:
    """A length as people write it."""
    if seconds <= 0.0:
        return ""
    if seconds < 60.0:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
