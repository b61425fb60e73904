"""Asking for a few numbers, each with its unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QDialog, QDoubleSpinBox, QFormLayout, QVBoxLayout, QWidget

from app.dialogs.buttons import DialogButtons
from app.words import tr


@dataclass(frozen=True)
class Number:
    """What is asked for, what it is unless changed, and its limits."""

    label: str
    unit: str
    value: float
    low: float
    high: float
    decimals: int = 2


class NumbersDialog(QDialog):
    """A form of numbers; `values` holds the answer, in the order of the questions."""

    def __init__(
        self, title: str, verb: str, numbers: Sequence[Number], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr(title))
        self.setMinimumWidth(360)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        self.fields: list[QDoubleSpinBox] = []
        for number in numbers:
            field = QDoubleSpinBox()
            field.lineEdit().setTextMargins(5, 0, 0, 0)
            field.setRange(number.low, number.high)
            field.setDecimals(number.decimals)
            field.setSuffix(f" {number.unit}" if number.unit else "")
            field.setValue(number.value)
            field.setAccessibleName(tr(number.label))
            form.addRow(tr(number.label), field)
            self.fields.append(field)
        column.addLayout(form)
        column.addWidget(DialogButtons(self, tr(verb)))
        if self.fields:
            self.fields[0].selectAll()

    @property
    def values(self) -> tuple[float, ...]:
        """The answer."""
        return tuple(field.value() for field in self.fields)
