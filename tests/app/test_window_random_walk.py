"""Hundreds of user actions in random order: no exception, and undo goes all the way back.

``FOLEYSTAGE_WALK=10000`` walks further, and sees that memory does not grow.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from pointing import drag, wheel
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog
from test_window_takes import takes as takes  # a fixture

from app.window import MainWindow
from engine.project.history import HISTORY_STEPS, Document
from engine.project.kept_values import VERSIONS, kept

ACTIONS = int(os.environ.get("FOLEYSTAGE_WALK", "150"))
LONG = 2_000
MOST_GROWTH_MB = 96.0
CONTROL, SHIFT, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.NoModifier,
)
KEYS = (
    (Qt.Key.Key_S, NONE), (Qt.Key.Key_D, CONTROL), (Qt.Key.Key_Delete, NONE),
    (Qt.Key.Key_Z, CONTROL), (Qt.Key.Key_Z, CONTROL | SHIFT), (Qt.Key.Key_A, NONE),
    (Qt.Key.Key_M, NONE), (Qt.Key.Key_A, CONTROL), (Qt.Key.Key_Right, NONE),
    (Qt.Key.Key_Right, ALT), (Qt.Key.Key_T, CONTROL), (Qt.Key.Key_M, CONTROL),
    (Qt.Key.Key_C, CONTROL), (Qt.Key.Key_X, CONTROL), (Qt.Key.Key_V, CONTROL),
    (Qt.Key.Key_V, NONE), (Qt.Key.Key_V, SHIFT), (Qt.Key.Key_V, ALT), (Qt.Key.Key_Down, NONE),
    (Qt.Key.Key_T, NONE), (Qt.Key.Key_X, CONTROL | SHIFT), (Qt.Key.Key_E, CONTROL | SHIFT),
    (Qt.Key.Key_S, SHIFT), (Qt.Key.Key_K, CONTROL), (Qt.Key.Key_Up, CONTROL | ALT),
    (Qt.Key.Key_M, SHIFT), (Qt.Key.Key_Escape, NONE),
)  # fmt: skip

ACTIONS_BY_NAME = (
    "path_mirror", "path_reverse", "path_smooth", "path_simplify", "path_copy", "path_paste",
    "group_clips", "ungroup_clips", "cross_fade", "nudge_left_fine", "nudge_right_fine",
    "add_region", "stage_top", "stage_side", "stage_free", "touch", "automation_follows",
    "loop_span", "select_clips_time", "take_lanes", "lock_take", "delete_take", "listen_to_take",
    "next_take", "path_lock", "path_revert", "azimuth_lane", "elevation_lane", "distance_lane",
    "comp_take", "previous_take", "keyframe_curve", "keyframe_curve", "find_recording",
    "film_strip", "loudness_lane", "follow_smoothly", "pre_roll", "solo_on_ears", "solo_track",
)  # fmt: skip


def a_point(chance: random.Random, width: int, height: int) -> QPointF:
    return QPointF(chance.randrange(width), chance.randrange(height))


def resident_mb() -> float:
    """Memory of this process, in use now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.timeout(0 if ACTIONS >= LONG else 180)
@pytest.mark.parametrize("seed", [1, 2] if ACTIONS < LONG else [1])
def test_random_user(
    takes: MainWindow, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, chance = takes, random.Random(seed)
    session, timeline = window.session, window.timeline
    assert session.bundle is not None
    session.start(Document(session.project, journal=session.bundle.journal))
    timeline.toggle_takes("one")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: (f"kept {chance.randrange(5)}", True))
    start = session.project
    early_mb = 0.0
    for number in range(ACTIONS):
        if number == ACTIONS // 4:
            early_mb = resident_mb()
        kind = chance.randrange(10)
        if kind <= 1:
            area = (timeline.lanes.width() - 200, 150)
            modifiers = chance.choice([NONE, NONE, ALT, CONTROL, SHIFT, CONTROL | SHIFT])
            drag(timeline.lanes, a_point(chance, *area), a_point(chance, *area), modifiers)
        elif kind == 2:
            key, modifiers = chance.choice(KEYS)
            QTest.keyClick(timeline.lanes, key, modifiers)
        elif kind == 3:
            view = window.stage.in_front
            area = (view.width(), view.height())
            drag(view, a_point(chance, *area), a_point(chance, *area))
        elif kind == 4:
            area = (timeline.headers.width(), 150)
            drag(timeline.headers, a_point(chance, *area), a_point(chance, *area))
        elif kind == 5:
            widget = chance.choice(
                [timeline.ruler, timeline.overview, window.inspector.eq_curve, window.picture]
            )
            area = (max(widget.width(), 1), max(widget.height(), 1))
            drag(widget, a_point(chance, *area), a_point(chance, *area))
        elif kind == 6:
            window.actions_by_name[chance.choice(ACTIONS_BY_NAME)].trigger()
        elif kind == 7:
            keep_or_take_up(window, chance)
        elif kind == 8:
            drag_in_takes(window, chance)
        else:
            wheel(timeline.lanes, QPointF(300, 20), chance.choice([-1, 1]), CONTROL)
            session.locate(chance.uniform(0.0, 2.0))
        if number % HISTORY_STEPS == HISTORY_STEPS // 2 or number == ACTIONS - 1:
            assert len(session.document.steps) > 10
            undo_all(window)
            assert session.project == start
    if ACTIONS >= LONG:
        assert resident_mb() - early_mb < MOST_GROWTH_MB


def keep_or_take_up(window: MainWindow, chance: random.Random) -> None:
    """A version or a template is kept, or the session goes back to a version."""
    assert window.session.bundle is not None
    files = kept(Path(window.session.bundle.path) / VERSIONS)
    what = chance.randrange(6)
    if what == 0:
        window.templates_menu.keep()
    elif what <= 2 or not files:
        window.versions_menu.keep()
    else:
        window.versions_menu.take_up(chance.choice(files))


def drag_in_takes(window: MainWindow, chance: random.Random) -> None:
    """A click or a drag in the take lanes, wherever they are; some part of the time is selected."""
    timeline, project = window.timeline, window.session.project
    from_s = chance.uniform(0.0, 1.8)
    window.session.selection.set_span((from_s, from_s + chance.uniform(0.01, 1.0)))
    lanes = [
        timeline.rows.take_y(index, number) + 8.0
        for index in range(len(project.tracks))
        for number in range(timeline.rows.takes_of(index))
    ]
    if lanes:
        y, width = chance.choice(lanes), timeline.lanes.width() - 200
        drag(
            timeline.lanes,
            QPointF(chance.randrange(width), y),
            QPointF(chance.randrange(width), y),
        )


def undo_all(window: MainWindow) -> None:
    """Back to where the history begins (it keeps a thousand steps)."""
    session = window.session
    session.document.end_gesture()
    while session.document.can_undo:
        session.undo()
