"""What animals sound like: hooves, paws, soft steps where nobody knows; wings only in the air."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from engine.project.model import Trajectory
from engine.script.writer import write_script


def prompts(script, track_id: str) -> list[str]:
    return [event.prompt for event in script.events if event.track_id == track_id]


@pytest.mark.parametrize(
    ("label", "says"),
    [("sheep", "light hooves"), ("dog", "paws"), ("animal", "soft steps"), ("horse", "hooves")],
)
def test_what_animals_go_on(make_track, make_project, label: str, says: str) -> None:
    script = write_script(make_project(make_track(label)), 1)
    assert any(prompt.startswith(says) for prompt in prompts(script, label))
    assert not any("collar" in prompt for prompt in prompts(script, label))


def test_a_bird_on_the_ground_has_no_wings_to_hear(make_track, make_project) -> None:
    walks = make_track("bird")
    flies = make_track("bird", (5, 4, 3.0), (5, -4, 3.0), id="up")
    script = write_script(make_project(walks, flies), 1)
    assert not any("wings" in prompt for prompt in prompts(script, "bird"))
    assert any("wings" in prompt for prompt in prompts(script, "up"))


def test_a_marble_is_small_and_hard(make_track, make_project) -> None:
    script = write_script(make_project(make_track("marble", bounces=(2.0, 4.0))), 1)
    events = [event for event in script.events if event.track_id == "marble"]
    assert {event.generator for event in events} == {"impacts", "rolling"}
    assert all(event.parameters["size_m"] == 0.02 for event in events)
    assert not any("rubber" in event.prompt for event in events)


def test_who_sits_takes_no_steps(make_track, make_project) -> None:
    """A dog runs for 4 s, then sits, its box trembling as fast as it walks."""
    times = np.arange(0.0, 8.0, 0.04)
    along_m = np.minimum(times, 4.0) + 0.06 * np.sin(9.0 * times)
    level_m = np.full(len(times), -1.6)
    places = np.stack([level_m + 6.6, 4.0 - along_m, level_m], axis=1)
    dog = structs.replace(make_track("dog"), trajectory=Trajectory.from_arrays(times, places))
    script = write_script(make_project(dog), 1)
    steps_s = [t for e in script.events if e.generator == "footsteps" for t in e.onsets_s]
    assert len([t for t in steps_s if t < 4.2]) > 10
    assert not [t for t in steps_s if t > 4.7]


def test_what_motion_shows_to_fly_flies_whatever_birds_may_do(make_track, make_project) -> None:
    flies = make_track("flyer", (8, 8, 3.0), (8, -8, 3.0), id="up", name="Bird 1")
    script = write_script(make_project(flies), 3)
    assert {event.layer for event in script.events if event.track_id == "up"} == {"wings", "air"}


def test_a_horse_that_leaps_strikes_no_ground_in_the_air(make_track, make_project) -> None:
    """It gallops along, and is in the air for 0.8 s from the second second on."""
    times = np.arange(0.0, 5.0, 0.04)
    aloft = np.clip((times - 2.0) / 0.8, 0.0, 1.0)
    up_m = 0.05 + 4.0 * 0.7 * aloft * (1.0 - aloft)
    places = np.stack([np.full(len(times), 3.0), 5.0 - 2.0 * times, up_m], axis=1)
    horse = structs.replace(make_track("horse"), trajectory=Trajectory.from_arrays(times, places))
    script = write_script(make_project(horse), 1)
    steps_s = [t for e in script.events if e.generator == "footsteps" for t in e.onsets_s]
    assert not [t for t in steps_s if 2.15 < t < 2.65]
    assert [t for t in steps_s if 1.0 < t < 2.0]
    assert [t for t in steps_s if 2.8 < t < 3.8]
