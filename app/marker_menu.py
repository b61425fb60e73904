"""What can be done with a marker, in a menu of its flag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from app.dialogs.asking import ask
from app.dialogs.numbers import Number, NumbersDialog
from app.words import tr
from engine.project.edits import DeleteMarker, MoveMarker, RenameMarker, ResizeRegion
from engine.project.limits import LONGEST_S

if TYPE_CHECKING:
    from app.session import Session


class MarkerMenu:
    """Markers are moved by numbers, renamed and deleted; each is one step of the history."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session = session
        self._parent = parent
        self.menu: QMenu | None = None
        """The one shown last."""

    def popup(self, marker_id: str, place: QPoint) -> None:
        """Show the menu of a marker."""
        self.menu = menu = QMenu(self._parent)
        marker = next(m for m in self._session.project.markers if m.id == marker_id)
        menu.addAction(tr("Rename…"), lambda: self.rename(marker_id))
        menu.addAction(tr("Time…"), lambda: self.ask_time(marker_id))
        if marker.length_s:
            span = (marker.time_s, marker.time_s + marker.length_s)
            menu.addAction(tr("Select its time"), lambda: self._session.selection.set_span(span))
            menu.addAction(tr("Loop it"), lambda: self._session.set_loop(span))
        menu.addAction(tr("Delete"), lambda: self._session.do(DeleteMarker(marker_id=marker_id)))
        menu.popup(place)

    def ask_time(self, marker_id: str) -> None:
        """Ask where it is; of a region, where it begins and ends."""
        marker = next(m for m in self._session.project.markers if m.id == marker_id)
        questions = [
            Number("From" if marker.length_s else "At", "s", marker.time_s, 0.0, LONGEST_S, 3)
        ]
        if marker.length_s:
            end_s = marker.time_s + marker.length_s
            questions.append(Number("To", "s", end_s, 0.0, LONGEST_S, 3))
        dialog = NumbersDialog(marker.name, "Move", questions, self._parent)
        if not ask(dialog, self._parent):
            return
        if not marker.length_s:
            self._session.do(MoveMarker(marker_id=marker_id, time_s=dialog.values[0]))
            return
        first_s, last_s = sorted(dialog.values)
        self._session.do(
            ResizeRegion(marker_id=marker_id, time_s=first_s, length_s=last_s - first_s)
        )

    def rename(self, marker_id: str) -> None:
        """Ask for another name."""
        name = next(m.name for m in self._session.project.markers if m.id == marker_id)
        typed, done = QInputDialog.getText(
            self._parent, tr("Rename the marker"), tr("Name"), text=name
        )
        if done and typed.strip() and typed.strip() != name:
            self._session.do(RenameMarker(marker_id=marker_id, name=typed.strip()))
