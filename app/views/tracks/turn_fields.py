"""The whole scene turned about the listener: yaw, pitch and roll; each change one edit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QWidget

from app.views.tracks.fields import NumberField, axis_name
from engine.project.edits import TurnScene
from engine.project.model import Scene

_ANGLES = (
    ("Yaw", "Turns the scene to the left"),
    ("Pitch", "Turns its front up"),
    ("Roll", "Turns it to the right about its front"),
)


class TurnFields:
    """A row with three fields for a form: `row`."""

    def __init__(self, ask: Callable[[object], None]) -> None:
        self._ask = ask
        self.row = QWidget()
        inside = QGridLayout(self.row)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(4)
        self.angles = []
        for column, (name, tip) in enumerate(_ANGLES):
            field = NumberField("°", (-180.0, 180.0), 0, lambda _: self._typed(), step=5.0)
            field.setMinimumWidth(48)
            field.setAccessibleName(name)
            field.setToolTip(f"{name}: {tip[0].lower()}{tip[1:]}")
            inside.addWidget(field, 0, column)
            inside.addWidget(axis_name(name), 1, column)
            self.angles.append(field)

    def show_scene(self, scene: Scene) -> None:
        """Show how the scene is turned."""
        for field, angle_deg in zip(self.angles, scene.rotation_deg, strict=True):
            field.show_value(angle_deg)

    def _typed(self) -> None:
        yaw, pitch, roll = (field.value() for field in self.angles)
        self._ask(TurnScene(yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll))
