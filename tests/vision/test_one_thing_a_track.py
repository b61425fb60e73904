"""A track ends where its thing does: it neither jumps to another nor waits where nothing is."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.plugins import Detection
from engine.vision.assemble import make_paths
from engine.vision.carried import CameraWay
from engine.vision.chains import unchained_paths
from engine.vision.join_names import joined
from engine.vision.looks import is_drawn
from engine.vision.paths import Path
from engine.vision.track import Tracker
from tests.vision.scenes import ground
from tests.vision.test_join_names import SIZE, TIMES, brought, looks, moving

Array = NDArray[np.float64]


def wide(x: Array, *, swells: Array | float = 80.0) -> Array:
    """Boxes 50 high around columns `x`."""
    half = 0.5 * np.broadcast_to(swells, x.shape)
    return np.column_stack([x - half, np.full(len(x), 120.0), x + half, np.full(len(x), 170.0)])


def test_a_car_that_follows_another_is_not_the_same_car() -> None:
    """Quick traffic: at every look the next car is where the last one was."""
    cars = []
    for start_s in np.arange(-0.64, 4.0, 0.32):
        x = 40.0 + 600.0 * (TIMES - start_s)
        there = (x > 40.0) & (x < 440.0)
        if there.sum() > 8:
            cars.append(moving(wide(x[there]), TIMES[there]))
    seen = looks(("car", wide(np.full(len(TIMES), 232.0)), 0.8))
    found = brought(cars, seen)
    assert max(path.duration_s for path in found) < 1.3


def test_a_car_that_is_looked_at_seldom_stays_one() -> None:
    way = wide(40.0 + 100.0 * TIMES)
    seen = looks(("car", way, 0.8))[::3]
    (found,) = brought([moving(way)], seen)
    assert dict(found.labels).keys() == {"car"}
    assert found.duration_s > 3.5


def test_headlights_that_meet_and_part_are_two_paths() -> None:
    """One blob comes from the right, meets another, and seems to turn back at full speed."""
    x = 240.0 + 220.0 * np.abs(TIMES - 2.0)
    width = np.where(np.abs(TIMES - 2.0) < 0.15, 150.0, 60.0)
    before, after = unchained_paths([moving(wide(x, swells=width))], SIZE[0])
    assert before.times_s[-1] == pytest.approx(2.0, abs=0.2)
    assert after.times_s[0] == pytest.approx(2.0, abs=0.2)


def test_a_ball_that_turns_at_a_wall_stays_one_path() -> None:
    x = 240.0 + 220.0 * np.abs(TIMES - 2.0)
    assert len(unchained_paths([moving(wide(x, swells=50.0))], SIZE[0])) == 1


def test_a_ball_that_bounces_quickly_is_one() -> None:
    """It goes farther than its own size from picture to picture, and turns within one."""
    tracker = Tracker(480, 270)
    for time_s in TIMES:
        up = (time_s % 0.8) / 0.8
        x, y = 40.0 + 90.0 * time_s, 240.0 - 4.0 * 165.0 * up * (1.0 - up)
        box = (x - 9.5, y - 19.0, x + 9.5, y)
        tracker.step([Detection(box, "object", 0.9)], float(time_s))
    (path,) = make_paths(tracker.finish(), 480, 270)
    assert path.duration_s > 3.8


def test_nobody_is_in_the_picture_while_a_dog_is_out_of_it() -> None:
    out = np.clip(380.0 + 60.0 * TIMES, 0, 430)
    x = np.where(TIMES < 2.2, out, 430.0 - 60.0 * (TIMES - 2.2))
    boxes = np.column_stack([x, np.full(len(x), 150.0), x + 48.0, np.full(len(x), 200.0)])
    boxes[(TIMES > 0.8) & (TIMES < 2.2)] = np.nan
    (dog,) = brought([], looks(("dog", boxes, 0.9), stir=True))
    away = (dog.times_s > 1.1) & (dog.times_s < 2.0)
    assert not away.any()
    assert dog.times_s[0] < 0.1
    assert dog.times_s[-1] > 3.5


def panned(camera_px_per_s: float) -> CameraWay:
    ways = []
    for time_s in TIMES:
        matrix = np.eye(3)
        matrix[0, 2] = camera_px_per_s * time_s
        ways.append(matrix)
    return CameraWay(TIMES, ways)


def people(px_per_s: float) -> list[Path]:
    """Paths of somebody who goes so fast across the picture while the camera pans."""
    x = 420.0 + px_per_s * TIMES
    boxes = np.column_stack([x, np.full(len(x), 90.0), x + 25.0, np.full(len(x), 160.0)])
    return joined(
        [], looks(("person", boxes, 0.8)), TIMES, SIZE, camera_moves=True, camera=[panned(100.0)]
    )


def test_who_stands_while_the_camera_pans_does_not_run() -> None:
    assert people(-100.0) == []


def test_who_walks_while_the_camera_pans_is_heard() -> None:
    assert len(people(-20.0)) == 1
    assert len(people(0.0)) == 1


def test_a_drawing_on_plain_ground_is_no_photograph() -> None:
    plain = np.full((270, 480, 3), 20, np.uint8)
    plain[100:160, 200:240] = 255
    assert is_drawn(plain)
    assert not is_drawn(ground())
