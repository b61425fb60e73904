"""What an editing view may ask for. Views emit these; the session alone acts on them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class EditingWidget(QWidget):
    """A widget whose gestures become edits.

    Everything between `gesture_began` and `gesture_ended` is one step of the history.
    """

    edit_requested = Signal(object)
    """An edit from `engine.project.edits`."""
    gesture_began = Signal()
    gesture_ended = Signal()
    gesture_cancelled = Signal()
    locate_requested = Signal(float)
    """Seconds to move the playhead to."""

    def relay(self, inner: EditingWidget) -> None:
        """Pass on everything an inner widget asks for."""
        inner.edit_requested.connect(self.edit_requested)
        inner.gesture_began.connect(self.gesture_began)
        inner.gesture_ended.connect(self.gesture_ended)
        inner.gesture_cancelled.connect(self.gesture_cancelled)
        inner.locate_requested.connect(self.locate_requested)
