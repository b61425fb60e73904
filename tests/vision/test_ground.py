"""The horizon is told by what stands on the ground; it tells cars from birds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.vision.edges import split_at_edges
from engine.vision.ground import find_horizon, on_street, outline
from engine.vision.labels import kind_of, name_paths
from engine.vision.paths import Path, smoothed

W, H = 480, 270
CAMERA_M, CAR_M = 1.6, 1.55


def drive(horizon: float, height_px: float, pace: float = 3.0, aspect: float = 2.2) -> Path:
    """A car that stands on the ground below a horizon (a row), `pace` of its heights a second."""
    bottom = horizon + height_px * CAMERA_M / CAR_M
    times = np.arange(75) / 25
    x = 60 + pace * height_px * times
    centres = np.stack([x, np.full(75, bottom - height_px / 2)], axis=1)
    half = 0.5 * np.array([aspect * height_px, height_px])
    return path_of(np.concatenate([centres - half, centres + half], axis=1))


def path_of(boxes: np.ndarray) -> Path:
    count = len(boxes)
    return smoothed(
        Path(
            times_s=np.arange(count) / 25,
            boxes=boxes,
            smooth=boxes,
            confidence=np.full(count, 0.9),
            seen=np.ones(count, dtype=bool),
            person_scores=np.zeros(0),
            labels=(("object", 1.0),),
            colour=None,
            points=0.5 * (boxes[:, :2] + boxes[:, 2:]),
            speed=np.full(count, 50.0),
        )
    )


@pytest.mark.parametrize("horizon", [40.0, 90.0, 150.0])
def test_cars_of_all_sizes_agree_on_the_horizon(horizon: float) -> None:
    paths = [drive(horizon, size) for size in (16.0, 30.0, 55.0)]
    assert find_horizon(paths, W, H) == pytest.approx(horizon, abs=2.0)


def test_one_far_mover_alone_tells_no_horizon() -> None:
    assert find_horizon([drive(90.0, 16.0)], W, H) is None
    assert find_horizon([], W, H) is None


def test_a_car_high_in_the_picture_is_a_car_and_a_bird_above_it_a_bird() -> None:
    """The camera looks down, so that all of the street lies in the upper half."""
    cars = [drive(50.0, size) for size in (14.0, 40.0)]
    bird = drive(-25.0, 14.0)
    paths = [*cars, bird]
    horizon = find_horizon(paths, W, H)
    kinds = [kind_of(path, W, H, walks=False, horizon=horizon) for path in paths]
    assert [kind for kind, _ in kinds] == ["vehicle", "vehicle", "object"]
    names, _ = name_paths(paths, kinds, (), (W, H), horizon)
    assert [name.label for name in names] == ["vehicle", "vehicle", "flyer"]


def test_what_goes_as_low_as_a_car_is_no_bird_where_the_horizon_is_unknown() -> None:
    car, near_it, high = drive(50.0, 16.0), drive(46.0, 16.0, aspect=0.9), drive(10.0, 16.0)
    names, _ = name_paths(
        [car, near_it, high],
        [("vehicle", 0.7), ("object", 0.6), ("object", 0.6)],
        (),
        (W, H),
        None,
    )
    assert [name.label for name in names] == ["vehicle", "object", "flyer"]


def test_someone_close_whom_the_picture_cuts_off_below_is_no_vehicle() -> None:
    """Upright as long as it is cut off; what is left as it leaves upwards may look wide."""
    x = 100.0 + 4.0 * np.arange(75)
    bottoms = np.where(np.arange(75) < 55, H, 0.93 * H)
    tops = np.where(np.arange(75) < 55, H - 110.0, 0.93 * H - 50.0)
    half = np.where(np.arange(75) < 55, 35.0, 45.0)
    close = path_of(np.stack([x - half, tops, x + half, bottoms], axis=1))
    wide = path_of(np.stack([x - 2 * half, tops, x + 2 * half, bottoms], axis=1))
    assert on_street(wide, None, W, H)
    assert not on_street(close, None, W, H)


@pytest.mark.parametrize(
    ("pace", "aspect"),
    [(0.4, 2.2), (14.0, 2.2), (3.0, 0.8), (3.0, 7.0)],
    ids=["a slow group of people", "a dart", "upright", "a streak"],
)
def test_what_does_not_move_or_look_like_a_vehicle_is_none(pace: float, aspect: float) -> None:
    path = drive(90.0, 14.0, pace, aspect)
    assert not on_street(path, 90.0, W, H)


def test_specks_are_less_sure_than_what_is_plain() -> None:
    plain, speck = drive(120.0, 40.0), drive(120.0, 5.0)
    sure = [kind_of(path, W, H, walks=False, horizon=120.0)[1] for path in (plain, speck)]
    assert sure[0] > 0.6
    assert sure[1] < 0.75 * sure[0]
    half = replace(plain, seen=np.arange(75) % 4 == 0)
    assert kind_of(half, W, H, walks=False, horizon=120.0)[1] < sure[0]


def test_outlines_leave_out_what_the_picture_cuts() -> None:
    path = drive(200.0, 80.0)
    assert outline(path, H) is None  # its wheels are below the picture
    shape = outline(drive(120.0, 40.0), H)
    assert shape is not None
    assert shape.aspect == pytest.approx(2.2, rel=0.05)
    assert shape.horizon(CAR_M) == pytest.approx(120.0, abs=2.0)


def test_a_car_that_leaves_behind_a_post_and_the_next_are_two() -> None:
    """Both turn at 40 px before the side, where a post hides the edge."""
    times = np.arange(150) / 25
    right = W - 40 - 150 * np.abs(times - 2.5)
    centres = np.stack([right - 30, np.full(150, 150.0)], axis=1)
    half = 0.5 * np.array([60.0, 28.0])
    pieces = split_at_edges(path_of(np.concatenate([centres - half, centres + half], 1)), W)
    assert len(pieces) == 2
    assert pieces[0].times_s[-1] == pytest.approx(2.5, abs=0.1)
    half = 0.5 * np.array([28.0, 28.0])  # a ball turns at a wall
    assert len(split_at_edges(path_of(np.concatenate([centres - half, centres + half], 1)), W)) == 1


def followed(aspect: float = 1.9, pace: float = 1.5, bottom: float = 150.0) -> Path:
    """What a moving camera keeps in the middle of its picture, while it flows against all else."""
    tall, count = 60.0, 40
    middle = 0.5 * W
    boxes = np.tile(
        [middle - 0.5 * aspect * tall, bottom - tall, middle + 0.5 * aspect * tall, bottom],
        (count, 1),
    )
    return replace(path_of(boxes), speed=np.full(count, pace * tall))


@pytest.mark.parametrize(
    ("path", "moves", "kind"),
    [
        (followed(), True, "vehicle"),
        (followed(), False, "object"),
        (followed(aspect=1.1), True, "object"),  # as high as a rider on a horse
        (followed(pace=0.4), True, "object"),  # a swan
        (followed(bottom=90.0), True, "object"),  # above the ground
    ],
)
def test_a_moving_camera_follows_vehicles(path: Path, moves: bool, kind: str) -> None:
    assert kind_of(path, W, H, walks=False, camera_moves=moves)[0] == kind


def test_what_changes_its_outline_is_no_vehicle_that_is_followed() -> None:
    path = followed()
    swing = np.linspace(0.75, 1.35, 40)[:, None]
    wide = swing * (path.boxes[:, [2]] - path.boxes[:, [0]])
    boxes = path.boxes.copy()
    boxes[:, [2]] = boxes[:, [0]] + wide
    supple = replace(path, boxes=boxes, smooth=boxes)
    assert kind_of(supple, W, H, walks=False, camera_moves=True)[0] == "object"
