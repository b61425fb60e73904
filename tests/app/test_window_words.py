"""Menus, actions, panels and sentences speak another language where there is a translation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app import minds, preferences, words
from app.dialogs.analyse import AnalyseDialog
from app.dialogs.mind import MindDialog
from app.dialogs.numbers import Number, NumbersDialog
from app.dialogs.preferences import PreferencesDialog
from app.main import make_window
from engine.playback.status import EngineStatus
from engine.project.edits import DeleteTrack, SetVideo
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


class Loud(QTranslator):
    """A language in capitals, except for what stands in braces."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context, source, disambiguation=None, number=-1) -> str:
        parts = re.split(r"(\{\w+\})", source)
        return "".join(part if part.startswith("{") else part.upper() for part in parts)


def test_sentences_with_numbers_and_painted_words_are_translated(
    qapp: QApplication, themed: None, qtbot: QtBot, bundle_path: Path
) -> None:
    translator = Loud()
    QCoreApplication.installTranslator(translator)
    try:
        window = make_window()
        qtbot.addWidget(window)
        window.session.open_bundle(bundle_path)
        window.session.bridge.status_changed.emit(
            EngineStatus("silent", render_load=0.5, latency_s=0.02, underruns=3)
        )
        assert window.strip.engine_text == "LOAD 50%   ·   BUFFER 0 MS   ·   3 DROP-OUTS"
        assert window.transport._length.text().startswith("OF 00:")
        assert window.transport.engine.title.isupper()
        assert window.transport.engine.facts == "LATENCY 20 MS"
        assert "DROP-OUTS OF THE ENGINE: 3" in window.transport.engine.story()
        assert window.transport.master._name == "MASTER"
        for label in window.welcome.findChildren(QLabel):
            assert not label.text() or label.text().isupper()
        window.actions_by_name["tour"].trigger()
        assert window.tour._count.text() == "1 OF 4"
        assert window.tour._title.text().isupper()
        window.close()
    finally:
        QCoreApplication.removeTranslator(translator)


def test_every_painted_word_is_translated(
    qapp: QApplication,
    themed: None,
    qtbot: QtBot,
    bundle_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    painted: list[str] = []
    paint = QPainter.drawText
    monkeypatch.setattr(
        QPainter, "drawText", lambda self, *how: (painted.append(str(how[-1])), paint(self, *how))
    )
    translator = Loud()
    QCoreApplication.installTranslator(translator)
    try:
        window = make_window()
        qtbot.addWidget(window)
        window.resize(1600, 1000)
        window.show()
        window.session.open_bundle(bundle_path)
        qtbot.waitUntil(lambda: window.timeline.lanes.isVisible())
        for name in ("sphere", "goniometer"):
            window.workspace.panels[name].show()
            window.workspace.panels[name].raise_()
            window.grab()
        window.timeline.toggle_takes("one")
        window.envelope_menu.toggle("one", "width")
        window.grab()
        window.session.do(SetVideo(video=None))
        for track in window.session.project.tracks:
            window.session.do(DeleteTrack(track_id=track.id))
        window.grab()
        window.close()
    finally:
        QCoreApplication.removeTranslator(translator)
    for words_of in ("ELEVATION", "TAKE 1", "WIDTH", "NO PICTURE"):
        assert words_of in painted
    assert any(words_of.startswith("TRACKS APPEAR HERE") for words_of in painted)
    small = {re.sub(r"\W*\d+%", "", text) for text in painted if re.search(r"[a-z]{3}", text)}
    assert small <= {"noise", "Square", "Other"}  # names are the user's


def test_a_translation_without_the_right_names_is_not_used() -> None:
    translator = Backwards()
    QCoreApplication.installTranslator(translator)
    try:
        assert words.said("{count} drop-outs", count=2) == "2 drop-outs"
    finally:
        QCoreApplication.removeTranslator(translator)


def test_without_a_translation_the_words_are_english(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "translations_folder", lambda: tmp_path)
    assert not words.load_translation(qapp)
    assert words.tr("Stage") == "Stage"
