"""What a session was when it was last heard of: the saved project, then the journal's tail.

Reading never fails on a damaged journal, and never changes a file: it says what it found, and
`engine.project.store` acts on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from engine.errors import ProjectError
from engine.project.edits import decode_edit
from engine.project.journal import REACH
from engine.project.journal_lines import Began, Did, Line, Opened, Went, is_unfinished, read_lines
from engine.project.migrations import EDIT_MIGRATIONS, migrate
from engine.project.model import SCHEMA_VERSION, Project
from engine.project.project_file import (
    GENERATIONS,
    decode_project,
    read_project_file,
    read_with_notes,
)

PROJECT_FILE = "project.json"
JOURNAL_FILE = "journal.jsonl"


@dataclass(frozen=True)
class Recovery:
    """What was brought back that was not saved, or could not be; the window offers it once.

    Attributes
    ----------
    edits : int
        Steps from the last save to what was recovered, as the history counts them: a drag is one,
        what was undone again is none.
    saved : Project
        What `Bundle.discard_recovery` goes back to.
    notes : tuple of str
        What was damaged, and what was done about it.
    """

    edits: int
    saved: Project
    notes: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """One line for the user."""
        count = "1 edit" if self.edits == 1 else f"{self.edits} edits"
        found = (f"{count} recovered, not saved yet",) if self.edits else ()
        return "; ".join((*found, *self.notes)) or "work recovered, not saved yet"


@dataclass
class Reading:
    """Everything found in a bundle."""

    saved: Project
    saved_number: int
    project: Project
    number: int
    edits: int = 0
    notes: list[str] = field(default_factory=list)
    project_damaged: bool = False
    journal_damaged: bool = False
    """The journal cannot simply be written on: it has to be put aside and begun anew."""
    last_line: int = 0
    """Number of the journal's last good line."""
    journal_bytes: int = 0
    """How much of the journal is good."""


def read_bundle(path: Path, *, strict: bool) -> Reading:
    """The latest state that can be had.

    Parameters
    ----------
    strict : bool
        Refuse a damaged ``project.json`` instead of taking a generation in its place.

    Raises
    ------
    ProjectError
        If there is nothing sound to open: with the file, its line or field, and a remedy.
    """
    found = _read_saved(path, strict)
    try:
        data = (path / JOURNAL_FILE).read_bytes()
    except OSError:
        data = b""
    lines = read_lines(data)
    found.journal_bytes = lines[-1][1] if lines else 0
    if not lines:
        found.journal_damaged = True
        if data:
            found.notes.append("the journal is damaged from its first line on")
        return found
    found.last_line = lines[-1][0].n
    first = lines[0][0]
    if isinstance(first, Opened) and _follows(found, first):
        _replay(found, first, [line for line, _ in lines])
    if not is_unfinished(data[found.journal_bytes :]):
        found.journal_damaged = True
        found.notes.append(f"the journal is damaged after line {len(lines)}, the rest is lost")
    return found


def generation_files(path: Path) -> list[Path]:
    """Generations in a bundle, newest first."""
    try:
        files = [f for f in (path / GENERATIONS).iterdir() if f.suffix == ".json"]
    except OSError:
        return []
    return sorted((f for f in files if f.stem.isdigit()), key=lambda f: int(f.stem), reverse=True)


def _read_saved(path: Path, strict: bool) -> Reading:
    try:
        project, number, notes = read_with_notes(path / PROJECT_FILE)
        return Reading(project, number, project, number, notes=list(notes))
    except ProjectError as error:
        if strict:
            raise
        damage = error
    for file in generation_files(path):
        try:
            project, number = read_project_file(file)
        except ProjectError:
            continue
        note = f"{damage.place or path}: {damage.problem}; generation {file.name} was opened"
        return Reading(project, number, project, number, notes=[note], project_damaged=True)
    raise damage


def _follows(found: Reading, first: Opened) -> bool:
    """Whether the journal continues the saved project without a gap, in a known language."""
    if first.schema_version > SCHEMA_VERSION:
        raise ProjectError(
            f"the journal has schema version {first.schema_version}, this Foleystage reads up to "
            f"{SCHEMA_VERSION}",
            place=JOURNAL_FILE,
            remedy="open the session with a newer Foleystage",
        )
    if found.saved_number < first.follows:
        found.journal_damaged = True
        found.notes.append(
            "the journal continues a newer save than the one opened, it is set aside"
        )
        return False
    return True


def _replay(found: Reading, first: Opened, lines: list[Line]) -> None:
    states, steps = {found.saved_number: found.saved}, {found.saved_number: 0}
    if first.schema_version != SCHEMA_VERSION:
        found.journal_damaged = True
    for line in lines:
        if line.n <= found.saved_number:
            continue
        try:
            after = _after(line, found.project, states, first.schema_version)
        except ProjectError as error:
            found.journal_damaged = True
            found.notes.append(f"journal line {line.n} cannot be replayed: {error.problem}")
            return
        found.edits = _steps(line, found.edits, steps)
        found.project.__dict__.clear()
        found.project, found.number = after, line.n
        states[line.n], steps[line.n] = after, found.edits
        for known in (states, steps):
            known.pop(line.n - REACH - 1, None)


def _steps(line: Line, before: int, steps: dict[int, int]) -> int:
    """Steps from the save to where a line leads, `before` of them to where it begins."""
    if isinstance(line, Did):
        return max(1, before) if line.joins else before + 1
    if isinstance(line, Went):
        return before + 1 if line.project is not None else steps[line.to]
    return before


def _after(line: Line, current: Project, states: dict[int, Project], version: int) -> Project:
    if isinstance(line, Did):
        return decode_edit(_migrated(bytes(line.edit), version)).apply(current)
    if isinstance(line, (Began, Went)) and line.project is not None:
        if not isinstance(line.project, dict):
            raise ProjectError("it holds no project")
        return decode_project(migrate(line.project, version, Path(JOURNAL_FILE)), JOURNAL_FILE)
    if isinstance(line, Went):
        if line.to not in states:
            raise ProjectError(f"state {line.to} is not known")
        return states[line.to]
    return current


def _migrated(edit: bytes, version: int) -> bytes:
    if version == SCHEMA_VERSION:
        return edit
    table = migrate(
        msgspec.json.decode(edit),
        version,
        Path(JOURNAL_FILE),
        migrations=EDIT_MIGRATIONS,
        may_be_missing=True,
    )
    return msgspec.json.encode(table)
