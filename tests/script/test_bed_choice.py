"""A bed says no more than is known of the place: words, what is seen, a sure look, or still air."""

from __future__ import annotations

import pytest
from msgspec import structs

from engine.project.model import Analysis, Event, Project
from engine.script.writer import write_script


def bed(project: Project) -> Event:
    (found,) = (e for e in write_script(project, 3).events if e.generator == "ambience")
    return found


def looking(project: Project, outdoors: float | None) -> Project:
    return structs.replace(project, analysis=Analysis(outdoors=outdoors))


@pytest.mark.parametrize(
    ("outdoors", "place", "said"),
    [
        (None, "neutral", "nothing tells where it is"),
        (0.85, "neutral", "nothing surely tells where it is"),
        (0.3, "neutral", "nothing surely tells where it is"),
        (0.95, "open", "it looks like outdoors (95 % sure)"),
        (0.04, "interior", "it looks like indoors (96 % sure)"),
    ],
)
def test_the_look_alone_decides_only_where_it_is_sure(
    make_track, make_project, outdoors, place, said
) -> None:
    found = bed(looking(make_project(make_track("person", steps=(1.0, 2.0))), outdoors))
    assert found.parameters["place"] == place
    assert said in found.why


def test_a_vehicle_is_evidence_of_outdoors_unless_the_analysis_doubts_it(
    make_track, make_project
) -> None:
    car = make_track("car", name="Vehicle 1")
    found = bed(looking(make_project(car), 0.3))
    assert found.parameters["place"] == "exterior"
    assert "Vehicle 1 is seen there" in found.why
    doubtful = structs.replace(car, confidence=0.4)
    assert bed(make_project(doubtful)).parameters["place"] == "neutral"
    drawn = structs.replace(doubtful, provenance="hand")
    assert bed(make_project(drawn)).parameters["place"] == "exterior"


def test_one_vehicle_does_not_outweigh_a_sure_look_of_indoors_but_several_do(
    make_track, make_project
) -> None:
    cars = [make_track("car", id=f"c{n}", name=f"Vehicle {n}") for n in range(3)]
    assert bed(looking(make_project(cars[0]), 0.2)).parameters["place"] == "neutral"
    assert bed(looking(make_project(*cars), 0.2)).parameters["place"] == "exterior"
    drawn = structs.replace(cars[0], provenance="hand")
    assert bed(looking(make_project(drawn), 0.2)).parameters["place"] == "exterior"


def test_an_animal_of_the_open_outweighs_a_sunset(make_track, make_project) -> None:
    horse = make_track("horse", name="Horse 1")
    found = bed(looking(make_project(horse), 0.07))
    assert found.parameters["place"] == "open"
    assert "traffic" not in found.prompt
    assert "Horse 1 is seen there" in found.why
    faint = structs.replace(horse, confidence=0.55)
    assert bed(looking(make_project(faint), 0.07)).parameters["place"] == "interior"


def test_grass_is_outdoors_and_what_feet_meet(make_track, make_project) -> None:
    project = make_project(make_track("person", steps=(1.0, 2.0)))
    project = structs.replace(project, analysis=Analysis(outdoors=0.6, ground="grass"))
    assert bed(project).parameters["place"] == "open"
    steps = [e for e in write_script(project, 3).events if e.generator == "footsteps"]
    assert steps
    assert {e.parameters["surface"] for e in steps} == {"grass"}
    assert all("on grass" in e.prompt for e in steps)


def test_a_ground_that_nothing_tells_is_not_named(make_track, make_project) -> None:
    project = make_project(make_track("person", steps=(1.0, 2.0)), make_track("car"))
    events = write_script(project, 3).events
    assert not any("concrete" in e.prompt or "asphalt" in e.prompt for e in events)
    steps = [e for e in events if e.generator == "footsteps"]
    assert steps
    assert all("on the ground" in e.prompt for e in steps)
    assert {e.parameters["surface"] for e in steps} == {"ground"}


def test_words_come_before_anything_that_is_seen(make_track, make_project) -> None:
    project = looking(make_project(make_track("car"), prompt=("a garage, indoors",)), 0.99)
    assert bed(project).parameters["place"] == "interior"


def test_a_bed_steps_back_only_for_what_is_heard(make_track, make_project) -> None:
    walker = make_track("person", steps=(1.0, 2.0))
    unsure = structs.replace(walker, confidence=0.2)
    assert bed(make_project(walker)).level_db < -10.0
    assert bed(make_project(unsure)).level_db == 0.0
