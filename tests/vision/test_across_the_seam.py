"""What goes across the line behind the listener is one thing, and is where it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sin
from pathlib import Path

import numpy as np
import pytest

from engine.media.probe import probe_video
from engine.plugins import Detection
from engine.project.model import Trajectory
from engine.vision import follow_boxes
from engine.vision.analyse import VisionResult, analyse_video, spherical_of
from engine.vision.follow import follow
from engine.vision.round_pictures import in_turn, on_the_turn_of, turn_px
from engine.vision.seen import SeenObject, VisionSettings
from tests.vision.spherical_films import HEIGHT, V1, WIDTH, Place, around, told


def seen_in(path: Path, places: Sequence[Place], lasts_s: float) -> VisionResult:
    film = told(around(path, places, lasts_s), V1)
    return analyse_video(film, VisionSettings(detector="motion"))


def check(seen: SeenObject, place: Place, lasts_s: float, *, tolerance_deg: float = 1.5) -> None:
    """It was followed nearly all the time, and where it really is."""
    times = seen.boxes[:, 0]
    assert times[-1] - times[0] > lasts_s - 0.3
    true = np.array([place(t) for t in times])
    polar = spherical_of(seen)
    away = (polar[:, 0] - true[:, 0] + 180.0) % 360.0 - 180.0
    assert np.median(np.abs(away)) < tolerance_deg
    assert np.percentile(np.abs(away), 95) < 3.0 * tolerance_deg
    assert np.median(np.abs(polar[:, 1] - true[:, 1])) < tolerance_deg
    middle = 0.5 * (seen.boxes[:, 1] + seen.boxes[:, 3])
    assert np.abs(np.diff(middle)).max() < 0.1 * WIDTH  # columns go on without a leap


def test_who_goes_round_twice_is_one(tmp_path: Path) -> None:
    def place(t: float) -> tuple[float, float]:
        return 30.0 + 120.0 * t, 10.0

    result = seen_in(tmp_path / "a.mp4", [place], 6.0)
    assert len(result.objects) == 1
    check(result.objects[0], place, 6.0)
    middle = 0.5 * (result.objects[0].boxes[:, 1] + result.objects[0].boxes[:, 3])
    assert middle[0] - middle[-1] == pytest.approx(2 * WIDTH, abs=10.0)
    assert 0.0 <= middle[0] < WIDTH


def test_one_behind_and_one_in_front_are_two(tmp_path: Path) -> None:
    places: list[Place] = [lambda t: (150.0 + 20.0 * t, -20.0), lambda t: (60.0 - 40.0 * t, 15.0)]
    result = seen_in(tmp_path / "a.mp4", places, 3.0)
    assert len(result.objects) == 2
    low, high = sorted(result.objects, key=lambda seen: spherical_of(seen)[0, 1])
    check(low, places[0], 3.0)
    check(high, places[1], 3.0)


def test_two_who_meet_on_the_line_stay_two(tmp_path: Path) -> None:
    places: list[Place] = [lambda t: (-150.0 - 40.0 * t, 0.0), lambda t: (150.0 + 40.0 * t, -30.0)]
    result = seen_in(tmp_path / "a.mp4", places, 3.0)
    assert len(result.objects) == 2
    low, high = sorted(result.objects, key=lambda seen: spherical_of(seen)[0, 1])
    check(high, places[0], 3.0)
    check(low, places[1], 3.0)


def test_who_goes_to_and_fro_on_the_line_is_one(tmp_path: Path) -> None:
    def place(t: float) -> tuple[float, float]:
        return 180.0 + 25.0 * sin(pi * t), -10.0

    result = seen_in(tmp_path / "a.mp4", [place], 4.0)
    assert len(result.objects) == 1
    check(result.objects[0], place, 4.0)


def test_what_rises_overhead_is_heard_there(tmp_path: Path) -> None:
    def place(t: float) -> tuple[float, float]:
        return 40.0, 20.0 + 18.0 * t

    result = seen_in(tmp_path / "a.mp4", [place], 3.0)
    check(result.objects[0], place, 3.0)
    polar = spherical_of(result.objects[0])
    assert polar[-1, 1] > 68.0
    assert polar[-1, 2] < 6.0  # it only rises: it is not far away


def test_a_bounce_behind_is_a_bounce(tmp_path: Path) -> None:
    period_s, highest_deg = 0.8, 32.0

    def place(t: float) -> tuple[float, float]:
        share = (t % period_s) / period_s
        return 165.0 + 10.0 * t, -30.0 + highest_deg * 4.0 * share * (1.0 - share)

    result = seen_in(tmp_path / "a.mp4", [place], 3.0)
    assert len(result.objects) == 1
    bounces = [c.time_s for c in result.objects[0].contacts if c.kind == "bounce"]
    assert bounces == pytest.approx([0.8, 1.6, 2.4], abs=0.04)


class _Discs:
    """Finds what is red, as a detector of single pictures does."""

    name, label, every_s, sampled = "discs", "discs", 0.0, True

    def begin(self, width: int, height: int, rate_hz: float, prompt: Sequence[str]) -> None:
        pass

    def detect(self, image: np.ndarray, time_s: float) -> list[Detection]:
        red = (image[..., 0] > 190) & (image[..., 1] < 70)
        columns = np.flatnonzero(red.any(axis=0))
        groups = np.split(columns, np.flatnonzero(np.diff(columns) > 3) + 1)
        found = []
        for group in groups:
            rows = np.flatnonzero(red[:, group].any(axis=1)) if len(group) else group
            if len(group) > 4 and len(rows):
                box = (float(group[0]), float(rows[0]), group[-1] + 1.0, rows[-1] + 1.0)
                found.append(Detection(box=box, label="ball", confidence=0.9))
        return found


def test_a_detector_of_pictures_sees_one_thing_too(tmp_path: Path) -> None:
    film = told(around(tmp_path / "a.mp4", [lambda t: (140.0 + 40.0 * t, 5.0)], 2.0), V1)
    found = follow_boxes.follow_boxes(probe_video(film), _Discs(), (), lambda *_: None)
    assert found.size == (WIDTH, HEIGHT)
    assert len(found.paths) == 1
    middle = found.paths[0].centres[:, 0]
    assert middle[-1] - middle[0] == pytest.approx(-80.0 / 360.0 * WIDTH, abs=5.0)


@pytest.mark.parametrize("width", [480, 481, 482, 483, 719, 720])
def test_a_turn_is_known_from_what_goes_on(width: int) -> None:
    assert turn_px(width + width // 4) == width


def test_rows_are_brought_to_the_turn_of_others() -> None:
    def rows(times_s: Sequence[float], x: float) -> np.ndarray:
        return np.array([[t, x + 10 * t, 0.0, x + 10 * t + 20, 5.0, 0.9] for t in times_s])

    late, early = rows([2.0, 2.1], 475.0), rows([1.0, 1.9], -5.0)
    np.testing.assert_allclose(on_the_turn_of(late, early, 480), rows([2.0, 2.1], -5.0))
    np.testing.assert_allclose(on_the_turn_of(early, late, 480), rows([1.0, 1.9], 475.0))
    np.testing.assert_array_equal(on_the_turn_of(late, rows([0.0], 300.0), 480), late)


def test_boxes_are_brought_into_one_turn() -> None:
    boxes = np.array([[-30.0, 0.0, -10.0, 5.0], [470.0, 0.0, 484.0, 5.0], [950.0, 1.0, 980.0, 2.0]])
    expected = [[450.0, 0.0, 470.0, 5.0], [470.0, 0.0, 484.0, 5.0], [-10.0, 1.0, 20.0, 2.0]]
    np.testing.assert_allclose(in_turn(boxes, 480), expected)


@pytest.mark.parametrize("start_s", [0.1, 1.8])
def test_a_click_is_followed_across_the_line(tmp_path: Path, start_s: float) -> None:
    def place(t: float) -> tuple[float, float]:
        return 155.0 + 25.0 * t, -10.0

    film = told(around(tmp_path / "a.mp4", [place], 2.0), V1)
    x = (0.5 - place(round(25 * start_s) / 25)[0] / 360.0) % 1.0 * WIDTH
    found = follow(film, start_s, (x, (0.5 + 10.0 / 180.0) * HEIGHT))
    seen = SeenObject("a", "a", 1.0, found.boxes, found.positions_m, (), Trajectory(keyframes=()))
    check(seen, place, 2.0, tolerance_deg=2.5)
    assert found.boxes[0, 0] < 0.1


def test_a_film_may_be_taken_for_flat(tmp_path: Path) -> None:
    film = told(around(tmp_path / "a.mp4", [lambda t: (120.0 - 80.0 * t, 10.0)], 1.2), V1)
    settings = VisionSettings(detector="motion", projection="flat")
    result = analyse_video(film, settings)
    assert not result.video.spherical
    assert all(np.abs(spherical_of(one)[:, 0]).max() < 61.0 for one in result.objects)
