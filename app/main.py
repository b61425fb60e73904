"""Wires the application: Qt, the look, the session, the window, and what to open first."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app import places, preferences, theme
from app.interrupts import Interrupts
from app.session import Session
from app.window import MainWindow
from app.words import load_translation
from engine.playback.client import PlaybackClient


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window on a session, a video or nothing; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    application = QApplication.instance() or QApplication(["foleystage", *arguments])
    assert isinstance(application, QApplication)
    application.setApplicationName("Foleystage")
    application.setDesktopFileName("foleystage")
    theme.apply(application)
    load_translation(application)
    window = make_window()
    window.show()

    def end() -> None:
        window.close()
        application.quit()

    interrupts = Interrupts(end)
    QTimer.singleShot(0, lambda: begin(window, arguments))
    try:
        return application.exec()
    finally:
        interrupts.close()
        window.close()


def make_window(playback: PlaybackClient | None = None) -> MainWindow:
    """A window with its own session."""
    device = os.environ.get("FOLEYSTAGE_AUDIO_DEVICE") or places.audio_device()
    block_samples = preferences.load().block_samples
    return MainWindow(Session(playback or PlaybackClient(device, block_samples=block_samples)))


def begin(window: MainWindow, arguments: Sequence[str]) -> None:
    """Once the window is up: start the engine, open what was asked for."""
    window.session.playback.start()
    if arguments:
        window.session.open(Path(arguments[0]))


if __name__ == "__main__":
    raise SystemExit(main())
