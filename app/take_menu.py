"""What can be done with a take in its lane."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from app.comping import comp_edit
from app.session import Session
from app.words import tr
from engine.project.edits import DeleteTake, LockTake, SetClipTake


class TakeMenu:
    """Chosen, heard, locked, deleted."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session = session
        self._parent = parent
        self.menu: QMenu | None = None
        """The one shown last."""

    def popup(self, clip_id: str, take_id: str, place: QPoint) -> None:
        """Show the menu of a take of a clip."""
        session = self._session
        clip, take = session.project.clip(clip_id), session.project.take(take_id)
        self.menu = menu = QMenu(self._parent)
        choose = menu.addAction(
            tr("Choose this take"),
            lambda: session.do(SetClipTake(clip_id=clip_id, take_id=take_id)),
        )
        choose.setEnabled(clip.take_id != take_id)
        span_s = session.selection.span_s
        part = comp_edit(clip, take_id, span_s) if span_s and clip.take_id != take_id else None
        menu.addAction(
            tr("Choose it in the selected time"), lambda: part is not None and session.do(part)
        ).setEnabled(part is not None)
        menu.addAction(
            tr("Listen to it in its place"), lambda: session.audition.begin(clip_id, take_id)
        )
        menu.addAction(
            "Unlock" if take.locked else "Lock",
            lambda: session.do(LockTake(take_id=take_id, locked=not take.locked)),
        )
        delete = menu.addAction(
            tr("Delete this take"), lambda: session.do(DeleteTake(take_id=take_id))
        )
        delete.setEnabled(not take.locked)
        menu.popup(place)
