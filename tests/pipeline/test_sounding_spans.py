"""When a track is said to sound: all the time of what lasts, a moment from each hit."""

from __future__ import annotations

from engine.pipeline.report import sounding_spans
from engine.project.model import Event, EventId, TrackId


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
