"""Work that was recovered as a session opened: kept, given up, or simply worked on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.notices import Notice
from engine.project.history import Document
from engine.project.store import Bundle, Recovery

if TYPE_CHECKING:
    from app.session import Session


def offer_recovery(session: Session, bundle: Bundle, recovery: Recovery) -> None:
    """Offer what was recovered, once. Until the user decides, nothing is saved by itself.

    To close the notice is to go on with what was recovered: it is saved like any other work.
    """
    session.document.mark_saved(recovery.saved)
    session.holds_recovery = recovery.edits > 0

    def keep() -> None:
        session.save()

    def discard() -> None:
        if session.bundle is bundle:
            session.start(Document(bundle.discard_recovery(), journal=bundle.journal))

    def go_on() -> None:
        if session.bundle is bundle:
            session.holds_recovery = False
            session.save_in_background()

    actions = (("Keep", keep), ("Go back to the last save", discard))
    offered = recovery.edits > 0
    session.tell(
        Notice(
            recovery.message,
            "warning",
            actions if offered else (),
            closed=go_on if offered else None,
        )
    )
    session.saved.emit()  # what is shown as saved or not has changed
