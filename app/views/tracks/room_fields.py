"""The room of the scene: a choice and a level, each change one edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import structs
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from app.views.tracks.fields import NumberField
from engine.project.edits import SetScene
from engine.project.model import Scene
from engine.spatial.room import MEASURED_SUFFIXES, NO_ROOM, preset_titles

_FROM_FILE = "\0file"


class RoomFields:
    """Two fields for a form: `choice` and `level`.

    Parameters
    ----------
    ask : callable
        Receives the edit.
    parent : QWidget
        Where the file dialog opens.
    """

    def __init__(self, ask: Callable[[SetScene], None], parent: QWidget) -> None:
        self._ask = ask
        self._parent = parent
        self._scene = Scene()
        self.choice = QComboBox()
        self.choice.activated.connect(lambda _: self._chosen())
        self.level = NumberField("dB", (-60.0, 24.0), 1, self._typed)
        self._fill()

    def show_scene(self, scene: Scene) -> None:
        """Show the scene's room."""
        self._scene = scene
        if self.choice.findData(scene.room) < 0:
            self._fill()
        self.choice.setCurrentIndex(self.choice.findData(scene.room))
        self.level.show_value(scene.room_level_db)
        self.level.setEnabled(scene.room != NO_ROOM)

    def _fill(self) -> None:
        self.choice.clear()
        self.choice.addItem("None", NO_ROOM)
        for name, title in preset_titles().items():
            self.choice.addItem(title, name)
        if self.choice.findData(self._scene.room) < 0:
            self.choice.addItem(Path(self._scene.room).name, self._scene.room)
        self.choice.addItem("From a file…", _FROM_FILE)

    def _chosen(self) -> None:
        name = self.choice.currentData()
        if name == _FROM_FILE:
            kinds = " ".join(f"*{suffix}" for suffix in (".toml", *MEASURED_SUFFIXES))
            name, _ = QFileDialog.getOpenFileName(
                self._parent, "A room of your own, or a measured response", "", f"Rooms ({kinds})"
            )
        if name and name != self._scene.room:
            self._ask(SetScene(scene=structs.replace(self._scene, room=name)))
        self.show_scene(self._scene)

    def _typed(self, level_db: float) -> None:
        self._ask(SetScene(scene=structs.replace(self._scene, room_level_db=level_db)))
