"""Files, jobs, history, playback: what the session does for the window."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from stand_ins import endless_analysis, endless_work, failing_analysis, tiny_analysis

from app import theme
from app.main import make_window
from app.window import MainWindow
from engine.pipeline.settings import RunSettings
from engine.project.edits import MoveClip, SetTitle
from engine.project.history import Document
from engine.project.palette import TRACK_COLOURS
from engine.project.store import Bundle


def drop(window: MainWindow, path: Path) -> None:
    """Drop a file on the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    buttons = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(200, 200), copy, data, *buttons))
    QApplication.sendEvent(window, QDropEvent(QPointF(200, 200), copy, data, *buttons))


def test_an_empty_window_says_what_to_do(empty_window: MainWindow) -> None:
    assert empty_window.welcome.isVisible()
    assert not empty_window.transport.isEnabled()
    assert not empty_window.actions_by_name["save"].isEnabled()
    assert empty_window.actions_by_name["open_demo"].isEnabled()


def test_dropping_a_video_makes_a_session_and_analyses_it(
    empty_window: MainWindow,
    qtbot: QtBot,
    short_video: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.work.analyse", tiny_analysis)
    video = Path(shutil.copy(short_video, tmp_path / "clip.mp4"))
    drop(empty_window, video)
    session = empty_window.session
    qtbot.waitUntil(lambda: bool(session.project.tracks), timeout=15_000)
    assert session.project.tracks[0].name == "Found"
    assert session.bundle is not None
    assert session.bundle.path == tmp_path / "clip.foley"
    assert session.document.undo_label == "Analyse"
    assert session.project.video is not None
    assert session.project.video.duration_s == pytest.approx(2.0, abs=0.05)
    assert session.jobs.jobs[0].state.state == "done"


def test_a_job_is_shown_and_can_be_cancelled(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.work.analyse", endless_analysis)
    before = window.session.project
    window.session.analyse(RunSettings())
    listed = window.session.jobs.jobs[0]
    qtbot.waitUntil(lambda: listed.state.stage == "looking", timeout=15_000)
    assert not window.actions_by_name["analyse"].isEnabled()
    window.show_jobs()
    card = window.jobs._cards[listed.number]
    QTest.mouseClick(card.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: listed.state.state == "cancelled", timeout=5_000)
    assert window.session.project == before


def test_a_failed_job_becomes_a_line_and_no_dialog(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.work.analyse", failing_analysis)
    window.session.analyse(RunSettings())
    qtbot.waitUntil(lambda: "wrong way round" in window.notices.text, timeout=15_000)
    assert QApplication.activeModalWidget() is None
    assert "Traceback" in window.session.jobs.jobs[0].state.details


def test_the_queue_is_in_sight_and_what_waits_is_taken_out_of_it(
    window: MainWindow, qtbot: QtBot
) -> None:
    board = window.session.jobs
    listed = [board.start(f"Wait {number}", lambda _: None, endless_work) for number in range(3)]
    words = window.strip._job_name
    qtbot.waitUntil(lambda: listed[1].state.stage == "looking", timeout=15_000)
    assert words.text().endswith("(+2)")
    QTest.mouseClick(words, Qt.MouseButton.LeftButton)
    assert not window.jobs.visibleRegion().isEmpty()
    waiting = window.jobs._cards[listed[2].number]
    assert waiting._stage.text() == "Waiting for its turn"
    QTest.mouseClick(waiting.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: listed[2].state.state == "cancelled", timeout=5_000)
    assert [one.state.state for one in listed[:2]] == ["running", "running"]
    for one in listed[:2]:
        board.cancel(one.number)
    qtbot.waitUntil(lambda: not board.running, timeout=10_000)


def test_something_that_is_no_video_is_told_in_one_line(
    empty_window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("these are notes")
    drop(empty_window, path)
    qtbot.waitUntil(lambda: "notes.mp4" in empty_window.notices.text)
    assert not empty_window.session.is_open


def test_the_history_goes_to_the_step_that_is_clicked(window: MainWindow) -> None:
    session = window.session
    before = session.project
    for start_s in (0.3, 0.5, 0.7):
        session.do(MoveClip(clip_id="a", start_s=start_s))
    window.workspace.panels["history"].raise_()
    history = window.history.list
    assert history.count() == 4
    area = history.visualItemRect(history.item(1))
    QTest.mouseClick(history.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    assert session.project.clip("a").start_s == 0.3
    session.jump(0)
    assert session.project == before


def test_an_edit_that_makes_no_sense_becomes_a_notice(window: MainWindow) -> None:
    assert not window.session.do(MoveClip(clip_id="a", start_s=float("nan")))
    assert window.notices.text


def test_saving_and_reopening_gives_the_same_project(window: MainWindow) -> None:
    session = window.session
    session.do(SetTitle(title="renamed"))
    assert window.isWindowModified()
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not window.isWindowModified()
    saved, path = session.project, session.bundle.path
    session.open_bundle(path)  # it is open here already: refused, and nothing is lost
    assert session.project == saved
    window.close()
    bundle, project, recovery = Bundle.open(path)
    bundle.close()
    assert project == saved
    assert recovery is None


def test_recovery_is_offered_once_and_can_be_declined(
    empty_window: MainWindow, qtbot: QtBot, bundle_path: Path
) -> None:
    bundle, project, _ = Bundle.open(bundle_path)
    Document(project, journal=bundle.journal).do(SetTitle(title="never saved"))
    bundle.close()
    session = empty_window.session
    session.open_bundle(bundle_path)
    assert session.project.title == "never saved"
    assert "1 edit recovered, not saved yet" in empty_window.notices.text
    session.save_in_background()  # as after a while by itself: the last save stays within reach
    assert "recovered, not saved yet" in empty_window.strip._state.text()
    discard = empty_window.notices._buttons.itemAt(1).widget()
    QTest.mouseClick(discard, Qt.MouseButton.LeftButton)
    assert session.project == project
    assert empty_window.notices.text == ""
    assert empty_window.strip._state.text().endswith("saved")
    assert "recovered" not in empty_window.strip._state.text()


def test_closing_the_offer_is_to_go_on_with_what_was_recovered(
    empty_window: MainWindow, qtbot: QtBot, bundle_path: Path
) -> None:
    bundle, project, _ = Bundle.open(bundle_path)
    Document(project, journal=bundle.journal).do(SetTitle(title="never saved"))
    bundle.close()
    session = empty_window.session
    session.open_bundle(bundle_path)
    assert session.holds_recovery
    QTest.mouseClick(empty_window.notices._close, Qt.MouseButton.LeftButton)
    assert empty_window.notices.text == ""
    qtbot.waitUntil(lambda: not session.document.is_dirty, timeout=10_000)
    assert empty_window.strip._state.text().endswith("·   saved")
    session.do(SetTitle(title="and on"))
    session.save_in_background()  # as after a while by itself
    qtbot.waitUntil(lambda: not session.document.is_dirty, timeout=10_000)


def test_a_missing_picture_is_a_placeholder_that_can_be_mended(
    empty_window: MainWindow, bundle_path: Path, short_video: Path
) -> None:
    bundle, project, _ = Bundle.open(bundle_path)
    assert project.video is not None
    gone = structs.replace(project.video, path="/nowhere/clip.mp4")
    bundle.save(structs.replace(project, video=gone))
    bundle.close()
    session = empty_window.session
    session.open_bundle(bundle_path)
    assert "/nowhere/clip.mp4" in empty_window.picture._problem
    assert empty_window.picture._relink.isVisible()
    empty_window.lost_media.take_picture(short_video)
    assert empty_window.picture._problem == ""


def test_stepping_and_locating_from_the_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    lanes, playback = window.timeline.lanes, window.session.playback
    QTest.keyClick(lanes, Qt.Key.Key_Right)
    QTest.keyClick(lanes, Qt.Key.Key_Right)
    assert playback.position_s == pytest.approx(0.08)
    QTest.keyClick(lanes, Qt.Key.Key_Left)
    assert playback.position_s == pytest.approx(0.04)
    assert window.transport.timecode.text == "00:00:00:01"
    QTest.keyClick(lanes, Qt.Key.Key_End)
    assert playback.position_s == pytest.approx(window.session.project.duration_s)
    QTest.keyClick(lanes, Qt.Key.Key_Home)
    assert playback.position_s == 0.0


def test_shift_dragging_on_the_ruler_sets_the_loop(window: MainWindow) -> None:
    from pointing import drag

    axis, ruler = window.timeline.axis, window.timeline.ruler
    start, end = QPointF(axis.x_of(0.4), 30), QPointF(axis.x_of(1.2), 30)
    drag(ruler, start, end, Qt.KeyboardModifier.ShiftModifier)
    assert window.session.loop_s == pytest.approx((0.4, 1.2), abs=0.03)
    assert window.actions_by_name["loop"].isChecked()


def test_waveforms_arrive_without_waiting(window: MainWindow, qtbot: QtBot) -> None:
    take = window.session.project.takes[0]
    qtbot.waitUntil(lambda: window.session.media.peaks(take) is not None)
    waveform = window.session.media.peaks(take)
    assert waveform is not None
    for step in (0.5, 40.0, 300.0, 70_000.0):
        low, high = waveform.columns(0.0, step, 64)
        assert low.shape == high.shape == (64,)
        assert np.all(low <= high)
    low, high = waveform.columns(0.0, 4800.0, 20)
    audio = waveform.audio[0].reshape(20, 4800)
    assert np.all(high >= audio.max(axis=1) - 1e-6)
    assert np.all(low <= audio.min(axis=1) + 1e-6)


def test_text_keeps_its_contrast() -> None:
    table = theme.colours()
    for ground in (table.panel, table.raised, table.field, table.ground):
        for ink in (table.text, table.text_soft, table.text_faint, table.accent, table.danger):
            assert theme.contrast(ink, ground) >= 4.5
    assert theme.contrast(table.accent_ink, table.accent) >= 4.5
    assert theme.contrast(table.text, table.accent_dim) >= 4.5
    for colour in TRACK_COLOURS:
        assert theme.contrast(theme.legible(colour), table.raised) >= 4.5


def test_the_window_never_loads_what_is_heavy() -> None:
    import subprocess
    import sys

    code = "import sys, app.main; print([m for m in ('torch', 'cv2', 'numba') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_closing_twice_is_harmless(qtbot: QtBot) -> None:
    window = make_window()
    window.show()
    window.close()
    assert window.close()
    assert not window.isVisible()
    assert window.session.playback.status.state == "stopped"


def test_the_layout_of_the_panels_is_kept(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window._arranged)
    window.workspace.panels["stage"].close()
    path = window.session.bundle.path
    window.close()
    again = make_window()
    qtbot.addWidget(again)
    again.show()
    again.session.open_bundle(path)
    qtbot.waitUntil(lambda: again._arranged)
    assert not again.workspace.panels["stage"].isVisible()
    assert again.workspace.panels["picture"].isVisible()
    again.verbs.reset_layout()
    assert again.workspace.panels["stage"].isVisible()
    again.close()
