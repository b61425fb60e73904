"""What can be done with an automation lane and its points, in a menu."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from app.views.timeline.envelopes import (
    Envelope,
    envelope_of,
    envelopes_of,
    moved,
    without,
)
from app.views.timeline.rows import Rows
from app.words import tr

if TYPE_CHECKING:
    from app.session import Session


class EnvelopeMenu:
    """Points are deleted and typed, lanes cleared, shown and hidden."""

    def __init__(self, session: Session, rows: Rows, parent: QWidget) -> None:
        self._session = session
        self._rows = rows
        self._parent = parent
        self.menu: QMenu | None = None
        """The one shown last."""

    def popup(self, track_id: str, name: str, point: int | None, place: QPoint) -> None:
        """Show the menu of a lane, and of the point under the pointer."""
        envelope = envelope_of(name)
        self.menu = menu = QMenu(self._parent)
        if point is not None:
            menu.addAction(tr("Value…"), lambda: self._type_value(envelope, track_id, point))
            menu.addAction(
                tr("Delete point"), lambda: delete_point(self._session, track_id, name, point)
            )
            menu.addSeparator()
        if not envelope.is_path:
            clear = menu.addAction(
                f"Clear {envelope.title.lower()} automation",
                lambda: self._session.do(envelope.edit(track_id, ())),
            )
            clear.setEnabled(bool(envelope.curve(self._session.project.track(track_id))))
        menu.addAction(f"Hide {envelope.title.lower()}", lambda: self.toggle(track_id, name))
        menu.popup(place)

    def popup_lanes(self, track_id: str, place: QPoint) -> None:
        """Show which lanes a track can show."""
        self.menu = menu = QMenu(self._parent)
        shown = self._shown(track_id)
        for envelope in envelopes_of(self._session.project.track(track_id)):
            action = menu.addAction(envelope.title, partial(self.toggle, track_id, envelope.name))
            action.setCheckable(True)
            action.setChecked(envelope.name in shown)
        menu.popup(place)

    def toggle(self, track_id: str, name: str) -> None:
        """Show or hide a lane of a track."""
        shown = set(self._shown(track_id)) ^ {name}
        able = envelopes_of(self._session.project.track(track_id))
        self._rows.show_envelopes(track_id, tuple(e.name for e in able if e.name in shown))

    def toggle_all(self, track_id: str) -> None:
        """Show the lanes that are drawn in (volume where there are none), or hide all."""
        if self._shown(track_id):
            self._rows.show_envelopes(track_id, ())
            return
        track = self._session.project.track(track_id)
        drawn = tuple(e.name for e in envelopes_of(track) if e.curve(track) and not e.is_path)
        self._rows.show_envelopes(track_id, drawn or ("gain",))

    def _shown(self, track_id: str) -> tuple[str, ...]:
        return self._rows.envelopes_of(self._rows.track_ids.index(track_id))

    def _type_value(self, envelope: Envelope, track_id: str, point: int) -> None:
        curve = envelope.curve(self._session.project.track(track_id))
        time_s, value = curve[point]
        typed, done = QInputDialog.getDouble(
            self._parent,
            f"{envelope.title} at {time_s:.3f} s",
            f"{envelope.title} ({envelope.unit})",
            value * envelope.shown,
            envelope.lowest * envelope.shown,
            envelope.highest * envelope.shown,
            envelope.decimals,
        )
        if done:
            changed = moved(curve, point, time_s, typed / envelope.shown)
            self._session.do(envelope.edit(track_id, changed))


def delete_point(session: Session, track_id: str, name: str, point: int) -> None:
    """Take a point out of a track's automation."""
    envelope = envelope_of(name)
    curve = envelope.curve(session.project.track(track_id))
    if point < len(curve) and session.do(envelope.edit(track_id, without(curve, point))):
        session.selection.select_point(track_id, name, None)
