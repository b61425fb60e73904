"""Pictures of the dialogs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from app import actions, minds, preferences
from app.camera import Camera
from app.dialogs.analyse import AnalyseDialog
from app.dialogs.blind_test import BlindTestDialog
from app.dialogs.edit_shortcuts import EditShortcutsDialog
from app.dialogs.export import ExportDialog
from app.dialogs.mind import MindDialog
from app.dialogs.palette import CommandPalette
from app.dialogs.preferences import PreferencesDialog
from app.dialogs.shortcuts import ShortcutsDialog
from engine.project.blind_test import BlindTest


def take(camera: Camera) -> None:
    """Each once; of the preferences every page."""
    window = camera.window
    target = "−23 LUFS, true peak below −1 dBTP"
    dialogs: dict[str, QWidget] = {
        "export": ExportDialog(Path.home() / "Foley", target, window),
        "analyse": AnalyseDialog(window.session.project, window),
        "mind": MindDialog(minds.known(), on=True, parent=window),
        "compare_blind": BlindTestDialog(BlindTest.of(("1", "2", "3")), {}, window),
        "commands": CommandPalette(window.actions_by_name, window),
        "edit_shortcuts": EditShortcutsDialog(window),
        "shortcuts": ShortcutsDialog(actions.shortcut_rows(window.actions_by_name), window),
    }
    for name, dialog in dialogs.items():
        dialog.show()
        camera.keep(name, dialog)
        dialog.close()
    _preferences(camera)


def _preferences(camera: Camera) -> None:
    dialog = PreferencesDialog(preferences.load(), (), camera.window)
    dialog.show()
    for number in range(dialog.pages.count()):
        dialog.pages.setCurrentIndex(number)
        camera.keep("preferences" if number == 0 else f"preferences_{number + 1}", dialog)
    dialog.close()
