"""Comp, parts made anew and blind comparison, with real events; undo gives the same value."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import drag
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from test_window_takes import place
from test_window_takes import takes as takes  # a fixture

from app.comping import comp_edit
from app.dialogs.blind_test import BlindTestDialog
from app.views.timeline.take_lanes import find_take
from app.window import MainWindow
from engine.foley.generate import recipe_for
from engine.pipeline.sounding import sound_of
from engine.project.blind_test import BlindTest
from engine.project.edits import AddTake, CompClip, SetClipTake, SetEvent
from engine.project.model import Event, EventId, Take, TakeId, TrackId

CONTROL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
WAIT_MS = 60_000


def spans(window: MainWindow) -> list[tuple[str, float, float]]:
    """(take, start_s, end_s) of the pieces of clip 'a'."""
    found = [clip for clip in window.session.project.clips if clip.id.startswith("a")]
    found.sort(key=lambda clip: clip.start_s)
    return [
        (clip.take_id, round(clip.start_s, 3), round(clip.start_s + clip.duration_s, 3))
        for clip in found
    ]


def test_a_drag_along_a_take_comps_it_there(takes: MainWindow) -> None:
    before = takes.session.project
    drag(takes.timeline.lanes, place(takes, 2, 0.4), place(takes, 2, 0.7))
    parts = spans(takes)
    assert [part[0] for part in parts] == ["take-e-0", "take-e-2", "take-e-0"]
    assert parts[1][1] == pytest.approx(0.2 + 0.4 * 0.6 - 0.015, abs=0.005)
    assert parts[1][2] == pytest.approx(0.2 + 0.7 * 0.6 + 0.015, abs=0.005)
    assert takes.timeline.lanes.band is None
    takes.session.undo()
    assert takes.session.project == before


def test_escape_abandons_a_comp(takes: MainWindow) -> None:
    before = takes.session.project
    lanes = takes.timeline.lanes
    drag(lanes, place(takes, 1, 0.3), place(takes, 1, 0.7), release=False)
    assert lanes.band is not None
    QTest.keyClick(lanes, Qt.Key.Key_Escape)
    QTest.mouseRelease(lanes, Qt.MouseButton.LeftButton, pos=place(takes, 1, 0.7).toPoint())
    assert takes.session.project == before
    assert lanes.band is None


def test_the_keyboard_turns_takes_in_the_selected_time(takes: MainWindow) -> None:
    session = takes.session
    before = session.project
    session.selection.select_clips(("a",), "one")
    session.selection.set_span((0.4, 0.6))
    lanes = takes.timeline.lanes
    QTest.keyClick(lanes, Qt.Key.Key_Right, CONTROL_ALT | SHIFT)
    assert [part[0] for part in spans(takes)] == ["take-e-0", "take-e-1", "take-e-0"]
    assert session.selection.value.clip_ids == {"a~2"}
    QTest.keyClick(lanes, Qt.Key.Key_Right, CONTROL_ALT | SHIFT)
    assert [part[0] for part in spans(takes)] == ["take-e-0", "take-e-2", "take-e-0"]
    session.undo()
    session.undo()
    assert session.project == before


def test_the_menu_of_a_take_chooses_it_in_the_selected_time(takes: MainWindow) -> None:
    session, lanes = takes.session, takes.timeline.lanes
    before = session.project
    session.selection.set_span((0.5, 5.0))
    point = place(takes, 1)
    cell = find_take(before, lanes.axis, lanes.rows, frozenset(), point)
    assert cell is not None
    lanes.take_menu_requested.emit(cell.clip.id, cell.take.id, lanes.mapToGlobal(lanes.pos()))
    menu = takes.take_menu.menu
    assert menu is not None
    words = [action.text() for action in menu.actions()]
    menu.actions()[words.index("Choose it in the selected time")].trigger()
    menu.close()
    assert [part[0] for part in spans(takes)] == ["take-e-0", "take-e-1"]
    session.undo()
    assert session.project == before


def test_what_comes_near_an_end_goes_to_it(takes: MainWindow) -> None:
    clip = takes.session.project.clip("a")
    for span_s, kind in (
        ((0.0, 9.0), SetClipTake), ((0.21, 0.79), SetClipTake), ((0.4, 0.6), CompClip),
    ):  # fmt: skip
        assert isinstance(comp_edit(clip, "take-e-1", span_s), kind)


def test_time_outside_a_clip_comps_nothing(takes: MainWindow) -> None:
    assert comp_edit(takes.session.project.clip("a"), "take-e-1", (1.5, 1.9)) is None
    before = takes.session.project
    takes.session.selection.select_clips(("a",), "one")
    takes.session.selection.set_span((1.5, 1.9))
    takes.verbs.comp_take()
    assert "Nothing to comp" in takes.notices.text
    assert takes.session.project == before


def test_a_part_is_made_anew_in_the_background(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    assert session.bundle is not None
    event = Event(
        id=EventId("e"), track_id=TrackId("one"), layer="hit", generator="impacts",
        prompt="wood hit", start_s=0.2, duration_s=1.0, onsets_s=(0.3, 0.6, 0.9),
        strengths=(1.0, 1.0, 1.0),
    )  # fmt: skip
    audio, recipe = sound_of(event, 48_000)
    take = Take(
        id=TakeId("take-e-0"), event_id=EventId("e"), name="hit", channels=len(audio),
        audio=session.bundle.put_audio(audio, 48_000), sample_rate_hz=48_000,
        samples=audio.shape[1], recipe=recipe,
    )  # fmt: skip
    assert recipe == recipe_for(event)
    for edit in (
        SetEvent(event=event), AddTake(take=take), SetClipTake(clip_id="a", take_id=take.id),
    ):  # fmt: skip
        assert session.do(edit)
    before = session.project
    session.selection.select_clips(("a",), "one")
    lanes = window.timeline.lanes
    QTest.keyClick(lanes, Qt.Key.Key_N, CONTROL_ALT)
    assert "Select time first" in window.notices.text
    session.selection.set_span((0.5, 0.8))
    QTest.keyClick(lanes, Qt.Key.Key_N, CONTROL_ALT)
    qtbot.waitUntil(lambda: session.project != before, timeout=WAIT_MS)
    new = session.project.take(session.project.clip("a").take_id)
    made, _ = session.bundle.media.audio(new.audio)
    assert np.array_equal(made[:, :9_600], audio[:, :9_600])
    assert not np.array_equal(made, audio)
    session.undo()
    assert session.project == before


def blind(window: MainWindow, steps) -> None:  # type: ignore[no-untyped-def]
    """Open the comparison by its keys and do `steps` with its dialog."""

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, BlindTestDialog)
        try:
            steps(dialog)
        finally:
            dialog.close()

    QTimer.singleShot(100, act)
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_C, CONTROL_ALT)


def test_takes_are_compared_blind_and_the_preferred_one_is_used(takes: MainWindow) -> None:
    session = takes.session
    session.selection.select_clips(("a",), "one")
    before = session.project

    def steps(dialog: BlindTestDialog) -> None:
        assert sorted(dialog.listen) == ["A", "B", "C"]
        shown = dialog.test.shown
        QTest.keyClick(dialog, Qt.Key.Key_B)
        assert session.audition.heard == ("a", shown["B"])
        assert not any(name in dialog.told.text() for name in ("hit 0", "hit 1", "hit 2"))
        for _ in range(3):
            letter = next(a for a, take in dialog.test.shown.items() if take == "take-e-2")
            QTest.keyClick(dialog, getattr(Qt.Key, f"Key_{letter}"), SHIFT)
        assert not dialog.take.isEnabled()
        QTest.mouseClick(dialog.reveal, Qt.MouseButton.LeftButton)
        assert "hit 2, 3 ×" in dialog.told.text()
        assert "4%" in dialog.told.text()
        QTest.keyClick(dialog, Qt.Key.Key_A)
        assert len(dialog.test.preferred) == 3
        QTest.mouseClick(dialog.take, Qt.MouseButton.LeftButton)

    blind(takes, steps)
    assert session.project.clip("a").take_id == "take-e-2"
    assert session.audition.heard is None
    session.undo()
    assert session.project == before


def test_a_draw_changes_nothing_and_one_take_cannot_be_compared(
    takes: MainWindow, qtbot: QtBot
) -> None:
    test = BlindTest.of(("take-e-0", "take-e-1"), 3)
    dialog = BlindTestDialog(test, {"take-e-0": "x", "take-e-1": "y"}, takes)
    qtbot.addWidget(dialog)
    for wanted in ("take-e-0", "take-e-1"):
        dialog.choose(next(a for a, take in dialog.test.shown.items() if take == wanted))
    dialog.show_answer()
    assert dialog.favourite is None
    assert not dialog.take.isEnabled()
    session = takes.session
    before = session.project
    session.selection.select_clips(("c",), "two")
    takes.verbs.compare_blind()
    assert "only one take" in takes.notices.text
    assert session.project == before


def test_a_click_without_a_drag_still_chooses_the_whole_take(takes: MainWindow) -> None:
    point: QPointF = place(takes, 1)
    QTest.mouseClick(takes.timeline.lanes, Qt.MouseButton.LeftButton, pos=point.toPoint())
    assert spans(takes) == [("take-e-1", 0.2, 0.8)]
