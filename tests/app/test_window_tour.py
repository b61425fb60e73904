"""The tour: four places, one after the other, by mouse or keyboard; it changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from pointing import happens
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from engine import resources
from engine.media.probe import fingerprint
from engine.pipeline.made_again import make_again
from engine.project.media_folder import MediaFolder
from engine.project.project_file import read_project_file


def test_four_places_in_sight_and_then_it_is_over(window: MainWindow) -> None:
    before = window.session.project
    window.actions_by_name["tour"].trigger()
    tour = window.tour
    areas = []
    for number in range(4):
        assert tour.isVisible()
        assert tour._count.text() == f"{number + 1} of 4"
        areas.append(tour.shown_area())
        assert tour.rect().contains(tour.card.geometry())
        QTest.mouseClick(tour.next, Qt.MouseButton.LeftButton)
    assert tour.isHidden()
    timeline = window.timeline
    assert areas[2].topLeft() == timeline.mapTo(window, QPoint(0, 0))
    assert len({(area.x(), area.y()) for area in areas}) == 4
    assert window.session.project == before


def test_the_keyboard_goes_through_it_and_escape_ends_it(window: MainWindow) -> None:
    window.actions_by_name["tour"].trigger()
    QTest.keyClick(window.tour, Qt.Key.Key_Return)
    assert window.tour._count.text() == "2 of 4"
    QTest.keyClick(window.tour, Qt.Key.Key_Escape)
    assert window.tour.isHidden()


def test_the_card_lies_on_nothing_it_talks_about(window: MainWindow) -> None:
    window.resize(1400, 900)
    window.actions_by_name["tour"].trigger()
    tour = window.tour
    for _ in range(4):
        assert happens(lambda: not tour.card.geometry().intersects(tour.shown_area()))
        QTest.keyClick(tour, Qt.Key.Key_Return)


@pytest.fixture
def quick_sounds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sounds are not made; the verbs that were asked for."""
    asked: list[str] = []

    monkeypatch.setattr(
        "app.lost_media.LostMedia.make_again", lambda self, name: asked.append(name)
    )
    return asked


def test_from_the_empty_window_the_tour_is_of_the_demo(
    empty_window: MainWindow, qtbot: QtBot, quick_sounds: list[str]
) -> None:
    QTest.mouseClick(empty_window.welcome.tour, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: empty_window.tour.isVisible(), timeout=10_000)
    assert empty_window.session.project.title == "demo"
    assert empty_window.notices.text == ""


def test_the_demo_is_ready_at_once_and_offers_the_tour_once(
    empty_window: MainWindow, qtbot: QtBot, quick_sounds: list[str]
) -> None:
    buttons = empty_window.welcome.findChildren(QPushButton)
    demo = next(button for button in buttons if button.text() == "Try the demo")
    QTest.mouseClick(demo, Qt.MouseButton.LeftButton)
    session = empty_window.session
    assert session.is_open
    assert len(session.project.tracks) >= 3
    assert len(session.project.clips) >= 5
    assert Path(session.project.video.path).is_file()
    assert session.project.video.fingerprint == fingerprint(Path(session.project.video.path))
    assert "tour" in empty_window.notices.text
    for track in session.project.tracks:
        if track.boxes is not None:
            assert len(session.media.boxes(track))
    qtbot.waitUntil(lambda: quick_sounds == ["Make the demo's sounds"])
    first = session.bundle.path
    assert "Missing" not in empty_window.notices.text
    action = empty_window.notices._buttons.itemAt(0).widget()
    QTest.mouseClick(action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: empty_window.tour.isVisible())
    QTest.keyClick(empty_window.tour, Qt.Key.Key_Escape)
    empty_window.actions_by_name["open_demo"].trigger()
    assert session.bundle.path == first
    assert "tour" not in empty_window.notices.text


def test_the_sounds_of_the_demo_come_out_of_their_recipes(tmp_path: Path) -> None:
    """Those that ship as recipes alone; two of them, as making all takes seconds.

    Another kind of processor rounds otherwise: then clips sound the takes that were made there.
    """
    project, _ = read_project_file(resources.path("demo/session.foley/project.json"))
    short = sorted(project.takes, key=lambda take: take.samples)[:2]
    clips = tuple(c for c in project.clips if c.take_id in {take.id for take in short})
    project = structs.replace(project, takes=tuple(short), clips=clips)
    media = MediaFolder(tmp_path)
    made = make_again(project, media)
    assert made.failed == ()
    now = project if made.edit is None else made.edit.apply(project)
    takes = {take.id: take for take in now.takes}
    sounding = [takes[clip.take_id] for clip in now.clips]
    assert [t.samples for t in sounding] == [project.take(c.take_id).samples for c in clips]
    assert all(np.abs(media.audio(take.audio)[0]).max() > 0.0 for take in sounding)
    assert make_again(now, MediaFolder(tmp_path / "again")).edit is None  # the same ones again
