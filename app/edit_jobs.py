"""Work in the background whose answer is one step of the session's history."""

from __future__ import annotations

from typing import Any

from app import work
from app.jobs import ListedJob
from app.ripples import making_room
from app.session import Session
from engine.job_queue import ORDINARY
from engine.project.edits import Edit

_PLACING = "place recording"


def start_edit(
    session: Session, name: str, verb: str, *arguments: Any, priority: int = ORDINARY
) -> ListedJob | None:
    """Do a verb of `app.work.VERBS`; its edit comes in while the same session is open.

    Returns
    -------
    ListedJob, optional
        None where no session is open.
    """
    bundle = session.bundle
    if bundle is None:
        return None
    return session.jobs.start(
        name,
        lambda edit: session.bundle is bundle and session.do(_let_in(session, verb, edit)),
        work.edit_by, verb, session.project, bundle.path, *arguments,
        priority=priority,
    )  # fmt: skip


def _let_in(session: Session, verb: str, edit: Edit) -> Edit:
    """A clip that is placed at a time makes room for itself when the session ripples."""
    placing = verb == _PLACING
    return making_room(session.project, session.selection, edit) if placing else edit
