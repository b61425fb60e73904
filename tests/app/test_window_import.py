"""A sound file brought into the session from the window: a job, then one step of the history."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.dialogs.import_sound import WORDS, ImportDialog
from app.window import MainWindow
from engine.spatial.conventions import CONVENTIONS, to_ambix

WAIT_MS = 30_000


def test_a_sound_field_becomes_ambience_and_undo_takes_it_away(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = (0.1 * np.random.default_rng(3).standard_normal((9, 4800))).astype(np.float32)
    file = tmp_path / "forest.wav"
    soundfile.write(file, written.T, 48_000, subtype="FLOAT")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    monkeypatch.setattr(ImportDialog, "exec", lambda dialog: dialog.choose("fuma", 0.25) or True)
    session = window.session
    before = session.project
    window.actions_by_name["import_sound"].trigger()
    qtbot.waitUntil(lambda: len(session.project.tracks) > len(before.tracks), timeout=WAIT_MS)
    after = session.project
    assert after.tracks[-1].kind == "ambience"
    assert after.tracks[-1].name == "forest"
    assert after.clips[-1].start_s == 0.25
    assert session.bundle is not None
    kept, rate_hz = session.bundle.media.audio(after.takes[-1].audio)
    assert rate_hz == 48_000
    np.testing.assert_allclose(kept, to_ambix("fuma", 9) @ written, atol=1e-6)
    session.undo()
    assert session.project == before
    session.redo()
    assert session.project == after


def test_the_dialog_knows_every_convention_and_begins_at_the_playhead(qtbot: QtBot) -> None:
    dialog = ImportDialog(Path("forest.wav"), 1.5)
    qtbot.addWidget(dialog)
    assert set(WORDS) == set(CONVENTIONS)
    assert (dialog.convention, dialog.start_s) == ("ambix", 1.5)
