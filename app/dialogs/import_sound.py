"""The import dialog: what a sound file's channels are, and where it begins."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.buttons import DialogButtons
from app.words import tr
from engine.project.model import Track

SOUND_PATTERNS = "*.wav *.w64 *.rf64 *.flac *.aif *.aiff *.caf *.ogg *.opus *.mp3 *.m4a"
WORDS = {
    "ambix": "AmbiX (ACN, SN3D)",
    "n3d": "ACN, N3D",
    "fuma": "Furse-Malham (WXYZ)",
}


class ImportDialog(QDialog):
    """Ask how to read a sound file; `audio`, `convention` and `start_s` hold the answer."""

    def __init__(
        self,
        audio: Path,
        start_s: float,
        parent: QWidget | None = None,
        track: Track | None = None,
        *,
        onto_track: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Import sound"))
        self.setMinimumWidth(440)
        self.audio = audio
        self._home = QComboBox()
        self._home.addItem(tr("On a new track, as ambience"), None)
        if track is not None and track.kind == "object":
            self._home.addItem(f"On “{track.name}”, from where it is", str(track.id))
            self._home.setCurrentIndex(1 if onto_track else 0)
        self._home.currentIndexChanged.connect(self._show_home)
        self._convention = QComboBox()
        for name, words in WORDS.items():
            self._convention.addItem(words, name)
        self._start = QDoubleSpinBox()
        self._start.setRange(0.0, 86_400.0)
        self._start.setDecimals(3)
        self._start.setSuffix(" s")
        self._start.setValue(start_s)
        self._lay_out()

    @property
    def convention(self) -> str:
        """What a sound field's channels are; see `engine.spatial.conventions`."""
        return str(self._convention.currentData())

    @property
    def start_s(self) -> float:
        """Where the clip begins."""
        return self._start.value()

    @property
    def track_id(self) -> str | None:
        """The object's track it goes to; None for ambience on a track of its own."""
        chosen = self._home.currentData()
        return None if chosen is None else str(chosen)

    def _show_home(self) -> None:
        """Conventions are a matter of sound fields."""
        self._convention.setEnabled(self.track_id is None)
        self._note.setVisible(self.track_id is None)

    def choose(self, convention: str, start_s: float) -> None:
        """Fill in an answer."""
        self._convention.setCurrentIndex(self._convention.findData(convention))
        self._start.setValue(start_s)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.addRow(tr("File"), QLabel(self.audio.name))
        form.addRow(tr("Goes"), self._home)
        form.addRow(tr("If a sound field"), self._convention)
        form.addRow(tr("Begins at"), self._start)
        column.addLayout(form)
        self._note = QLabel(
            tr(
                "As ambience, 4, 9, 16 … channels are a sound field; stereo, 5.1, 5.1.4 and 7.1.4 "
                "sound from where their loudspeakers stand."
            )
        )
        self._note.setWordWrap(True)
        self._note.setProperty("tone", "faint")
        column.addWidget(self._note)
        self._show_home()
        column.addWidget(DialogButtons(self, tr("Import")))
