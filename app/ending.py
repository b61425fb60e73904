"""Whether the window may end: work in the background is not given up without a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox

from app.words import tr

if TYPE_CHECKING:
    from app.window import MainWindow


def may_end(window: MainWindow) -> bool:
    """Ask, where jobs are at work or wait; everything else is on the disk anyway."""
    running = window.session.jobs.running
    if not running:
        return True
    names = ", ".join(dict.fromkeys(job.name for job in running))
    box = QMessageBox(window)
    box.setWindowTitle(tr("Quit"))
    box.setText(tr("Work in the background is not done."))
    box.setInformativeText(f"{names}. {tr('Quitting gives it up; the session is saved.')}")
    give_up = box.addButton(tr("Quit all the same"), QMessageBox.ButtonRole.AcceptRole)
    stay = box.addButton(tr("Stay"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.exec()
    return box.clickedButton() is give_up
