"""How headphones hear the scene: whose ears, and how sound fields reach them; each one edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import structs
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from engine.project.edits import SetScene
from engine.project.model import Scene

_FROM_FILE = "\0file"
_DECODERS = (
    ("magls", "Magnitude least squares"),
    ("virtual_loudspeakers", "Virtual loudspeakers"),
)

KEMAR = Scene().hrir
"""The set that ships; named here so that the window need not load the renderer."""


class EarFields:
    """Two fields for a form: `choice` of an HRIR set, and `fields`.

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
        self.choice.setToolTip("The measured head that binaural sound is made for")
        self.choice.activated.connect(lambda _: self._chosen())
        self.fields = QComboBox()
        self.fields.setToolTip("How ambience and rooms reach two ears")
        for name, words in _DECODERS:
            self.fields.addItem(words, name)
        self.fields.activated.connect(lambda _: self._decoder_chosen())
        self._fill()

    def show_scene(self, scene: Scene) -> None:
        """Show the scene's choices."""
        self._scene = scene
        if self.choice.findData(scene.hrir) < 0:
            self._fill()
        self.choice.setCurrentIndex(self.choice.findData(scene.hrir))
        self.fields.setCurrentIndex(self.fields.findData(scene.field_decoder))

    def _fill(self) -> None:
        self.choice.clear()
        self.choice.addItem("MIT KEMAR", KEMAR)
        if self._scene.hrir != KEMAR:
            self.choice.addItem(Path(self._scene.hrir).name, self._scene.hrir)
        self.choice.addItem("From a SOFA file…", _FROM_FILE)

    def _chosen(self) -> None:
        name = self.choice.currentData()
        if name == _FROM_FILE:
            name, _ = QFileDialog.getOpenFileName(
                self._parent, "A set of head-related impulse responses", "", "SOFA (*.sofa)"
            )
        if name and name != self._scene.hrir:
            self._ask(SetScene(scene=structs.replace(self._scene, hrir=name)))
        self.show_scene(self._scene)

    def _decoder_chosen(self) -> None:
        method = self.fields.currentData()
        if method != self._scene.field_decoder:
            self._ask(SetScene(scene=structs.replace(self._scene, field_decoder=method)))
