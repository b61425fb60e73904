"""The user's words name what moves: they outrank what motion alone makes of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.vision.labels import Kind, kind_of, name_paths
from engine.vision.paths import Path

SIZE = (640, 360)


def path(left: float = 100.0) -> Path:
    """Something wide on the ground that goes to the right."""
    count = 40
    at = left + 5.0 * np.arange(count)
    boxes = np.stack([at, np.full(count, 200.0), at + 90.0, np.full(count, 260.0)], axis=1)
    return Path(
        times_s=np.arange(count) * 0.05,
        boxes=boxes,
        smooth=boxes,
        confidence=np.full(count, 0.9),
        seen=np.ones(count, dtype=bool),
        person_scores=np.array([]),
        labels=(("object", 1.0),),
        colour=None,
        points=boxes[:, :2],
        speed=np.zeros(count),
    )


def labels(prompt: list[str], *guesses: tuple[Kind, float]) -> tuple[list[str], list[str]]:
    paths = [path(60.0 * number) for number in range(len(guesses))]
    names, notes = name_paths(paths, list(guesses), prompt, SIZE)
    return [name.label for name in names], notes


@pytest.mark.parametrize("guess", ["vehicle", "person", "object"])
def test_an_animal_is_what_the_user_says_whatever_it_moves_like(guess: Kind) -> None:
    names, notes = name_paths([path()], [(guess, 0.7)], ["dog"], SIZE)
    assert [(name.kind, name.label) for name in names] == [("object", "dog")]
    assert not any("nothing that moves" in note for note in notes)


def test_a_word_is_taken_by_its_own_kind_before_it_renames_another() -> None:
    assert labels(["horse"], ("person", 0.7), ("object", 0.6))[0] == ["person", "horse"]
    assert labels(["dog", "car"], ("vehicle", 0.7), ("person", 0.6))[0] == ["car", "dog"]


def test_where_the_user_names_an_animal_one_or_two_vehicles_are_that_too() -> None:
    two, three = [("vehicle", 0.7)] * 2, [("vehicle", 0.7)] * 3
    assert labels(["dogs"], *two, ("object", 0.6))[0] == ["dogs"] * 3
    assert labels(["dog"], *two)[0] == ["dog", "vehicle"]
    assert labels(["dogs", "car"], *two, ("object", 0.6))[0] == ["car", "car", "dogs"]
    assert labels(["dogs"], *three, ("object", 0.6))[0] == ["vehicle"] * 3 + ["dogs"]


def test_a_ball_renames_no_person() -> None:
    found, notes = labels(["ball"], ("person", 0.7))
    assert found == ["person"]
    assert notes == ["nothing that moves was found for 'ball'"]


@pytest.mark.parametrize(("word", "kind"), [("badminton player", "person"), ("car", "vehicle")])
def test_people_and_vehicles_that_stay_in_place_are_named_by_words(word: str, kind: Kind) -> None:
    names, _ = name_paths([path(), path(300.0)], [("object", 0.6), ("object", 0.5)], [word], SIZE)
    assert [(name.kind, name.label) for name in names] == [(kind, word), ("object", "object")]


def test_specks_do_not_share_a_word_that_is_used() -> None:
    assert labels(["horses"], ("object", 0.6), ("object", 0.2))[0] == ["horses", "object"]
    assert labels(["horses"], ("object", 0.6), ("object", 0.5))[0] == ["horses", "horses"]


def test_one_horse_at_a_time_is_a_horse() -> None:
    assert labels(["horse"], ("object", 0.6), ("object", 0.5))[0] == ["horse", "object"]
    first = path()
    later = replace(first, times_s=first.times_s + 2.5)
    names, _ = name_paths([first, later], [("object", 0.6), ("object", 0.5)], ["horse"], SIZE)
    assert [name.label for name in names] == ["horse", "horse"]


def test_what_the_user_names_is_sure_enough_to_be_heard() -> None:
    names, _ = name_paths([path()], [("object", 0.3)], ["horse"], SIZE)
    assert names[0].confidence >= 0.5


@pytest.mark.parametrize("phrase", ["rain", "a wet street", "in the forest at night"])
def test_places_and_weather_name_nothing(phrase: str) -> None:
    found, notes = labels([phrase], ("object", 0.6))
    assert found == ["object"]
    assert notes == []


def test_a_learned_detector_is_not_overruled() -> None:
    seen = replace(path(), labels=(("truck", 1.0),), named=True)
    names, notes = name_paths([seen], [("vehicle", 0.8)], ["dog"], SIZE)
    assert names[0].label == "truck"
    assert notes == ["nothing that moves was found for 'dog'"]


def test_a_ball_names_who_plays_with_it_on_the_spot() -> None:
    player = replace(path(), parts=(path(), path()))
    names, _ = name_paths([player], [("person", 0.7)], ["ball"], SIZE)
    assert [(name.kind, name.label) for name in names] == [("object", "ball")]


@pytest.mark.parametrize(("certain", "kind"), [(1, "object"), (6, "person")])
def test_certain_looks_make_a_person_of_who_bends_and_reaches(certain: int, kind: Kind) -> None:
    base = path()
    upright = np.tile([100.0, 60.0, 190.0, 260.0], (40, 1))
    scores = np.concatenate([np.full(certain, 1.5), np.full(40, -1.0)])
    seen = replace(base, boxes=upright, smooth=upright, points=upright[:, :2], person_scores=scores)
    assert kind_of(seen, *SIZE, walks=False)[0] == kind
