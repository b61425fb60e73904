"""Movers with engines take turns: one is in front, the others are far softer, and say why."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from msgspec import structs

from engine.project.model import Contact, Event, Keyframe, Trajectory
from engine.script.foreground import turns
from engine.script.moments import with_moments
from engine.script.rules import shipped_rules
from engine.script.stage import UNKNOWN_DB
from engine.script.writer import rule_for, write_script


def sounds(script, track_id: str) -> list[Event]:
    return [e for e in script.events if e.track_id == track_id and not e.muted]


def leading(script, track_id: str) -> list[Event]:
    """The track's sounds that are as loud as it ever is: where it has not stepped aside."""
    own = sounds(script, track_id)
    most_db = {e.layer: max(o.level_db for o in own if o.layer == e.layer) for e in own}
    return [e for e in own if e.level_db > most_db[e.layer] - 0.1]


def aside(script, track_id: str) -> list[Event]:
    """The track's sounds where it has stepped aside: well softer, none of them muted."""
    front = leading(script, track_id)
    rest = [e for e in script.events if e.track_id == track_id and e not in front]
    most_db = max(e.level_db for e in front)
    assert not [e for e in rest if e.muted or e.level_db > most_db - 6.0]
    return rest


def near_car(make_track, seen=(0.0, 3.0)):
    return make_track("car", (4, 8, -1), (4, -8, -1), seen=seen, id="near", name="Near")


@pytest.mark.parametrize(("label", "gives"), [("train", False), ("car", True)])
def test_a_train_leaves_no_hole_for_steps(
    make_track, make_project, label: str, gives: bool
) -> None:
    engine = make_track(label, (3, -6, -1), (3, 6, -1), id="engine")
    steps = tuple(np.arange(0.5, 8.0, 0.5))
    walker = make_track("person", (4, 4, -1), (4, -4, -1), steps=steps, id="walker")
    script = write_script(make_project(engine, walker), 3)
    whole = all(
        event.duration_s == pytest.approx(8.0, abs=0.1) for event in sounds(script, "engine")
    )
    assert whole is not gives
    assert sounds(script, "walker")


def test_the_one_behind_comes_in_when_the_one_in_front_has_gone(make_track, make_project) -> None:
    far = make_track("van", (15, -20, -1), (15, 20, -1), seen=(1.0, 8.0), id="far")
    script = write_script(make_project(near_car(make_track), far), 3)
    assert all(e.duration_s == pytest.approx(3.0, abs=0.1) for e in sounds(script, "near"))
    assert leading(script, "far")
    for event in leading(script, "far"):
        assert event.start_s == pytest.approx(3.1, abs=0.15)
        assert event.parameters["fade_in_s"] > 0
        assert "Near" in event.why
        assert all(event.start_s <= t <= 8.0 for t, _ in event.intensity)


def test_what_steps_aside_is_twelve_decibels_softer_and_never_silent(
    make_track, make_project
) -> None:
    """It sounds from its first sight to its last, and where it steps aside one cross-fades."""
    far = make_track("van", (9, -16, -1), (9, 16, -1), seen=(1.0, 8.0), id="far")
    front = make_track("car", (5, 8, -1), (5, -8, -1), seen=(0.0, 3.0), id="near", name="Near")
    script = write_script(make_project(front, far), 3)
    parts: dict[str, list[tuple[float, float]]] = {}
    for event in sounds(script, "far"):
        span = (event.start_s, event.start_s + event.duration_s)
        parts.setdefault(event.layer, []).append(span)
    for own in map(sorted, parts.values()):
        assert own[0][0] == pytest.approx(1.0, abs=0.1)
        assert own[-1][1] == pytest.approx(8.0, abs=0.1)
        for (_, first_ends_s), (next_begins_s, _) in itertools.pairwise(own):
            assert first_ends_s - next_begins_s == pytest.approx(0.2, abs=0.01)
    for event in sounds(script, "far"):
        assert event.parameters["fade_in_s"] == pytest.approx(0.2)
    lead = {e.layer: e.level_db for e in leading(script, "far")}
    lower = [lead[e.layer] - e.level_db for e in aside(script, "far")]
    assert lower
    assert lower == pytest.approx([12.0] * len(lower), abs=0.01)


def test_who_is_seen_for_too_short_a_time_for_a_turn_is_heard_all_the_same(
    make_track, make_project
) -> None:
    """What is in front from its first sight to its last, and would go on beyond the picture."""
    brief = make_track("car", (4, 8, -1), (4, -8, -1), seen=(0.0, 0.7), id="brief")
    beyond = Keyframe(time_s=2.2, x_m=4.0, y_m=-20.0, z_m=-1.0, extrapolated=True)
    path = structs.replace(brief.trajectory, keyframes=(*brief.trajectory.keyframes, beyond))
    brief = structs.replace(brief, trajectory=path)
    after = make_track("van", (9, -16, -1), (9, 16, -1), seen=(1.0, 8.0), id="after")
    assert brief.heard_s[1] > 2.0
    assert sounds(write_script(make_project(brief, after), 3), "brief")


def test_what_is_gone_in_the_middle_of_the_film_fades(make_track, make_project) -> None:
    car = make_track("car", (4, 8, -1), (4, -8, -1), seen=(1.0, 3.0), id="car")
    lasting = [e for e in sounds(write_script(make_project(car), 3), "car") if not e.onsets_s]
    assert lasting
    assert all(e.parameters["fade_out_s"] >= 0.2 for e in lasting)


def test_two_that_cross_at_the_same_time_share_it(make_track, make_project) -> None:
    far = make_track("van", (15, -20, -1), (15, 20, -1), seen=(0.2, 2.9), id="far")
    script = write_script(make_project(near_car(make_track), far), 3)
    spans = {
        name: sorted({(e.start_s, e.start_s + e.duration_s) for e in leading(script, name)})
        for name in ("near", "far")
    }
    assert all(sum(b - a for a, b in some) >= 0.8 for some in spans.values())
    assert all(a >= d or b <= c for a, b in spans["near"] for c, d in spans["far"])
    for name, other in (("near", "van"), ("far", "Near")):
        softer = aside(script, name)
        assert softer
        assert all(other in e.why for e in softer)


def test_what_is_far_and_does_not_cross_is_muted_and_says_why(make_track, make_project) -> None:
    far = make_track("van", (24, -1, -1), (24, 1, -1), seen=(0.2, 2.9), id="far")
    script = write_script(make_project(near_car(make_track), far), 3)
    events = [e for e in script.events if e.track_id == "far"]
    assert events
    assert all(e.muted and "Near" in e.why and "far away" in e.why for e in events)
    assert not any(e.muted for e in script.events if e.track_id == "near")


def test_what_is_near_is_softer_beneath_others_and_never_muted_as_a_whole(
    make_track, make_project
) -> None:
    """One that sounds beneath is 12 dB softer than in front, two 15 dB each: 12 dB together."""
    beside = [
        make_track("van", (9, y, -1), (9, y + 1, -1), seen=(0.2, 2.9), id=f"van {y}")
        for y in (4, 5)
    ]
    alone = write_script(make_project(near_car(make_track), beside[0]), 3)
    both = write_script(make_project(near_car(make_track), *beside), 3)
    usual = {e.layer: e.level_db for e in sounds(write_script(make_project(beside[0]), 3), "van 4")}
    lower = []
    for script in (alone, both):
        found = sounds(script, "van 4")
        assert {e.layer for e in found} == set(usual)
        assert all("beneath Near" in e.why for e in found)
        lower.append(np.mean([usual[e.layer] - e.level_db for e in found]))
    assert lower[0] == pytest.approx(12.0, abs=0.1)
    assert lower[1] - lower[0] == pytest.approx(3.0, abs=0.1)


def test_one_always_behind_gets_a_moment_from_one_that_is_past_its_nearest() -> None:
    times_s = np.arange(0.0, 8.0, 0.05)
    passing = np.where(times_s < 6.0, -10.0 - 2.0 * np.abs(times_s - 2.0), -np.inf)
    other = np.where(times_s > 5.0, -8.0 - np.abs(times_s - 7.0), -np.inf)
    behind = np.where((times_s > 0.5) & (times_s < 7.5), -22.0, -np.inf)
    levels = np.stack([passing, other, behind])
    azimuth_deg = np.stack([60.0 - 15.0 * times_s] * 3)
    front = np.where(times_s < 5.0, 0, 1)
    found = with_moments(front, levels, azimuth_deg, [0, 1, 2], 0.05)
    moment_s = times_s[found == 2]
    assert 1.3 < np.ptp(moment_s) < 1.6
    assert moment_s.min() > 2.4  # the nearest point stays with the one in front
    assert np.array_equal(found[found != 2], front[found != 2])
    np.testing.assert_array_equal(front, np.where(times_s < 5.0, 0, 1))
    standing = np.zeros_like(azimuth_deg)
    assert np.array_equal(with_moments(front, levels, standing, [2], 0.05), front)


def test_one_in_front_from_first_to_last_gives_nothing_away() -> None:
    times_s = np.arange(0.0, 8.0, 0.05)
    levels = np.stack([-10.0 - np.abs(times_s - 2.0), np.full(len(times_s), -25.0)])
    azimuth_deg = np.stack([60.0 - 15.0 * times_s] * 2)
    front = np.zeros(len(times_s), dtype=np.intp)
    assert not with_moments(front, levels, azimuth_deg, [1], 0.05).any()


def test_rules_may_say_how_soft_what_steps_aside_is(make_track, make_project) -> None:
    far = make_track("van", (15, -20, -1), (15, 20, -1), seen=(1.0, 8.0), id="far")
    project = make_project(near_car(make_track), far)
    rules = shipped_rules()
    ducked = structs.replace(rules, scene=structs.replace(rules.scene, aside_db=-15.0))
    usual, script = write_script(project, 3), write_script(project, 3, ducked)
    lead = {e.layer: e.level_db for e in leading(usual, "far")}
    spans = [[(e.layer, e.start_s) for e in sounds(one, "far")] for one in (usual, script)]
    assert spans[0] == spans[1]
    assert [e.start_s for e in aside(script, "far")] == [1.0] * len(lead)
    for event in aside(script, "far"):
        assert event.level_db == pytest.approx(lead[event.layer] - 15.0)
        assert "15 dB softer while Near" in event.why


def walker_at(make_track, distance_m: float, end_s: float = 8.0):
    places = (distance_m, 2, -1), (distance_m, -2, -1)
    steps = (0.5, 1.0, 2.4, 3.6, 4.2, 4.8)
    return make_track("person", *places, steps=steps, seen=(0.0, end_s), id="walker")


def test_a_vehicle_in_front_masks_the_steps_behind_it(make_track, make_project) -> None:
    script = write_script(make_project(near_car(make_track), walker_at(make_track, 9.0, 5.2)), 3)
    steps = [e for e in script.events if e.track_id == "walker" and e.generator == "footsteps"]
    heard = [time_s for e in leading(script, "walker") for time_s in e.onsets_s]
    masked = [e for e in aside(script, "walker") if e in steps]
    assert heard == [3.6, 4.2, 4.8]
    assert [time_s for e in masked for time_s in e.onsets_s] == [0.5, 1.0, 2.4]
    assert all("Near" in e.why for e in masked)
    assert all(e.start_s >= 3.0 for e in leading(script, "walker"))


def test_hits_that_a_turn_parts_are_counted_apart(make_track, make_project) -> None:
    steps_s = (0.5, 1.0, 2.4, 3.6, 4.2, 4.8, 5.4)
    places = (9, 2, -1), (9, -2, -1)
    walker = make_track("person", *places, steps=steps_s, seen=(0.0, 6.0), id="walker")
    script = write_script(make_project(near_car(make_track), walker), 3)
    steps = [e for e in script.events if e.track_id == "walker" and e.generator == "footsteps"]
    softer = aside(script, "walker")
    assert [(len(e.onsets_s), e in softer) for e in steps] == [(3, True), (4, False)]
    assert [f"{len(e.onsets_s)} steps" in e.why for e in steps] == [True, True]


def test_steps_in_front_of_a_vehicle_far_away_and_balls_never_wait(
    make_track, make_project, bouncing_ball
) -> None:
    far = make_track("car", (30, 9, -1), (30, -9, -1), id="far")
    walker = walker_at(make_track, 3.0)
    script = write_script(make_project(far, walker, bouncing_ball), 3)
    alone = write_script(make_project(walker, bouncing_ball), 3)
    for one in (walker.id, bouncing_ball.id):
        assert [(e.layer, e.start_s, e.level_db) for e in sounds(script, one)] == [
            (e.layer, e.start_s, e.level_db) for e in sounds(alone, one)
        ]
    assert all("far away" in e.why for e in script.events if e.track_id == "far" and e.muted)


def test_a_vehicle_that_crosses_far_away_has_its_share_beside_steps_in_front(
    make_track, make_project
) -> None:
    far = make_track("car", (30, 40, -1), (30, -40, -1), id="far")
    script = write_script(make_project(far, walker_at(make_track, 3.0)), 3)
    steps = [t for e in leading(script, "walker") for t in e.onsets_s]
    (motor,) = [e for e in leading(script, "far") if e.layer == "motor"]
    assert 0.8 <= motor.duration_s <= 1.8
    assert len(steps) >= 4
    assert not [t for t in steps if motor.start_s <= t < motor.start_s + motor.duration_s]


def test_what_passes_far_away_is_raised_over_the_bed(make_track, make_project) -> None:
    def car(distance_m: float) -> list[Event]:
        places = (distance_m, 30, -1), (distance_m, -30, -1)
        return sounds(write_script(make_project(make_track("car", *places, id="car")), 3), "car")

    for near, far in zip(car(8.0), car(40.0), strict=True):
        assert far.level_db > near.level_db + 3.0
        assert "above the bed" in far.why
        assert "above the bed" not in near.why


def test_what_sways_on_the_spot_is_muted(make_track) -> None:
    track = structs.replace(make_track("object", seen=(0.0, 4.0)), boxes="seen")
    times_s = np.arange(0.0, 4.01, 0.1)
    side = np.sin(2.0 * np.pi * 0.8 * times_s)
    leaves = np.column_stack([np.full(len(times_s), 8.0), side, np.full(len(times_s), 1.0)])
    drift = leaves + np.outer(times_s, [0.0, 2.0, 0.0])
    rule = rule_for(track, shipped_rules())
    for positions, muted in ((leaves, True), (drift, False)):
        points = zip(times_s.tolist(), positions.tolist(), strict=True)
        keyframes = tuple(Keyframe(time_s=t, x_m=x, y_m=y, z_m=z) for t, (x, y, z) in points)
        moving = structs.replace(track, trajectory=Trajectory(keyframes=keyframes))
        assert turns([moving], [rule], 8.0)[track.id].muted is muted
        assert not turns([moving], [rule], 8.0, camera_moves=True)[track.id].muted
        hits = tuple(Contact(time_s=t, kind="impact") for t in (1.0, 2.0, 3.0))
        struck = structs.replace(moving, contacts=hits)
        assert not turns([struck], [rule], 8.0)[track.id].muted


def test_what_the_analysis_is_unsure_of_is_muted(make_track, make_project) -> None:
    guess = structs.replace(make_track("object"), confidence=0.2)
    drawn = structs.replace(guess, provenance="hand")
    muted = [e for e in write_script(make_project(guess), 3).events if e.track_id == guess.id]
    assert muted
    assert all(e.muted and "unsure" in e.why for e in muted)
    assert sounds(write_script(make_project(drawn), 3), drawn.id)


def test_the_unknown_gives_way_to_the_known(make_track) -> None:
    def unknown(side_m: float, confidence: float = 1.0):
        track = make_track("object", (1.5, side_m, -1), (1.5, -side_m, -1), seen=(0, 3), id="what")
        return structs.replace(track, boxes="seen", confidence=confidence)

    def turn(track, **more):
        tracks = (near_car(make_track), track)
        found = turns(tracks, [rule_for(t, shipped_rules()) for t in tracks], 8.0, **more)
        assert found["what"].level_db == UNKNOWN_DB
        return found["what"]

    for muted in (
        turn(unknown(0.3)),
        turn(unknown(1.0, 0.4)),
        turn(unknown(1.0), camera_moves=True),
    ):
        assert muted.spans_s == ()
        assert muted.aside_db is None
        assert "muted" in muted.note
        assert "nothing tells what it is" in muted.note
    ((start_s, end_s),) = turn(unknown(1.0)).spans_s
    assert 0.8 <= end_s - start_s < 1.5


def test_people_who_cross_at_once_walk_together_and_step_aside_together(
    make_track, make_project
) -> None:
    """A car that stays near for most of it gives their steps one time, in which both are heard."""
    steps = tuple(np.arange(0.4, 8.0, 0.5).round(2).tolist())
    one = make_track("person", (5, 4, -1), (5, -4, -1), steps=steps, id="one")
    other = make_track("person", (6, -4, -1), (6, 4, -1), steps=steps, id="other")

    def heard(*more) -> list[list[float]]:
        script = write_script(make_project(one, other, *more), 3)
        return [[t for e in leading(script, i) for t in e.onsets_s] for i in ("one", "other")]

    assert [len(times) for times in heard()] == [len(steps)] * 2
    car = make_track("car", (4, 9, -1), (4, -9, -1), id="car")
    both = heard(car)
    assert both[0] == both[1]
    assert 2 <= len(both[0]) < len(steps)


def test_clothes_of_who_stays_are_softer_while_a_dog_crosses(make_track, make_project) -> None:
    dog = make_track("dog", (5, 4, -1), (5, -4, -1), id="dog", name="Rex")
    woman = make_track("person", (4, 1, -1), (4, 2, -1), steps=(1.0, 3.0), id="woman")

    def levels(*tracks) -> dict[str, float]:
        return {
            e.layer: e.level_db for e in sounds(write_script(make_project(*tracks), 3), "woman")
        }

    alone, beside = levels(woman), levels(woman, dog)
    assert beside["footsteps"] == alone["footsteps"]
    assert 10.0 < alone["cloth"] - beside["cloth"] < 25.0


def test_the_bed_lies_lower_under_what_moves(make_track, make_project) -> None:
    def bed(project) -> Event:
        (event,) = [e for e in write_script(project, 3).events if e.generator == "ambience"]
        return event

    assert bed(make_project()).level_db == 0.0
    assert bed(make_project(near_car(make_track))).level_db < -3.0


@pytest.mark.parametrize("label", ["object", "car"])
def test_blows_are_heard_behind_what_nobody_knows(label: str, make_track, make_project) -> None:
    """Moved air in front hides no blow that is seen; an engine does."""
    front = make_track(label, (1.5, 1.5, -1), (1.5, -1.5, -1), id="front")
    smith = make_track("object", (8, 0, 0), (8, 1.5, 0), id="smith")
    blows = tuple(Contact(time_s=t, kind="impact") for t in (2.0, 4.0, 6.0))
    tracks = [structs.replace(t, boxes="seen") for t in (front, smith)]
    tracks[1] = structs.replace(tracks[1], contacts=blows)
    script = write_script(make_project(*tracks), 3)
    blows_s = [t for e in sounds(script, "smith") for t in e.onsets_s]
    lasting = [e for e in script.events if e.track_id == "smith" and not e.onsets_s]
    assert blows_s == ([2.0, 4.0, 6.0] if label == "object" else [])
    assert all(e.muted for e in lasting)
