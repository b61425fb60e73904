"""Who writes scripts: chosen in a dialog, within limits that are told, the key in the keyring."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import minds, places
from app.dialogs.analyse import AnalyseDialog
from app.dialogs.mind import MindDialog
from app.window import MainWindow
from engine.minds.endpoint import MindSettings
from engine.minds.keys import KEY_VARIABLE

URL = "https://models.example/v1"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    held: dict[str, str] = {}
    module = SimpleNamespace(
        get_password=lambda _, host: held.get(host),
        set_password=lambda _, host, key: held.__setitem__(host, key),
        delete_password=lambda _, host: held.pop(host),
    )
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    return held


def in_dialog(window: MainWindow, steps: Callable[[MindDialog], None]) -> None:
    """Open the dialog from its menu and use it."""

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, MindDialog)
        try:
            steps(dialog)
        finally:
            dialog.close()

    QTimer.singleShot(50, act)
    window.actions_by_name["mind"].trigger()


def go(dialog: MindDialog) -> None:
    button = next(b for b in dialog.findChildren(type(dialog.estimate)) if b.text() == "Use it")
    QTest.mouseClick(button, LEFT)


def fill(dialog: MindDialog, url: str = URL, name: str = "writer-1") -> None:
    dialog.who.setCurrentIndex(1)
    for field, words in ((dialog.url, url), (dialog.name, name)):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, words)


def test_a_model_is_chosen_and_its_key_goes_to_the_keyring_alone(
    window: MainWindow, keyring: dict[str, str]
) -> None:
    before = window.session.project

    def steps(dialog: MindDialog) -> None:
        assert not dialog.key.isEnabled()
        fill(dialog)
        QTest.keyClicks(dialog.key, "sk-secret")
        dialog.cost.setValue(0.25)
        go(dialog)

    in_dialog(window, steps)
    model = minds.in_use()
    assert model is not None
    assert (model.base_url, model.model, model.most_cost) == (URL, "writer-1", 0.25)
    assert keyring == {"models.example": "sk-secret"}
    places.settings().sync()
    assert "sk-secret" not in Path(places.settings().fileName()).read_text("utf-8")
    assert window.session.project == before
    in_dialog(window, lambda dialog: dialog.who.setCurrentIndex(0) or go(dialog))  # type: ignore[func-returns-value]
    assert minds.in_use() is None
    assert minds.known() == model


def test_what_cannot_work_is_refused_in_words(window: MainWindow, keyring: dict[str, str]) -> None:
    def steps(dialog: MindDialog) -> None:
        for url, name, told in (
            ("no address", "x", "no address"),
            (URL, " ", "no name"),
            ("http://far.example/v1", "x", "unencrypted"),
        ):
            fill(dialog, url, name)
            dialog.key.clear()
            QTest.keyClicks(dialog.key, "sk-secret")
            go(dialog)
            assert dialog.isVisible()
            assert told in dialog.told.text()
            assert "sk-secret" not in dialog.told.text()

    in_dialog(window, steps)
    assert minds.in_use() is None
    assert keyring == {}


@pytest.mark.usefixtures("jobs_here")
def test_what_it_takes_is_told_before_anything_is_spent(
    window: MainWindow, keyring: dict[str, str], qtbot: QtBot
) -> None:
    def steps(dialog: MindDialog) -> None:
        fill(dialog)
        dialog.read.setValue(2.0)
        dialog.written.setValue(8.0)
        QTest.mouseClick(dialog.estimate, LEFT)
        qtbot.waitUntil(lambda: "at most" in dialog.told.text(), timeout=60_000)
        assert "of money" in dialog.told.text()
        assert "within the limits" in dialog.told.text()
        dialog.tokens.setValue(100)
        QTest.mouseClick(dialog.estimate, LEFT)
        qtbot.waitUntil(lambda: "would not be asked" in dialog.told.text(), timeout=60_000)

    in_dialog(window, steps)


def test_a_key_of_the_environment_is_told_and_not_asked_for(
    window: MainWindow, keyring: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "sk-told")

    def steps(dialog: MindDialog) -> None:
        fill(dialog)
        assert not dialog.key.isEnabled()
        assert KEY_VARIABLE in dialog.key.placeholderText()

    in_dialog(window, steps)


def test_an_analysis_asks_the_model_that_is_in_use_within_its_limits(
    window: MainWindow, qtbot: QtBot
) -> None:
    model = MindSettings(base_url=URL, model="writer-1", most_tokens=9000, most_cost=0.5)
    minds.store(model, on=True)
    dialog = AnalyseDialog(window.session.project, window)
    qtbot.addWidget(dialog)
    assert dialog.settings.mind == model
    assert "9,000 tokens or 0.5 of money" in dialog._limits.text()
    dialog.mind.setCurrentIndex(0)
    assert dialog.settings.mind is None
    assert not dialog._limits.isVisibleTo(dialog)
    minds.store(model, on=False)
    assert AnalyseDialog(window.session.project, window).settings.mind is None
