"""What to analyse with: detector and its weights, mapping, the user's words, and the seed."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine import plugins
from engine.pipeline.settings import RunSettings
from engine.project.model import Project
from engine.weights.folder import is_here
from engine.weights.registry import registry

_DEFAULT_DETECTOR = "motion"
_MAPPINGS = (
    ("cylinder", "Cylinder (PseudoBinaural)"),
    ("foleyspace", "FoleySpace"),
    ("foleydesigner", "FoleyDesigner"),
)


class AnalyseDialog(QDialog):
    """Ask how to analyse the picture; `settings` holds the answer."""

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Analyse the picture")
        self.setMinimumWidth(440)
        scene = project.scene
        self._scene = scene
        self._detector = QComboBox()
        self._detector.addItems(
            list(dict.fromkeys((_DEFAULT_DETECTOR, *plugins.names("detector"))))
        )
        self._weights = QLineEdit()
        self._choose = QPushButton("Choose…")
        self._choose.clicked.connect(self._choose_weights)
        self._detector.currentTextChanged.connect(self._show_weights)
        self._mapping = QComboBox()
        for name, words in _MAPPINGS:
            self._mapping.addItem(words, name)
        self._mapping.setCurrentIndex(self._mapping.findData(scene.mapping))
        self._prompt = QLineEdit(", ".join(scene.prompt))
        self._prompt.setPlaceholderText("dog, bicycle, rain (optional)")
        self._seed = QSpinBox()
        self._seed.lineEdit().setTextMargins(5, 0, 0, 0)
        self._seed.setRange(0, 2**31 - 1)
        self._seed.setValue(scene.seed)
        self._lay_out()
        self._show_weights(self._detector.currentText())

    @property
    def settings(self) -> RunSettings:
        """The answer."""
        words = (word.strip() for word in self._prompt.text().split(","))
        return RunSettings(
            prompt=tuple(word for word in words if word),
            mapping=self._mapping.currentData(),
            detector=self._detector.currentText(),
            weights=self._weights.text().strip() or None if self._learned else None,
            hrir=self._scene.hrir,
            room=self._scene.room,
            room_level_db=self._scene.room_level_db,
            target_lufs=self._scene.target_lufs,
            seed=self._seed.value(),
        )

    @property
    def _learned(self) -> bool:
        return self._detector.currentText() != _DEFAULT_DETECTOR

    def _show_weights(self, detector: str) -> None:
        """Which weights there are for a detector; the embedded one needs none."""
        for widget in (self._weights, self._choose):
            widget.setEnabled(self._learned)
        suited = [w for w in registry() if (w.kind, w.part) == ("detector", detector)]
        fetched = [w.name for w in suited if is_here(w)]
        if not self._learned:
            hint = "none needed"
        elif fetched:
            hint = f"{fetched[0]}, which is fetched"
        else:
            hint = " or ".join(["a file", *(f"{w.name} (not fetched yet)" for w in suited[:1])])
        self._weights.setPlaceholderText(hint)

    def _choose_weights(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Weights", "", "Weights (*.onnx);;All (*)")
        if chosen:
            self._weights.setText(chosen)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.addRow("Detector", self._detector)
        row = QHBoxLayout()
        row.addWidget(self._weights, 1)
        row.addWidget(self._choose)
        form.addRow("Weights", row)
        form.addRow("Mapping", self._mapping)
        form.addRow("What sounds", self._prompt)
        form.addRow("Seed", self._seed)
        column.addLayout(form)
        note = QLabel("What you have edited by hand stays as it is.")
        note.setProperty("tone", "faint")
        column.addWidget(note)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        go = QPushButton("Analyse")
        go.setProperty("primary", True)
        go.setDefault(True)
        buttons.addButton(go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
