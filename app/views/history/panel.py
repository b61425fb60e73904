"""The history panel: every step since the session was opened; a click goes there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app import theme
from app.words import tr


class HistoryPanel(QWidget):
    """Steps after the current one are faint: they can be done again."""

    step_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("History"))
        self.list.setUniformItemSizes(True)
        self.list.itemClicked.connect(lambda item: self.step_chosen.emit(self.list.row(item)))
        self.list.itemActivated.connect(lambda item: self.step_chosen.emit(self.list.row(item)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self.list)

    def show_steps(self, labels: Sequence[str], current: int) -> None:
        """Show the steps and which one is current; only what differs is touched."""
        table = theme.colours()
        while self.list.count() > len(labels):
            self.list.takeItem(self.list.count() - 1)
        for row, label in enumerate(labels):
            item = self.list.item(row)
            if item is None:
                item = QListWidgetItem(label)
                self.list.addItem(item)
            elif item.text() != label:
                item.setText(label)
            item.setForeground(table.text_faint if row > current else table.text)
        self.list.setCurrentRow(current)
