"""What the transport bar does without where the window is narrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout

Leaving = Callable[[bool], object]
"""Takes a part away, or makes it smaller (True), or puts it back (False)."""


def shown_in(row: QHBoxLayout, leaving: Sequence[Leaving], width_px: int) -> int:
    """Let so many parts leave, in their order, that the others fit; the pixels these need."""
    for count in range(len(leaving) + 1):
        for number, leave in enumerate(leaving):
            leave(number < count)
        row.invalidate()
        if row.minimumSize().width() <= width_px:
            break
    return row.minimumSize().width()
