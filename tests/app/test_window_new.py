"""File > New: an empty session, or one from a template, that takes up a film later."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot
from stand_ins import tiny_analysis

from app import places, templates_menu, work
from app.window import MainWindow
from engine.project.edits import AddTrack, SetMasterGain
from engine.project.model import Track, TrackId, Trajectory

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_control_n_begins_an_empty_session(empty_window: MainWindow) -> None:
    session = empty_window.session
    for number in ("", " 2"):
        QTest.keyClick(empty_window, Qt.Key.Key_N, CONTROL)
        assert session.bundle is not None
        assert session.bundle.path.name == f"Untitled{number}.foley"
        assert session.project.video is None
        assert empty_window.timeline.isVisible()
    track = Track(
        id=TrackId("t"), name="Door", trajectory=Trajectory.from_arrays([0.0], [[2.0, 0.0, 0.0]])
    )
    session.do(AddTrack(track=track))
    session.undo()
    assert session.project.tracks == ()


def test_the_open_session_is_saved_and_listed(window: MainWindow, bundle_path: Path) -> None:
    window.session.do(SetMasterGain(gain_db=-3.0))
    edited = window.session.project
    window.actions_by_name["new_session"].trigger()
    assert window.session.project.tracks == ()
    assert bundle_path in places.recent_sessions()
    window.session.open_bundle(bundle_path)
    assert window.session.project == edited


def test_a_template_other_than_the_marked_one_begins_it(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("quiet", True))
    window.session.do(SetMasterGain(gain_db=-7.0))
    window.templates_menu.keep()
    templates_menu.choose("")
    window.actions_by_name["new_session"].trigger()
    assert window.session.project.master.gain_db == 0.0
    window.new_menu.fill()
    next(a for a in window.new_menu.actions() if a.text() == "quiet").trigger()
    assert window.session.project.master.gain_db == -7.0
    assert templates_menu.chosen() == ""


@pytest.mark.usefixtures("jobs_here")
def test_a_film_is_taken_up_by_the_session_that_has_none(
    empty_window: MainWindow, qtbot: QtBot, short_video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "analyse", tiny_analysis)
    session = empty_window.session
    empty_window.actions_by_name["new_session"].trigger()
    bundle = session.bundle
    empty_window.dropping.take(short_video, empty_window.rect().center())
    qtbot.waitUntil(lambda: session.project.video is not None, timeout=15_000)
    assert session.bundle is bundle
    assert not empty_window.notices.text
    qtbot.waitUntil(lambda: not session.jobs.running, timeout=15_000)
