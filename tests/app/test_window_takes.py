"""Take lanes: shown, chosen, heard in their place, locked and deleted with real events."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.audition import heard_with
from app.views.timeline.rows import ENVELOPE_PX, TAKE_PX
from app.views.timeline.take_lanes import find_take
from app.window import MainWindow
from engine.pipeline.more_takes import more_takes
from engine.project.edits import AddTake, SetClipTake, SetEvent
from engine.project.model import Event, EventId, Project, Recipe, Take, TakeId, TrackId

LEFT = Qt.MouseButton.LeftButton
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def takes(window: MainWindow) -> MainWindow:
    """Clip 'a' with three takes of its event; the lanes are open."""
    session = window.session
    event = Event(
        id=EventId("e"), track_id=TrackId("one"), layer="hit", generator="impacts",
        prompt="wood hit", start_s=0.2, duration_s=1.0, onsets_s=(0.3,), strengths=(1.0,),
    )  # fmt: skip
    session.do(SetEvent(event=event))
    assert session.bundle is not None
    for number in range(3):
        noise = np.random.default_rng(number).uniform(-0.4, 0.4, (1, 96_000)).astype(np.float32)
        take = Take(
            id=TakeId(f"take-e-{number}"), event_id=EventId("e"), name=f"hit {number}",
            audio=session.bundle.put_audio(noise, 48_000), sample_rate_hz=48_000, channels=1,
            samples=96_000, recipe=Recipe(generator="impacts", version="1", seed=number),
        )  # fmt: skip
        session.do(AddTake(take=take))
    session.do(SetClipTake(clip_id="a", take_id="take-e-0"))
    session.selection.select_track("one")
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_T, ALT)
    return window


def place(window: MainWindow, number: int, share: float = 0.5) -> QPointF:
    clip, axis, rows = window.session.project.clip("a"), window.timeline.axis, window.timeline.rows
    x = axis.x_of(clip.start_s + share * clip.duration_s)
    return QPointF(x, rows.take_y(0, number) + TAKE_PX / 2)


def click(window: MainWindow, point: QPointF) -> None:
    QTest.mouseClick(window.timeline.lanes, LEFT, pos=point.toPoint())


def chosen(window: MainWindow) -> str:
    return window.session.project.clip("a").take_id


def test_the_key_shows_a_lane_a_take_and_hides_them(takes: MainWindow) -> None:
    rows = takes.timeline.rows
    assert rows.takes_of(0) == 3
    takes.envelope_menu.toggle("one", "gain")
    assert rows.envelope_y(0, 0) == rows.y_of(0) + rows.body_of(0) + 3 * TAKE_PX
    assert rows.y_of(1) == rows.envelope_y(0, 0) + ENVELOPE_PX
    QTest.keyClick(takes.timeline.lanes, Qt.Key.Key_T, ALT)
    assert rows.takes_of(0) == 0


def test_a_click_chooses_a_take_and_undo_gives_the_same_value(takes: MainWindow) -> None:
    before = takes.session.project
    click(takes, place(takes, 2))
    assert chosen(takes) == "take-e-2"
    takes.session.undo()
    assert takes.session.project == before


def test_the_lock_keeps_a_take_where_it_sounds(takes: MainWindow) -> None:
    before = takes.session.project
    click(takes, place(takes, 0, 0.98))
    assert takes.session.project.take("take-e-0").locked
    click(takes, place(takes, 1))
    assert chosen(takes) == "take-e-0"
    click(takes, place(takes, 0, 0.98))
    assert takes.session.project == before


def test_a_take_is_deleted_from_its_menu(takes: MainWindow) -> None:
    before = takes.session.project
    click(takes, place(takes, 1))
    lanes = takes.timeline.lanes
    cell = find_take(takes.session.project, lanes.axis, lanes.rows, frozenset(), place(takes, 1))
    assert cell is not None
    assert cell.is_chosen
    lanes.take_menu_requested.emit(cell.clip.id, cell.take.id, lanes.mapToGlobal(lanes.pos()))
    menu = takes.take_menu.menu
    assert menu is not None
    words = [action.text() for action in menu.actions()]
    menu.actions()[words.index("Delete this take")].trigger()
    menu.close()
    assert [take.id for take in takes.session.project.takes_of("e")] == ["take-e-0", "take-e-2"]
    assert chosen(takes) == "take-e-0"
    assert takes.timeline.rows.takes_of(0) == 2
    takes.session.undo()
    takes.session.undo()
    assert takes.session.project == before


def test_listening_plays_another_take_and_leaves_the_document_alone(
    takes: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = takes.session
    sent: list[Project] = []
    monkeypatch.setattr(session.playback, "set_project", lambda project, path: sent.append(project))
    before, steps = session.project, list(session.document.steps)
    click(takes, place(takes, 1, 0.02))
    assert session.audition.heard == ("a", "take-e-1")
    assert sent[-1].clip("a").take_id == "take-e-1"
    assert session.playback.is_playing
    assert (session.project, session.document.steps) == (before, steps)
    QTest.keyClick(takes.timeline.lanes, Qt.Key.Key_Space)
    assert session.audition.heard is None
    assert not session.playback.is_playing
    session._send_project()
    assert sent[-1] == before


def test_what_is_heard_differs_by_the_take_alone(takes: MainWindow) -> None:
    project = takes.session.project
    heard = heard_with(project, "a", "take-e-2")
    assert heard.clip("a").take_id == "take-e-2"
    assert structs.replace(heard, clips=project.clips) == project


def test_another_take_has_another_seed_and_waits_beside(takes: MainWindow) -> None:
    session = takes.session
    assert session.bundle is not None
    before = session.project
    session.do(more_takes(before, session.bundle.media, ("e",)))
    new = session.project.takes_of("e")[-1]
    assert new.id not in {take.id for take in before.takes}
    assert session.project.clips == before.clips
    session.undo()
    assert session.project == before
