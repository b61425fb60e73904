"""The analysis dialog: which detector, and what it has learned."""

from __future__ import annotations

import pytest
from msgspec import structs
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.dialogs.analyse import AnalyseDialog, ran
from engine.project.model import Analysis, Project, Scene, Video
from engine.weights import folder


@pytest.fixture
def dialog(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path) -> AnalyseDialog:  # type: ignore[no-untyped-def]
    monkeypatch.setenv(folder.VARIABLE, str(tmp_path))
    one = AnalyseDialog(Project())
    qtbot.addWidget(one)
    return one


def test_the_embedded_detector_needs_no_weights(dialog: AnalyseDialog) -> None:
    assert dialog.settings.detector == "motion+names"
    assert dialog.settings.weights is None
    assert not dialog.detector_rows.file.isEnabled()


def test_a_learned_detector_takes_a_file(
    dialog: AnalyseDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog.detector_rows.part.setCurrentText("picodet")
    assert dialog.detector_rows.file.isEnabled()
    assert "picodet-s" in dialog.detector_rows.file.placeholderText()
    assert dialog.settings.weights is None
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a: ("/tmp/own.onnx", ""))
    dialog.detector_rows.choose.click()
    assert (dialog.settings.detector, dialog.settings.weights) == ("picodet", "/tmp/own.onnx")
    dialog.detector_rows.part.setCurrentText("motion")
    assert dialog.settings.weights is None


def test_depth_by_a_network_takes_weights_too(dialog: AnalyseDialog) -> None:
    assert (dialog.settings.depth, dialog.settings.depth_weights) == ("geometry", None)
    dialog.depth_rows.part.setCurrentText("depth-anything")
    dialog.depth_rows.file.setText("/some/folder")
    assert dialog.settings.depth == "depth-anything"
    assert dialog.settings.depth_weights == "/some/folder"


def test_the_scenes_room_stays_as_it_is(qtbot: QtBot) -> None:
    scene = Scene(room="hall", room_level_db=-3.0, room_reflections=3)
    dialog = AnalyseDialog(Project(scene=scene))
    qtbot.addWidget(dialog)
    found = dialog.settings
    assert (found.room, found.room_level_db, found.room_reflections) == ("hall", -3.0, 3)


def test_it_says_what_ran_the_last_time() -> None:
    assert ran(Analysis()) == ""
    text = ran(Analysis(detector="yolox (yolox-tiny)", depth="geometry"))
    assert text == "Last time: yolox (yolox-tiny); depth by geometry."


def test_only_what_may_be_a_sphere_is_asked_about(qtbot: QtBot) -> None:
    video = Video(
        path="/a.mp4", fingerprint="", width=960, height=480, duration_s=2.0, rate_numerator=25,
        rate_denominator=1, spherical=True,
    )  # fmt: skip
    dialog = AnalyseDialog(Project(video=video))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.projection.isVisible()
    assert dialog.settings.projection == "sphere"
    dialog.projection.setCurrentText("Flat")
    assert dialog.settings.projection == "flat"
    wide = AnalyseDialog(Project(video=structs.replace(video, height=540)))
    qtbot.addWidget(wide)
    wide.show()
    assert not wide.projection.isVisible()
    assert wide.settings.projection == "auto"
