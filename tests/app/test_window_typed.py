"""Numbers for what is dragged: slip, markers, regions, the loop, the selected time, paths."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import drag
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from app.dialogs.numbers import NumbersDialog
from app.views.timeline.clip_painting import TITLE_PX
from app.views.timeline.lane_painting import CLIPS_TOP_PX
from app.views.tracks.fields import NumberField
from app.window import MainWindow
from engine.coordinates import to_spherical
from engine.project.edits import AddMarker
from engine.project.model import Marker, Trajectory

CONTROL, SHIFT, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.NoModifier,
)


def answer(monkeypatch: pytest.MonkeyPatch, *values: float) -> None:
    """Type numbers into the dialog that opens next and accept it."""

    def fill(dialog: NumbersDialog) -> int:
        for field, value in zip(dialog.fields, values, strict=True):
            field.setValue(value)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(NumbersDialog, "exec", fill)


def type_into(field: NumberField, text: str) -> None:
    """Type a number and press Return."""
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def place(window: MainWindow, time_s: float, down_px: float) -> QPointF:
    timeline = window.timeline
    return QPointF(timeline.axis.x_of(time_s), timeline.rows.y_of(0) + down_px)


def test_a_typed_offset_slips_the_sound(window: MainWindow) -> None:
    session = window.session
    before = session.project
    session.selection.select_clips({"a"}, "one")
    type_into(window.inspector.offset, "0.75")
    clip = session.project.clip("a")
    assert (clip.start_s, clip.duration_s, clip.offset_s) == (0.2, 0.6, 0.75)
    assert session.document.undo_label == "Slip clip"
    session.undo()
    assert session.project == before
    drag(window.timeline.lanes, place(window, 0.5, 40), place(window, 0.4, 40), CONTROL | SHIFT)
    assert session.project.clip("a").offset_s > 0.35
    assert session.document.undo_label == "Slip clip"
    assert session.document.position == 1


def test_typed_starts_and_lengths_ripple(window: MainWindow) -> None:
    session = window.session
    session.selection.set_ripple("track")
    session.selection.select_clips({"a"}, "one")
    type_into(window.inspector.length, "0.4")
    assert session.project.clip("b").start_s == pytest.approx(1.0)
    type_into(window.inspector.start, "0.5")
    assert session.project.clip("b").start_s == pytest.approx(1.3)
    assert session.document.position == 2


def test_markers_regions_loop_and_time_are_typed(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    session.do(AddMarker(marker=Marker(id="m", time_s=0.4, name="M")))
    session.do(AddMarker(marker=Marker(id="r", time_s=0.8, name="R", length_s=0.4)))
    answer(monkeypatch, 1.111)
    window.marker_menu.ask_time("m")
    answer(monkeypatch, 0.7, 1.55)
    window.marker_menu.ask_time("r")
    places = {m.id: (m.time_s, m.time_s + m.length_s) for m in session.project.markers}
    assert places == {"m": (1.111, 1.111), "r": pytest.approx((0.7, 1.55))}
    answer(monkeypatch, 0.25, 1.75)
    window.actions_by_name["loop_numbers"].trigger()
    assert session.loop_s == (0.25, 1.75)
    window.actions_by_name["span_numbers"].trigger()
    assert session.selection.span_s == (0.25, 1.75)
    answer(monkeypatch, 0.5, 0.5)
    window.actions_by_name["loop_numbers"].trigger()
    assert session.loop_s is None


def test_paths_are_turned_smoothed_and_flown_the_other_way_by_numbers(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    session.selection.select_track("one")

    def trigger(name: str, *values: float) -> Trajectory:
        answer(monkeypatch, *values)
        window.actions_by_name[name].trigger()
        return session.project.track("one").trajectory

    turned = to_spherical(trigger("path_turn", 20.0, 10.0).at(0.0))
    old = to_spherical(np.array([4.0, 3.0, 0.0]))
    assert turned == pytest.approx(old + np.array([20.0, 10.0, 0.0]))
    session.undo()
    flown = trigger("path_fly_by_left", 2.0, 10.0, 0.0)
    assert flown.at(0.0)[1] == pytest.approx(-10.0)
    assert flown.at(2.0)[1] == pytest.approx(10.0)
    trigger("path_orbit", 3.0, 0.0, 0.0, 1.0)
    fine, rough = trigger("path_simplify_by", 0.2), trigger("path_simplify_by", 30.0)
    assert len(fine.keyframes) > len(rough.keyframes)
    session.undo()
    rough = trigger("path_smooth_by", 1.0)
    assert session.document.undo_label == "Smooth path"
    assert abs(rough.at(1.0)[0]) < 2.9


def test_the_handles_of_fades_win_beside_the_edge(window: MainWindow) -> None:
    session, lanes = window.session, window.timeline.lanes
    session.selection.select_clips({"a"}, "one")
    down = CLIPS_TOP_PX + TITLE_PX + 5
    found = [
        lanes.hit(place(window, 0.2, down) + QPointF(x, y)).part
        for x, y in ((1, 0), (5, 0), (9, 0), (4, 4), (4, -4))
    ]
    assert found == ["fade in"] * 5
    start = place(window, 0.2, down) + QPointF(4, 4)
    drag(lanes, start, start + QPointF(0.2 * window.timeline.axis.px_per_s, 0))
    clip = session.project.clip("a")
    assert clip.fade_in_s == pytest.approx(0.2, abs=0.01)
    assert (clip.start_s, clip.duration_s) == (0.2, 0.6)


def test_ends_of_regions_are_snapped_to(window: MainWindow) -> None:
    session, lanes = window.session, window.timeline.lanes
    session.do(AddMarker(marker=Marker(id="r", time_s=0.1, name="R", length_s=0.837)))
    near_s = 4.0 / window.timeline.axis.px_per_s
    drag(lanes, place(window, 0.5, 40), place(window, 0.5 + 0.737 + near_s, 40))
    assert session.project.clip("a").start_s == pytest.approx(0.937)
