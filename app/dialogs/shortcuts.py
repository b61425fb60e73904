"""All shortcuts and pointer gestures on one page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.words import tr

_POINTER = (
    ("Zoom at the pointer", "Ctrl+Wheel"),
    ("Scroll sideways", "Shift+Wheel"),
    ("Row height", "Ctrl+Shift+Wheel"),
    ("Copy clips", "Ctrl+Drag"),
    ("Without snapping", "Alt+Drag"),
    ("Select several clips", "Shift+Click or drag the ground"),
    ("Slip the sound in a clip", "Ctrl+Shift+Drag"),
    ("Scroll by hand", "Middle button"),
    ("From track to track", "Up, Down"),
    ("Add, delete an automation point", "Click the line, Alt+Click"),
    ("Select time", "Drag the ruler's upper edge, Ctrl+Drag the ground"),
    ("Set the loop", "Shift+Drag on the ruler"),
    ("Keep a keyframe's distance", "Shift+Drag on the stage"),
)


COLUMNS = 3


class ShortcutsDialog(QDialog):
    """Three columns of (what, keys)."""

    def __init__(self, rows: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Shortcuts"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(7)
        every = [*rows, *_POINTER]
        height = -(-len(every) // COLUMNS)
        for number, (what, keys) in enumerate(every):
            place = number % height
            name, key = QLabel(what), QLabel(keys)
            key.setProperty("tone", "faint")
            grid.addWidget(name, place, number // height * 3)
            grid.addWidget(key, place, number // height * 3 + 1)
        for gap in range(1, COLUMNS):
            grid.setColumnMinimumWidth(3 * gap - 1, 32)
        column.addLayout(grid)
