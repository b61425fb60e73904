"""The written script says what sounds, when and why; rules, labels and motion agree."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from msgspec import structs

from engine.foley.generate import GENERATORS, generate
from engine.project.model import Contact, Event, Track, TrackId, Trajectory
from engine.script.rules import shipped_rules
from engine.script.writer import write_script

STEPS = tuple((0.5 + 0.55 * np.arange(12)).tolist())


def layers(script, track_id: str) -> dict[str, Event]:
    return {event.layer: event for event in script.events if event.track_id == track_id}


def test_a_walking_person(make_track, make_project) -> None:
    script = write_script(make_project(make_track("person", steps=STEPS)), 3)
    found = layers(script, "person")
    assert set(found) == {"footsteps", "cloth"}
    steps = found["footsteps"]
    assert np.allclose(steps.onsets_s, STEPS, atol=1e-6)
    assert steps.generator == "footsteps"
    assert steps.category == "FOOTSTEPS"
    assert "12" in steps.why
    assert found["cloth"].parameters["swing_hz"] == pytest.approx(1 / 0.55, rel=0.01)
    assert found["cloth"].start_s == pytest.approx(0.0, abs=0.1)
    assert found["cloth"].duration_s == pytest.approx(8.0, abs=0.1)


def test_a_person_whose_steps_were_not_seen(make_track, make_project) -> None:
    steps = layers(write_script(make_project(make_track("man")), 3), "man")["footsteps"]
    assert 10 <= len(steps.onsets_s) <= 18
    assert "assumed" in steps.why


def test_a_vehicle(make_track, make_project) -> None:
    track = make_track("car", (8, 40, -1), (8, -40, -1))
    found = layers(write_script(make_project(track), 3), "car")
    assert set(found) == {"motor", "tyres"}
    assert max(value for _, value in found["motor"].intensity) > 0.7


def test_a_standing_car_idles_without_tyres(make_track, make_project) -> None:
    track = make_track("car", (8, 4, -1), (8, 4, -1))
    found = layers(write_script(make_project(track), 3), "car")
    assert set(found) == {"motor"}
    assert {value for _, value in found["motor"].intensity} == {0.25}


def test_a_bouncing_thing_without_a_label(bouncing_ball, make_project) -> None:
    found = layers(write_script(make_project(bouncing_ball), 3), "b")
    assert found["bounces"].onsets_s == (1.0, 1.8, 2.2)
    rolling = found["rolling"]
    assert rolling.start_s == pytest.approx(2.2, abs=0.06)
    assert rolling.start_s + rolling.duration_s == pytest.approx(5.0, abs=0.06)


def test_a_flyer_without_a_label(make_track, make_project) -> None:
    track = make_track("object", (4, 9, 3), (4, -9, 3))
    assert set(layers(write_script(make_project(track), 3), "object")) == {"wings", "air"}


def test_a_walker_without_a_label(make_track, make_project) -> None:
    track = make_track("object", steps=STEPS)
    assert "footsteps" in layers(write_script(make_project(track), 3), "object")


def test_something_unknown_moves(make_track, make_project) -> None:
    found = layers(write_script(make_project(make_track("moving object")), 3), "moving object")
    assert set(found) == {"air", "surface"}


def test_the_unknown_is_called_nothing_that_is_not_known(make_track, make_project) -> None:
    struck = [Contact(time_s=t, kind="impact") for t in (1.0, 2.0, 3.0)]
    track = structs.replace(
        make_track("object", bounces=(4.0,)), contacts=(*struck, Contact(time_s=4.0, kind="bounce"))
    )
    found = layers(write_script(make_project(track), 3), "object")
    assert set(found) == {"air", "surface", "impacts"}
    words = " ".join(f"{event.prompt} {event.why}" for event in found.values())
    for word in ("asphalt", "concrete", "engine", "rubber", "ball", "tyre"):
        assert word not in words
    assert len(found["impacts"].onsets_s) == 4
    assert not found["impacts"].muted
    once = structs.replace(track, contacts=tuple(struck[:1]))
    assert layers(write_script(make_project(once), 3), "object")["impacts"].muted


@pytest.mark.parametrize(
    ("label", "layer"),
    [
        ("sports ball", "bounces"),
        ("red ball", "bounces"),
        ("a walking woman", "footsteps"),
        ("two dogs", "paws"),
        ("race car", "motor"),
        ("quadcopter", "rotors"),
        ("Seagull, bird", "wings"),
        ("police helicopter", "rotor"),
        ("bus", "motor"),
    ],
)
def test_labels_in_other_words(make_track, make_project, label: str, layer: str) -> None:
    track = make_track(label, steps=STEPS, bounces=(1.0, 2.0))
    assert layer in layers(write_script(make_project(track), 3), label)


def test_ambience_covers_the_scene(make_project) -> None:
    script = write_script(make_project(), 3)
    (track,) = script.tracks
    (bed,) = script.events
    assert (track.id, track.kind) == ("ambience", "ambience")
    assert (bed.track_id, bed.start_s, bed.duration_s) == ("ambience", 0.0, 8.0)
    assert bed.parameters["place"] == "neutral"


@pytest.mark.parametrize(
    ("prompt", "places", "surface"),
    [
        (("a quiet room",), {"interior"}, "wood"),
        (("city street", "heavy rain"), {"city", "rain"}, "concrete"),
        (("forest", "a brook"), {"forest", "stream"}, "ground"),
        (("person", "gravel"), {"neutral"}, "gravel"),
        (("beach",), {"sea"}, "sand"),
    ],
)
def test_the_users_words(make_track, make_project, prompt, places, surface) -> None:
    project = make_project(make_track("person", steps=STEPS), prompt=prompt)
    script = write_script(project, 3)
    assert {e.parameters["place"] for e in script.events if e.generator == "ambience"} == places
    assert layers(script, "person")["footsteps"].parameters["surface"] == surface


def test_an_existing_ambience_track_is_used(make_project) -> None:
    project = make_project()
    first = write_script(project, 3)
    again = write_script(structs.replace(project, tracks=first.tracks), 3)
    assert again.tracks == first.tracks
    assert again.events == first.events


def test_ids_seeds_and_repetition(make_track, make_project) -> None:
    walker = make_track("person", (5, 4, -1.6), (5, 3, -1.6), steps=STEPS)
    project = make_project(walker, make_track("car", id="c"))
    script = write_script(project, 3)
    assert len({event.id for event in script.events}) == 5
    assert len({event.seed for event in script.events}) == 5
    assert msgspec.json.encode(write_script(project, 3)) == msgspec.json.encode(script)
    assert [e.seed for e in write_script(project, 4).events] != [e.seed for e in script.events]


def test_an_event_that_a_hand_has_changed_is_not_written_twice(make_project) -> None:
    project = make_project()
    mine = structs.replace(write_script(project, 3).events[0], level_db=-3.0, provenance="hand")
    script = write_script(project.with_event(mine), 3)
    assert [event.id for event in script.events] == [mine.id]


def test_everything_lies_inside_the_scene(make_track, make_project) -> None:
    late = (*STEPS, 7.95, 8.2, -0.3)
    project = make_project(make_track("person", steps=late), make_track("dog", seen=(7.0, 30.0)))
    for event in write_script(project, 3).events:
        assert event.start_s >= 0.0
        assert event.start_s + event.duration_s <= 8.0 + 1e-6
        assert all(event.start_s <= t < event.start_s + event.duration_s for t in event.onsets_s)
        assert all(0.0 <= value <= 1.0 for _, value in event.intensity)


def test_a_long_scene_keeps_one_bed_and_one_motor(make_track, make_project) -> None:
    project = make_project(make_track("car", seen=(0.0, 600.0)), duration_s=600.0)
    events = write_script(project, 3).events
    (bed,) = (event for event in events if event.generator == "ambience")
    assert (bed.start_s, bed.duration_s) == (0.0, pytest.approx(600.0))
    (motor,) = (event for event in events if event.generator == "motor")
    assert motor.duration_s == pytest.approx(600.0, abs=0.1)


def test_every_shipped_layer_can_be_generated(make_track, make_project) -> None:
    """Each rule, on a track of that name, gives events that all generators accept."""
    for rule in shipped_rules().objects:
        label = rule.labels[0]
        track = make_track(label, steps=(0.2, 0.6), bounces=(0.4, 0.9), seen=(0.0, 1.2))
        events = write_script(make_project(track, duration_s=1.2), 1).events
        assert len(events) >= 2, rule.name
        for event in events:
            assert event.generator in GENERATORS
            assert np.isfinite(generate(event, 16_000)).all()


def test_why_never_claims_contacts_that_were_not_seen(make_track, make_project) -> None:
    for label in ("man", "horse", "dog"):
        for event in write_script(make_project(make_track(label)), 3).events:
            assert not ("no contact was seen" in event.why and "seen contacts" in event.why)
            assert "one step for each" not in event.why
    steps = layers(write_script(make_project(make_track("man")), 3), "man")["footsteps"]
    assert steps.why.startswith("man moves and no contact was seen: the pace is assumed")


def test_one_of_a_thing_is_told_in_the_singular(make_track, make_project) -> None:
    once = write_script(make_project(make_track("ball", bounces=[2.0])), 3)
    hit = layers(once, "ball")["bounces"]
    assert hit.why.startswith("ball strikes the ground or a wall once")
    on_the_spot = (5.0, 0.3, -1.6), (5.0, -0.3, -1.6)
    man = make_track("man", *on_the_spot, steps=[2.0])
    one = layers(write_script(make_project(man), 3), "man")["footsteps"]
    assert "1 step at" in one.why
    assert one.prompt.endswith("1 step")
    man = make_track("man", *on_the_spot, steps=[2.0, 2.5])
    twice = layers(write_script(make_project(man), 3), "man")
    assert twice["footsteps"].prompt.endswith("2 steps")


def test_levels_are_hundredths_of_a_decibel(make_track, make_project) -> None:
    script = write_script(make_project(make_track("man", (30, 4, -1.6), (37, -4, -1.6))), 3)
    raised = [event for event in script.events if "dB up" in event.why]
    assert raised
    assert all(event.level_db == round(event.level_db, 2) for event in script.events)


def test_steps_are_assumed_of_who_gets_somewhere_not_of_who_moves_on_the_spot(
    make_track, make_project
) -> None:
    walker = make_track("person", (5, 3, -1.6), (5, -3, -1.6), id="walker")
    times_s = np.arange(0.0, 8.0, 0.1)
    waving = 0.3 * np.sin(2.0 * np.pi * 0.5 * times_s)
    places = np.column_stack([np.full(80, 5.0), waving, np.full(80, -1.6)])
    player = structs.replace(
        walker, id="player", name="player", trajectory=Trajectory.from_arrays(times_s, places)
    )
    script = write_script(make_project(walker, player), 3)
    stepping = {e.track_id for e in script.events if e.generator == "footsteps"}
    assert stepping == {"walker"}
    (steps,) = (e for e in script.events if e.generator == "footsteps")
    assert "no contact was seen" in steps.why


def test_who_runs_off_and_comes_back_to_where_he_began_has_paws(make_track, make_project) -> None:
    times_s = np.arange(0.0, 8.0, 0.1)
    there_and_back = 5.0 * np.sin(np.pi * times_s / 8.0)
    places = np.column_stack([np.full(80, 6.0), there_and_back, np.full(80, -1.6)])
    dog = structs.replace(make_track("dog"), trajectory=Trajectory.from_arrays(times_s, places))
    paws = layers(write_script(make_project(dog), 3), "dog")["paws"]
    assert len(paws.onsets_s) > 12
    assert "no contact was seen" in paws.why


def test_one_beat_that_was_seen_does_not_silence_the_gait(make_track, make_project) -> None:
    horse = make_track("horse", (8, 8, -1.6), (8, -8, -1.6), bounces=(0.94,), seen=(0.0, 2.1))
    script = write_script(make_project(horse, duration_s=2.1), 3)
    (hooves,) = (e for e in script.events if e.layer == "hooves")
    assert 0.94 in hooves.onsets_s
    gaps = np.diff((0.0, *hooves.onsets_s, 2.1))
    assert 5 <= len(hooves.onsets_s) <= 10
    assert gaps.max() < 0.65
    assert "1 beat at the seen contacts" in hooves.why
    assert "the pace is assumed" in hooves.why


def test_a_gait_of_which_most_was_seen_is_left_as_it_was_seen(make_track, make_project) -> None:
    seen_s = tuple(0.5 + 0.6 * step for step in range(8))
    man = make_track("man", steps=seen_s)
    steps = layers(write_script(make_project(man), 3), "man")["footsteps"]
    assert steps.onsets_s == pytest.approx(seen_s)


def test_who_sways_on_the_spot_takes_no_steps_unless_the_camera_goes_with_him(make_project) -> None:
    times = np.arange(0.0, 6.0, 0.1)
    aside = 2.0 + 0.9 * np.sin(1.3 * times)
    positions = np.stack([np.full(len(times), 6.0), aside, np.full(len(times), -1.5)], axis=1)
    man = Track(
        id=TrackId("man"),
        name="man",
        label="man",
        trajectory=Trajectory.from_arrays(times, positions),
        start_s=0.0,
        end_s=5.9,
    )
    still = make_project(man)
    moving = structs.replace(still, analysis=structs.replace(still.analysis, camera_moves=True))
    layers = [
        {event.layer for event in write_script(project, 1).events if event.track_id == "man"}
        for project in (still, moving)
    ]
    assert layers == [{"cloth"}, {"cloth", "footsteps"}]


def test_what_a_person_strikes_is_a_knock_and_no_step(make_track, make_project) -> None:
    hits = [Contact(time_s=t, kind="impact") for t in (1.0, 2.0, 3.0)]
    drummer = structs.replace(make_track("person", steps=(0.5, 1.5)), contacts=tuple(hits))
    events = {e.layer: e for e in write_script(make_project(drummer), 1).events}
    assert events["strikes"].onsets_s == (1.0, 2.0, 3.0)
    assert not set(events["footsteps"].onsets_s) & {1.0, 2.0, 3.0}


@pytest.mark.parametrize(
    ("label", "heard"),
    [("golfer", True), ("tennis player", True), ("snooker player", True), ("person", False)],
)
def test_one_blow_counts_where_striking_is_the_point(
    make_track, make_project, label: str, heard: bool
) -> None:
    """Of a person a single hit may be a mistake of the eyes; a golfer has one."""
    found = layers(write_script(make_project(make_track(label, bounces=[2.0])), 3), label)
    blow = found.get("blows") or found["strikes"]
    assert blow.onsets_s == (2.0,)
    assert blow.muted is not heard
    assert not any(event.layer == "footsteps" and heard for event in found.values())


def test_a_herd_has_more_hooves_than_a_horse(make_track, make_project) -> None:
    script = write_script(make_project(make_track("horse")), 3)
    one = len(layers(script, "horse")["hooves"].onsets_s)
    script = write_script(make_project(make_track("herd")), 3)
    assert len(layers(script, "herd")["hooves"].onsets_s) > 2 * one
