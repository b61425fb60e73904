"""Arrangements of the panels under names: kept, taken up again, forgotten."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from app import places
from app.words import tr
from app.workspace import Workspace

_GROUP = "layouts"


class LayoutMenu(QMenu):
    """View > Layouts, filled when it is shown."""

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__("Layouts", parent)
        self._workspace = workspace
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """List the layouts that are kept."""
        self.clear()
        names = kept()
        for name in names:
            self.addAction(name.replace("&", "&&"), partial(self.take_up, name))
        if names:
            self.addSeparator()
        self.addAction(tr("Keep this one…"), self.keep)
        if names:
            forget = self.addMenu(tr("Forget"))
            for name in names:
                forget.addAction(name.replace("&", "&&"), partial(self.forget, name))

    def keep(self) -> None:
        """Keep the panels as they are, under a name."""
        name, done = QInputDialog.getText(self.parentWidget(), tr("Keep this layout"), tr("Name"))
        if done and name.strip():
            stored = places.settings()
            stored.setValue(f"{_GROUP}/{_key(name)}", self._workspace.state())

    def take_up(self, name: str) -> None:
        """Put the panels as they were kept."""
        state = places.settings().value(f"{_GROUP}/{_key(name)}")
        if isinstance(state, QByteArray):
            self._workspace.restore(state)

    def forget(self, name: str) -> None:
        """Keep it no longer."""
        places.settings().remove(f"{_GROUP}/{_key(name)}")


def kept() -> list[str]:
    """Names of the layouts that are kept."""
    stored = places.settings()
    stored.beginGroup(_GROUP)
    return sorted(stored.childKeys())


def _key(name: str) -> str:
    return name.strip().replace("/", "-")
