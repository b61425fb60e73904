"""The history panel: every step since the session was opened; a click goes there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QListWidget, QVBoxLayout, QWidget

from app import theme
from app.words import tr


class HistoryPanel(QWidget):
    """Steps after the current one are faint: they can be done again."""

    step_chosen = Signal(int)
    menu_requested = Signal(object, object)
    """(a step or None, a global position)."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._labels: list[str] = []
        self._current = -1
        self.list = QListWidget()
        self.list.setAccessibleName(tr("History"))
        self.list.setUniformItemSizes(True)
        self.list.itemClicked.connect(lambda item: self.step_chosen.emit(self.list.row(item)))
        self.list.itemActivated.connect(lambda item: self.step_chosen.emit(self.list.row(item)))
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._ask_menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self.list)

    def _ask_menu(self, place: QPoint) -> None:
        item = self.list.itemAt(place)
        step = self.list.row(item) if item is not None else None
        self.menu_requested.emit(step, self.list.viewport().mapToGlobal(place))

    def show_steps(self, labels: Sequence[str], current: int) -> None:
        """Show the steps and which one is current; only what differs is touched."""
        same = _alike(self._labels, labels)
        while self.list.count() > same:
            self.list.takeItem(self.list.count() - 1)
        self.list.addItems(list(labels[same:]))
        table = theme.colours()
        first = min(same, self._current + 1, current + 1)
        for row in range(max(0, first), len(labels)):
            if row >= same or row <= max(self._current, current):
                item = self.list.item(row)
                item.setForeground(table.text_faint if row > current else table.text)
        self._labels, self._current = list(labels), current
        self.list.setCurrentRow(current)


def _alike(before: Sequence[str], now: Sequence[str]) -> int:
    """How many labels are the same from the beginning on; nearly always all that both have."""
    count = min(len(before), len(now))
    if list(before[:count]) == list(now[:count]):
        return count
    return next(row for row in range(count) if before[row] != now[row])
