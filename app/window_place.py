"""Where a window comes up: where it was, on a screen that is there."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from app import places
from app.workspace import within

DEFAULT_SIZE = QSize(1600, 1000)
_KEY = "window/geometry"


def first_size(window: QMainWindow) -> QSize:
    """The default size, or what the screen has room for."""
    return DEFAULT_SIZE.boundedTo(window.screen().availableSize())


def restore(window: QMainWindow) -> None:
    """Put a window where it was the last time."""
    geometry = places.settings().value(_KEY)
    if isinstance(geometry, QByteArray):
        window.restoreGeometry(geometry)
        if not window.isMaximized() and not window.isFullScreen():
            room = QGuiApplication.screenAt(window.geometry().center()) or window.screen()
            window.setGeometry(within(window.geometry(), room.availableGeometry()))


def keep(window: QMainWindow) -> None:
    """Remember where a window is."""
    places.settings().setValue(_KEY, window.saveGeometry())
