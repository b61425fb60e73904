"""A session goes on in another folder: all of it is copied, and the copy is open from then on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from app import places, work
from app.words import tr

if TYPE_CHECKING:
    from app.window import MainWindow


def save_as(window: MainWindow) -> None:
    """Ask where to, copy the session there as a job, and open the copy."""
    session, bundle = window.session, window.session.bundle
    if bundle is None:
        return
    proposed = bundle.path.with_name(f"{bundle.path.stem} copy{places.SUFFIX}")
    name, _ = QFileDialog.getSaveFileName(
        window, tr("Save as"), str(proposed), f"Session (*{places.SUFFIX})"
    )
    if not name or not session.save():
        return
    target = Path(name if name.endswith(places.SUFFIX) else name + places.SUFFIX)
    session.jobs.start(
        f"Save as {target.name}",
        lambda copy: session.open_bundle(copy) if session.bundle is bundle else None,
        work.copy_session, bundle.path, target,
    )  # fmt: skip
