"""Fields that the wheel leaves alone until somebody works in them: the panel scrolls instead."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QWidget


class CalmWheel(QObject):
    """Watches numbers and choices; one that has not the keyboard lets turns of the wheel pass."""

    def watch(self, within: QWidget) -> None:
        """Every field that lies in a widget now."""
        fields: list[QWidget] = [
            *within.findChildren(QAbstractSpinBox), *within.findChildren(QComboBox)
        ]  # fmt: skip
        for field in fields:
            if field.focusPolicy() == Qt.FocusPolicy.WheelFocus:
                field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Wheel:
            return False
        assert isinstance(watched, QWidget)
        if watched.hasFocus():
            return False
        event.ignore()
        return True
