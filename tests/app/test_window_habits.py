"""Habits of people who sit in front of such windows for eight hours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from pointing import drag, wheel
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from app.dialogs.export import ExportDialog
from app.views.stage.labels import place_labels
from app.views.stage.painting import KEYFRAME_SPACING_PX, shown_keyframes
from app.views.stage.projection import Projection
from app.window import MainWindow
from engine.errors import ProjectError
from engine.playback.status import EngineStatus
from engine.project.edits import MoveClipToTrack
from engine.project.model import TrackId, Trajectory


def test_return_exports_and_never_browses(qtbot: QtBot, themed: None) -> None:
    dialog = ExportDialog(Path("somewhere"), "−23 LUFS")
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(dialog.accepted, timeout=1000):
        QTest.keyClick(dialog, Qt.Key.Key_Return)


def test_the_selected_track_follows_its_clip_through_undo(window: MainWindow) -> None:
    session = window.session
    session.selection.select_clips({"b"}, "one")
    session.do(MoveClipToTrack(clip_id="b", track_id="two"))
    assert session.selection.value.track_id == "two"
    session.undo()
    assert session.selection.value.track_id == "one"


def test_the_right_part_is_selected_after_a_split(window: MainWindow) -> None:
    session = window.session
    session.selection.select_clips({"a"}, "one")
    session.locate(0.5)
    window.verbs.split()
    (chosen,) = session.selection.value.clip_ids
    assert session.project.clip(chosen).start_s == pytest.approx(0.5)


def test_escape_leaves_a_name_as_it_was(window: MainWindow) -> None:
    headers = window.timeline.headers
    headers.rename("one")
    QTest.keyClicks(headers._name_box, "Wrong")
    QTest.keyClick(headers._name_box, Qt.Key.Key_Escape)
    assert not headers._name_box.isVisible()
    assert window.session.project.track("one").name == "Square"


def test_return_in_a_field_gives_the_keyboard_back(window: MainWindow) -> None:
    window.session.selection.select_track("one")
    gain = window.inspector.gain
    gain.setFocus()
    gain.selectAll()
    QTest.keyClicks(gain, "-6")
    QTest.keyClick(gain, Qt.Key.Key_Return)
    assert window.session.project.track("one").strip.gain_db == -6.0
    assert not gain.hasFocus()
    gain.setFocus()
    gain.selectAll()
    QTest.keyClicks(gain, "-20")
    QTest.keyClick(gain, Qt.Key.Key_Escape)
    assert window.session.project.track("one").strip.gain_db == -6.0
    assert gain.value() == -6.0


def test_the_wheel_over_a_field_changes_nothing(window: MainWindow) -> None:
    window.session.selection.select_track("one")
    window.timeline.lanes.setFocus()
    before = window.session.project
    wheel(window.inspector.gain, QPointF(20, 8), 3)
    assert window.session.project == before


def test_escape_abandons_a_drag_of_the_master(window: MainWindow) -> None:
    master = window.transport.master
    before = window.session.project
    drag(master, QPointF(60, 28), QPointF(20, 28), release=False)
    assert window.session.project.master.gain_db < -1.0
    QTest.keyClick(master, Qt.Key.Key_Escape)
    assert window.session.project == before
    assert not window.session.document.can_undo


def test_space_after_a_shuttle_plays(window: MainWindow) -> None:
    session = window.session
    window.verbs.shuttle_forward()
    assert session.playback.is_playing
    session.play_or_stop()
    assert not session.playback.is_playing
    session.play_or_stop()
    assert session.playback.is_playing
    session.play_or_stop()


def test_a_journal_that_cannot_write_is_told_and_so_is_its_recovery(window: MainWindow) -> None:
    troubles = window.session.troubles
    troubles._journal_problem = lambda: ProjectError("the disk is full", place="journal.jsonl")
    troubles.look_at_journal()
    assert "the disk is full" in window.notices.text
    troubles._journal_problem = lambda: None
    troubles.look_at_journal()
    assert "again" in window.notices.text


def test_sounds_that_are_missing_are_told_once(window: MainWindow) -> None:
    status = EngineStatus("running", problems=("a sound is missing", "so is another"))
    window.session.bridge.status_changed.emit(status)
    assert window.notices.text == "a sound is missing (and 1 more)"
    window.notices.next()
    window.session.bridge.status_changed.emit(replace(status, render_load=0.5))
    assert window.notices.text == ""


def test_names_on_the_stage_do_not_lie_over_each_other() -> None:
    area = QRectF(0, 0, 300, 300)
    sources = [QPointF(150, 150), QPointF(158, 152), QPointF(295, 100), QPointF(146, 158)]
    labels = place_labels(sources, [70.0, 60.0, 80.0, 50.0], area)
    for number, label in enumerate(labels):
        assert area.contains(label)
        assert not any(label.intersects(other) for other in labels[number + 1 :])


def test_keyframes_of_a_dense_path_keep_their_distance(window: MainWindow) -> None:
    track = window.session.project.track("one")
    times = np.linspace(0.0, 2.0, 80)
    places = np.stack([np.full(80, 4.0), np.linspace(3.0, -3.0, 80), np.zeros(80)], axis=-1)
    dense = structs.replace(track, trajectory=Trajectory.from_arrays(times, places))
    projection = Projection(200.0, 200.0, 40.0)
    shown = shown_keyframes(projection, dense, 33)
    assert 33 in shown
    pixels = projection.points(dense.trajectory.positions_m[shown])
    assert np.abs(np.diff(pixels[:, 0])).min() >= KEYFRAME_SPACING_PX
    assert dense.id == TrackId("one")


def test_the_timeline_keeps_its_share_of_a_smaller_window(window: MainWindow, qtbot: QtBot) -> None:
    before = window.timeline.height() / window.workspace.height()
    window.resize(1280, 720)

    def keeps_its_share() -> bool:
        share = window.timeline.height() / window.workspace.height()
        return window.height() == 720 and share == pytest.approx(before, abs=0.06)

    qtbot.waitUntil(keeps_its_share)


def test_after_escape_from_a_dialog_shortcuts_work_at_once(
    window: MainWindow, qtbot: QtBot
) -> None:
    shown: list[str] = []

    def escape() -> None:
        dialog = QApplication.activeModalWidget()
        shown.append(dialog.windowTitle() if dialog else "")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    for key, modifier in (
        (Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier),
    ):
        QTimer.singleShot(100, escape)
        QTest.keyClick(QApplication.focusWidget(), key, modifier)
        qtbot.waitUntil(lambda: QApplication.focusWidget() is window.timeline.lanes)
    assert shown == ["Export", "Shortcuts"]
    qtbot.waitUntil(lambda: not window.findChildren(QDialog))


def test_an_export_can_be_as_loud_as_it_was_mixed(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[tuple[object, ...]] = []

    def answer(dialog: ExportDialog) -> bool:
        QTest.keyClick(dialog._loudness, Qt.Key.Key_Down)
        assert dialog.as_mixed
        assert not dialog._boxes["video"].isEnabled()  # has no level of its own
        dialog._folder.setText(str(tmp_path))
        return True

    monkeypatch.setattr(ExportDialog, "exec", answer)
    start = window.session.jobs.start
    monkeypatch.setattr(window.session.jobs, "start", lambda *job: asked.append(job))
    window.actions_by_name["export"].trigger()
    monkeypatch.setattr(window.session.jobs, "start", start)
    ((*_, formats, folder, options),) = asked
    assert (formats, folder, options) == (("binaural", "5.1"), tmp_path, {"as_mixed": True})
