"""The inspector's headphones: whose ears, and how sound fields reach them."""

import pytest
from PySide6.QtWidgets import QFileDialog

from app.selection import Selection
from app.views.tracks.panel import InspectorPanel
from engine.project.model import Project, Scene


@pytest.fixture
def asked(qtbot):
    panel = InspectorPanel(Selection())
    qtbot.addWidget(panel)
    scenes = []
    panel.edit_requested.connect(lambda edit: scenes.append(edit.scene))
    panel.set_project(Project(scene=Scene(room="hall")))
    return panel, scenes


def pick(box, row: int) -> None:
    box.setCurrentIndex(row)
    box.activated.emit(row)


def test_what_the_scene_has_is_shown(asked) -> None:
    panel, _ = asked
    assert panel.ears.choice.currentText() == "MIT KEMAR"
    assert panel.ears.fields.currentText() == "Magnitude least squares"
    scene = Scene(hrir="/some/where/me.sofa", field_decoder="virtual_loudspeakers")
    panel.set_project(Project(scene=scene))
    assert panel.ears.choice.currentText() == "me.sofa"
    assert panel.ears.fields.currentText() == "Virtual loudspeakers"
    assert panel.ears.colour.currentText() == "As measured"
    panel.set_project(Project(scene=Scene(hrir_equalisation="diffuse_field")))
    assert panel.ears.colour.currentText() == "For headphones"


def test_the_colour_of_ears_is_an_edit(asked) -> None:
    panel, scenes = asked
    pick(panel.ears.colour, 1)
    assert scenes == []
    pick(panel.ears.colour, 0)
    assert scenes == [Scene(room="hall", hrir_equalisation="diffuse_field")]


def test_a_choice_is_an_edit_and_what_is_chosen_already_is_none(asked, monkeypatch) -> None:
    panel, scenes = asked
    pick(panel.ears.fields, 0)
    pick(panel.ears.choice, 0)
    assert scenes == []
    pick(panel.ears.fields, 1)
    assert scenes == [Scene(room="hall", field_decoder="virtual_loudspeakers")]
    answers = iter([("", ""), ("/some/where/me.sofa", "")])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: next(answers))
    pick(panel.ears.choice, panel.ears.choice.count() - 1)
    assert panel.ears.choice.currentText() == "MIT KEMAR"
    assert len(scenes) == 1
    pick(panel.ears.choice, panel.ears.choice.count() - 1)
    assert scenes[-1] == Scene(room="hall", hrir="/some/where/me.sofa")
