"""The loudness lane and the monitor: what was heard is drawn; solo may go to two ears."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from app.loudness_history import STEP_S, LoudnessHistory
from app.window import MainWindow
from engine.playback.readings import ProgrammeLevels
from engine.project.edits import SetClipGain, SoloTrack


def levels(momentary: float, short: float = -30.0) -> ProgrammeLevels:
    return ProgrammeLevels(momentary_lufs=momentary, short_term_lufs=short)


def test_readings_a_little_apart_leave_no_gaps_and_jumps_do() -> None:
    history = LoudnessHistory()
    for time_s in (0.05, 0.25, 0.38):
        history.note(time_s, levels(-20.0))
    history.pause()
    history.note(1.05, levels(-10.0))
    known = np.flatnonzero(np.isfinite(history.momentary_lufs))
    assert known.tolist() == [0, 1, 2, 3, 10]
    assert history.momentary_lufs[10] == -10.0


def test_an_edit_makes_what_was_measured_old_and_silence_is_not_drawn() -> None:
    history = LoudnessHistory()
    history.note(0.5, levels(-20.0))
    history.note(0.7, levels(-np.inf))
    history.age()
    assert not history.fresh.any()
    history.note(0.5, levels(-21.0))
    assert history.fresh[int(0.5 / STEP_S)]
    assert np.isfinite(history.momentary_lufs).sum() == 1


def test_memory_goes_with_the_session_and_no_further() -> None:
    history = LoudnessHistory()
    history.note(1e9, levels(-20.0))
    history.note(-1.0, levels(-20.0))
    assert not len(history.fresh)


def test_the_lane_shows_what_is_heard_and_fades_it_after_an_edit(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, timeline = window.session, window.timeline
    window.actions_by_name["loudness_lane"].trigger()
    monkeypatch.setattr(type(session.playback), "is_playing", property(lambda self: True))
    monkeypatch.setattr(type(session.playback), "position_s", property(lambda self: 1.0))
    session.bridge.loudness_changed.emit(levels(-12.0))
    x = round(timeline.axis.x_of(1.05))
    y = round(timeline.loudness.y_of(-20.0))

    def shade() -> int:
        return QColor(timeline.loudness.grab().toImage().pixel(x, y)).lightness()

    heard = shade()
    session.do(SetClipGain(clip_id="a", gain_db=-3.0))
    faded = shade()
    window.listening.history.clear()
    assert shade() < faded < heard


def test_solo_goes_to_two_ears_when_that_is_wanted(window: MainWindow) -> None:
    window.transport.monitor_chosen.emit("5.1")
    session, heard = window.session, window.listening
    session.do(SoloTrack(track_id="one"))
    assert heard.heard == "5.1"
    window.actions_by_name["solo_on_ears"].trigger()
    assert heard.heard == "binaural"
    assert window.transport.monitor.currentData() == "binaural"
    session.undo()
    assert heard.heard == "5.1"
    assert window.transport.monitor.currentData() == "5.1"
