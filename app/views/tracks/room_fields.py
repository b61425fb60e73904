"""The room of the scene: choice, level, reflections and the listener's place; each one edit."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from app.views.tracks.fields import NumberField, axis_name
from app.views.tracks.file_choice import FileChoice
from app.views.tracks.room_plan import RoomPlan
from app.words import tr
from engine.errors import FoleystageError
from engine.project.edits import SetScene
from engine.project.limits import MOST_REFLECTIONS
from engine.project.model import Scene
from engine.spatial.room import MEASURED_SUFFIXES, NO_ROOM, Room, preset_titles, room_named

_AXES = {"From the back": "from back", "From the right": "from right", "Above the floor": "height"}
"""What the listener's place is measured from, and how that is written below the fields."""


class RoomFields:
    """Fields for a form: `choice`, `level`, `reflections`, `plan` and `place`.

    Parameters
    ----------
    ask : callable
        Receives the edit.
    parent : QWidget
        Where the file dialog opens.
    """

    def __init__(self, ask: Callable[[SetScene], None], parent: QWidget) -> None:
        self._ask = ask
        self._scene = Scene()
        self._shape: Room | None = None
        kinds = " ".join(f"*{suffix}" for suffix in (".toml", *MEASURED_SUFFIXES))
        question = "A room of your own, or a measured response"
        self.choice = FileChoice(
            {NO_ROOM: "None", **preset_titles()},
            "From a file…",
            question,
            f"Rooms ({kinds})",
            parent,
        )
        self.choice.chosen.connect(self._room_chosen)
        self.level = NumberField("dB", (-60.0, 24.0), 1, self._typed)
        self.reflections = QComboBox()
        self.reflections.setToolTip(tr("How many walls an early reflection meets at the most"))
        for count in range(1, MOST_REFLECTIONS + 1):
            self.reflections.addItem("Off one wall" if count == 1 else f"Off {count} walls", count)
        self.reflections.activated.connect(lambda _: self._reflections_chosen())
        self.plan = RoomPlan()
        self.plan.edit_requested.connect(self._dragged)
        self.axes = [
            NumberField("m", (0.0, 2000.0), 2, lambda _: self._placed(), step=0.1) for _ in _AXES
        ]
        self.place = QWidget()
        row = QGridLayout(self.place)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for column, (field, name) in enumerate(zip(self.axes, _AXES, strict=True)):
            field.setMinimumWidth(48)
            field.setAccessibleName(name)
            field.setToolTip(name)
            row.addWidget(field, 0, column)
            row.addWidget(axis_name(_AXES[name]), 1, column)

    def show_scene(self, scene: Scene) -> None:
        """Show the scene's room."""
        if scene.room != self._scene.room or self._shape is None:
            self._shape = _shape_of(scene.room)
        self._scene = scene
        self.choice.show_choice(scene.room)
        self.level.show_value(scene.room_level_db)
        self.level.setEnabled(scene.room != NO_ROOM)
        self.reflections.setCurrentIndex(self.reflections.findData(scene.room_reflections))
        for widget in (self.reflections, self.plan, self.place):
            widget.setEnabled(self._shape is not None)
        if self._shape is not None:
            room = self._shape.heard_from(scene.room_listener_m)
            for field, value in zip(self.axes, room.listener_m, strict=True):
                field.show_value(value)
            walls = frozenset(wall for wall, _ in room.walls)
            self.plan.show_room(room.size_m[:2], room.listener_m[:2], walls)

    def _room_chosen(self, room: str) -> None:
        self._change(room=room, room_listener_m=None)

    def _typed(self, level_db: float) -> None:
        self._change(room_level_db=level_db)

    def _reflections_chosen(self) -> None:
        self._change(room_reflections=self.reflections.currentData())

    def _placed(self) -> None:
        x_m, y_m, z_m = (field.value() for field in self.axes)
        self._change(room_listener_m=(x_m, y_m, z_m))

    def _dragged(self, place_m: tuple[float, float] | None) -> None:
        height_m = self.axes[2].value()
        self._change(room_listener_m=None if place_m is None else (*place_m, height_m))

    def _change(self, **changes: object) -> None:
        self._ask(SetScene(scene=structs.replace(self._scene, **changes)))


def _shape_of(name: str) -> Room | None:
    """The box that a room is; None for no room, a measured one, or one that cannot be read."""
    try:
        return room_named(name)
    except FoleystageError:
        return None
