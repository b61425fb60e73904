"""Movers with engines take turns: one is in front, the others wait or are muted, and say why."""

from __future__ import annotations

import pytest
from msgspec import structs

from engine.project.model import Event
from engine.script.foreground import UNKNOWN_DB, turns
from engine.script.rules import shipped_rules
from engine.script.writer import rule_for, write_script


def sounds(script, track_id: str) -> list[Event]:
    return [e for e in script.events if e.track_id == track_id and not e.muted]


def near_car(make_track, seen=(0.0, 3.0)):
    return make_track("car", (4, 8, -1), (4, -8, -1), seen=seen, id="near", name="Near")


def test_the_one_behind_comes_in_when_the_one_in_front_has_gone(make_track, make_project) -> None:
    far = make_track("van", (15, -20, -1), (15, 20, -1), seen=(1.0, 8.0), id="far")
    script = write_script(make_project(near_car(make_track), far), 3)
    assert all(e.duration_s == pytest.approx(3.0, abs=0.1) for e in sounds(script, "near"))
    assert sounds(script, "far")
    for event in sounds(script, "far"):
        assert event.start_s == pytest.approx(3.1, abs=0.15)
        assert event.parameters["fade_in_s"] > 0
        assert "Near" in event.why
        assert all(event.start_s <= t <= 8.0 for t, _ in event.intensity)


def test_one_that_never_is_in_front_is_muted_but_there(make_track, make_project) -> None:
    far = make_track("van", (15, -20, -1), (15, 20, -1), seen=(0.2, 2.9), id="far")
    script = write_script(make_project(near_car(make_track), far), 3)
    events = [e for e in script.events if e.track_id == "far"]
    assert events
    assert all(e.muted and "Near" in e.why for e in events)
    assert not any(e.muted for e in script.events if e.track_id == "near")


def test_steps_and_balls_never_wait(make_track, make_project, bouncing_ball) -> None:
    walker = make_track("person", (9, 3, -1), (9, -3, -1), steps=(0.5, 1.0, 1.5, 2.0))
    scene = make_project(near_car(make_track, (0.0, 8.0)), walker, bouncing_ball)
    script = write_script(scene, 3)
    alone = write_script(make_project(walker, bouncing_ball), 3)
    for one in (walker.id, bouncing_ball.id):
        assert [(e.layer, e.start_s, e.level_db) for e in sounds(script, one)] == [
            (e.layer, e.start_s, e.level_db) for e in sounds(alone, one)
        ]


def test_what_the_analysis_is_unsure_of_is_muted(make_track, make_project) -> None:
    guess = structs.replace(make_track("object"), confidence=0.2)
    drawn = structs.replace(guess, provenance="hand")
    muted = [e for e in write_script(make_project(guess), 3).events if e.track_id == guess.id]
    assert muted
    assert all(e.muted and "unsure" in e.why for e in muted)
    assert sounds(write_script(make_project(drawn), 3), drawn.id)


def test_the_unknown_gives_way_to_the_known(make_track) -> None:
    unknown = structs.replace(
        make_track("object", (1.5, 1, -1), (1.5, -1, -1), seen=(0, 3), id="what"), boxes="seen"
    )
    tracks = (near_car(make_track), unknown)
    found = turns(tracks, [rule_for(t, shipped_rules()) for t in tracks], 8.0)
    assert found["what"].muted
    assert found["what"].level_db == UNKNOWN_DB
    assert found["near"].spans_s is None


def test_the_bed_lies_lower_under_what_moves(make_track, make_project) -> None:
    def bed(project) -> Event:
        (event,) = [e for e in write_script(project, 3).events if e.generator == "ambience"]
        return event

    assert bed(make_project()).level_db == 0.0
    assert bed(make_project(near_car(make_track))).level_db < -3.0
