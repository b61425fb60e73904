"""The library searched by meaning in the window: offered where there are weights, and told."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.views.library.panel import LibraryPanel
from app.window import MainWindow
from engine.library.database import VARIABLE as INDEX
from engine.library.database import Database
from engine.library.indexing import index_folder
from engine.weights.folder import VARIABLE as WEIGHTS

sys.path.insert(0, str(Path(__file__).parent.parent / "plugins"))
from tiny_clap import RATE_HZ, save_clap

WAIT_MS = 120_000
INSTALLED = all(map(importlib.util.find_spec, ("torch", "transformers", "safetensors")))


def test_without_listeners_there_is_nothing_to_choose(qtbot: QtBot) -> None:
    panel = LibraryPanel()
    qtbot.addWidget(panel)
    panel.offer(())
    assert panel.how.isHidden()
    assert panel.by == ""
    with qtbot.assertNotEmitted(panel.asked):
        panel.offer(("clap",))
    assert not panel.how.isHidden()
    assert panel.by == ""
    with qtbot.waitSignal(panel.asked):
        panel.how.setCurrentIndex(1)
    assert panel.by == "clap"
    panel.offer(("clap", "other"))
    assert panel.by == "clap"


@pytest.mark.skipif(not INSTALLED, reason="transformers is not installed")
def test_clap_listens_and_answers_and_the_window_says_so(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv(INDEX, str(tmp_path / "index"))
    monkeypatch.setenv(WEIGHTS, str(tmp_path / "weights"))
    save_clap(tmp_path / "weights" / "clap")
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    rng = np.random.default_rng(3)
    for name in ("one", "two"):
        soundfile.write(sounds / f"{name}.wav", 0.1 * rng.standard_normal(RATE_HZ), RATE_HZ)
    with Database() as database:
        index_folder(database, sounds)
    panel, desk = window.library.panel, window.library
    desk.look()
    qtbot.waitUntil(lambda: len(panel.model.recordings) == 2, timeout=WAIT_MS)
    assert panel.found_by.text().startswith("By words")
    panel.how.setCurrentIndex(panel.how.findData("clap"))
    desk.listen("clap")
    qtbot.waitUntil(lambda: not window.session.jobs.running, timeout=WAIT_MS)
    QTest.keyClicks(panel.search, "rain")
    qtbot.waitUntil(
        lambda: panel.found_by.text().startswith("By meaning: CLAP clap "), timeout=WAIT_MS
    )
    assert "2 of 2 recordings listened to" in panel.found_by.text()
    assert len(panel.model.recordings) == 2
