"""Taking widgets out of a layout for good."""

from __future__ import annotations

from PySide6.QtWidgets import QLayoutItem


def discard(item: QLayoutItem) -> None:
    """Delete the widget of a layout item that was taken out; at once out of sight."""
    widget = item.widget()
    if widget is not None:
        widget.hide()
        widget.deleteLater()
