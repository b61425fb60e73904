"""What the script panel asks for beside edits: tables in and out, cue sheets, another branch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from app.edit_jobs import start_edit
from app.notices import Notice
from app.session import Session
from app.words import tr
from engine.errors import FoleystageError
from engine.script.sheet.csv_sheet import read_sheet, write_sheet
from engine.script.sheet.cue_sheet import cue_sheet

if TYPE_CHECKING:
    from app.window import MainWindow

_CSV = "Script table (*.csv);;All files (*)"
_TEXT = "Cue sheet (*.txt);;All files (*)"


class ScriptVerbs(QObject):
    """Wires the script panel to the session."""

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        panel = window.script
        panel.refused.connect(self.tell)
        panel.branch_requested.connect(self.take_branch)
        panel.table.sounds_requested.connect(self.make_sounds)
        panel.import_requested.connect(self._choose_table)
        panel.export_requested.connect(self._choose_export)
        panel.cues_requested.connect(self._choose_cues)

    def tell(self, text: str) -> None:
        """Say what was refused, and why."""
        self._session.tell(Notice(text, fades=True))

    def take_branch(self, node_id: str) -> None:
        """Write and sound another branch in the background; it comes in as one step."""
        start_edit(self._session, f"Take branch {node_id}", "take branch", node_id)

    def make_sounds(self, event_ids: tuple[str, ...]) -> None:
        """Make the sounds of some lines in the background; they come in as one step."""
        start_edit(self._session, "Make sounds", "sound lines", event_ids)

    def read_table(self, path: Path) -> None:
        """Take over the changes of a table."""
        try:
            text = path.read_text(encoding="utf-8-sig")
            edit = read_sheet(text, self._session.project, str(path))
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            self._session.tell(Notice(f"{path.name} cannot be read: {reason}", "error"))
        except FoleystageError as error:
            self._session.tell(Notice(str(error), "error"))
        else:
            if edit is None:
                self.tell(f"{path.name} holds nothing new")
            else:
                self._session.do(edit)

    def write(self, path: Path, text: str) -> None:
        """Write a table or a cue sheet."""
        try:
            path.write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            self._session.tell(Notice(f"{path.name} cannot be written: {error.strerror}", "error"))
        else:
            self.tell(f"Written to {path}")

    def _choose_table(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self._window, tr("Import a script table"), "", _CSV)
        if name:
            self.read_table(Path(name))

    def _choose_export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self._window, tr("Export table"), "script.csv", _CSV)
        if name:
            self.write(Path(name), write_sheet(self._session.project))

    def _choose_cues(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self._window, tr("Export cue sheet"), "cues.txt", _TEXT
        )
        if name:
            self.write(Path(name), cue_sheet(self._session.project))
