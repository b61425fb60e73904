"""Menus, actions and panels speak another language where there is a translation."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app import minds, preferences, words
from app.dialogs.analyse import AnalyseDialog
from app.dialogs.mind import MindDialog
from app.dialogs.numbers import Number, NumbersDialog
from app.dialogs.preferences import PreferencesDialog
from app.main import make_window
from engine.project.model import Project


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


def test_dialogs_are_translated(qapp: QApplication, themed: None, qtbot: QtBot) -> None:
    translator = Backwards()
    QCoreApplication.installTranslator(translator)
    try:
        for dialog in (
            PreferencesDialog(preferences.load(), ()),
            AnalyseDialog(Project()),
            MindDialog(minds.known(), on=False),
            NumbersDialog("Orbit", "Make it", (Number("Distance", "m", 1.0, 0.0, 9.0),)),
        ):
            qtbot.addWidget(dialog)
            title = dialog.windowTitle()
            assert title[-1].isupper(), title
            labels = [label.text() for label in dialog.findChildren(QLabel) if label.text()]
            buttons = [b.text() for b in dialog.findChildren(QPushButton) if b.text()]
            assert labels
            assert any(words[-1].isupper() for words in labels)
            assert any(words[-1].isupper() for words in buttons)
    finally:
        QCoreApplication.removeTranslator(translator)


def test_without_a_translation_the_words_are_english(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "translations_folder", lambda: tmp_path)
    assert not words.load_translation(qapp)
    assert words.tr("Stage") == "Stage"
