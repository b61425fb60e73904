"""The preferences dialog; `answer` holds what was chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QLabel, QVBoxLayout, QWidget

from app.dialogs.buttons import DialogButtons
from app.preferences import AUTOSAVE_S, PICTURE_WIDTHS_PX, Preferences
from app.words import tr


class PreferencesDialog(QDialog):
    """Sound, saving, picture."""

    def __init__(
        self, now: Preferences, devices: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Preferences"))
        self.setMinimumWidth(440)
        self.device = QComboBox()
        self.device.addItem(tr("Default device"), None)
        for name in dict.fromkeys([*devices, *([now.audio_device] if now.audio_device else [])]):
            self.device.addItem(name, name)
        self.device.setCurrentIndex(max(0, self.device.findData(now.audio_device)))
        self.autosave = QComboBox()
        for seconds in AUTOSAVE_S:
            words = f"{seconds} s" if seconds < 60 else f"{seconds // 60} min"
            self.autosave.addItem(f"Every {words}", seconds)
        self.autosave.setCurrentIndex(self.autosave.findData(now.autosave_s))
        self.picture_width = QComboBox()
        for pixels in PICTURE_WIDTHS_PX:
            self.picture_width.addItem(f"Up to {pixels} px wide", pixels)
        self.picture_width.setCurrentIndex(self.picture_width.findData(now.picture_width_px))
        self._lay_out()

    @property
    def answer(self) -> Preferences:
        """What was chosen."""
        return Preferences(
            autosave_s=self.autosave.currentData(),
            picture_width_px=self.picture_width.currentData(),
            audio_device=self.device.currentData(),
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.addRow(tr("Sound goes to"), self.device)
        form.addRow(tr("Saved by itself"), self.autosave)
        form.addRow(tr("Picture"), self.picture_width)
        column.addLayout(form)
        note = QLabel(
            tr(
                "Every edit is on the disk within a second anyway. A narrower picture makes heavy "
                "films fluent; exports always use the film itself."
            )
        )
        note.setWordWrap(True)
        note.setProperty("tone", "faint")
        column.addWidget(note)
        column.addWidget(DialogButtons(self, tr("Use them")))
