"""Goniometer, loudspeakers on the sphere, engine's load in sight, head handle, pre-roll, follow."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import drag, happens
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.verbs import PRE_ROLL_S
from app.window import MainWindow
from engine.layouts import SURROUND_51
from engine.playback.gauges import SCOPE_EVERY, Levels
from engine.playback.publishing import Publisher
from engine.playback.readings import Readings
from engine.playback.shared import SCOPE_SAMPLES, SharedBlock
from engine.playback.status import EngineStatus

SHIFT = Qt.KeyboardModifier.ShiftModifier


def show(window: MainWindow, name: str) -> None:
    window.workspace.panels[name].show()
    window.workspace.panels[name].raise_()
    assert happens(lambda: not window.workspace.panels[name].widget().visibleRegion().isEmpty())


def test_the_goniometer_stands_for_mono_lies_for_opposite_and_leans(window: MainWindow) -> None:
    show(window, "goniometer")
    shown = window.goniometer
    wave = np.sin(np.linspace(0.0, np.pi / 2, 64)).astype(np.float32)
    for left, right, leans in (
        (1.0, 1.0, (0, -1)), (1.0, -1.0, (-1, 0)), (1.0, 0.0, (-1, -1)), (0.0, 1.0, (1, -1)),
    ):  # fmt: skip
        shown.set_samples(0.01 * np.stack([left * wave, right * wave]))
        away = shown.places()[-1] - np.array(shown.area().center().toTuple())
        assert np.sign(np.round(away, 6)).astype(int).tolist() == list(leans)
        assert np.abs(away).max() <= shown.area().width() / 2 + 1e-6


def test_the_newest_samples_reach_the_window_and_the_oldest_fall_out() -> None:
    block = SharedBlock()
    try:
        publisher = Publisher(block, 0.0)
        for number in range(SCOPE_SAMPLES // 16 + 3):
            pair = np.full((2, 16), number + 1, dtype=np.float32)
            publisher._trace(Levels(None, np.zeros(0), np.zeros(0), pair))  # type: ignore[arg-type]
        scope = Readings(block).scope()
        assert scope.shape == (2, SCOPE_SAMPLES)
        assert scope[0, 0] == 4.0
        assert scope[1, -1] == SCOPE_SAMPLES // 16 + 3
        assert SCOPE_EVERY > 0
    finally:
        block.close()


def test_loudspeakers_are_shown_where_they_stand(window: MainWindow) -> None:
    show(window, "sphere")
    window.transport.monitor_chosen.emit("5.1")
    levels = np.full(6, -100.0, dtype=np.float32)
    names = [one.name for one in SURROUND_51.loudspeakers]
    levels[names.index("Ls")] = -12.0
    levels[names.index("LFE")] = 0.0
    window.sphere.set_channels(levels)
    assert window.sphere.loudest_dbfs == pytest.approx(-12.0, abs=0.01)
    image = window.sphere.grab().toImage()
    left = window.sphere.place_of(110.0, 12.0).toPoint()
    right = window.sphere.place_of(-110.0, 12.0).toPoint()
    assert image.pixelColor(left).lightness() > image.pixelColor(right).lightness() + 30


def test_load_buffer_and_drop_outs_are_in_sight_in_a_narrow_window(window: MainWindow) -> None:
    window.resize(960, 700)
    status = EngineStatus(
        state="running", render_load=0.12, fill_s=0.18, underruns=2, disk_dropouts=1
    )
    window.session.bridge.status_changed.emit(status)
    assert window.strip.engine_text.split() == [
        "load",
        "12%",
        "·",
        "buffer",
        "180",
        "ms",
        "·",
        "3",
        "drop-outs",
    ]
    assert window.strip._engine.isVisible()


def test_the_handle_turns_the_head_and_a_double_click_looks_ahead(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned: list[float] = []
    monkeypatch.setattr(
        window.session.playback, "set_head", lambda yaw, pitch, roll: turned.append(yaw)
    )
    view = window.stage.top_view
    steps = len(window.session.document.steps)
    middle = view.projection.point(0, 0)
    drag(view, view.handle_place(), middle + QPointF(-60, -1))
    assert turned[-1] == pytest.approx(89.0, abs=0.2)
    drag(view, view.handle_place(), middle + QPointF(41, -40), SHIFT)
    assert turned[-1] == -45.0
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=view.handle_place().toPoint())
    assert turned[-1] == 0.0
    assert len(window.session.document.steps) == steps


def test_pre_roll_begins_before_the_playhead_and_returns_to_it(window: MainWindow) -> None:
    session = window.session
    window.actions_by_name["pre_roll"].trigger()
    session.locate(1.9)
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_Space, SHIFT)
    assert session.playback.position_s == pytest.approx(max(0.0, 1.9 - PRE_ROLL_S))
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_Space, SHIFT)
    assert session.playback.position_s == pytest.approx(1.9)


def test_following_turns_pages_glides_or_rests(window: MainWindow) -> None:
    timeline, axis = window.timeline, window.timeline.axis
    axis.set_range(0.0, 0.5)
    timeline.set_position(0.3, playing=True)
    assert axis.left_s == 0.0
    timeline.set_position(0.6, playing=True)
    assert axis.left_s == pytest.approx(0.55, abs=0.01)
    QTest.keyClick(timeline.lanes, Qt.Key.Key_F, SHIFT)
    timeline.set_position(0.8, playing=True)
    assert axis.left_s == pytest.approx(0.55, abs=0.01)
    timeline.set_position(0.9, playing=True)
    assert axis.left_s == pytest.approx(0.65, abs=0.01)
    QTest.keyClick(timeline.lanes, Qt.Key.Key_F)
    timeline.set_position(1.6, playing=True)
    assert axis.left_s == pytest.approx(0.65, abs=0.01)
