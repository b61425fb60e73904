"""The equaliser's curve: as the engine filters, and its bands under the hand."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from pointing import drag, wheel
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.faders import without_strips
from app.views.tracks.eq_curve import EqCurve, gain_db
from app.window import MainWindow
from engine.project.edits import SetTrackEq, SetTrackGain
from engine.project.model import EqBand, Strip
from engine.realtime.equaliser import band_section

HIGH_PASS, BELL_1, BELL_2, LOW_PASS = 0, 2, 3, 5


@pytest.fixture
def curve(window: MainWindow) -> EqCurve:
    window.session.selection.select_track("one")
    window.inspector.eq_curve.resize(300, 148)
    return window.inspector.eq_curve


def bands(window: MainWindow) -> dict[str, EqBand]:
    return {band.kind: band for band in window.session.project.track("one").strip.eq}


def test_the_curve_is_the_response_of_what_sounds() -> None:
    strip = Strip(
        eq=(
            EqBand(kind="high_pass", frequency_hz=80.0, q=1.2),
            EqBand(kind="bell", frequency_hz=9_000.0, gain_db=-7.0, q=2.0),
            EqBand(kind="low_shelf", frequency_hz=300.0, gain_db=4.0),
            EqBand(kind="high_shelf", frequency_hz=3_000.0, gain_db=20.0, on=False),
        )
    )
    hz = np.geomspace(20.0, 20_000.0, 50)
    sections = np.array(
        [band_section(b.kind, b.frequency_hz, b.gain_db, b.q, 48_000) for b in strip.eq if b.on]
    )
    _, expected = scipy.signal.sosfreqz(sections, hz, fs=48_000)
    np.testing.assert_allclose(
        gain_db(strip, hz, 48_000), 20 * np.log10(np.abs(expected)), atol=1e-6
    )


def test_a_band_is_dragged_as_one_step(window: MainWindow, curve: EqCurve) -> None:
    before = window.session.project
    end = QPointF(curve.x_of(2_000.0), curve.y_of(-9.0))
    drag(curve, curve.handle(BELL_1), end)
    band = bands(window)["bell"]
    assert band.on
    assert band.frequency_hz == pytest.approx(2_000.0, rel=0.05)
    assert band.gain_db == pytest.approx(-9.0, abs=0.5)
    assert window.session.document.position == 1
    near = (curve.handle(BELL_1) - end).manhattanLength()
    assert near < 3.0
    window.session.undo()
    assert window.session.project == before


def test_a_pass_lies_on_its_curve_and_its_height_is_its_q(
    window: MainWindow, curve: EqCurve
) -> None:
    drag(curve, curve.handle(LOW_PASS), QPointF(curve.x_of(5_000.0), curve.y_of(6.0)))
    band = bands(window)["low_pass"]
    assert band.q == pytest.approx(2.0, rel=0.1)
    at_corner = gain_db(Strip(eq=(band,)), np.array([band.frequency_hz]), 48_000)
    assert curve.y_of(at_corner[0]) == pytest.approx(curve.handle(LOW_PASS).y(), abs=1.0)


def test_the_wheel_sets_q_and_a_double_click_switches(window: MainWindow, curve: EqCurve) -> None:
    drag(curve, curve.handle(BELL_1), QPointF(curve.x_of(500.0), curve.y_of(6.0)))
    q = bands(window)["bell"].q
    wheel(curve, curve.handle(BELL_1), 2)
    assert bands(window)["bell"].q > q
    QTest.mouseDClick(curve, Qt.MouseButton.LeftButton, pos=curve.handle(BELL_1).toPoint())
    assert not bands(window)["bell"].on
    before = window.session.project
    wheel(curve, QPointF(curve.x_of(30.0), curve.y_of(20.0)), 2)
    assert window.session.project == before


def test_an_equaliser_is_compiled_anew_and_a_fader_is_not(window: MainWindow) -> None:
    project = window.session.project
    loud = SetTrackGain(track_id="one", gain_db=3.0).apply(project)
    bright = SetTrackEq(
        track_id="one", bands=(EqBand(kind="bell", frequency_hz=500.0, gain_db=3.0),)
    ).apply(project)
    assert without_strips(loud) == without_strips(project)
    assert without_strips(bright) != without_strips(project)
