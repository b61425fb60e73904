"""Form fields that show a value and report a typed one, without answering themselves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QLineEdit, QSizePolicy

from app.words import tr


class NumberField(QDoubleSpinBox):
    """A number with its unit; `typed` is called when the user has changed it."""

    def __init__(
        self,
        unit: str,
        limits: tuple[float, float],
        decimals: int,
        typed: Callable[[float], None],
        *,
        step: float = 1.0,
    ) -> None:
        super().__init__()
        self._typed = typed
        self._shown = 0.0
        self.setRange(*limits)
        self.setDecimals(decimals)
        self.setSingleStep(step)
        self.setSuffix(f" {unit}" if unit else "")
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(9, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self._changed)

    def show_value(self, value: float) -> None:
        """Show a value from the project."""
        self.blockSignals(True)
        self.setValue(value)
        self._shown = self.value()
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return takes the number and Escape the old one; both give the keyboard back."""
        if event.key() == Qt.Key.Key_Escape:
            self.show_value(self._shown)
            self.clearFocus()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clearFocus()

    def _changed(self, value: float) -> None:
        if value != self._shown:
            self._shown = value
            self._typed(value)


class TextField(QLineEdit):
    """A line of text; `typed` is called with what the user entered, if it is new and not empty."""

    def __init__(self, typed: Callable[[str], None]) -> None:
        super().__init__()
        self._typed = typed
        self._shown = ""
        self.editingFinished.connect(self._finished)
        self.returnPressed.connect(self.clearFocus)

    def show_text(self, text: str) -> None:
        """Show a text from the project."""
        self._shown = text
        if self.text() != text:
            self.setText(text)
            self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes back what was typed."""
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._shown)
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def _finished(self) -> None:
        text = self.text().strip()
        if not text:
            self.setText(self._shown)
        elif text != self._shown:
            self._shown = text
            self._typed(text)


def axis_name(text: str) -> QLabel:
    """What a field in a row of several is, written below it."""
    label = QLabel(tr(text))
    label.setProperty("tone", "faint")
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return label
