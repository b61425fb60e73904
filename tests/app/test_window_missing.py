"""Sessions whose sounds and picture are gone: told once, found by one pick, exported at will."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from engines import start_engine
from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from app.dialogs.export import ExportDialog
from app.window import MainWindow
from engine.pipeline.compose import make_takes
from engine.project.edits import ApplyTakes
from engine.project.model import Event, EventId
from engine.project.store import Bundle

WAIT_MS = 30_000


@pytest.fixture
def lost_path(bundle_path: Path, short_video: Path, tmp_path: Path) -> Path:
    """A session whose sound and picture were moved to `elsewhere`, under other names."""
    bundle, project, _ = Bundle.open(bundle_path)
    assert project.video is not None
    sound = bundle.media.audio_path(project.takes[0].audio)
    elsewhere = tmp_path / "elsewhere" / "deep"
    elsewhere.mkdir(parents=True)
    shutil.move(sound, elsewhere / "noise of then.wav")
    (elsewhere / "of the same length.wav").write_bytes(
        b"0" * (elsewhere / "noise of then.wav").stat().st_size
    )
    shutil.copy(short_video, elsewhere / "renamed.mp4")
    video = structs.replace(project.video, path=str(tmp_path / "gone" / "clip.mp4"))
    bundle.save(structs.replace(project, video=video))
    bundle.close()
    return bundle_path


@pytest.fixture
def lost_window(qtbot: QtBot, empty_window: MainWindow, lost_path: Path) -> MainWindow:
    """The window on that session, with the notice up."""
    empty_window.session.open_bundle(lost_path)
    qtbot.waitUntil(lambda: "Missing" in empty_window.notices.text, timeout=WAIT_MS)
    return empty_window


def click(window: MainWindow, words: str) -> None:
    """Press the notice's button of that name."""
    buttons = [b for b in window.notices.findChildren(QPushButton) if b.text() == words]
    QTest.mouseClick(buttons[-1], Qt.MouseButton.LeftButton)


def pick(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[int]:
    """Answer the folder dialog; the list grows by one whenever it opens."""
    opened: list[int] = []

    def answer(*_: object) -> str:
        opened.append(1)
        return str(folder)

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", answer)
    return opened


def test_one_pick_finds_sound_and_picture_under_other_names(
    lost_window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = lost_window.session
    take = session.project.takes[0]
    assert lost_window.notices.text == "Missing: noise, clip.mp4"
    qtbot.waitUntil(lambda: session.media.is_lost(take), timeout=WAIT_MS)
    opened = pick(monkeypatch, tmp_path / "elsewhere")
    click(lost_window, "Find the files…")
    qtbot.waitUntil(lambda: "are found" in lost_window.notices.text, timeout=WAIT_MS)
    assert len(opened) == 1
    assert not session.media.is_lost(take)
    qtbot.waitUntil(lambda: session.media.peaks(take) is not None, timeout=WAIT_MS)
    assert session.project.video is not None
    assert Path(session.project.video.path).name == "renamed.mp4"
    assert session.bundle is not None
    assert session.bundle.media.audio(take.audio)[0].shape == (1, take.samples)
    session.undo()
    assert session.project.video is not None
    assert Path(session.project.video.path).name == "clip.mp4"


@pytest.mark.usefixtures("jobs_here")
def test_a_pick_in_vain_says_what_is_still_missing_and_opens_no_dialog(
    lost_window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    opened = pick(monkeypatch, tmp_path / "empty")
    before = lost_window.session.project
    click(lost_window, "Find the files…")
    qtbot.waitUntil(lambda: "Not there" in lost_window.notices.text, timeout=WAIT_MS)
    assert len(opened) == 1
    assert QApplication.activeModalWidget() is None
    assert lost_window.session.project == before


def hatched(window: MainWindow) -> int:
    """Reddish pixels in the lanes."""
    image = window.timeline.lanes.grab().toImage()
    colours = (
        image.pixelColor(x, y) for x in range(0, image.width(), 2) for y in range(image.height())
    )
    return sum(colour.red() > 1.6 * max(colour.green(), colour.blue(), 30) for colour in colours)


@pytest.mark.usefixtures("jobs_here")
def test_a_clip_without_its_sound_is_hatched_until_it_is_found(
    lost_window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = lost_window.session.project.takes[0]
    qtbot.waitUntil(lambda: lost_window.session.media.is_lost(take), timeout=WAIT_MS)
    assert hatched(lost_window) > 100
    pick(monkeypatch, tmp_path / "elsewhere")
    lost_window.actions_by_name["find_missing"].trigger()
    qtbot.waitUntil(lambda: "are found" in lost_window.notices.text, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: lost_window.session.media.peaks(take) is not None, timeout=WAIT_MS)
    assert hatched(lost_window) == 0


def test_the_engine_plays_what_was_found_and_its_complaint_stands_once(
    lost_window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_engine(lost_window, qtbot)
    playback = lost_window.session.playback
    qtbot.waitUntil(lambda: bool(playback.status.problems), timeout=WAIT_MS)
    qtbot.wait(200)
    assert lost_window.notices.text == "Missing: noise, clip.mp4"
    pick(monkeypatch, tmp_path / "elsewhere")
    click(lost_window, "Find the files…")
    qtbot.waitUntil(lambda: not playback.status.problems, timeout=WAIT_MS)


@pytest.fixture
def exporting(
    lost_window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Path]:
    """Answers the export dialog by 'stereo' into a folder, which it returns."""
    folder = tmp_path / "out"

    def answer(dialog: ExportDialog) -> bool:
        for name, box in dialog._boxes.items():
            box.setChecked(name == "stereo")
        dialog._folder.setText(str(folder))
        return True

    def export() -> Path:
        monkeypatch.setattr(ExportDialog, "exec", answer)
        lost_window.actions_by_name["export"].trigger()
        return folder

    return export


def test_an_export_without_its_sounds_asks_in_the_bar_first(
    lost_window: MainWindow, qtbot: QtBot, exporting: Callable[[], Path]
) -> None:
    folder = exporting()
    assert lost_window.notices.text == "Not exported. Missing: noise"
    assert not lost_window.session.jobs.jobs
    click(lost_window, "Export without them")
    job = lost_window.session.jobs.jobs[0]
    qtbot.waitUntil(lambda: not job.running, timeout=4 * WAIT_MS)
    assert (job.state.state, job.state.message) == ("done", "")
    assert (folder / "stereo.wav").is_file()


@pytest.mark.usefixtures("jobs_here")
def test_generated_sounds_are_made_again_from_the_notice(
    empty_window: MainWindow, qtbot: QtBot, bundle_path: Path
) -> None:
    bundle, project, _ = Bundle.open(bundle_path)
    event = Event(
        id=EventId("hit"), track_id=project.tracks[0].id, layer="impact", generator="impacts",
        prompt="wood", start_s=0.0, duration_s=0.6, onsets_s=(0.1,),
    )  # fmt: skip
    takes, clips = make_takes((event,), project.sample_rate_hz, bundle.media)
    project = ApplyTakes(takes=takes, clips=clips).apply(project.with_event(event))
    bundle.save(project)
    bundle.close()
    path = bundle.media.audio_path(takes[0].audio)
    path.unlink()
    empty_window.session.open_bundle(bundle_path)
    qtbot.waitUntil(lambda: "Missing: wood" in empty_window.notices.text, timeout=WAIT_MS)
    click(empty_window, "Make the sounds again")
    qtbot.waitUntil(lambda: "made again" in empty_window.notices.text, timeout=2 * WAIT_MS)
    assert path.exists()
    assert not empty_window.session.media.is_lost(takes[0])
    assert empty_window.session.project == project


def test_who_gives_up_looking_is_told_again(
    lost_window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *a: "")
    for _ in range(2):
        click(lost_window, "Find the files…")
        assert lost_window.notices.text == "Missing: noise, clip.mp4"
