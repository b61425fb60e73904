"""The analysis dialog: which detector, and what it has learned."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.dialogs.analyse import AnalyseDialog
from engine.project.model import Project
from engine.weights import folder


@pytest.fixture
def dialog(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path) -> AnalyseDialog:  # type: ignore[no-untyped-def]
    monkeypatch.setenv(folder.VARIABLE, str(tmp_path))
    one = AnalyseDialog(Project())
    qtbot.addWidget(one)
    return one


def test_the_embedded_detector_needs_no_weights(dialog: AnalyseDialog) -> None:
    assert dialog.settings.detector == "motion"
    assert dialog.settings.weights is None
    assert not dialog._weights.isEnabled()


def test_a_learned_detector_takes_a_file(
    dialog: AnalyseDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog._detector.setCurrentText("picodet")
    assert dialog._weights.isEnabled()
    assert "picodet-s" in dialog._weights.placeholderText()
    assert dialog.settings.weights is None
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a: ("/tmp/own.onnx", ""))
    dialog._choose.click()
    assert (dialog.settings.detector, dialog.settings.weights) == ("picodet", "/tmp/own.onnx")
    dialog._detector.setCurrentText("motion")
    assert dialog.settings.weights is None
