"""Starting a window's audio engine; without a device its clock runs silently."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.window import MainWindow


def start_engine(window: MainWindow, qtbot: QtBot) -> None:
    """Start the engine and wait until the session could be played."""
    playback = window.session.playback
    playback.start()
    qtbot.waitUntil(lambda: playback.status.state in ("running", "silent"), timeout=40_000)
    qtbot.waitUntil(lambda: len(playback.meters()) > 0, timeout=40_000)
