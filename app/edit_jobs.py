"""Work in the background whose answer is one step of the session's history."""

from __future__ import annotations

from typing import Any

from app import work
from app.jobs import ListedJob
from app.session import Session
from engine.job_queue import ORDINARY


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
        lambda edit: session.bundle is bundle and session.do(edit),
        work.edit_by, verb, session.project, bundle.path, *arguments,
        priority=priority,
    )  # fmt: skip
