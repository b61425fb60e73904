"""Where the window comes up, and what the engine chip offers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from app.main import make_window
from app.views.transport.engine_chip import EngineChip
from app.window import MainWindow
from app.workspace import within
from engine.playback.status import EngineStatus

ROOM = QRect(0, 30, 1280, 700)


def test_a_place_on_the_screen_is_kept() -> None:
    assert within(QRect(100, 100, 800, 500), ROOM) == QRect(100, 100, 800, 500)


def test_a_window_from_a_screen_that_is_gone_comes_back() -> None:
    for wanted in (QRect(3000, 200, 800, 500), QRect(-900, -900, 800, 500)):
        placed = within(wanted, ROOM)
        assert ROOM.contains(placed)
        assert placed.size() == wanted.size()
    assert within(QRect(-50, 0, 4000, 3000), ROOM) == ROOM


def test_a_silent_clock_tells_what_to_do(qtbot: QtBot) -> None:
    chip = EngineChip()
    qtbot.addWidget(chip)
    chip.set_status(EngineStatus("silent", device_name="silent clock"))
    assert "Connect an audio device" in chip.toolTip()
    assert "by itself" in chip.menu().actions()[0].text()


def test_a_device_is_chosen_from_the_chip(qtbot: QtBot) -> None:
    chip = EngineChip()
    qtbot.addWidget(chip)
    chip.set_status(EngineStatus("running", devices=("speakers", "headphones", "speakers")))
    actions = chip.menu().actions()
    assert [action.text() for action in actions] == ["Default device", "speakers", "headphones"]
    assert actions[0].isChecked()
    with qtbot.waitSignal(chip.device_chosen) as chosen:
        actions[2].trigger()
    assert chosen.args == ["headphones"]
    assert [action.isChecked() for action in chip.menu().actions()] == [False, False, True]


def test_the_chosen_device_reaches_the_player(window: MainWindow, qtbot: QtBot) -> None:
    window.transport.engine.device_chosen.emit("headphones")
    assert window.session.playback.device == "headphones"


def test_the_chosen_device_is_wanted_again_in_the_next_run(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FOLEYSTAGE_AUDIO_DEVICE", raising=False)
    window.transport.engine.device_chosen.emit("headphones")
    later = make_window()
    qtbot.addWidget(later)
    assert later.session.playback.device == "headphones"
    actions = later.transport.engine.menu().actions()
    assert not actions[-1].isChecked()  # it is not there now, and stays wanted
    later.session.choose_device(None)
    last = make_window()
    qtbot.addWidget(last)
    assert last.session.playback.device is None


def test_the_default_layout_does_not_widen_the_window(window: MainWindow) -> None:
    window.resize(1280, 800)
    window.actions_by_name["reset_layout"].trigger()
    QApplication.processEvents()
    assert window.width() == 1280
    assert window.workspace.panels["library"].widget().isVisibleTo(window.workspace)


def test_tabs_are_where_their_panels_are_and_nowhere_else(window: MainWindow, qtbot: QtBot) -> None:
    workspace = window.workspace
    for width_px in (1600, 960, 1400):
        window.resize(width_px, 800)
        window.actions_by_name["reset_layout"].trigger()
        qtbot.waitUntil(lambda: not strays(window))
        for number, name in enumerate(("inspector", "script", "library")):
            front = workspace.panels["script" if name == "library" else "inspector"]
            bar = workspace.childAt(front.geometry().left() + 20, front.geometry().top() - 10)
            assert isinstance(bar, QTabBar)
            QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(number).center())
            region = workspace.panels[name].visibleRegion
            qtbot.waitUntil(lambda region=region: not region().isEmpty())


def strays(window: MainWindow) -> list[QWidget]:
    """Tab bars that lie on the picture or the stage."""
    workspace = window.workspace
    places = [workspace.panels[name].geometry() for name in ("picture", "stage")]
    under = [
        workspace.childAt(x, place.top() + 4)
        for place in places
        for x in range(place.left() + 2, place.right(), 8)
    ]
    return [widget for widget in under if isinstance(widget, QTabBar)]


def test_fields_fit_their_panel_in_a_narrow_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(960, 700)
    window.actions_by_name["reset_layout"].trigger()
    window.session.selection.select_track("one")
    gain = window.inspector.gain

    def is_whole() -> bool:
        right_px = gain.mapTo(window, gain.rect().topRight()).x()
        seen_px = gain.visibleRegion().boundingRect().width()
        return right_px < window.width() == 960 and seen_px == gain.width()

    qtbot.waitUntil(is_whole)
