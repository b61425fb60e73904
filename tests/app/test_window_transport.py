"""The transport bar at every width, and how one listens: dimmed and muted in plain sight."""

from __future__ import annotations

import itertools
import math

import pytest
from pointing import happens
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app import theme
from app.monitor_level import DIM_DB
from app.views.transport.lamp_button import LampButton
from app.window import MainWindow
from engine.playback.monitor_formats import FOLDED

WIDTHS_PX = (960, 1024, 1100, 1280, 1366, 1440, 1500, 1560, 1600, 1920)


def parts(bar: QWidget) -> list[QWidget]:
    """What of the bar is in sight, without what lies inside other parts."""
    own = [child for child in bar.findChildren(QWidget) if child.parent() is bar]
    return [child for child in own if child.isVisible()]


def lamp(window: MainWindow, word: str) -> LampButton:
    return next(one for one in window.transport.findChildren(LampButton) if one.text() == word)


def test_no_part_lies_on_another_or_is_cut(window: MainWindow) -> None:
    for width_px in WIDTHS_PX:
        no_part_lies_on_another_or_is_cut(window, width_px)


def no_part_lies_on_another_or_is_cut(window: MainWindow, width_px: int) -> None:
    window.resize(width_px, 800)
    bar = window.transport
    assert happens(lambda: bar.width() == width_px)
    QApplication.processEvents()
    shown = sorted(parts(bar), key=lambda part: part.x())
    for part, after in itertools.pairwise(shown):
        assert not part.geometry().intersects(after.geometry()), (part, after)
    for part in shown:
        assert bar.rect().contains(part.geometry()), part
        if part.sizePolicy().horizontalPolicy().name == "Fixed":
            assert part.width() >= part.sizeHint().width() or part is bar.monitor, part
    for part in (bar.timecode, bar.engine, bar.monitor, bar.master, bar.meter, bar.loudness):
        assert part in shown
    assert lamp(window, "DIM") in shown
    assert lamp(window, "MUTE") in shown


def test_what_left_a_narrow_window_comes_back(window: MainWindow) -> None:
    window.resize(1700, 800)
    assert happens(lambda: window.transport.width() == 1700)
    QApplication.processEvents()
    before = [(type(part), part.geometry().size()) for part in parts(window.transport)]
    for width_px in (960, 1700):
        window.resize(width_px, 800)
        assert happens(lambda width_px=width_px: window.transport.width() == width_px)

    def now() -> list[tuple[type, object]]:
        return [(type(part), part.geometry().size()) for part in parts(window.transport)]

    assert happens(lambda: now() == before)


@pytest.mark.parametrize(
    ("word", "action", "level_db"), [("DIM", "dim", DIM_DB), ("MUTE", "mute_monitor", -math.inf)]
)
def test_a_lit_button_says_that_it_is_softer_and_the_mix_stays(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, word: str, action: str, level_db: float
) -> None:
    playback, levels = window.session.playback, []
    monkeypatch.setattr(playback, "set_monitor_level", levels.append)
    monkeypatch.setattr(playback, "set_master_gain", lambda *_: pytest.fail("the mix has changed"))
    button = lamp(window, word)
    dark = button.grab().toImage().pixelColor(4, button.height() // 2)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert levels == [level_db]
    assert button.isChecked()
    assert window.actions_by_name[action].isChecked()
    window.setFocus()
    lit = button.grab().toImage().pixelColor(4, button.height() // 2)
    assert theme.contrast(lit, dark) > 4.5
    window.actions_by_name[action].trigger()
    assert levels == [level_db, 0.0]
    assert not button.isChecked()
    assert button.text() == word


def test_the_engine_keeps_its_lamp_where_its_words_have_no_room(window: MainWindow) -> None:
    window.resize(1000, 800)
    engine = window.transport.engine
    assert happens(lambda: engine.isVisible() and window.transport.width() == 1000)
    picture = engine.grab(QRect(0, 0, engine.width(), engine.height())).toImage()
    centre = picture.pixelColor(picture.width() // 2, picture.height() // 2)
    assert theme.contrast(centre, theme.colours().panel) > 4.5


def test_5_1_folded_to_stereo_is_chosen_by_keys_and_shown_as_two_loudspeakers(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[str] = []
    monkeypatch.setattr(window.session.playback, "set_monitor_format", chosen.append)
    box = window.transport.monitor
    box.setFocus()
    while box.currentData() != FOLDED:
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert chosen[-1] == FOLDED
    assert box.currentText() == "5.1 folded to stereo"
    assert window.listening.heard == FOLDED
    assert window.transport.trim._format == "5.1"
    assert len(window.sphere._speakers) == 2
