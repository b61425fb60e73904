"""Menus, actions and panels speak another language where there is a translation."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import words
from app.main import make_window


class Backwards(QTranslator):
    """A language in which every word is written backwards."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context, source, disambiguation=None, number=-1) -> str:
        return source[::-1] if context == words.CONTEXT else ""


def test_menus_actions_and_panels_are_translated(
    qapp: QApplication, themed: None, qtbot: QtBot
) -> None:
    translator = Backwards()
    QCoreApplication.installTranslator(translator)
    try:
        window = make_window()
        qtbot.addWidget(window)
        titles = [action.text() for action in window.menuBar().actions()]
        assert titles[:2] == ["eliF", "tidE"]
        assert window.actions_by_name["split"].text() == "daehyalp eht ta tilpS"
        assert window.actions_by_name["split"].toolTip().startswith("daehyalp eht")
        assert window.workspace.panels["stage"].windowTitle() == "egatS"
        assert window.actions_by_name["undo"].text().startswith("odnU")
        window.close()
    finally:
        QCoreApplication.removeTranslator(translator)


def test_without_a_translation_the_words_are_english(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "translations_folder", lambda: tmp_path)
    assert not words.load_translation(qapp)
    assert words.tr("Stage") == "Stage"
