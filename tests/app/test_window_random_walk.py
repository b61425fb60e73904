"""User actions in random order: no exception, undo goes all the way back, nothing is left behind.

``make walk`` (``FOLEYSTAGE_WALK=10000``) walks on for ten thousand actions, and sees that memory
does not grow, either.
"""

from __future__ import annotations

import ctypes
import gc
import os
import random
from collections import Counter
from pathlib import Path

import pytest
from pointing import drag, wheel
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QWidget
from test_window_takes import takes as takes  # a fixture

from app.views.timeline import clip_index
from app.window import MainWindow
from engine.project.history import Document
from engine.project.kept_values import VERSIONS, kept
from engine.project.model import Project

ACTIONS = int(os.environ.get("FOLEYSTAGE_WALK", "150"))
LONG = 2_000
WARM_UP = 60
MOST_GROWTH_MB = 40.0
MOST_MORE = 80
"""So many more objects of a kind may be there afterwards: the journal keeps 64 values."""
OURS = ("app", "engine", "PySide6", "shiboken6", "Shiboken")
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
    (Qt.Key.Key_M, SHIFT), (Qt.Key.Key_Escape, NONE), (Qt.Key.Key_Space, NONE),
    (Qt.Key.Key_J, NONE), (Qt.Key.Key_K, NONE), (Qt.Key.Key_L, NONE), (Qt.Key.Key_L, NONE),
    (Qt.Key.Key_R, ALT), (Qt.Key.Key_R, ALT | SHIFT), (Qt.Key.Key_N, SHIFT),
    (Qt.Key.Key_K, CONTROL | SHIFT), (Qt.Key.Key_I, NONE), (Qt.Key.Key_O, NONE),
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


def resident_mb(window: MainWindow) -> float:
    """Memory of this process in use now, without waveforms that are kept as pictures (64 MB)."""
    window.timeline.lanes._waves._tiles.clear()
    window.timeline.lanes._waves._bytes = 0
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def objects() -> Counter[str]:
    """How many objects there are of each kind of ours and of Qt's.

    Garbage is collected first, and rows that are kept for the sake of speed (512) are let go.
    """
    clip_index._sorted_row.cache_clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QTest.qWait(50)
    for _ in range(3):
        gc.collect()
    kinds = (type(one) for one in gc.get_objects())
    return Counter(
        f"{kind.__module__}.{kind.__qualname__}"
        for kind in kinds
        if str(kind.__module__).split(".")[0] in OURS
    )


def begin_anew(window: MainWindow) -> Project:
    """A history of its own, on the same value; what the last one held can go."""
    session = window.session
    assert session.bundle is not None
    session.document.end_gesture()
    session.start(Document(session.project, journal=session.bundle.journal))
    return session.project


@pytest.mark.timeout(0 if ACTIONS >= LONG else 180)
@pytest.mark.parametrize("seed", [1, 2] if ACTIONS < LONG else [1])
def test_random_user(
    takes: MainWindow, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, chance = takes, random.Random(seed)
    begin_anew(window)
    window.timeline.toggle_takes("one")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: (f"kept {chance.randrange(5)}", True))
    original = window.session.project
    for _ in range(WARM_UP):
        act(window, chance)
    undo_all(window)
    assert window.session.project == original
    start = begin_anew(window)
    before, before_mb = objects(), resident_mb(window)
    for _ in range(ACTIONS):
        act(window, chance)
    assert len(window.session.document.steps) > ACTIONS // 10
    undo_all(window)
    assert window.session.project == start
    begin_anew(window)
    after = objects()
    more = {kind: count - before[kind] for kind, count in after.items()}
    assert {kind: count for kind, count in more.items() if count > MOST_MORE} == {}
    if ACTIONS >= LONG:
        assert resident_mb(window) - before_mb < MOST_GROWTH_MB


def act(window: MainWindow, chance: random.Random) -> None:
    """One thing that a user does."""
    session, timeline = window.session, window.timeline
    kind = chance.randrange(10)
    if kind <= 1:
        area = (timeline.lanes.width() - 200, 150)
        modifiers = chance.choice([NONE, NONE, ALT, CONTROL, SHIFT, CONTROL | SHIFT])
        drag(timeline.lanes, a_point(chance, *area), a_point(chance, *area), modifiers)
    elif kind == 2:
        key, modifiers = chance.choice(KEYS)
        QTest.keyClick(timeline.lanes, key, modifiers)
    elif kind == 3:
        drag_over(window.stage.in_front, chance)
    elif kind == 4:
        area = (timeline.headers.width(), 150)
        drag(timeline.headers, a_point(chance, *area), a_point(chance, *area))
    elif kind == 5:
        widgets = [timeline.ruler, timeline.overview, window.inspector.eq_curve, window.picture]
        drag_over(chance.choice(widgets), chance)
    elif kind == 6:
        window.actions_by_name[chance.choice(ACTIONS_BY_NAME)].trigger()
    elif kind == 7:
        keep_or_take_up(window, chance)
    elif kind == 8:
        drag_in_takes(window, chance)
    else:
        wheel(timeline.lanes, QPointF(300, 20), chance.choice([-1, 1]), CONTROL)
        session.locate(chance.uniform(0.0, 2.0))


def drag_over(widget: QWidget, chance: random.Random) -> None:
    """Anywhere in a widget."""
    area = (max(widget.width(), 1), max(widget.height(), 1))
    drag(widget, a_point(chance, *area), a_point(chance, *area))


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
    """Back to where the history begins."""
    session = window.session
    session.document.end_gesture()
    while session.document.can_undo:
        session.undo()
