"""Known things as one each, and names of what hangs about them; boxes are made up."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.plugins import Detection
from engine.vision.join_names import joined
from engine.vision.labels import told_kind
from engine.vision.looks import Look
from engine.vision.paths import Path

SIZE = (480, 270)
TIMES = np.arange(0.0, 6.0, 0.04)
EVERY = 8
"""Pictures from one look to the next."""
Array = NDArray[np.float64]
Found = tuple[str, Array, float]


def moving(boxes: Array, times_s: Array = TIMES) -> Path:
    """A path that motion found, with boxes (n, 4)."""
    count = len(times_s)
    return Path(
        times_s=times_s,
        boxes=boxes,
        smooth=boxes,
        confidence=np.full(count, 0.8),
        seen=np.ones(count, dtype=bool),
        person_scores=np.zeros(0),
        labels=(("object", 1.0),),
        colour=None,
        points=0.5 * (boxes[:, :2] + boxes[:, 2:]),
        speed=np.full(count, 40.0),
    )


def at_x(x: Array, width: float = 80.0, top: float = 120.0, bottom: float = 170.0) -> Array:
    """Boxes whose left edge is at x (n,), cut by the picture's sides, or none."""
    boxes = np.column_stack([x, np.full(len(x), top), x + width, np.full(len(x), bottom)])
    boxes[:, [0, 2]] = np.clip(boxes[:, [0, 2]], 0.0, SIZE[0])
    boxes[boxes[:, 2] - boxes[:, 0] < 20.0] = np.nan
    return boxes


def looks(*things: Found) -> list[Look]:
    """Looks at things given by label, boxes (a row a moment of `TIMES`) and score."""
    changed = np.ones((90, 160), dtype=np.uint8)
    return [
        Look(
            float(TIMES[row]),
            tuple(
                Detection(tuple(map(float, boxes[row])), label, score)  # type: ignore[arg-type]
                for label, boxes, score in things
                if np.isfinite(boxes[row]).all()
            ),
            changed,
        )
        for row in range(0, len(TIMES), EVERY)
    ]


def still(box: tuple[float, float, float, float]) -> Array:
    return np.tile(np.asarray(box, dtype=np.float64), (len(TIMES), 1))


def brought(paths: list[Path], seen: list[Look]) -> list[Path]:
    return joined(paths, seen, TIMES, SIZE, camera_moves=False)


def out_and_in(away_s: float) -> Array:
    """Boxes of what runs out on the right at 2 s, and comes in there after a while."""
    in_s = 2.0 + away_s
    out_x = np.where(TIMES < 2.0, 260.0 + 110.0 * TIMES, np.inf)
    back_x = 480.0 - 110.0 * (TIMES - in_s)
    x = np.where(in_s > TIMES, out_x, back_x)
    return at_x(np.where(np.isfinite(x), x, 1000.0))


def test_an_animal_that_runs_out_and_comes_back_is_one_and_unseen_between() -> None:
    (dog,) = brought([], looks(("dog", out_and_in(0.6), 0.8)))
    assert dog.times_s[0] == TIMES[0]
    assert dog.duration_s > 5.0
    assert not dog.seen[np.abs(dog.times_s - 2.4) < 0.1].any()
    assert dog.seen[(dog.times_s < 1.5) | (dog.times_s > 4.0)].all()


@pytest.mark.parametrize(("label", "away_s"), [("person", 0.6), ("dog", 2.5)])
def test_who_else_comes_in_there_may_be_another(label: str, away_s: float) -> None:
    assert len(brought([], looks((label, out_and_in(away_s), 0.8)))) == 2


def test_a_car_that_comes_in_where_another_went_out_is_another_though_a_path_leads_on() -> None:
    seen = out_and_in(1.0)
    waits = seen.copy()
    waits[np.isnan(waits).any(axis=1)] = (455.0, 120.0, 480.0, 170.0)
    found = brought([moving(waits)], looks(("car", seen, 0.8)))
    first, second = sorted(found, key=lambda path: float(path.times_s[0]))
    assert [set(dict(path.labels)) for path in found] == [{"car"}] * 2
    assert first.times_s[-1] < second.times_s[0]
    assert second.boxes[-1, 0] < second.boxes[0, 0]


def test_a_body_and_a_guess_that_takes_more_for_it_are_one() -> None:
    body, more = still((190, 30, 330, 250)), still((185, 0, 480, 270))
    more[(TIMES < 2.5) | (TIMES > 4.0)] = np.nan
    (found,) = brought([], looks(("person", body, 0.9), ("person", more, 0.5)))
    np.testing.assert_allclose(np.median(found.boxes, axis=0), body[0])


def test_two_bodies_side_by_side_are_two() -> None:
    left, right = still((190, 30, 290, 250)), still((250, 30, 350, 250))
    assert len(brought([], looks(("person", left, 0.9), ("person", right, 0.8)))) == 2


def test_a_last_look_at_another_things_place_is_no_way_there() -> None:
    body, dog = still((60, 30, 130, 210)), still((190, 140, 290, 230))
    taken = np.arange(len(TIMES)) >= len(TIMES) - EVERY
    dog[taken] = np.nan
    body[taken] = (190, 140, 290, 230)
    found = brought([], looks(("person", body, 0.9), ("dog", dog, 0.8)))
    person = next(path for path in found if "person" in dict(path.labels))
    assert person.boxes[:, 2].max() <= 130.0 + 1.0


def test_the_way_on_ends_where_another_known_thing_is() -> None:
    person, dog = still((100, 60, 160, 240)), still((130, 60, 190, 240))
    person[TIMES > 3.0] = np.nan
    dog[TIMES < 4.0] = np.nan
    path = still((100, 60, 160, 240))
    path[TIMES > 4.0] += np.array([30.0, 0.0, 30.0, 0.0])
    found = brought([moving(path)], looks(("person", person, 0.9), ("dog", dog, 0.8)))
    one = next(path for path in found if "person" in dict(path.labels))
    assert 3.0 <= one.times_s[-1] <= 4.2


def test_smoke_about_a_known_car_is_no_second_vehicle() -> None:
    car = at_x(40.0 + 50.0 * TIMES)
    smoke = car + np.array([-70.0, -25.0, -70.0, -10.0])
    street = ("car", still((420, 30, 470, 60)), 0.9)
    fine = [moving(car), moving(smoke)]
    other = brought(fine, looks(("car", car, 0.8), street))[-1]
    assert other.doubted
    second = brought(fine, looks(("car", car, 0.8), ("truck", smoke, 0.8)))
    assert [told_kind(path) for path in second] == [("vehicle", pytest.approx(0.8))] * 2


def test_a_cup_with_the_hands_about_it_has_the_cups_box() -> None:
    cup = still((290, 130, 350, 205))
    motion = cup.copy()
    motion[TIMES < 1.5] = (90, 65, 420, 240)
    (found,) = brought([moving(motion)], looks(("cup", cup, 0.8)))
    assert dict(found.labels).keys() == {"cup"}
    assert np.abs(found.boxes - cup).max() < 1.0


def test_a_cyclists_box_holds_both_the_cycle_and_who_rides_it() -> None:
    cycle = at_x(20.0 + 40.0 * TIMES)
    rider = cycle + np.array([20.0, -50.0, -20.0, -10.0])
    (found,) = brought([], looks(("bicycle", cycle, 0.7), ("person", rider, 0.8)))
    assert dict(found.labels).keys() == {"bicycle"}
    np.testing.assert_allclose(found.boxes[:, 1], 70.0)
    np.testing.assert_allclose(found.boxes[:, 3], 170.0)


@pytest.mark.parametrize(("until_s", "named"), [(1.0, False), (3.0, True)])
def test_a_bag_that_was_an_animal_at_first_sight_is_none(until_s: float, named: bool) -> None:
    bag = at_x(40.0 + 40.0 * TIMES)
    bird = bag.copy()
    bird[until_s < TIMES] = np.nan
    (found,) = brought([moving(bag)], looks(("bird", bird, 0.7)))
    assert found.named == named
    assert found.duration_s > 5.5
