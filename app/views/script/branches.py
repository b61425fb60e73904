"""The tree of scripts: every branch with its score, its choices and the reasons for both."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.words import tr
from engine.project.script_tree import ScriptNode, ScriptTree

_ID = Qt.ItemDataRole.UserRole
_AS_RULES = "as the rules have it"


class Branches(QWidget):
    """Take another branch with one click: its script and its sounds are one step of the history."""

    branch_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._tree: ScriptTree | None = None
        self.list = QTreeWidget()
        self.list.setColumnCount(3)
        self.list.setHeaderLabels(["Branch", "Score", "Why"])
        self.list.setAccessibleName(tr("Scripts that were thought of"))
        self.list.setWordWrap(False)
        self.list.itemSelectionChanged.connect(self._show_button)
        self.list.itemDoubleClicked.connect(lambda item, _: self._ask(item))
        self._told = QLabel()
        self._told.setProperty("tone", "faint")
        self._told.setWordWrap(True)
        self._take = QPushButton(tr("Take this branch"))
        self._take.clicked.connect(lambda: self._ask(self.list.currentItem()))
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 12, 8)
        foot.addWidget(self._told, 1)
        foot.addWidget(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        column.addLayout(foot)
        self.show_tree(None)

    def show_tree(self, tree: ScriptTree | None) -> None:
        """Show another tree, or none."""
        if tree is self._tree and tree is not None:
            return
        self._tree = tree
        self.list.clear()
        items: dict[str, QTreeWidgetItem] = {}
        for node in tree.nodes if tree is not None else ():
            item = self._item(node)
            parent = items.get(node.parent or "")
            if parent is None:
                self.list.addTopLevelItem(item)
            else:
                parent.addChild(item)
            items[node.id] = item
        self.list.expandAll()
        for column in (0, 1):
            self.list.resizeColumnToContents(column)
        self._told.setText(f"{tree.scribe}; {tree.stop}" if tree is not None else "")
        if tree is not None:
            self.list.setCurrentItem(items[tree.chosen])
        self._show_button()

    def _item(self, node: ScriptNode) -> QTreeWidgetItem:
        assert self._tree is not None
        chosen = node.id == self._tree.chosen
        moves = ", ".join(node.moves) or _AS_RULES
        score = f"{node.score:.2f}" if node.scores else "–"
        item = QTreeWidgetItem([moves, score, "; ".join(node.reasons)])
        item.setData(0, _ID, node.id)
        each = ", ".join(f"{name} {value:.2f}" for name, value in node.scores.items())
        told = "\n".join([f"{node.id}, {node.step}", each, *node.reasons])
        for column in range(3):
            item.setToolTip(column, told)
            font = item.font(column)
            font.setBold(chosen)
            item.setFont(column, font)
        return item

    def _show_button(self) -> None:
        item = self.list.currentItem()
        chosen = self._tree.chosen if self._tree is not None else None
        self._take.setEnabled(item is not None and item.data(0, _ID) != chosen)

    def _ask(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and self._tree is not None and item.data(0, _ID) != self._tree.chosen:
            self.branch_requested.emit(item.data(0, _ID))
