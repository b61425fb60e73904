"""Choosing who writes scripts, with what it takes for the open session told beforehand."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app import minds, work
from app.dialogs.asking import ask
from app.dialogs.mind import MindDialog
from app.jobs import ListedJob
from app.session import Session
from engine.errors import MindError
from engine.job_queue import URGENT
from engine.minds.budget import Estimate, check_limits
from engine.minds.endpoint import MindSettings
from engine.pipeline.settings import RunSettings


def choose_mind(session: Session, window: QWidget) -> None:
    """Ask who writes scripts from now on, and keep the answer."""
    dialog = MindDialog(minds.known(), on=minds.in_use() is not None, parent=window)
    dialog.estimate.setVisible(bool(session.project.tracks))
    asked: list[ListedJob] = []

    def estimate(model: MindSettings) -> None:
        listed = session.jobs.start(
            "Estimate what a script takes",
            lambda told: dialog.tell(worth(told, model)) if asked else None,
            work.most_taken_by_mind, session.project, RunSettings(mind=model),
            priority=URGENT,
        )  # fmt: skip
        asked.append(listed)

    def finished(listed: ListedJob) -> None:
        if listed in asked and listed.state.state == "failed":
            dialog.tell(listed.state.message, refused=True)

    dialog.estimate_requested.connect(estimate)
    session.jobs.finished.connect(finished)
    try:
        if ask(dialog, window):
            minds.store(dialog.model, on=dialog.on)
    finally:
        session.jobs.finished.disconnect(finished)
        for listed in asked:
            session.jobs.cancel(listed.number)
        asked.clear()


def worth(told: Estimate, model: MindSettings) -> str:
    """What a script takes, and whether that is allowed."""
    words = f"For this session {told}"
    try:
        check_limits(told, model.most_tokens, model.most_cost)
    except MindError as error:
        return f"{words}; more than is allowed, it would not be asked ({error.problem})"
    return f"{words}; it is within the limits"
