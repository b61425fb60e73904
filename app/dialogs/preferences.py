"""The preferences dialog, in pages; `answer` holds what was chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget

from app.dialogs.buttons import DialogButtons
from app.dialogs.preference_pages import ColoursPage, FoldersPage, Page, SoundPage, WorkPage
from app.preferences import Preferences
from app.words import tr


class PreferencesDialog(QDialog):
    """Sound, folders, colours, saving and picture."""

    def __init__(
        self, now: Preferences, devices: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Preferences"))
        self.setMinimumWidth(540)
        self._now = now
        self.sound = SoundPage(now, devices, self)
        self.folders = FoldersPage(now)
        self.colours = ColoursPage(now)
        self.work = WorkPage(now)
        self.pages = QTabWidget()
        self.pages.setAccessibleName(tr("Pages"))
        self.pages.tabBar().setDrawBase(False)
        self.pages.tabBar().setAccessibleName(tr("Pages"))
        for words, page in (
            ("Sound", self.sound), ("Folders", self.folders), ("Colours", self.colours),
            ("Saving and picture", self.work),
        ):  # fmt: skip
            self.pages.addTab(page, tr(words))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(16)
        column.addWidget(self.pages)
        column.addWidget(DialogButtons(self, tr("Use them")))

    @property
    def answer(self) -> Preferences:
        """What was chosen."""
        wanted, pages = self._now, (self.sound, self.folders, self.colours, self.work)
        page: Page
        for page in pages:
            wanted = page.taken_into(wanted)
        return wanted
