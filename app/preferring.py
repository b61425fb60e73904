"""Doing as the user prefers: at the start, and when the preferences have changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget

from app import preferences, theme
from app.dialogs.asking import ask
from app.dialogs.preferences import PreferencesDialog
from app.palettes import Look
from app.preferences import Preferences
from app.views.timeline.clip_painting import shades

if TYPE_CHECKING:
    from app.window import MainWindow

LIBRARY = "FOLEYSTAGE_LIBRARY"
"""As in `engine.library.database`, which need not be loaded for it."""
_given_by_us: dict[str, str] = {}


def take(window: MainWindow, wanted: Preferences) -> None:
    """Do as the user prefers from now on."""
    window.session.set_autosave(wanted.autosave_s)
    window.picture.set_width(wanted.picture_width_px)
    _take_library(window, wanted.folders.library)
    if wanted.look != theme.in_use():
        _take_look(window, wanted.look)


def ask_and_take(window: MainWindow) -> None:
    """Show the dialog; what is chosen is kept and done at once."""
    before, session = preferences.load(), window.session
    dialog = PreferencesDialog(before, session.playback.status.devices, window)
    if not ask(dialog, window):
        return
    wanted = dialog.answer
    preferences.store(wanted)
    take(window, wanted)
    if (wanted.audio_device, wanted.block_samples) != (before.audio_device, before.block_samples):
        session.choose_device(wanted.audio_device, wanted.block_samples)
        window.transport.engine.set_device(wanted.audio_device)


def _take_library(window: MainWindow, folder: str) -> None:
    """Another index of recordings, unless the environment has one; workers read it there, too."""
    before = os.environ.get(LIBRARY)
    if before != _given_by_us.get(LIBRARY) or (before or "") == folder:
        return
    if folder:
        os.environ[LIBRARY] = _given_by_us[LIBRARY] = folder
    else:
        del os.environ[LIBRARY], _given_by_us[LIBRARY]
    window.library.look()


def _take_look(window: MainWindow, look: Look) -> None:
    """Other colours, everywhere at once."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.use(look)
    shades.cache_clear()
    theme.apply(application)
    window.timeline.lanes.redraw()
    for widget in window.findChildren(QWidget):
        widget.update()
