"""The command palette, shortcuts to one's own liking, preferences, and sessions opened lately."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app import actions, places, preferences, shortcuts
from app.dialogs.edit_shortcuts import EditShortcutsDialog
from app.dialogs.palette import CommandPalette, fit
from app.dialogs.preferences import PreferencesDialog
from app.main import make_window
from app.window import MainWindow
from engine.errors import ProjectError

CONTROL, SHIFT, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.NoModifier,
)


@pytest.mark.parametrize("name", list(shortcuts.SETS))
def test_every_set_names_real_actions_and_keys_and_none_twice(name: str) -> None:
    keys = shortcuts.keys_of_set(name)
    assert set(keys) == {spec.name for spec in actions.TABLE}
    assert all(shortcuts.portable(one) for sequences in keys.values() for one in sequences)
    assert shortcuts.clashes(keys) == {}


def in_palette(window: MainWindow, *keys: object) -> None:
    """Open the palette by its shortcut and press keys in it: texts are typed, keys are clicked."""

    timer = QTimer()

    def type_there() -> None:
        palette = QApplication.activeModalWidget()
        if not isinstance(palette, CommandPalette):
            return
        timer.stop()
        for key in keys:
            if isinstance(key, str):
                QTest.keyClicks(palette.words, key)
            else:
                QTest.keyClick(palette.words, key)

    timer.timeout.connect(type_there)
    timer.start(20)
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_P, CONTROL | SHIFT)


def test_a_few_letters_and_return_do_it(window: MainWindow) -> None:
    in_palette(window, "addtrack", Qt.Key.Key_Return)
    assert len(window.session.project.tracks) == 3
    window.session.undo()
    in_palette(window, "add", Qt.Key.Key_Escape)
    assert len(window.session.project.tracks) == 2


def test_arrows_go_through_what_fits_and_disabled_actions_are_left_out(
    window: MainWindow, qtbot: QtBot
) -> None:
    palette = CommandPalette(window.actions_by_name, window)
    qtbot.addWidget(palette)
    texts = [text for text, _ in palette._entries]
    assert "Edit: Undo" not in texts
    QTest.keyClicks(palette.words, "zoom")
    assert palette.list.count() >= 2
    QTest.keyClick(palette.words, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 1
    QTest.keyClick(palette.words, Qt.Key.Key_Return)
    assert palette.chosen in (
        window.actions_by_name["zoom_in"], window.actions_by_name["zoom_out"]
    )  # fmt: skip


def test_letters_fit_in_their_order_and_word_beginnings_fit_best() -> None:
    assert fit("xyz", "Edit: Split at the playhead") is None
    assert fit("", "anything") == 0.0
    best, other = fit("sp", "Edit: Split at the playhead"), fit("sp", "Time: Insert silence, paste")
    assert best is not None
    assert other is not None
    assert best < other


def choose_row(dialog: EditShortcutsDialog, name: str) -> None:
    """Mark an action in the table."""
    row = [spec.name for spec in actions.TABLE].index(name)
    dialog.table.setCurrentCell(row, 0)


def press_keys(dialog: EditShortcutsDialog, sequence: str) -> None:
    """Enter new keys."""
    dialog.keys.setKeySequence(QKeySequence(sequence))
    dialog.keys.editingFinished.emit()


def test_keys_are_changed_taken_from_others_and_kept_for_the_next_window(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit(dialog: EditShortcutsDialog) -> bool:
        choose_row(dialog, "split")
        press_keys(dialog, "Ctrl+M")
        assert dialog.note.text() == ""
        return True

    monkeypatch.setattr(EditShortcutsDialog, "exec", edit)
    window.actions_by_name["edit_shortcuts"].trigger()
    split, mute = window.actions_by_name["split"], window.actions_by_name["mute_track"]
    assert [one.toString() for one in split.shortcuts()] == ["Ctrl+M"]
    assert mute.shortcuts() == []
    assert split.toolTip() == "Split at the playhead (Ctrl+M)"
    window.session.locate(0.5)
    window.session.selection.select_track("one")
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_M, CONTROL)
    assert len(window.session.project.clips_of("one")) == 3
    assert not window.session.project.track("one").strip.muted
    other = make_window()
    qtbot.addWidget(other)
    assert [one.toString() for one in other.actions_by_name["split"].shortcuts()] == ["Ctrl+M"]
    other.close()


def test_a_set_is_chosen_cleared_keys_come_back_and_files_carry_them(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, themed: None
) -> None:
    dialog = EditShortcutsDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.sets.setCurrentIndex(dialog.sets.findData("reaper"))
    assert dialog.now["group_clips"] == ("G",)
    choose_row(dialog, "group_clips")
    dialog._clear()
    assert dialog.now["group_clips"] == ()
    file = tmp_path / "mine.toml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    dialog._export()
    dialog._reset()
    assert dialog.now["group_clips"] == ("G",)
    dialog._import()
    assert dialog.now["group_clips"] == ()
    file.write_text("split = 3\n")
    dialog._import()
    assert "no list of key sequences" in dialog.note.text()


def test_the_search_finds_actions_by_words_and_by_keys(qtbot: QtBot, themed: None) -> None:
    dialog = EditShortcutsDialog()
    qtbot.addWidget(dialog)
    QTest.keyClicks(dialog.search, "fly-by")
    shown = [r for r in range(dialog.table.rowCount()) if not dialog.table.isRowHidden(r)]
    assert [actions.TABLE[row].name for row in shown] == ["path_fly_by", "path_fly_by_left"]


def test_damaged_keys_in_the_settings_are_no_obstacle() -> None:
    places.settings().setValue("shortcuts/own", "{not json")
    places.settings().setValue("shortcuts/set", "unknown")
    assert shortcuts.in_use() == shortcuts.keys_of_set("foleystage")
    with pytest.raises(ProjectError, match="cannot be read"):
        shortcuts.read_file(Path("/nowhere/keys.toml"))


def test_preferences_are_used_at_once_and_kept(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(dialog: PreferencesDialog) -> bool:
        work = dialog.work
        work.autosave.setCurrentIndex(work.autosave.findData(10))
        work.picture_width.setCurrentIndex(work.picture_width.findData(640))
        return True

    monkeypatch.setattr(PreferencesDialog, "exec", answer)
    window.actions_by_name["preferences"].trigger()
    assert window.session._autosave.interval() == 10_000
    assert window.picture.decoder.width_px == 640
    assert preferences.load() == preferences.Preferences(10, 640, None)
    places.settings().setValue("autosave_s", "soon")
    assert preferences.load().autosave_s == 30


def test_sessions_opened_lately_are_in_the_file_menu(
    window: MainWindow, bundle_path: Path, qtbot: QtBot
) -> None:
    window.recent_menu.popup(QPoint(10, 10))
    entries = window.recent_menu.actions()
    assert [entry.text().split()[0] for entry in entries] == [bundle_path.stem]
    window.recent_menu.hide()
    entries[0].trigger()
    assert window.session.bundle is not None
    assert window.session.bundle.path == bundle_path
