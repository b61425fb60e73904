"""Bars and beats on the ruler, off until they are chosen; marks of scenes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec import structs
from pointing import drag
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from app.dialogs.numbers import NumbersDialog
from app.views.timeline.ticks import choose_ticks
from app.views.timeline.time_formats import format_time
from app.window import MainWindow
from engine.errors import ProjectError
from engine.project.bars import Bars
from engine.project.edits import (
    ApplyAnalysis,
    DeleteMarker,
    MoveMarker,
    RenameMarker,
    SetBars,
)
from engine.project.model import Project

RATE = Fraction(25)


def test_a_beat_is_as_long_as_tempo_and_meter_say() -> None:
    assert Bars(tempo_bpm=120.0).beat_s == Fraction(1, 2)
    waltz = Bars(tempo_bpm=90.0, beats=3, unit=8, first_s=1.0)
    assert waltz.beat_s == Fraction(1, 3)
    assert waltz.place(1.0) == (1, 1, 0)
    assert waltz.place(2.0) == (2, 1, 0)
    assert waltz.place(1.0 + 1 / 3 + 1 / 6) == (1, 2, 50)
    assert waltz.place(0.99) == (0, 3, 97)


def test_labels_of_bars_stand_on_bars_and_begin_where_bar_one_does() -> None:
    bars = Bars(tempo_bpm=100.0, beats=4, unit=4, first_s=0.3)
    ticks = choose_ticks(60.0, RATE, "bars", 48_000, bars)
    shown = [(t, label) for t, label in ticks.between(0.0, 20.0) if label]
    words = [format_time(t, "bars", RATE, 48_000, bars) for t, _ in shown]
    inside = [word for (t, _), word in zip(shown, words, strict=True) if t >= 0.3]
    assert inside[:3] == ["1.1", "2.1", "3.1"]
    assert [t for t, _ in shown if t >= 0.3][1] == pytest.approx(0.3 + 4 * 0.6)


def test_nonsense_is_refused() -> None:
    for bad in (Bars(tempo_bpm=0.0), Bars(beats=0), Bars(unit=3)):
        with pytest.raises(ProjectError):
            SetBars(bars=bad).apply(Project())


def test_tempo_and_meter_are_asked_for_and_then_shown(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, axis = window.session, window.timeline.axis
    before = session.project
    assert axis.time_format == "timecode"

    def fill(dialog: NumbersDialog) -> int:
        for field, value in zip(dialog.fields, (90.0, 3, 8, 0.25), strict=True):
            field.setValue(value)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(NumbersDialog, "exec", fill)
    window.actions_by_name["tempo"].trigger()
    assert session.project.bars == Bars(tempo_bpm=90.0, beats=3, unit=8, first_s=0.25)
    assert axis.time_format == "bars"
    picture = window.timeline.ruler.grab().toImage()
    window.ruler_menu.choose("timecode")
    assert window.timeline.ruler.grab().toImage() != picture
    session.undo()
    assert session.project == before


def test_a_scene_begins_where_its_shot_does(window: MainWindow) -> None:
    session = window.session
    analysed = structs.replace(session.project.analysis, shots_s=(0.0, 0.8))
    session.document._states[0].project = structs.replace(session.project, analysis=analysed)
    session.locate(1.2)
    before = window.timeline.film.grab().toImage()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_K, control | shift)
    (marker,) = session.project.markers
    assert (marker.time_s, marker.name, marker.scene) == (0.8, "Scene 1", True)
    assert window.timeline.film.grab().toImage() != before
    session.undo()
    assert session.project.markers == ()


def analysed(window: MainWindow) -> None:
    """As if a new analysis had found three shots."""
    project = window.session.project
    assert project.video is not None
    analysis = structs.replace(project.analysis, shots_s=(0.0, 0.8, 1.4))
    tracks = project.tracks
    window.session.do(
        ApplyAnalysis(video=project.video, analysis=analysis, scene=project.scene, tracks=tracks)
    )


def test_scenes_come_from_shots_by_themselves_and_can_be_turned_off(window: MainWindow) -> None:
    session, action = window.session, window.actions_by_name["scenes_at_shots"]
    before = session.project
    assert action.isChecked()
    analysed(window)
    marks = session.project.markers
    assert [(one.time_s, one.name, one.scene) for one in marks] == [
        (0.0, "Scene 1", True), (0.8, "Scene 2", True), (1.4, "Scene 3", True)
    ]  # fmt: skip
    action.trigger()
    assert session.project.markers == ()
    assert not action.isChecked()
    analysed(window)
    assert session.project.markers == ()
    session.undo()
    assert session.project.markers == marks
    assert action.isChecked()
    session.undo()
    assert session.project == before


def test_scenes_that_a_hand_has_changed_stay_so(window: MainWindow) -> None:
    session = window.session
    analysed(window)
    first, second, third = session.project.markers
    session.do(RenameMarker(marker_id=first.id, name="Harbour"))
    session.do(MoveMarker(marker_id=second.id, time_s=0.9))
    session.do(DeleteMarker(marker_id=third.id))
    changed = session.project
    analysed(window)
    assert session.project.markers == changed.markers
    assert [one.name for one in changed.markers] == ["Harbour", "Scene 2"]


def test_clips_snap_to_beats_while_the_ruler_counts_them(window: MainWindow) -> None:
    session, timeline = window.session, window.timeline
    session.do(SetBars(bars=Bars(tempo_bpm=97.0, first_s=0.05)))
    beat_s = 0.05 + 60.0 / 97.0
    near_s = 4.0 / timeline.axis.px_per_s
    y = timeline.rows.y_of(0) + 40
    start = QPointF(timeline.axis.x_of(0.5), y)
    end = start + QPointF((beat_s + near_s - 0.2) * timeline.axis.px_per_s, 0)
    drag(timeline.lanes, start, end)
    assert session.project.clip("a").start_s != pytest.approx(beat_s, abs=1e-6)
    session.undo()
    window.ruler_menu.choose("bars")
    drag(timeline.lanes, start, end)
    assert session.project.clip("a").start_s == pytest.approx(beat_s, abs=1e-9)


def test_the_grid_of_the_lanes_is_that_of_the_ruler(window: MainWindow) -> None:
    window.ruler_menu.choose("bars")
    plain = window.timeline.lanes.grab().toImage()
    window.session.do(SetBars(bars=Bars(tempo_bpm=97.0, first_s=0.05)))
    assert window.timeline.lanes.grab().toImage() != plain
