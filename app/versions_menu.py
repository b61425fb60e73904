"""File > Versions: the session as it was, kept under names, and gone back to as an edit."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from app.notices import Notice
from app.session import Session
from app.words import tr
from engine.errors import FoleystageError
from engine.project.edits import TakeUpVersion
from engine.project.kept_values import VERSIONS, keep, kept, read_kept


class VersionsMenu(QMenu):
    """Filled when it is shown."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__("Versions", parent)
        self._session = session
        self.aboutToShow.connect(self.fill)

    @property
    def _folder(self) -> Path | None:
        bundle = self._session.bundle
        return None if bundle is None else Path(bundle.path) / VERSIONS

    def fill(self) -> None:
        """List the versions of the open session, newest first."""
        self.clear()
        folder = self._folder
        self.addAction(tr("Keep a version…"), self.keep).setEnabled(folder is not None)
        files = kept(folder) if folder is not None else []
        if files:
            self.addSeparator()
        for file in files:
            self.addAction(file.stem.replace("&", "&&"), partial(self.take_up, file))

    def keep(self) -> None:
        """Keep the session as it is now, under a name."""
        folder = self._folder
        if folder is None:
            return
        name, done = QInputDialog.getText(self.parentWidget(), tr("Keep a version"), tr("Name"))
        if not done or not name.strip():
            return
        try:
            keep(folder, name, self._session.project)
        except FoleystageError as error:
            self._session.tell(Notice(str(error), "error", fades=True))
            return
        self._session.tell(Notice(f"Kept as “{name.strip()}”", fades=True))

    def take_up(self, file: Path) -> None:
        """Go on from a version; undo comes back."""
        try:
            project = read_kept(file)
        except FoleystageError as error:
            self._session.tell(Notice(str(error), "error"))
            return
        self._session.do(TakeUpVersion(name=file.stem, project=project))
