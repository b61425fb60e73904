"""The film's own sound made binaural from the window: a job, a take, one step of the history."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

pytest.importorskip("torch")

from app.dialogs.palette import CommandPalette
from app.views.jobs.panel import JobCard
from app.window import MainWindow
from engine.media.probe import probe_video
from engine.project.model import Project
from engine.project.store import Bundle

WAIT_MS = 60_000
RATE_HZ = 48_000


def write_film(path: Path, seconds: int) -> Path:
    """A bright square that crosses the picture, with noise."""
    noise = 0.1 * np.random.default_rng(0).normal(size=(1, seconds * RATE_HZ)).astype(np.float32)
    with av.open(str(path), "w") as container:
        seen, heard = (
            container.add_stream("mpeg4", rate=Fraction(10)),
            container.add_stream("pcm_s16le", RATE_HZ),
        )
        seen.width, seen.height, seen.pix_fmt, heard.layout = 160, 96, "yuv420p", "mono"
        whole = np.round(noise * 32_767).astype(np.int16)
        sound = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        sound.sample_rate, sound.pts = RATE_HZ, 0
        container.mux(heard.encode(sound))
        for number in range(10 * seconds):
            image = np.full((96, 160, 3), 40, dtype=np.uint8)
            left = 7 * number % 140
            image[40:56, left : left + 16] = 220
            container.mux(seen.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(seen.encode())
        container.mux(heard.encode())
    return path


def open_film(window: MainWindow, folder: Path, seconds: int) -> None:
    film = write_film(folder / "film.mov", seconds)
    bundle = Bundle.create(folder / "film.foley", Project(video=probe_video(film)))
    bundle.close()
    window.session.open_bundle(bundle.path)


def choose_in_palette(window: MainWindow, words: str) -> None:
    """A few letters into the palette, then Return: as a hand does it."""
    timer = QTimer()

    def type_there() -> None:
        palette = QApplication.activeModalWidget()
        if isinstance(palette, CommandPalette):
            timer.stop()
            QTest.keyClicks(palette.words, words)
            QTest.keyClick(palette.words, Qt.Key.Key_Return)

    timer.timeout.connect(type_there)
    timer.start(20)
    window.actions_by_name["command_palette"].trigger()  # returns when the palette is closed


@pytest.mark.timeout(180)
def test_it_becomes_a_take_for_two_ears_and_undo_takes_it_away(
    qtbot: QtBot, empty_window: MainWindow, tmp_path: Path
) -> None:
    window, session = empty_window, empty_window.session
    open_film(window, tmp_path, 2)
    qtbot.waitUntil(lambda: window.timeline.lanes.isVisible())
    before = session.project
    offered = window.actions_by_name["spatialise_production"]
    window.activateWindow()
    qtbot.waitUntil(lambda: offered.isEnabled() and window.isActiveWindow())
    offered.trigger()
    qtbot.waitUntil(lambda: len(session.jobs.running) == 1)
    (listed,) = session.jobs.running
    assert listed.name == "Spatialise production sound"
    qtbot.waitUntil(lambda: not listed.running, timeout=WAIT_MS)
    assert listed.state.state == "done", listed.state.message
    (take,), (track,) = session.project.takes, session.project.tracks
    assert (take.binaural, track.name) == (True, "Production sound")
    assert session.bundle is not None
    ears, _ = session.bundle.media.audio(take.audio)
    assert ears.shape[0] == 2
    assert np.abs(ears[0] - ears[1]).max() > 1e-3
    session.undo()
    assert session.project == before
    session.redo()
    assert session.project.takes == (take,)


@pytest.mark.timeout(180)
def test_cancelled_on_its_card_it_changes_nothing(
    qtbot: QtBot, empty_window: MainWindow, tmp_path: Path
) -> None:
    window, session = empty_window, empty_window.session
    open_film(window, tmp_path, 40)
    qtbot.waitUntil(lambda: window.timeline.lanes.isVisible())
    before = session.project
    offered = window.actions_by_name["spatialise_production"]
    window.activateWindow()
    qtbot.waitUntil(lambda: offered.isEnabled() and window.isActiveWindow())
    choose_in_palette(window, "spatialise production")
    qtbot.waitUntil(lambda: len(session.jobs.running) == 1)
    (listed,) = session.jobs.running
    qtbot.waitUntil(lambda: "listening" in listed.state.stage, timeout=WAIT_MS)
    card = window.jobs.findChild(JobCard)
    qtbot.waitUntil(lambda: card.cancel.isVisible())
    QTest.mouseClick(card.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not listed.running, timeout=WAIT_MS)
    assert listed.state.state == "cancelled"
    assert session.project == before
    assert session.bundle is not None
    assert list((session.bundle.path / "media").iterdir()) == []


def test_it_is_offered_for_films_that_have_sound(window: MainWindow) -> None:
    action = window.actions_by_name["spatialise_production"]
    assert not action.isEnabled()  # the film of this session is silent
