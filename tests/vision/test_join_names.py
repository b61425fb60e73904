"""Motion's paths and a network's boxes brought together, without a network: boxes are made up."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import PluginError
from engine.plugins import Detection
from engine.vision.evidence import Evidence
from engine.vision.join_names import joined
from engine.vision.labels import told_kind
from engine.vision.looks import Look, Looker
from engine.vision.paths import Path
from engine.vision.user_words import yielding

SIZE = (480, 270)
TIMES = np.arange(0.0, 4.0, 0.04)
LOOKS = np.round(TIMES[::8], 3)
Array = NDArray[np.float64]


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


def across(start: float = 20.0, pace: float = 80.0, times_s: Array = TIMES) -> Array:
    """Boxes 80 x 50 that go to the right."""
    x = start + pace * times_s
    return np.column_stack([x, np.full(len(x), 120.0), x + 80.0, np.full(len(x), 170.0)])


def looks(
    *things: tuple[str, Array, float], times_s: Array = TIMES, stir: bool = False
) -> list[Look]:
    """Looks at things given by label, boxes (a row a moment of `TIMES`) and score."""
    changed = np.full((90, 160), int(stir), dtype=np.uint8)
    return [
        Look(
            float(time_s),
            tuple(
                Detection(tuple(map(float, boxes[row])), label, score)  # type: ignore[arg-type]
                for label, boxes, score in things
                if np.isfinite(boxes[row]).all()
            ),
            changed,
        )
        for row, time_s in list(enumerate(times_s))[::8]
    ]


def still(box: tuple[float, float, float, float]) -> Array:
    return np.tile(np.asarray(box, dtype=np.float64), (len(TIMES), 1))


def brought(paths: list[Path], seen: list[Look], *, camera_moves: bool = False) -> list[Path]:
    return joined(paths, seen, TIMES, SIZE, camera_moves=camera_moves)


def test_a_path_takes_the_name_of_what_is_there_and_keeps_its_fine_boxes() -> None:
    boxes = across()
    (found,) = brought([moving(boxes)], looks(("dog", boxes + 3.0, 0.8)))
    assert dict(found.labels).keys() == {"dog"}
    assert told_kind(found) == ("object", pytest.approx(0.8))
    assert len(found.times_s) == len(TIMES)
    np.testing.assert_allclose(found.boxes, boxes)


def test_pieces_inside_a_thing_are_parts_of_it() -> None:
    body, hand = still((100, 60, 180, 240)), still((110, 90, 130, 110))
    hand[:, [0, 2]] += 20.0 * np.sin(8.0 * TIMES)[:, None]
    (found,) = brought([moving(hand)], looks(("person", body, 0.9)))
    assert told_kind(found) == ("person", pytest.approx(0.9))
    np.testing.assert_allclose(np.median(found.boxes, axis=0), body[0])


@pytest.mark.parametrize(("label", "stirs", "count"), [
    ("person", True, 1), ("person", False, 0), ("car", True, 0), ("chair", True, 0),
])  # fmt: skip
def test_what_motion_missed_is_a_thing_where_it_lives_and_stirs(
    label: str, stirs: bool, count: int
) -> None:
    seen = looks((label, still((100, 60, 180, 240)), 0.9), stir=stirs)
    assert len(brought([], seen)) == count


def test_one_path_of_two_things_is_two() -> None:
    left, right = across(20.0), across(120.0)
    both = np.column_stack([left[:, :2], right[:, 2:]])
    found = brought([moving(both)], looks(("dog", left, 0.8), ("person", right, 0.8)))
    assert sorted(max(p.labels)[0] for p in found) == ["dog", "person"]


def test_two_sights_of_one_thing_that_a_path_leads_through_are_one() -> None:
    boxes = across()
    seen = boxes.copy()
    seen[30:72] = np.nan
    (found,) = brought([moving(boxes)], looks(("car", seen, 0.8)))
    assert found.duration_s == pytest.approx(TIMES[-1])


def test_the_box_is_the_things_own_where_motion_saw_smoke() -> None:
    car = across()
    smoke = car.copy()
    smoke[50:, 0] -= 150.0
    smoke[50:, 2] -= 120.0
    (found,) = brought([moving(smoke)], looks(("car", car, 0.8)))
    rows = found.times_s > 2.2
    assert np.abs(found.boxes[rows] - across(times_s=found.times_s)[rows]).max() < 1.0


def test_what_leaves_the_picture_after_the_last_look_goes_on_and_does_not_jump_back() -> None:
    car = across(pace=80.0)
    car[:, 2] = np.minimum(car[:, 2], SIZE[0])  # it leaves by the right side
    car[:, 0] = np.minimum(car[:, 0], SIZE[0] - 1.0)
    unseen = car.copy()
    unseen[40:] = np.nan  # no look finds what is left of it
    (found,) = brought([moving(car)], looks(("car", unseen, 0.8)))
    late = found.times_s > TIMES[40] + 0.4
    middles = 0.5 * (found.boxes[late, 0] + found.boxes[late, 2])
    assert late.any()
    assert (np.diff(middles) > -1.0).all()
    assert np.abs(found.boxes[late] - car[-late.sum() :]).max() < 4.0


def test_a_rider_and_the_horse_are_one() -> None:
    horse = across()
    rider = horse + np.array([25.0, -40.0, -25.0, -15.0])
    (found,) = brought([], looks(("horse", horse, 0.8), ("person", rider, 0.8)))
    assert dict(found.labels).keys() == {"horse"}


def test_a_vehicle_where_nothing_like_one_is_recognised_is_doubted() -> None:
    path, body = moving(across()), still((400, 60, 470, 240))
    unknown, known = looks(), looks(("person", body, 0.9))
    kept = brought([path], unknown)[-1]
    fallen = brought([path], known)[-1]
    assert not kept.doubted
    assert fallen.doubted
    kinds = Evidence().believed([replace(fallen)], [("vehicle", 0.6)], (0.0, 4.0), SIZE)
    assert kinds[0][0] == "object"


def test_in_a_street_small_ones_may_have_been_missed() -> None:
    far = still((0, 100, 30, 120))
    far[:, [0, 2]] += (60.0 * TIMES)[:, None]
    street = looks(("car", still((300, 100, 400, 160)), 0.9))
    assert not brought([moving(far)], street)[-1].doubted


def test_the_surer_of_both_gives_the_sureness() -> None:
    boxes = across()
    (found,) = brought([moving(boxes)], looks(("truck", boxes, 0.5)))
    assert told_kind(found) == ("vehicle", pytest.approx(0.8 * 0.8))


def test_hands_at_work_are_no_walker() -> None:
    hands = still((100, 0, 330, 150))
    hands[:, [0, 2]] += 20.0 * np.sin(3.0 * TIMES)[:, None]
    (found,) = brought([moving(hands)], looks(("person", hands, 0.9)))
    assert not found.named
    assert found.doubted


@pytest.mark.parametrize(("bottom", "named"), [(150.0, False), (262.0, True)])
def test_an_arm_from_above_is_no_walker_and_one_cut_at_the_head_is(
    bottom: float, named: bool
) -> None:
    body = still((100, 0, 160, bottom))
    body[:, [0, 2]] += 60.0 * (TIMES - TIMES[0])[:, None]
    (found,) = brought([moving(body)], looks(("person", body, 0.9)))
    assert found.named is named


def test_a_brief_vehicle_where_no_vehicle_is_anywhere_is_doubted() -> None:
    times_s = TIMES[51:61]
    brief = moving(across(times_s=times_s), times_s)
    bottle, car = (still((300, 100, 400, 160)) for _ in range(2))
    assert brought([brief], looks(("bottle", bottle, 0.9)))[-1].doubted
    assert not brought([brief], looks(("car", car, 0.9)))[-1].doubted


def test_what_goes_like_legs_where_nobody_is_recognised_is_no_person() -> None:
    hands, bottle = moving(across()), still((20, 120, 60, 240))
    alone = brought([hands], looks(("bottle", bottle, 0.9)))[-1]
    seen = brought([hands], looks(("bottle", bottle, 0.9), ("person", across(), 0.35)))[-1]
    unknown = brought([hands], looks())[-1]
    walker = replace(alone, person_scores=np.full(9, 0.5))
    # the people detector sees one in every look
    kinds = [
        Evidence().believed([path], [("person", 0.6)], (0.0, 4.0), SIZE)[0][0]
        for path in (alone, seen, unknown, walker)
    ]
    assert kinds == ["object", "person", "person", "person"]


def test_without_looks_nothing_changes() -> None:
    paths = [moving(across())]
    assert joined(paths, (), TIMES, SIZE, camera_moves=False) == paths


@pytest.mark.parametrize(("words", "named"), [
    ((), True), (("dog",), True), (("rainy street",), True), (("fox",), False),
])  # fmt: skip
def test_the_users_words_outrank_the_network(words: tuple[str, ...], named: bool) -> None:
    boxes = across()
    found = brought([moving(boxes)], looks(("dog", boxes, 0.8)))
    assert [path.named for path in yielding(found, words)] == [named]


def test_who_goes_out_by_a_side_and_who_comes_in_there_are_two() -> None:
    """Though they are near each other in place and time."""
    out, back = across(start=310.0, pace=60.0), across(start=620.0, pace=-70.0)
    out[TIMES > 1.7], back[TIMES < 2.5] = np.nan, np.nan
    people = [("person", np.clip(boxes, 0.0, 480.0), 0.8) for boxes in (out, back)]
    found = brought([], looks(*people, stir=True))
    assert [told_kind(path)[0] for path in found] == ["person"] * 2
    ends = sorted((path.times_s[0], path.times_s[-1]) for path in found)
    np.testing.assert_allclose(ends, [(0.0, 1.6), (2.56, 3.84)], atol=0.1)


def test_who_turns_round_at_the_side_is_one() -> None:
    """Lost for a look, at the side, as the picture cuts them off."""
    x = np.interp(TIMES, [0.0, 1.7, 3.9], [310.0, 412.0, 290.0])
    boxes = np.column_stack([x, np.full(len(x), 60.0), x + 80.0, np.full(len(x), 250.0)])
    boxes[(TIMES > 1.65) & (TIMES < 2.1)] = np.nan
    player = ("person", np.clip(boxes, 0.0, 480.0), 0.8)
    assert len(brought([], looks(player, stir=True))) == 1


class Crowd:
    """A network that finds so many people, half as high as the picture, from a moment on."""

    name = label = "crowd"

    def __init__(self, people: int, from_s: float) -> None:
        self.people, self.from_s = people, from_s

    def begin(self, width: int, height: int, rate_hz: float, prompt: Sequence[str]) -> None:
        """Nothing is prepared."""

    def detect(self, image: NDArray[np.uint8], time_s: float) -> list[Detection]:
        high = 0.5 * image.shape[0]
        people = self.people if time_s >= self.from_s else 0
        return [
            Detection((20.0 * i, 0.0, 20.0 * i + 9.0, high), "person", 0.8) for i in range(people)
        ]


@pytest.mark.parametrize("waiting_bytes", [1, 2**30])
@pytest.mark.parametrize(("people", "step_s"), [(2, 0.4), (3, 0.2)])
def test_a_crowd_is_looked_at_twice_as_often(
    people: int, step_s: float, waiting_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.vision.looks._MOST_WAITING_BYTES", waiting_bytes)
    looker = Looker(Crowd(people, 2.0), 10.0)
    for time_s in np.arange(0.0, 6.0, 0.04):
        looker.add(float(time_s), np.zeros((90, 160, 3), dtype=np.uint8), first=time_s == 0.0)
    times_s = np.array([look.time_s for look in looker.taken()])
    looker.close()
    np.testing.assert_allclose(np.diff(times_s[times_s < 2.7]), 0.4, atol=1e-6)
    np.testing.assert_allclose(np.diff(times_s[times_s > 3.1]), step_s, atol=1e-6)


def test_what_a_network_refuses_is_told() -> None:
    class Refusing(Crowd):
        def detect(self, image: NDArray[np.uint8], time_s: float) -> list[Detection]:
            if time_s > 0.7:
                raise PluginError("no such picture")
            return super().detect(image, time_s)

    looker = Looker(Refusing(1, 0.0), 10.0)
    for time_s in np.arange(0.0, 0.7, 0.04):
        looker.add(float(time_s), np.zeros((90, 160, 3), dtype=np.uint8), first=time_s == 0.0)
    assert len(looker.taken()) == 2
    looker.add(0.8, np.zeros((90, 160, 3), dtype=np.uint8), first=False)
    with pytest.raises(PluginError):
        looker.taken()
    looker.close()
