"""What to analyse with: detector, depth and weights, mapping, words, a screenplay, the seed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app import minds
from app.dialogs.buttons import DialogButtons
from app.dialogs.part_row import PartRows
from app.views.tracks.file_choice import FileChoice
from app.words import tr
from engine.media.spherical import is_whole_sphere, projection_of
from engine.pipeline.settings import RunSettings
from engine.project.model import Analysis, Project

_MAPPINGS = (
    ("cylinder", "Cylinder (PseudoBinaural)"),
    ("foleyspace", "FoleySpace"),
    ("foleydesigner", "FoleyDesigner"),
)

_PROJECTIONS = (
    ("auto", "As the film tells"),
    ("flat", "Flat"),
    ("sphere", "Everything all around (equirectangular)"),
)
_SCREENPLAYS = "Screenplays (*.fountain *.fdx *.txt *.md);;All files (*)"


class AnalyseDialog(QDialog):
    """Ask how to analyse the picture; `settings` holds the answer."""

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Analyse the picture"))
        self.setMinimumWidth(440)
        scene = project.scene
        self._scene = scene
        self.detector_rows = PartRows("detector", ("motion+names", "motion"), "*.onnx", self)
        self.depth_rows = PartRows("depth", ("geometry",), "*.safetensors *.onnx", self)
        self._mapping = QComboBox()
        for name, words in _MAPPINGS:
            self._mapping.addItem(words, name)
        self._mapping.setCurrentIndex(self._mapping.findData(scene.mapping))
        self.projection = QComboBox()
        for name, words in _PROJECTIONS:
            self.projection.addItem(tr(words), name)
        self.projection.setCurrentIndex(self.projection.findData(projection_of(project.video)))
        video = project.video
        self._may_be_round = video is not None and is_whole_sphere(video.width, video.height)
        self._prompt = QLineEdit(", ".join(scene.prompt))
        self._prompt.setPlaceholderText(tr("dog, bicycle, rain (optional)"))
        self._screenplay = FileChoice(
            {"": "None"}, "From a file…", "Open a screenplay", _SCREENPLAYS, self
        )
        self._screenplay.chosen.connect(self._screenplay.show_choice)
        self._screenplay.show_choice(scene.screenplay)
        self.mind = QComboBox()
        self.mind.addItem(tr("Rules"), None)
        model = minds.known()
        if model.model:
            self.mind.addItem(minds.called(model), model)
        self.mind.setCurrentIndex(int(minds.in_use() is not None))
        self.mind.currentIndexChanged.connect(lambda _: self._show_limits())
        self._limits = QLabel()
        self._seed = QSpinBox()
        self._seed.lineEdit().setTextMargins(5, 0, 0, 0)
        self._seed.setRange(0, 2**31 - 1)
        self._seed.setValue(scene.seed)
        self._lay_out(ran(project.analysis))

    @property
    def settings(self) -> RunSettings:
        """The answer."""
        words = (word.strip() for word in self._prompt.text().split(","))
        return RunSettings(
            prompt=tuple(word for word in words if word),
            mapping=self._mapping.currentData(),
            projection=self.projection.currentData(),
            detector=self.detector_rows.name,
            weights=self.detector_rows.weights,
            depth=self.depth_rows.name,
            depth_weights=self.depth_rows.weights,
            hrir=self._scene.hrir,
            room=self._scene.room,
            room_level_db=self._scene.room_level_db,
            room_reflections=self._scene.room_reflections,
            target_lufs=self._scene.target_lufs,
            seed=self._seed.value(),
            mind=self.mind.currentData(),
            screenplay=Path(screenplay) if (screenplay := self._screenplay.currentData()) else None,
        )

    def take_screenplay(self, path: Path) -> None:
        """Fill in a screenplay."""
        self._screenplay.show_choice(str(path))

    def _lay_out(self, last: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        self.detector_rows.add_to(form, "Detector")
        self.depth_rows.add_to(form, "Depth")
        form.addRow(tr("Mapping"), self._mapping)
        if self._may_be_round:
            form.addRow(tr("Picture"), self.projection)
        form.addRow(tr("What sounds"), self._prompt)
        form.addRow(tr("Screenplay"), self._screenplay)
        form.addRow(tr("Script by"), self.mind)
        form.addRow(tr("Seed"), self._seed)
        column.addLayout(form)
        self._limits.setProperty("tone", "soft")
        self._limits.setWordWrap(True)
        column.addWidget(self._limits)
        self._show_limits()
        for words in (last, "What you have edited by hand stays as it is."):
            note = QLabel(words)
            note.setProperty("tone", "faint")
            note.setWordWrap(True)
            note.setVisible(bool(words))
            column.addWidget(note)
        column.addWidget(DialogButtons(self, tr("Analyse")))

    def _show_limits(self) -> None:
        """What a language model may take, before it is asked."""
        model = self.mind.currentData()
        self._limits.setVisible(model is not None)
        if model is not None:
            self._limits.setText(
                f"{minds.called(model)} is asked only if {minds.limits(model)} are enough."
            )


def ran(analysis: Analysis) -> str:
    """Which parts the session was analysed with; empty before the first time."""
    if not analysis.detector:
        return ""
    depth = f"; depth by {analysis.depth}" if analysis.depth else ""
    return f"Last time: {analysis.detector}{depth}."
