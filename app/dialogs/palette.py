"""The command palette: type a few letters of what you want, press Return."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import actions
from app.words import tr

_WIDTH_PX, _HEIGHT_PX = 560, 420
_ROW_PX = 30
_ACTION = Qt.ItemDataRole.UserRole


class CommandPalette(QDialog):
    """All actions that can be used now; `chosen` is the one that was picked."""

    def __init__(self, by_name: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Commands"))
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setFixedSize(_WIDTH_PX, _HEIGHT_PX)
        self.chosen: QAction | None = None
        self._entries = [
            (f"{tr(spec.menu)}: {tr(spec.text).rstrip('…')}", by_name[spec.name])
            for spec in actions.TABLE
            if by_name[spec.name].isEnabled() and spec.name != "command_palette"
        ]
        self.words = QLineEdit()
        self.words.setPlaceholderText(tr("What do you want to do?"))
        self.words.setAccessibleName(tr("Command"))
        self.words.textChanged.connect(self._list)
        self.words.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.words)
        column.addWidget(self.list, 1)
        self._list("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and Down go through the list while one types; Return takes what is marked."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8,
                     Qt.Key.Key_PageDown: 8}  # fmt: skip
            by = steps.get(Qt.Key(event.key()))
            if by is not None:
                row = min(max(self.list.currentRow() + by, 0), self.list.count() - 1)
                self.list.setCurrentRow(row)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen = item.data(_ACTION)
            self.accept()

    def _list(self, typed: str) -> None:
        """Show what fits, the best first."""
        self.list.clear()
        rated = [(fit(typed, text), text, action) for text, action in self._entries]
        for _, text, action in sorted(
            (one for one in rated if one[0] is not None), key=lambda one: (one[0], one[1])
        ):
            item = QListWidgetItem(self.list)
            item.setData(_ACTION, action)
            row = _row(text, action)
            item.setSizeHint(QSize(0, _ROW_PX))
            self.list.setItemWidget(item, row)
        self.list.setCurrentRow(0)


def _row(text: str, action: QAction) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(4, 0, 8, 0)
    line.addWidget(QLabel(text), 1)
    keys = QLabel(action.shortcut().toString())
    keys.setProperty("tone", "faint")
    line.addWidget(keys)
    return row


def fit(typed: str, text: str) -> float | None:
    """How well letters fit a text: 0 best, None not at all.

    They have to occur in their order; the closer together and the nearer to the beginnings of
    words, the better.
    """
    wanted, text = typed.lower().replace(" ", ""), text.lower()
    cost, at = 0.0, -1
    for letter in wanted:
        starts = [i for i in range(at + 1, len(text)) if text[i] == letter]
        if not starts:
            return None
        ranked = [(_step(text, at, i), i) for i in starts]
        step, at = min(ranked)
        cost += step
    return cost


def _step(text: str, before: int, at: int) -> float:
    """What it costs that the next letter is here: nothing behind the last, little at a word."""
    if at == before + 1 and before >= 0:
        return 0.0
    at_word = at == 0 or not text[at - 1].isalnum()
    return (1.0 if at_word else 3.0) + 0.02 * (at - before)
