"""Click and follow: drawn clips whose every position is known, and real ones where at hand."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.cli.main import main
from engine.coordinates import to_spherical
from engine.errors import MediaError
from engine.jobs import CancelledError
from engine.vision.correct import corrected_position
from engine.vision.follow import follow
from engine.vision.follow_path import best_path
from engine.vision.geometry import PictureGeometry
from engine.vision.lift import lift
from engine.vision.paths import Path as Way
from engine.vision.paths import relevance, without_least
from tests.vision.scenes import HEIGHT, WIDTH, clip, ground

RATE = 25
SIDE = 44


@pytest.fixture(scope="module")
def crossing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A striped block crosses from left to right at 120 pixels a second, rising a little."""
    smooth = cv2.GaussianBlur(ground(), (0, 0), 12.0)  # sharp ground can hold the filter back

    def draw(image: np.ndarray, time_s: float) -> None:
        image[:] = smooth
        x, y = (round(v) for v in corner(time_s))
        block = image[y : y + SIDE, x : x + SIDE]
        block[:] = (200, 40, 40)
        block[:, ::9] = (250, 230, 60)
        block[::11] = (30, 30, 90)

    return clip(tmp_path_factory.mktemp("follow") / "block.mp4", [draw], 2.4)


def corner(time_s: float) -> tuple[float, float]:
    return 20 + 120 * time_s, 140 - 15 * time_s


def errors_px(boxes: np.ndarray) -> np.ndarray:
    true = np.array([corner(t) for t in boxes[:, 0]]) + SIDE / 2
    middle = 0.5 * (boxes[:, 1:3] + boxes[:, 3:5])
    return np.linalg.norm(middle - true, axis=1)


def test_one_click_in_the_middle_is_followed_both_ways(crossing: Path) -> None:
    x, y = corner(1.2)
    found = follow(crossing, 1.2, (x + SIDE / 2, y + SIDE / 2))
    assert (found.began, found.ended) == ("start", "end")
    assert len(found.boxes) == 60
    assert np.all(np.diff(found.boxes[:, 0]) > 0.0)
    assert np.percentile(errors_px(found.boxes), 90) < 8.0
    sizes = found.boxes[:, 3:5] - found.boxes[:, 1:3]
    assert 0.6 * SIDE < np.median(sizes) < 1.6 * SIDE
    azimuths_deg = to_spherical(found.positions_m)[:, 0]
    middle = 0.5 * (found.boxes[:, 1] + found.boxes[:, 3])
    np.testing.assert_allclose(azimuths_deg, (WIDTH / 2 - middle) / WIDTH * 120.0, atol=2.0)


def test_a_drawn_box_is_taken_as_it_is(crossing: Path) -> None:
    x, y = corner(0.0)
    found = follow(crossing, 0.0, (x, y, x + SIDE, y + SIDE))
    assert found.boxes[0, 0] == 0.0
    assert errors_px(found.boxes).max() < 5.0


def test_a_cut_ends_it(tmp_path: Path, crossing: Path) -> None:
    def draw(image: np.ndarray, time_s: float) -> None:
        if time_s >= 1.0:
            image[:] = (20, 60, 200) if time_s % 0.4 < 10 else 0
        else:
            image[120:164, 40 + round(60 * time_s) : 84 + round(60 * time_s)] = (220, 220, 30)

    path = clip(tmp_path / "cut.mp4", [draw], 2.0)
    found = follow(path, 0.4, (40 + 24, 120, 84 + 24, 164))
    assert found.ended == "cut"
    assert found.boxes[-1, 0] == pytest.approx(0.96, abs=0.021)


@pytest.mark.parametrize("shown", [(-1.0, 5.0), (5.0, 5.0, 6.0, 6.0), (1e4, 1.0), (1.0,)])
def test_a_place_outside_is_refused(crossing: Path, shown: tuple[float, ...]) -> None:
    with pytest.raises(MediaError):
        follow(crossing, 0.5, shown)


def test_cancelling_ends_it(crossing: Path) -> None:
    def stop(stage: str, share: float) -> None:
        if share > 0.2:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        follow(crossing, 0.0, (42.0, 162.0), progress=stop)


def test_the_command_writes_the_followed_one(crossing: Path, tmp_path: Path) -> None:
    out = tmp_path / "one.csv"
    assert main(["tracks", str(crossing), "--follow", "42,162@0", "-o", str(out)]) == 0
    lines = out.read_text().splitlines()
    assert len(lines) == 61
    assert all(line.split(",")[1] == "followed" for line in lines[1:])


@pytest.mark.parametrize("mapping", ["cylinder", "foleydesigner"])
def test_a_corrected_box_is_heard_where_it_is_put(mapping: str) -> None:
    size = (WIDTH, HEIGHT)
    centres = np.array([[100.0, 100.0], [300.0, 60.0]])
    geometry = PictureGeometry(mapping)  # type: ignore[arg-type]
    before, after = lift(mapping, centres, np.array([3.0, 3.0]), size)  # type: ignore[arg-type]
    moved = corrected_position(before, (100.0, 100.0), (200.0, -40.0), size, geometry)
    np.testing.assert_allclose(moved, after, atol=1e-9)
    still = corrected_position(before, (100.0, 100.0), (0.0, 0.0), size, geometry)
    np.testing.assert_allclose(still, before, atol=1e-12)


def test_real_things_are_held(shared_data: Path) -> None:
    car = follow(shared_data / "video_mask_gt" / "davis_car-shadow.mp4", 0.0, (501, 189))
    assert (car.began, car.ended) == ("start", "end")
    assert len(car.boxes) == 40


def going(start: tuple[float, float, float, float], seen: float = 1.0) -> Way:
    """Something that goes right by 2 px a picture for two seconds."""
    times = np.arange(50) / 25.0
    boxes = np.array(start) + np.outer(2.0 * np.arange(50), [1.0, 0.0, 1.0, 0.0])
    return Way(
        times_s=times, boxes=boxes, smooth=boxes, confidence=np.full(50, 0.9),
        seen=np.arange(50) < 50 * seen, person_scores=np.zeros(0), labels=(("object", 1.0),),
        colour=None, points=0.5 * (boxes[:, :2] + boxes[:, 2:]), speed=np.full(50, 50.0),
    )  # fmt: skip


def test_where_the_filter_is_unsure_what_moves_there_stands_in() -> None:
    near, far, flickers = (
        going((10, 10, 50, 60)), going((200, 10, 240, 60)), going((8, 8, 52, 62), seen=0.4)
    )  # fmt: skip
    click = np.array([32.0, 12.0, 74.0, 58.0])
    assert best_path([far, near, flickers], 0.4, click) is near
    assert best_path([far, flickers], 0.4, click) is None
    assert best_path([near], 3.0, click) is None  # it was over by then


def test_what_cannot_matter_is_let_go_and_the_order_stays() -> None:
    ways = [going((10, 10, 20 + 5 * size, 60)) for size in (1, 6, 2, 5, 3, 4)]
    kept = without_least(ways, 3, (480, 270))
    assert [way is kept[at] for way, at in zip([ways[1], ways[3], ways[5]], range(3), strict=True)]
    best = sorted(ways, key=lambda way: -relevance(way, 480, 270))[:3]
    assert {id(way) for way in kept} == {id(way) for way in best}
    assert without_least(ways, 9, (480, 270)) == ways
