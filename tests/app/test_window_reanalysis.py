"""What a hand put right on the picture is still right after the window analyses again."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import drag
from pytestqt.qtbot import QtBot
from test_window_picture import WAIT_MS, place_of, ready

from app.views.picture import overlay
from app.window import MainWindow
from engine.pipeline.settings import RunSettings


def analyse(qtbot: QtBot, window: MainWindow) -> None:
    before = window.session.project
    window.session.analyse(RunSettings())
    qtbot.waitUntil(lambda: window.session.project is not before, timeout=120_000)


@pytest.mark.usefixtures("jobs_here")
def test_a_dragged_box_stays_where_it_was_dragged(qtbot: QtBot, window: MainWindow) -> None:
    session = window.session
    ready(qtbot, window)
    analyse(qtbot, window)
    seen = next(t for t in session.project.tracks if t.id == "object-1")
    session.locate(1.0)
    qtbot.waitUntil(lambda: abs(window.picture.shown_s - 1.0) < 0.03, timeout=WAIT_MS)
    here_s = window.picture.shown_s
    box = overlay.box_at(session.media.boxes(seen), here_s)
    assert box is not None
    middle = 0.5 * (box[:2] + box[2:])
    session.selection.select_track(seen.id)
    drag(
        window.picture,
        place_of(window, *middle),
        place_of(window, *(middle + np.array([20.0, 12.0]))),
    )
    right = overlay.box_at(session.media.boxes(session.project.track("object-1")), here_s)
    assert right is not None
    np.testing.assert_allclose(right, box + np.array([20.0, 12.0, 20.0, 12.0]), atol=2.0)
    path = session.project.track("object-1").trajectory.at(here_s)
    analyse(qtbot, window)
    again = session.project.track("object-1")
    kept = overlay.box_at(session.media.boxes(again), here_s)
    assert kept is not None
    np.testing.assert_allclose(kept, right, atol=0.1)
    np.testing.assert_allclose(again.trajectory.at(here_s), path, atol=1e-6)
    start = overlay.box_at(session.media.boxes(again), 0.1)
    assert start is not None
    assert start[0] < 20.0  # far from the correction it is where it is seen
