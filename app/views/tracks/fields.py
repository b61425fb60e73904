"""Form fields that show a value and report a typed one, without answering themselves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit, QSizePolicy


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
        self.lineEdit().setTextMargins(5, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self._changed)

    def show_value(self, value: float) -> None:
        """Show a value from the project."""
        self.blockSignals(True)
        self.setValue(value)
        self._shown = self.value()
        self.blockSignals(False)

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

    def show_text(self, text: str) -> None:
        """Show a text from the project."""
        self._shown = text
        if not self.hasFocus() or self.text() != text:
            self.setText(text)

    def _finished(self) -> None:
        text = self.text().strip()
        if not text:
            self.setText(self._shown)
        elif text != self._shown:
            self._shown = text
            self._typed(text)
