"""Two ears of a track by FoleySpace, chosen in the inspector, and back again."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

pytest.importorskip("torch")

from app.views.jobs.panel import JobCard
from app.window import MainWindow
from engine.project.edits import MoveKeyframe, SetWidth
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot

WAIT_MS = 60_000


def ears(window: MainWindow) -> np.ndarray:
    """What two ears hear of the session."""
    session = window.session
    assert session.bundle is not None
    snapshot = compile_project(session.project, session.bundle.media.audio_path, ("binaural",))
    blocks = [block["binaural"] for block in render_snapshot(snapshot)]
    return np.concatenate(blocks, axis=1)


def choose(window: MainWindow, row: int) -> None:
    """The row of the field, by keys, as a hand does it."""
    field = window.inspector.spatialiser
    field.showPopup()
    view = field.view()
    view.setCurrentIndex(view.model().index(row, 0))
    QTest.keyClick(view, Qt.Key.Key_Return)


def wait_for_the_job(qtbot: QtBot, window: MainWindow) -> str:
    (listed,) = window.session.jobs.running
    qtbot.waitUntil(lambda: not listed.running, timeout=WAIT_MS)
    return listed.state.state


@pytest.mark.timeout(240)
def test_made_once_they_are_compared_at_once(qtbot: QtBot, window: MainWindow) -> None:
    session, field = window.session, window.inspector.spatialiser
    session.selection.select_track("one")
    before, measured = session.project, ears(window)
    choose(window, 1)
    assert session.project == before  # not yet
    assert field.currentText() == "Measured HRIRs"
    assert wait_for_the_job(qtbot, window) == "done"
    assert session.project.track("one").spatialiser == "foleyspace"
    assert field.currentText() == "FoleySpace, learned"
    learned = ears(window)
    assert not np.array_equal(learned, measured)
    choose(window, 0)
    assert session.project.track("one").spatialiser == "measured"
    np.testing.assert_array_equal(ears(window), measured)
    window.actions_by_name["compare_ears"].trigger()  # nothing has to be made again
    assert not session.jobs.running
    np.testing.assert_array_equal(ears(window), learned)
    for _ in range(3):
        session.undo()
    assert session.project == before

    for _ in range(3):
        session.redo()
    keyframe = session.project.track("one").trajectory.keyframes[1]
    session.do(
        MoveKeyframe(
            track_id="one", index=1, time_s=keyframe.time_s, x_m=4.0, y_m=1.0, z_m=0.0
        )
    )  # fmt: skip
    assert field.currentText() == "FoleySpace, out of date"
    assert "path" in field.toolTip()
    headers = window.timeline.headers
    assert "two ears out of date" in headers._facts(session.project.track("one"))
    session.undo()
    assert "out of date" not in headers._facts(session.project.track("one"))


@pytest.mark.timeout(120)
def test_cancelled_on_its_card_nothing_is_changed(qtbot: QtBot, window: MainWindow) -> None:
    session = window.session
    session.selection.select_track("one")
    before = session.project
    files = sorted(session.bundle.path.rglob("*.wav"))
    choose(window, 1)
    (listed,) = session.jobs.running
    card = window.jobs.findChild(JobCard)
    qtbot.waitUntil(lambda: card.cancel.isVisible())
    QTest.mouseClick(card.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not listed.running, timeout=WAIT_MS)
    assert listed.state.state == "cancelled"
    assert session.project == before
    assert sorted(session.bundle.path.rglob("*.wav")) == files


def test_what_is_no_point_cannot_be_chosen(window: MainWindow) -> None:
    window.session.selection.select_track("one")
    window.session.do(SetWidth(track_id="one", curve=((0.0, 40.0),)))
    field = window.inspector.spatialiser
    assert not field.model().item(1).isEnabled()
    assert "wide" in field.toolTip()
