"""The analysis panel: which parts looked at the picture and made the sounds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.views.analysis.doubts_list import DoubtsList
from app.views.discarding import discard
from app.words import tr
from engine.project.model import Analysis, Project
from engine.spatial.room import preset_titles

_MAPPINGS = {
    "cylinder": "Cylinder: column to azimuth (PseudoBinaural)",
    "foleyspace": "Pixels and depth to space (FoleySpace)",
    "foleydesigner": "Box centre and mean depth (FoleyDesigner)",
}


_SHOTS_TOLD = 12


class AnalysisPanel(QWidget):
    """Facts only; the button runs the analysis again."""

    analyse_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._form = QGridLayout()
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(8)
        self._form.setColumnStretch(1, 1)
        self.again = QPushButton(tr("Analyse again…"))
        self.again.clicked.connect(self.analyse_requested)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(12)
        column.addLayout(self._form)
        self.doubts = DoubtsList()
        column.addWidget(self.doubts)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        self._shown: tuple[tuple[str, str], ...] = ()

    def set_project(self, project: Project) -> None:
        """Show another project's facts."""
        self.again.setEnabled(project.video is not None)
        rows = facts(project)
        if rows == self._shown:
            return
        self._shown = rows
        while (item := self._form.takeAt(0)) is not None:
            discard(item)
        for row, (name, value) in enumerate(rows):
            label, text = QLabel(tr(name)), QLabel(value)
            label.setProperty("tone", "faint")
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._form.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self._form.addWidget(text, row, 1)


def _counted(name: str, takes: int) -> str:
    return f"{name}, 1 take" if takes == 1 else f"{name}, {takes} takes"


def facts(project: Project) -> tuple[tuple[str, str], ...]:
    """(name, value) of everything worth knowing about how the session was made."""
    rows: list[tuple[str, str]] = []
    video = project.video
    if video is not None:
        variable = ", variable" if video.variable_rate else ""
        rows += [
            ("Picture", Path(video.path).name),
            ("Format", f"{video.width} × {video.height}, {float(video.rate):.5g} fps{variable}"),
        ]
    analysis = project.analysis
    rows += [("Detector", analysis.detector or "not run yet")]
    rows += [("Tracker", analysis.tracker)] if analysis.tracker else []
    rows += [("Depth", analysis.depth)] if analysis.depth else []
    rows.append(("Mapping", _MAPPINGS.get(project.scene.mapping, project.scene.mapping)))
    made = Counter(
        f"{take.recipe.generator} v{take.recipe.version}" for take in project.takes if take.recipe
    )
    if made:
        rows.append(("Generators", "\n".join(_counted(name, n) for name, n in made.most_common())))
    hrir = "MIT KEMAR" if project.scene.hrir == "kemar" else Path(project.scene.hrir).name
    rows.append(("HRIR set", hrir))
    rows.append(("Room", preset_titles().get(project.scene.room, Path(project.scene.room).name)))
    target = f"{project.scene.target_lufs:g} LUFS, {project.scene.true_peak_limit_dbtp:g} dBTP"
    rows.append(("Target", target.replace("-", "−")))
    if analysis.moving_shots or len(analysis.shots_s) > 1:
        rows.append(("Shots", _shots(analysis)))
    if analysis.notes:
        rows.append(("Notes", "\n".join(analysis.notes)))
    return tuple(rows)


def _shots(analysis: Analysis) -> str:
    """How many shots there are; when the first ones begin, and whether their camera moves."""
    told = [f"{start_s:.2f} s, camera {word}" for start_s, word in analysis.cameras[:_SHOTS_TOLD]]
    count = len(analysis.shots_s)
    more = [f"and {count - len(told)} more"] if count > len(told) else []
    return "\n".join([f"{count}", *told, *more])
