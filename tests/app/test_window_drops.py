"""Sounds, HRIR sets and paths dropped on the window; monitor level, wheel, screen, layouts."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from pointing import wheel
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app import places
from app.dialogs.analyse import AnalyseDialog
from app.dialogs.import_sound import ImportDialog
from app.window import MainWindow
from engine import resources
from engine.errors import ProjectError
from engine.pipeline.settings import RunSettings
from engine.project.copying import copy_session
from engine.project.edits import RenameTrack
from engine.project.store import Bundle
from engine.spatial.trajectory import write_trajectory_csv

WAIT_MS = 30_000
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def drop(window: MainWindow, path: Path, place: QPoint) -> None:
    """Drop a file at a place in the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    buttons = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(place, copy, data, *buttons))
    QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, *buttons))


def in_lanes(window: MainWindow, time_s: float, row: int) -> QPoint:
    """A place in the lanes, in the window's pixels."""
    timeline = window.timeline
    point = QPoint(round(timeline.axis.x_of(time_s)), timeline.rows.y_of(row) + 20)
    return timeline.lanes.mapTo(window, point)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A tenth of a second in mono at another rate."""
    path = tmp_path / "door.wav"
    noise = np.random.default_rng(4).uniform(-0.2, 0.2, 4410)
    soundfile.write(path, noise, 44_100, subtype="FLOAT")
    return path


@pytest.mark.usefixtures("jobs_here")
def test_a_sound_dropped_on_an_objects_lane_becomes_its_clip_there(
    window: MainWindow, qtbot: QtBot, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    before = session.project
    monkeypatch.setattr(ImportDialog, "exec", lambda _: True)
    drop(window, sound, in_lanes(window, 1.7, 1))
    qtbot.waitUntil(lambda: len(session.project.clips) == 4, timeout=WAIT_MS)
    clip = session.project.clips[-1]
    assert (clip.name, clip.track_id) == ("door", "two")
    assert clip.start_s == pytest.approx(1.7, abs=0.01)
    assert clip.duration_s == pytest.approx(0.1)
    assert session.project.take(clip.take_id).sample_rate_hz == 44_100
    session.undo()
    assert session.project == before


@pytest.mark.usefixtures("jobs_here")
def test_a_bed_is_refused_on_an_objects_track_in_words(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed = tmp_path / "bed.wav"
    soundfile.write(bed, np.zeros((480, 6)), 48_000, subtype="FLOAT")
    before = window.session.project
    monkeypatch.setattr(ImportDialog, "exec", lambda _: True)
    drop(window, bed, in_lanes(window, 0.5, 0))
    qtbot.waitUntil(lambda: "takes one or two" in window.notices.text, timeout=WAIT_MS)
    assert window.session.project == before


def test_hrir_sets_and_paths_are_taken_where_they_belong(
    window: MainWindow, tmp_path: Path
) -> None:
    session = window.session
    before = session.project
    set_path = resources.path("hrir/mit_kemar_normal_pinna.sofa")
    drop(window, set_path, QPoint(50, 50))
    assert session.project.scene.hrir == str(set_path)
    session.undo()
    csv = tmp_path / "path.csv"
    write_trajectory_csv(csv, [0.0, 2.0], [[1.0, 2.0, 0.0], [1.0, -2.0, 0.0]])
    session.selection.select_track("two")
    drop(window, csv, QPoint(50, 50))
    assert session.project.track("two").trajectory.at(2.0) == pytest.approx([1, -2, 0], abs=1e-3)
    session.undo()
    assert session.project == before


def test_a_screenplay_is_offered_to_the_analysis(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "film.fountain"
    path.write_text("INT. ROOM - DAY\n\nThunder outside.\n", encoding="utf-8")
    asked: list[AnalyseDialog] = []
    monkeypatch.setattr(AnalyseDialog, "exec", lambda dialog: asked.append(dialog) or True)
    wanted: list[RunSettings] = []
    monkeypatch.setattr(window.session, "analyse", wanted.append)
    before = window.session.project
    drop(window, path, QPoint(50, 50))
    assert len(asked) == 1
    assert [one.screenplay for one in wanted] == [path]
    assert window.session.project == before
    monkeypatch.setattr(AnalyseDialog, "exec", lambda _: False)
    drop(window, path, QPoint(50, 50))
    assert len(wanted) == 1


def test_the_monitor_is_dimmed_and_muted_without_touching_the_session(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    heard: list[float] = []
    monkeypatch.setattr(session.playback, "set_monitor_level", heard.append)
    before = session.project
    lanes = window.timeline.lanes
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(lanes, Qt.Key.Key_D, both)
    QTest.keyClick(lanes, Qt.Key.Key_M, both)
    QTest.keyClick(lanes, Qt.Key.Key_M, both)
    QTest.keyClick(lanes, Qt.Key.Key_D, both)
    assert heard == [-20.0, -np.inf, -20.0, 0.0]
    assert session.project == before
    assert session.document.position == 0


def test_the_wheel_over_a_source_on_the_picture_moves_it_away_as_one_step(
    window: MainWindow, qtbot: QtBot
) -> None:
    session, picture = window.session, window.picture
    qtbot.waitUntil(lambda: bool(picture._boxes_now()), timeout=WAIT_MS)
    before = session.project
    distance_m = np.linalg.norm(before.track("one").trajectory.at(0.0))
    place = picture._boxes_now()[0][1].center()
    for _ in range(3):
        wheel(picture, place, 1)
    path = session.project.track("one").trajectory
    assert np.linalg.norm(path.at(0.0)) == pytest.approx(distance_m * 1.06**3)
    assert session.document.position == 1
    qtbot.waitUntil(lambda: session.document._gesture is None, timeout=5_000)
    session.undo()
    assert session.project == before


def test_the_picture_fills_a_screen_and_comes_back(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.workspace.panels["picture"]
    window.actions_by_name["full_screen_picture"].trigger()
    qtbot.waitUntil(panel.isFullScreen)
    window.actions_by_name["full_screen_picture"].trigger()
    qtbot.waitUntil(lambda: not panel.isFloating())
    assert not panel.isFullScreen()


def test_layouts_are_kept_taken_up_and_forgotten(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    panels = window.workspace.panels
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("Without stage", True))
    panels["stage"].hide()
    window.layouts.keep()
    panels["stage"].show()
    window.layouts.fill()
    assert window.layouts.actions()[0].text() == "Without stage"
    window.layouts.actions()[0].trigger()
    assert panels["stage"].isHidden()
    window.layouts.forget("Without stage")
    window.layouts.fill()
    assert window.layouts.actions()[0].text() == "Keep this one…"


def test_a_film_dropped_on_an_open_session_is_opened_only_when_that_is_wanted(
    window: MainWindow, qtbot: QtBot, short_video: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    session, opened = window.session, []
    film = tmp_path / "other.mp4"
    film.write_bytes(short_video.read_bytes())
    monkeypatch.setattr(session, "open_video", opened.append)
    before = session.bundle
    drop(window, film, in_lanes(window, 0.5, 0))
    assert session.bundle is before
    assert not (tmp_path / "other.foley").exists()
    assert str(places.shown(tmp_path / "other.foley")) in window.notices.text
    button = window.notices._buttons.itemAt(0).widget()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert opened == [film]


@pytest.mark.usefixtures("jobs_here")
def test_saved_as_another_session_work_goes_on_in_the_copy(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    first = session.bundle.path
    session.do(RenameTrack(track_id="one", name="Renamed"))
    target = tmp_path / "elsewhere" / "copy"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(target), ""))
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_S, CTRL_SHIFT)
    copy = target.with_suffix(".foley")
    qtbot.waitUntil(lambda: session.bundle.path == copy, timeout=WAIT_MS)
    assert session.project.track("one").name == "Renamed"
    session.do(RenameTrack(track_id="one", name="Again"))
    session.save()
    _, project, _ = Bundle.open(first, read_only=True)
    assert project.track("one").name == "Renamed"
    with pytest.raises(ProjectError, match="something already"):
        copy_session(first, copy)


@pytest.mark.parametrize("answer", ["Stay", "Quit all the same"])
def test_quitting_asks_before_it_gives_up_work_in_the_background(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    asked = []

    def press(box: QMessageBox) -> int:
        asked.append(box.informativeText())
        next(one for one in box.buttons() if one.text() == answer).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", press)
    job = SimpleNamespace(cancel=lambda: None)
    busy = [SimpleNamespace(name="Analyse film.mp4", job=job)]
    monkeypatch.setattr(type(window.session.jobs), "running", property(lambda board: busy))
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert window.isVisible() == (answer == "Stay")
    assert "Analyse film.mp4" in asked[0]
    busy.clear()
    if window.isVisible():
        QTest.keyClick(window.timeline.lanes, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert not window.isVisible()
    assert len(asked) == 1
