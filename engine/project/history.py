"""`Document`: the current project, its history, and who is told when it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from engine.errors import ProjectError
from engine.project.edits import Edit
from engine.project.model import Project

HISTORY_STEPS = 20_000
"""Undo reaches this far back; values share what did not change, so a step is small."""
HISTORY_BYTES = 256 * 2**20
"""... and not farther than steps of large sessions take about so much room for."""
_STEP_BYTES = 1024
_ENTRY_BYTES = 8

Listener = Callable[[Project, Project], None]
"""``listener(old, new)``."""


class EditJournal(Protocol):
    """Where a document writes down what happens to it (see `engine.project.journal.Journal`)."""

    def begin(self, project: Project) -> int:
        """A document starts from `project`; the state's number."""

    def note_edit(self, edit: Edit, before: Project, after: Project, joins: bool = False) -> int:
        """An edit was done; it `joins` the step before it, or begins one. The number of `after`."""

    def note_visit(self, why: str, state: int, project: Project) -> int:
        """The document went back or forth to a state; that state's number from now on."""


@dataclass
class _State:
    """A project in the history, and how it came about."""

    project: Project
    label: str
    number: int
    key: str | None = None
    gesture: int = 0
    size: int = 0
    """What it takes besides the values that it shares with the state before, about, in bytes."""


@dataclass
class _Gesture:
    serial: int
    states: list[_State]
    position: int
    depth: int = 1


class Document:
    """Holds the current `Project`; every change goes through `do`, and each can be undone.

    Belongs to one thread. With a `journal`, each edit, undo, redo and jump is handed to it before
    anybody is told.

    Parameters
    ----------
    project : Project
        Where the history begins.
    journal : EditJournal, optional
        ``bundle.journal``, or None for a document that is not on disk.
    saved : Project, optional
        What is on disk where that is another value: ``recovery.saved`` after a recovery.
    """

    def __init__(
        self,
        project: Project,
        *,
        journal: EditJournal | None = None,
        saved: Project | None = None,
    ) -> None:
        self._journal = journal
        number = journal.begin(project) if journal else 0
        self._states = [_State(project, "Open", number)]
        self._position = 0
        self._saved = project if saved is None else saved
        self._gesture: _Gesture | None = None
        self._gestures = 0
        self._listeners: list[Listener] = []

    @property
    def project(self) -> Project:
        """The current value."""
        return self._states[self._position].project

    @property
    def can_undo(self) -> bool:
        return self._position > 0

    @property
    def can_redo(self) -> bool:
        return self._position < len(self._states) - 1

    @property
    def undo_label(self) -> str:
        """Label of the step that `undo` takes back; empty when there is none."""
        return self._states[self._position].label if self.can_undo else ""

    @property
    def redo_label(self) -> str:
        """Label of the step that `redo` does again; empty when there is none."""
        return self._states[self._position + 1].label if self.can_redo else ""

    @property
    def steps(self) -> list[str]:
        """Labels for a history list: where it began, then every step, redoable ones included."""
        return [state.label for state in self._states]

    @property
    def position(self) -> int:
        """Index in `steps` of the current state."""
        return self._position

    @property
    def is_dirty(self) -> bool:
        """Whether the current value differs from the last saved one."""
        return self.project is not self._saved and self.project != self._saved

    def mark_saved(self, project: Project | None = None) -> None:
        """Note that the current value (or `project`, for a save in the background) is on disk."""
        self._saved = self.project if project is None else project

    def do(self, edit: Edit) -> None:
        """Apply an edit. One that changes nothing leaves no trace.

        Raises
        ------
        ProjectError
            If the edit makes no sense; the document is as before.
        """
        old = self.project
        new = edit.apply(old)
        if new == old:
            return
        gesture = self._gesture.serial if self._gesture else 0
        state = _State(new, edit.label, 0, edit.coalesce_key, gesture, _own_bytes(old, new))
        joins = self._coalesces(state)
        if self._journal:
            state.number = self._journal.note_edit(edit, old, new, joins)
        del self._states[self._position + 1 :]
        if joins:
            self._states[self._position] = state
        else:
            _forget_caches(old)
            self._states.append(state)
            self._position += 1
        self._trim()
        self._tell(old)

    def undo(self) -> bool:
        """Go back one step; False when there is none (or a gesture is running)."""
        return self._step(-1, "undo")

    def redo(self) -> bool:
        """Go forth one step; False when there is none (or a gesture is running)."""
        return self._step(+1, "redo")

    def jump(self, index: int) -> None:
        """Go to the state at `index` of `steps`.

        Raises
        ------
        ProjectError
            If there is no such step, or a gesture is running.
        """
        if not 0 <= index < len(self._states):
            raise ProjectError(f"the history has no step {index}, it has {len(self._states)}")
        if self._gesture:
            raise ProjectError("a gesture is running", remedy="end or cancel it first")
        if index != self._position:
            self._visit(index, "jump")

    def begin_gesture(self) -> None:
        """A drag starts: edits with the same key become one step until it ends. May be nested."""
        if self._gesture:
            self._gesture.depth += 1
            return
        self._gestures += 1
        self._gesture = _Gesture(self._gestures, list(self._states), self._position)

    def end_gesture(self) -> None:
        """The drag is over. Without one, nothing happens."""
        if self._gesture:
            self._gesture.depth -= 1
            if self._gesture.depth == 0:
                self._gesture = None

    def cancel_gesture(self) -> None:
        """The drag is abandoned: everything, redo included, is as it was when it began."""
        gesture, self._gesture = self._gesture, None
        if gesture is None:
            return
        old = self.project
        self._states, self._position = gesture.states, gesture.position
        if self.project is not old:
            self._note_visit("cancel")
            self._tell(old)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(old, new)`` after every change; the answer ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def _coalesces(self, state: _State) -> bool:
        if state.key is None or not self._gesture or self._position == 0:
            return False
        last = self._states[self._position]
        return last.key == state.key and last.gesture == state.gesture

    def _trim(self) -> None:
        surplus = max(0, len(self._states) - 1 - HISTORY_STEPS)
        room = HISTORY_BYTES - sum(state.size for state in self._states[surplus:])
        while room < 0 and surplus < self._position - 1:
            room += self._states[surplus].size
            surplus += 1
        if surplus > 0:
            del self._states[:surplus]
            self._states[0].label = "Earlier"
            self._position -= surplus

    def _step(self, by: int, why: str) -> bool:
        possible = self.can_undo if by < 0 else self.can_redo
        if self._gesture or not possible:
            return False
        self._visit(self._position + by, why)
        return True

    def _visit(self, index: int, why: str) -> None:
        old = self.project
        self._position = index
        self._note_visit(why)
        _forget_caches(old)
        self._tell(old)

    def _note_visit(self, why: str) -> None:
        if self._journal:
            state = self._states[self._position]
            state.number = self._journal.note_visit(why, state.number, state.project)

    def _tell(self, old: Project) -> None:
        for listener in list(self._listeners):
            listener(old, self.project)


def _own_bytes(old: Project, new: Project) -> int:
    """About how much a value takes that another one is at hand for: its new lists' entries."""
    lists = (
        getattr(new, name)
        for name in ("tracks", "events", "takes", "clips", "markers", "removed")
        if getattr(new, name) is not getattr(old, name)
    )
    return _STEP_BYTES + sum(_ENTRY_BYTES * len(entries) for entries in lists)


def _forget_caches(project: Project) -> None:
    """Drop look-up tables of a value that is not current any more; they come back when asked."""
    project.__dict__.clear()
