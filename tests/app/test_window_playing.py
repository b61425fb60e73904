"""Without an audio device the window plays, shuttles both ways and ends all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from engines import start_engine
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.window import MainWindow

WAIT_MS = 30_000


def test_it_plays_shuttles_both_ways_and_ends_with_the_window(
    window: MainWindow, qtbot: QtBot
) -> None:
    start_engine(window, qtbot)
    pid = window.session.playback.engine_pid
    plays_and_stops(window, qtbot)
    shuttles_backwards_and_stops(window, qtbot)
    shuttles_faster_forwards_to_the_end(window, qtbot)
    window.close()
    assert pid is not None
    qtbot.waitUntil(lambda: not Path(f"/proc/{pid}").exists(), timeout=WAIT_MS)


def plays_and_stops(window: MainWindow, qtbot: QtBot) -> None:
    """Space, twice."""
    session, lanes = window.session, window.timeline.lanes
    QTest.keyClick(lanes, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.playback.position_s > 0.4, timeout=WAIT_MS)
    assert session.playback.is_playing
    QTest.keyClick(lanes, Qt.Key.Key_Space)
    stands_still(window, qtbot)


def shuttles_backwards_and_stops(window: MainWindow, qtbot: QtBot) -> None:
    """J twice, then K."""
    session, lanes = window.session, window.timeline.lanes
    session.locate(1.8)
    QTest.keyClick(lanes, Qt.Key.Key_J)
    assert session.shuttle.speed == -1
    qtbot.waitUntil(lambda: session.playback.position_s < 1.7, timeout=WAIT_MS)
    QTest.keyClick(lanes, Qt.Key.Key_J)
    assert session.shuttle.speed == -2
    QTest.keyClick(lanes, Qt.Key.Key_K)
    assert session.shuttle.speed == 0
    stands_still(window, qtbot)
    assert session.playback.position_s < 1.7


def shuttles_faster_forwards_to_the_end(window: MainWindow, qtbot: QtBot) -> None:
    """Three times forwards; the end stops it."""
    session, shuttle = window.session, window.session.shuttle
    session.locate(1.0)
    window.verbs.shuttle_forward()
    assert shuttle.speed == 1
    window.verbs.shuttle_forward()
    window.verbs.shuttle_forward()
    assert shuttle.speed == 4
    assert window.transport._rate.text() == "+4×"
    qtbot.waitUntil(lambda: shuttle.speed == 0, timeout=WAIT_MS)
    assert session.playback.position_s == pytest.approx(session.project.duration_s, abs=1e-3)
    assert "fps" in window.transport._rate.text()
    assert not session.playback.is_playing


def stands_still(window: MainWindow, qtbot: QtBot) -> None:
    """It plays no more, and once the engine has said where it stopped, nothing moves."""
    playback = window.session.playback
    qtbot.waitUntil(lambda: not playback.is_playing, timeout=WAIT_MS)

    def rests() -> bool:
        before_s = playback.position_s
        qtbot.wait(150)
        return bool(playback.position_s == before_s)

    qtbot.waitUntil(rests, timeout=WAIT_MS)
