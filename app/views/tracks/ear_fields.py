"""How headphones hear the scene: whose ears, and how sound fields reach them; each one edit."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs
from PySide6.QtWidgets import QComboBox, QWidget

from app.views.tracks.file_choice import FileChoice
from app.words import tr
from engine.project.edits import SetScene
from engine.project.model import Scene

_DECODERS = (
    ("magls", "Magnitude least squares"),
    ("virtual_loudspeakers", "Virtual loudspeakers"),
)

_EQUALISATIONS = (
    ("diffuse_field", "For headphones"),
    ("none", "As measured"),
)

KEMAR = Scene().hrir
"""The set that ships; named here so that the window need not load the renderer."""


class EarFields:
    """Three fields for a form: `choice` of an HRIR set, its `colour`, and `fields`.

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
        question = "A set of head-related impulse responses"
        self.choice = FileChoice(
            {KEMAR: "MIT KEMAR"}, "From a SOFA file…", question, "SOFA (*.sofa)", parent
        )
        self.choice.setToolTip(tr("The measured head that binaural sound is made for"))
        self.choice.chosen.connect(self._ears_chosen)
        self.fields = QComboBox()
        self.fields.setToolTip(tr("How ambience and rooms reach two ears"))
        for name, words in _DECODERS:
            self.fields.addItem(words, name)
        self.fields.activated.connect(lambda _: self._decoder_chosen())
        self.colour = QComboBox()
        self.colour.setToolTip(
            tr(
                "For headphones: without what all directions of the set share, which headphones "
                "have themselves"
            )
        )
        for name, words in _EQUALISATIONS:
            self.colour.addItem(words, name)
        self.colour.activated.connect(lambda _: self._colour_chosen())

    def show_scene(self, scene: Scene) -> None:
        """Show the scene's choices."""
        self._scene = scene
        self.choice.show_choice(scene.hrir)
        self.fields.setCurrentIndex(self.fields.findData(scene.field_decoder))
        self.colour.setCurrentIndex(self.colour.findData(scene.hrir_equalisation))

    def _ears_chosen(self, hrir: str) -> None:
        self._ask(SetScene(scene=structs.replace(self._scene, hrir=hrir)))

    def _decoder_chosen(self) -> None:
        method = self.fields.currentData()
        if method != self._scene.field_decoder:
            self._ask(SetScene(scene=structs.replace(self._scene, field_decoder=method)))

    def _colour_chosen(self) -> None:
        colour = self.colour.currentData()
        if colour != self._scene.hrir_equalisation:
            self._ask(SetScene(scene=structs.replace(self._scene, hrir_equalisation=colour)))
