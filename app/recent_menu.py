"""File > Open recent: the sessions that were open lately, read when the menu is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from app import places
from app.words import tr


class RecentMenu(QMenu):
    """Each entry opens its session."""

    def __init__(self, open_session: Callable[[Path], object], parent: QWidget) -> None:
        super().__init__("Open recent", parent)
        self._open = open_session
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """List them, newest first."""
        self.clear()
        for path in places.recent_sessions():
            words = f"{path.stem}   {places.shown(path.parent)}".replace("&", "&&")
            self.addAction(words, partial(self._open, path))
        if self.isEmpty():
            self.addAction(tr("No session yet")).setEnabled(False)
