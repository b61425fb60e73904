"""File > Templates: how new sessions begin."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import platformdirs
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from app import places
from app.beginnings import begin, empty_project
from app.notices import Notice
from app.session import Session
from app.words import tr
from engine.errors import FoleystageError
from engine.project.kept_values import begun_with, keep, kept, read_kept, template_of
from engine.project.model import Project

_CHOSEN = "templates/chosen"


class TemplatesMenu(QMenu):
    """Filled when it is shown; the one that is marked is what new sessions begin with."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__("Templates", parent)
        self._session = session
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """List the templates, newest first."""
        self.clear()
        self.addAction(tr("Save as a template…"), self.keep).setEnabled(self._session.is_open)
        self.addSeparator()
        for name in ("", *(file.stem for file in kept(templates_folder()))):
            words = name.replace("&", "&&") or "Begin without a template"
            action = self.addAction(words, partial(choose, name))
            action.setCheckable(True)
            action.setChecked(name == chosen())

    def keep(self) -> None:
        """Save what others can begin with, and begin new sessions with it."""
        name, done = QInputDialog.getText(self.parentWidget(), tr("Save as a template"), tr("Name"))
        if not done or not name.strip():
            return
        try:
            keep(templates_folder(), name, template_of(self._session.project))
        except FoleystageError as error:
            self._session.tell(Notice(str(error), "error", fades=True))
            return
        choose(name.strip())
        self._session.tell(Notice(f"New sessions begin with “{name.strip()}”", fades=True))


class NewFromTemplateMenu(QMenu):
    """Each entry begins an empty session with a template, whichever is marked."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(tr("New from a template"), parent)
        self._session = session
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """List the templates, newest first."""
        self.clear()
        for file in kept(templates_folder()):
            self.addAction(file.stem.replace("&", "&&"), partial(self._begin, file))
        if self.isEmpty():
            self.addAction(tr("No template yet")).setEnabled(False)

    def _begin(self, file: Path) -> None:
        place = places.bundle_without_film()
        try:
            project = begun_with(empty_project(place.stem), read_kept(file))
        except FoleystageError as error:
            self._session.tell(Notice(str(error), "error", fades=True))
            return
        begin(self._session, project, place, template=False)


def templates_folder() -> Path:
    """Where the user's templates are."""
    return Path(platformdirs.user_data_dir("foleystage")) / "templates"


def chosen() -> str:
    """Name of the template that new sessions begin with; empty: none."""
    return str(places.settings().value(_CHOSEN) or "")


def choose(name: str) -> None:
    """Begin new sessions with a template ('': with none)."""
    places.settings().setValue(_CHOSEN, name)


def begun(project: Project) -> Project:
    """A new session as the chosen template says.

    Raises
    ------
    ProjectError
        If the template is damaged or gone.
    """
    name = chosen()
    if not name:
        return project
    return begun_with(project, read_kept(templates_folder() / f"{name}.json"))
