"""Asking by a dialog, and giving the keyboard back to what had it."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QDialog, QWidget
from shiboken6 import isValid


def ask(dialog: QDialog, window: QWidget) -> bool:
    """Show a dialog until it is answered; True when it was accepted.

    Afterwards shortcuts reach the window again, also where no window manager hands the keyboard
    back by itself.
    """
    before = QApplication.focusWidget()
    try:
        return bool(dialog.exec())
    finally:
        dialog.deleteLater()
        window.activateWindow()
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus()
