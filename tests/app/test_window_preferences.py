"""The preferences, page by page: each is kept, and each is used."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app import palettes, places, preferences, preferring, theme
from app.dialogs.preferences import PreferencesDialog
from app.main import make_window
from app.palettes import Look
from app.preferences import Folders, Preferences
from app.window import MainWindow
from engine.library.database import VARIABLE
from engine.project.palette import TRACK_COLOURS

DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
PROTANOPIA = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)
"""Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009, severity 1; for linear RGB."""
LEAST_APART = {"okabe_ito": 2.5, "tol_light": 10.0, "greys": 4.5}
"""Distance of any two in CIE L*a*b*; of greys, in lightness."""


@pytest.fixture(autouse=True)
def usual_look(monkeypatch: pytest.MonkeyPatch):
    """Colours and the index's folder are the process's."""
    monkeypatch.delenv(VARIABLE, raising=False)
    yield
    theme.use(Look())
    preferring._given_by_us.clear()


def choose(window: MainWindow, monkeypatch: pytest.MonkeyPatch, act) -> None:
    """Open the dialog, do something in it, and press its button."""

    def answer(dialog: PreferencesDialog) -> bool:
        dialog.show()
        act(dialog)
        QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Return)
        return bool(dialog.result())

    monkeypatch.setattr(PreferencesDialog, "exec", answer)
    window.actions_by_name["preferences"].trigger()


def pick(box: QComboBox, data: object) -> None:
    """To the first entry and down to another, by keys."""
    for _ in range(box.count()):
        QTest.keyClick(box, Qt.Key.Key_Up)
    for _ in range(box.findData(data)):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentData() == data


def test_every_choice_is_kept(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    def act(dialog: PreferencesDialog) -> None:
        pick(dialog.sound.block, 1024)
        dialog.pages.setCurrentWidget(dialog.folders)
        QTest.keyClicks(dialog.folders.exports.line, "/tmp/out")
        dialog.pages.setCurrentWidget(dialog.colours)
        pick(dialog.colours.signals, "blue_orange")
        dialog.pages.setCurrentWidget(dialog.work)
        pick(dialog.work.autosave, 60)

    choose(window, monkeypatch, act)
    assert preferences.load() == Preferences(
        autosave_s=60, block_samples=1024, folders=Folders(exports="/tmp/out"),
        look=Look(signals="blue_orange"),
    )  # fmt: skip


def test_damaged_settings_are_what_is_usual() -> None:
    for key in ("block_samples", "colours/tracks", "colours/signals", "autosave_s"):
        places.settings().setValue(key, "nonsense")
    assert preferences.load() == Preferences()


def test_another_buffer_reaches_the_engine_now_and_at_the_next_start(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    playback, renewed = window.session.playback, []
    monkeypatch.setattr(playback._supervisor, "renew", lambda: renewed.append(True))
    monkeypatch.setattr(playback, "_started", True)
    choose(window, monkeypatch, lambda dialog: pick(dialog.sound.block, 256))
    monkeypatch.setattr(playback, "_started", False)
    assert renewed == [True]
    assert playback._introduction(0.0)[0].block_samples == 256
    later = make_window()
    qtbot.addWidget(later)
    assert later.session.playback._introduction(0.0)[0].block_samples == 256


def test_new_sessions_begin_with_the_preferred_ears_in_the_preferred_folder(
    empty_window: MainWindow, qtbot: QtBot, short_video: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    asked = []

    folder = tmp_path / "all" / "sessions"
    preferences.store(Preferences(hrir="/ears/mine.sofa", folders=Folders(sessions=str(folder))))
    session = empty_window.session
    monkeypatch.setattr(session, "analyse", lambda settings: asked.append(settings))
    session.open_video(short_video)
    qtbot.waitUntil(lambda: session.is_open, timeout=10_000)
    assert session.project.scene.hrir == "/ears/mine.sofa"
    assert [settings.hrir for settings in asked] == ["/ears/mine.sofa"]
    assert session.bundle is not None
    assert session.bundle.path == folder / "square.foley"


def test_exports_are_offered_where_they_are_preferred(tmp_path: Path) -> None:
    bundle = tmp_path / "film.foley"
    assert places.export_folder(bundle) == tmp_path / "film export"
    preferences.store(Preferences(folders=Folders(exports=str(tmp_path / "out"))))
    assert places.export_folder(bundle) == tmp_path / "out" / "film export"


def test_another_index_of_recordings_is_asked_unless_the_environment_has_one(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    monkeypatch.setattr(window.library, "look", lambda: looked.append(os.environ.get(VARIABLE)))
    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    for folder in (one, other, ""):
        preferring.take(window, Preferences(folders=Folders(library=folder)))
    assert looked == [one, other, None]
    assert preferring.LIBRARY == VARIABLE
    monkeypatch.setenv(VARIABLE, "/given")
    preferring.take(window, Preferences(folders=Folders(library=one)))
    assert os.environ[VARIABLE] == "/given"


def test_other_colours_are_seen_at_once(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes = window.timeline.lanes
    before, swatches = lanes.grab().toImage(), theme.track_colour(TRACK_COLOURS[0])

    def act(dialog: PreferencesDialog) -> None:
        dialog.pages.setCurrentWidget(dialog.colours)
        pick(dialog.colours.tracks, "tol_light")
        pick(dialog.colours.signals, "blue_orange")

    choose(window, monkeypatch, act)
    assert theme.track_colour(TRACK_COLOURS[0]) != swatches
    assert theme.track_colour("#123456") == QColor("#123456")
    assert lanes.grab().toImage() != before
    assert theme.colours().danger == QColor("#ff8566")
    preferring.take(window, Preferences())
    assert lanes.grab().toImage() == before


@pytest.mark.parametrize("name", list(palettes.choices("signals")))
@pytest.mark.parametrize("ground", ["panel", "raised", "field", "ground"])
def test_signals_keep_the_contrast_of_wcag_aa(name: str, ground: str) -> None:
    for colour in theme.signal_table(name).values():
        assert theme.contrast(QColor(colour), getattr(theme.colours(), ground)) >= 4.5


@pytest.mark.parametrize("name", list(palettes.choices("tracks")))
@pytest.mark.parametrize("sight", [np.eye(3), DEUTERANOPIA, PROTANOPIA], ids=["all", "d", "p"])
def test_no_two_tracks_look_alike_to_the_colour_blind(name: str, sight: np.ndarray) -> None:
    theme.use(Look(tracks=name))
    labs = [lab(theme.legible(colour), sight) for colour in TRACK_COLOURS]
    assert len(set(palettes.track_colours(name))) == len(TRACK_COLOURS)
    for number, one in enumerate(labs):
        for other in labs[number + 1 :]:
            assert np.linalg.norm(one - other) > LEAST_APART[name]


@pytest.mark.parametrize("sight", [DEUTERANOPIA, PROTANOPIA], ids=["d", "p"])
def test_blue_yellow_orange_is_told_apart_better_than_green_yellow_red(sight: np.ndarray) -> None:
    apart = {}
    for name in ("usual", "blue_orange"):
        labs = [lab(QColor(colour), sight) for colour in theme.signal_table(name).values()]
        apart[name] = min(np.linalg.norm(labs[a] - labs[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
    assert apart["blue_orange"] > max(35.0, 1.5 * apart["usual"])


def lab(colour: QColor, sight: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of an sRGB colour as somebody sees it."""
    srgb = np.array(colour.getRgbF()[:3])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(sight @ linear, 0.0, 1.0)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ seen / np.array([0.9505, 1.0, 1.0890])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
