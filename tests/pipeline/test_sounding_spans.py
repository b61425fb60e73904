"""When a track is said to sound: all the time of what lasts, a moment from each hit."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from engine.pipeline.report import in_front, sounding_spans, without_silence
from engine.project.model import Event, EventId, Track, TrackId, Trajectory


def event(start_s: float, duration_s: float, *onsets_s: float) -> Event:
    return Event(
        id=EventId(f"e{start_s}"), track_id=TrackId("t"), layer="l", generator="impacts", prompt="",
        start_s=start_s, duration_s=duration_s, onsets_s=onsets_s, seed=1, category="FOLEY", why="",
    )  # fmt: skip


def test_what_lasts_sounds_all_its_time_and_what_overlaps_is_one() -> None:
    assert sounding_spans([event(2.0, 1.0), event(0.5, 1.0), event(1.0, 0.7)]) == [
        [0.5, 1.7],
        [2.0, 3.0],
    ]


def test_lone_hits_sound_for_a_moment_each() -> None:
    assert sounding_spans([event(0.9, 4.0, 1.0, 3.0)]) == [[1.0, 1.3], [3.0, 3.3]]


def test_hits_that_follow_each_other_are_a_run() -> None:
    assert sounding_spans([event(0.9, 3.0, 1.0, 1.5, 2.0)]) == [[1.0, 2.3]]


def test_no_hit_sounds_beyond_its_event() -> None:
    assert sounding_spans([event(0.9, 0.2, 1.0)]) == [[1.0, 1.1]]


def test_what_automation_silences_does_not_sound() -> None:
    still = Trajectory.from_arrays(np.array([0.0]), np.array([[1.0, 0.0, 0.0]]))
    curve = ((0.0, 0.0), (2.0, -12.0), (3.0, -12.0), (3.01, -60.0), (4.0, -60.0), (4.01, 0.0))
    track = Track(
        id=TrackId("t"), name="", trajectory=still, start_s=0.0, end_s=9.0, gain_curve_db=curve
    )
    first, second = without_silence([[0.5, 3.5], [3.6, 5.0]], track)
    assert first == pytest.approx([0.5, 3.0], abs=0.03)
    assert second == pytest.approx([4.0, 5.0], abs=0.03)
    assert without_silence([[0.5, 3.5]], structs.replace(track, gain_curve_db=())) == [[0.5, 3.5]]


def test_what_has_stepped_aside_is_not_in_front() -> None:
    """By layer: clothes are softer than steps by nature."""
    steps, soft = event(0.0, 1.0), structs.replace(event(1.0, 1.0), level_db=-30.0)
    muted = structs.replace(event(2.0, 1.0), muted=True, level_db=9.0)
    clothes = structs.replace(event(0.0, 2.0), layer="cloth", level_db=-20.0)
    assert in_front([steps, soft, muted, clothes]) == [steps, clothes]
    assert in_front([soft]) == [soft]
    beneath = structs.replace(soft, why="it rolls; softer: sounds beneath Car 1, for want of time")
    assert in_front([beneath]) == []
    assert in_front([muted]) == []
    gently = structs.replace(event(1.0, 1.0), level_db=-6.0)
    assert in_front([steps, gently]) == [steps, gently]  # so much may differ by nature
    says = structs.replace(gently, why="it rolls; 6 dB softer here; steps aside while Car 1 is")
    assert in_front([steps, says]) == [steps]
