"""Versions that are kept and gone back to, and templates that new sessions begin with."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot
from stand_ins import tiny_analysis

from app.window import MainWindow
from engine.project.edits import DeleteClip, SetMasterGain, SetScene, SetTrackGain
from engine.project.store import Bundle


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is typed when a name is asked for."""
    names = ["first cut"]
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: (names[0], True))
    return names


def pick(menu, words: str) -> None:
    menu.fill()
    next(action for action in menu.actions() if action.text() == words).trigger()


def test_going_back_to_a_version_is_a_step_that_can_be_undone(
    window: MainWindow, named: list[str], bundle_path: Path
) -> None:
    session = window.session
    kept = session.project
    pick(window.versions_menu, "Keep a version…")
    session.do(DeleteClip(clip_id="a"))
    session.do(SetTrackGain(track_id="one", gain_db=-6.0))
    edited = session.project
    pick(window.versions_menu, "first cut")
    assert session.project == kept
    session.undo()
    assert session.project == edited
    session.redo()
    session.save()
    with Bundle.open(bundle_path, read_only=True)[0] as bundle:
        assert bundle.path == bundle_path
    assert Bundle.open(bundle_path, read_only=True)[1] == kept


def test_a_version_is_not_written_over_and_odd_names_are_refused(
    window: MainWindow, named: list[str]
) -> None:
    pick(window.versions_menu, "Keep a version…")
    window.session.do(DeleteClip(clip_id="a"))
    pick(window.versions_menu, "Keep a version…")
    assert "already" in window.notices.text
    named[0] = "../elsewhere"
    pick(window.versions_menu, "Keep a version…")
    window.versions_menu.fill()
    words = [action.text() for action in window.versions_menu.actions() if action.text()]
    assert words == ["Keep a version…", "first cut"]


@pytest.mark.usefixtures("jobs_here")
def test_a_new_session_begins_with_the_template_and_its_own_film(
    window: MainWindow, named: list[str], short_video: Path, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("app.work.analyse", tiny_analysis)
    session = window.session
    session.do(SetScene(scene=structs.replace(session.project.scene, target_lufs=-27.0)))
    session.do(SetMasterGain(gain_db=4.0))
    window.actions_by_name["add_track"].trigger()
    mine = session.project.tracks[-1]
    pick(window.templates_menu, "Save as a template…")
    before = session.bundle
    session.open_video(short_video)
    qtbot.waitUntil(lambda: session.bundle is not before, timeout=10_000)
    begun = session.project
    assert begun.scene.target_lufs == -27.0
    assert begun.master.gain_db == 4.0
    assert begun.tracks[0].id == mine.id
    assert not begun.clips
    assert begun.video is not None


@pytest.mark.usefixtures("jobs_here")
def test_without_a_template_a_session_begins_plain(
    window: MainWindow, named: list[str], short_video: Path, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("app.work.analyse", tiny_analysis)
    session = window.session
    session.do(SetMasterGain(gain_db=4.0))
    pick(window.templates_menu, "Save as a template…")
    pick(window.templates_menu, "Begin without a template")
    before = session.bundle
    session.open_video(short_video)
    qtbot.waitUntil(lambda: session.bundle is not before, timeout=10_000)
    assert session.project.master.gain_db == 0.0
