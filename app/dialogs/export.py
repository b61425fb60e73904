"""The export dialog: which deliverables, and where to. The work itself is a background job."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.buttons import DialogButtons
from app.words import said, tr
from engine.layouts import FILE_NAMES, FORMATS

WORDS = {
    "binaural": "Binaural, for headphones",
    "stereo": "Stereo",
    "5.1": "5.1 surround (BS.775)",
    "5.1.4": "5.1.4 surround (BS.2051)",
    "7.1.4": "7.1.4 surround (BS.2051)",
    "foa": "Ambisonics, first order (AmbiX)",
    "hoa3": "Ambisonics, third order (AmbiX)",
    "hoa5": "Ambisonics, fifth order (AmbiX)",
    "hoa7": "Ambisonics, seventh order (AmbiX)",
    "adm": "Objects and bed (ADM BW64)",
    "stems": "Stems, one file a track",
    "video": "Video with 5.1 sound",
}


class ExportDialog(QDialog):
    """Ask for formats, loudness and a folder: `formats`, `as_mixed` and `folder`."""

    def __init__(self, folder: Path, target: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export"))
        self.setMinimumWidth(540)
        self._boxes = {name: QCheckBox(tr(words)) for name, words in WORDS.items()}
        for name, box in self._boxes.items():
            box.setChecked(name in ("binaural", "5.1", "video"))
            box.setToolTip(FILE_NAMES[name])
            box.toggled.connect(self._check)
        self._loudness = QComboBox()
        self._folder = QLineEdit(str(folder))
        self._folder.setAccessibleName(tr("Folder"))
        self._folder.textChanged.connect(self._check)
        self._buttons = DialogButtons(self, tr("Export"))
        self._lay_out(target)

    @property
    def formats(self) -> tuple[str, ...]:
        """Chosen deliverables."""
        boxes = self._boxes.items()
        return tuple(name for name, box in boxes if box.isChecked() and box.isEnabled())

    @property
    def folder(self) -> Path:
        """Where they go."""
        return Path(self._folder.text().strip()).expanduser()

    @property
    def as_mixed(self) -> bool:
        """Whether files are as loud as they were mixed, not brought to the target."""
        return bool(self._loudness.currentData())

    def _lay_out(self, target: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(_heading("Deliverables"))
        grid = QGridLayout()
        grid.setVerticalSpacing(10)
        grid.setHorizontalSpacing(24)
        for number, box in enumerate(self._boxes.values()):
            grid.addWidget(box, number % 6, number // 6)
        column.addLayout(grid)
        column.addWidget(_heading("Loudness"))
        self._loudness.addItem(said("Brought to {target}", target=target), False)
        self._loudness.addItem(tr("None: as mixed, without a limiter"), True)
        self._loudness.setAccessibleName(tr("Loudness"))
        self._loudness.currentIndexChanged.connect(self._check)
        column.addWidget(self._loudness)
        column.addSpacing(4)
        column.addWidget(_heading("Folder"))
        row = QHBoxLayout()
        row.addWidget(self._folder, 1)
        browse = QPushButton(tr("Choose…"))
        browse.setAutoDefault(False)  # Return means Export
        browse.clicked.connect(self._browse)
        row.addWidget(browse)
        column.addLayout(row)
        column.addSpacing(8)
        column.addWidget(self._buttons)

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Export to"), self._folder.text())
        if chosen:
            self._folder.setText(chosen)

    def _check(self) -> None:
        """What has no level of its own cannot be had as mixed."""
        for name, box in self._boxes.items():
            box.setEnabled(name in FORMATS or not self.as_mixed)
        self._buttons.go.setEnabled(bool(self.formats) and bool(self._folder.text().strip()))


def _heading(text: str) -> QLabel:
    label = QLabel(tr(text))
    label.setProperty("tone", "heading")
    return label
