"""Tangents on the stage: a keyframe becomes smooth, its handles are dragged, undo gives it back."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import drag
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.views.stage.tangents import handles_of
from app.window import MainWindow


@pytest.fixture
def bent(window: MainWindow) -> MainWindow:
    """The middle keyframe of the first track, smooth by its key."""
    window.session.selection.select_keyframe("one", 1)
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_C)
    return window


def velocity(window: MainWindow) -> tuple[float, float, float] | None:
    return window.session.project.track("one").trajectory.keyframes[1].velocity_mps


def place(window: MainWindow, number: int) -> QPointF:
    """Pixel of a handle."""
    handle = handles_of(window.session.project.track("one"), 1)[number]
    x, y = window.stage.in_front.projection.points(np.array([handle.place_m]))[0]
    return QPointF(x, y)


def test_the_key_smooths_a_keyframe_and_makes_it_a_corner_again(bent: MainWindow) -> None:
    assert velocity(bent) == (0.0, -3.0, 0.0)
    QTest.keyClick(bent.timeline.lanes, Qt.Key.Key_C)
    assert velocity(bent) is None
    bent.session.undo()
    bent.session.undo()
    keyframes = bent.session.project.track("one").trajectory.keyframes
    assert {keyframe.provenance for keyframe in keyframes} == {"machine"}


@pytest.mark.parametrize("view", ["top", "free"])
def test_a_handle_is_dragged_as_one_step(bent: MainWindow, view: str) -> None:
    for number, sign in ((0, -1.0), (1, 1.0)):
        drag_a_handle(bent, view, number, sign)


def drag_a_handle(bent: MainWindow, view: str, number: int, sign: float) -> None:
    bent.stage.show_view(view)
    session, stage = bent.session, bent.stage.in_front
    before, steps = session.project, session.document.position
    start = place(bent, number)
    drag(stage, start, start + QPointF(0.0, -40.0))
    now = velocity(bent)
    assert now is not None
    up = 0 if view == "top" else 2
    assert sign * now[up] > 0.5
    assert place(bent, number).y() == pytest.approx(start.y() - 40.0, abs=2.0)
    path, was = session.project.track("one").trajectory, before.track("one").trajectory
    assert np.array_equal(path.positions_m, was.positions_m)
    assert np.abs(path.at(1.5) - was.at(1.5)).max() > 0.1
    assert session.document.position == steps + 1
    session.undo()
    assert session.project == before


def test_escape_lets_a_handle_be_where_it_was(bent: MainWindow) -> None:
    before, stage = bent.session.project, bent.stage.in_front
    start = place(bent, 1)
    drag(stage, start, start + QPointF(20.0, -40.0), release=False)
    assert bent.session.project != before
    QTest.keyClick(stage, Qt.Key.Key_Escape)
    assert bent.session.project == before


def test_the_lanes_draw_the_curve_and_a_reshaped_path_keeps_it(bent: MainWindow) -> None:
    start = place(bent, 1)
    drag(bent.stage.in_front, start, start + QPointF(0.0, -60.0))
    session = bent.session
    was = session.project.track("one").trajectory.at([0.5, 1.5])
    bent.actions_by_name["path_mirror"].trigger()
    assert session.project.track("one").trajectory.at([0.5, 1.5]) == pytest.approx(
        was * (1.0, -1.0, 1.0), abs=0.02
    )


def test_a_locked_path_keeps_its_corners(window: MainWindow) -> None:
    window.session.selection.select_keyframe("one", 1)
    window.verbs.path_lock()
    before = window.session.project
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_C)
    assert window.session.project == before
    assert "locked" in window.notices.text
