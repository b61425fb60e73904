"""Contacts and steps from motion alone, the tracker, names and shot boundaries."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from engine.plugins import Detection, Detector, create
from engine.vision.assemble import make_paths
from engine.vision.contacts import find_contacts
from engine.vision.depth import steady
from engine.vision.detect import MotionDetector
from engine.vision.edges import split_at_edges
from engine.vision.gait import find_gait, find_strides
from engine.vision.kalman import BoxFilter, Corners
from engine.vision.labels import flies, kind_of, name_paths
from engine.vision.merge import merge, roams
from engine.vision.paths import Path, local_fit, smoothed
from engine.vision.shots import CutDetector
from engine.vision.track import Tracker, iou

W, H = 480, 270


def path_of(centres: np.ndarray, size: tuple[float, float], rate: float = 25.0) -> Path:
    half = 0.5 * np.array(size)
    boxes = np.concatenate([centres - half, centres + half], axis=1)
    count = len(centres)
    return smoothed(
        Path(
            times_s=np.arange(count) / rate,
            boxes=boxes,
            smooth=boxes,
            confidence=np.full(count, 0.9),
            seen=np.ones(count, dtype=bool),
            person_scores=np.zeros(0),
            labels=(("object", 1.0),),
            colour=None,
            points=centres,
            speed=np.zeros(count),
        )
    )


def fall(times: np.ndarray, lands_s: float) -> np.ndarray:
    """Rows of a ball that falls, bounces at `lands_s`, and rises again."""
    t = times - lands_s
    return 200 - np.where(t < 0, -300 * t, 240 * t) + 350 * t**2


@pytest.mark.parametrize("rate", [25.0, 30.0, 60.0])
@pytest.mark.parametrize("lands_s", [0.5, 0.513, 0.53])
def test_a_bounce_is_timed_finer_than_a_picture(rate: float, lands_s: float) -> None:
    times = np.arange(round(rate)) / rate
    rng = np.random.default_rng(0)
    centres = np.stack([100 + 90 * times, fall(times, lands_s)], 1) + rng.normal(
        0, 0.2, (len(times), 2)
    )
    contacts = find_contacts(path_of(centres, (20, 20), rate), "object", W, H)
    assert [c.kind for c in contacts] == ["bounce"]
    assert contacts[0].time_s == pytest.approx(lands_s, abs=0.015)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("fault", ["a fifth of the pictures is missing", "time stamps tremble"])
def test_bounces_hold_where_pictures_come_unevenly(fault: str, seed: int) -> None:
    """Three bounces, 25 pictures a second: some are not there, or are stamped up to 20 ms wrong."""
    rng = np.random.default_rng(seed)
    times = np.arange(50) / 25
    lands = (0.52, 1.07, 1.49)
    if "missing" in fault:
        times = times[(rng.random(50) > 0.2) | (times == 0.0)]
    centres = np.stack([60 + 90 * times, _bounces(times, lands)], 1)
    centres += rng.normal(0, 0.1, centres.shape)
    stamps = times + (rng.uniform(-0.02, 0.02, len(times)) if "tremble" in fault else 0.0)
    path = replace(path_of(centres, (20, 20)), times_s=np.sort(stamps))
    contacts = find_contacts(path, "object", W, H)
    assert [c.kind for c in contacts] == ["bounce"] * 3
    assert [c.time_s for c in contacts] == pytest.approx(lands, abs=0.02)


def _bounces(times: np.ndarray, lands_s: tuple[float, ...]) -> np.ndarray:
    """Rows of a ball under gravity that meets the ground (row 200) at these times."""
    before_s = (-lands_s[0], *lands_s, 2.0 * lands_s[-1] - lands_s[-2] + 0.15)
    rows = np.full(len(times), 200.0)
    for first, last in itertools.pairwise(before_s):
        inside = (times >= first) & (times < last)
        rows[inside] -= 700.0 * (times[inside] - first) * (last - times[inside])
    return rows


def test_free_flight_has_no_contact() -> None:
    times = np.arange(40) / 25
    centres = np.stack([50 + 200 * times, 60 + 180 * (times - 0.8) ** 2], axis=1)
    assert find_contacts(path_of(centres, (20, 20)), "object", W, H) == ()


def test_a_wall_turns_a_ball() -> None:
    times = np.arange(40) / 25
    centres = np.stack([300 - 260 * np.abs(times - 0.8), np.full(40, 150.0)], axis=1)
    contacts = find_contacts(path_of(centres, (18, 18)), "object", W, H)
    assert [c.kind for c in contacts] == ["turn"]
    assert contacts[0].time_s == pytest.approx(0.8, abs=0.03)


def test_start_and_stop() -> None:
    times = np.arange(100) / 25
    x = np.clip(times - 1.0, 0, 1.6) * 120
    contacts = find_contacts(
        path_of(np.stack([60 + x, np.full(100, 200)], 1), (80, 40)), "vehicle", W, H
    )
    assert [c.kind for c in contacts] == ["start", "stop"]
    assert [c.time_s for c in contacts] == pytest.approx([1.0, 2.6], abs=0.2)


def test_steps_from_foot_motion() -> None:
    times = np.arange(0.02, 6.0, 0.04)
    phase = ((times - 0.3) / 0.5) % 1.0
    rng = np.random.default_rng(2)
    energy = np.where(phase > 0.2, np.sin(np.pi * (phase - 0.2) / 0.8) ** 2, 0.0) * 40
    energy *= np.where(((times - 0.3) // 0.5) % 2 == 0, 1.0, 0.6)  # the far leg shows less
    gait = find_gait(times, energy + rng.uniform(0, 1.5, len(times)), 0.0, 6.0)
    assert gait.walks
    assert gait.step_s == pytest.approx(0.5, abs=0.02)
    true = 0.3 + 0.5 * np.arange(12)
    found = gait.times_s[(gait.times_s > 0.2) & (gait.times_s < 5.9)]
    assert len(found) == len(true)
    assert np.abs(found - true).max() < 0.075  # under two pictures, though feet slow down


def test_noise_is_no_gait() -> None:
    times = np.arange(0.02, 6.0, 0.04)
    energy = np.random.default_rng(5).uniform(0, 10, len(times))
    assert not find_gait(times, energy, 0.0, 6.0).walks
    assert not find_gait(times[:5], energy[:5], 0.0, 0.2).walks


def test_filter_predicts_through_a_gap() -> None:
    state = BoxFilter((0, 0, 20, 20), 0.0, (0, 0), W)
    for index in range(1, 20):
        state.predict(index * 0.04)
        state.correct((index * 4, 0, index * 4 + 20, 20))
    predicted = state.predict(1.2)
    assert predicted[0] == pytest.approx(120, abs=8)
    state.predict(9.0)
    assert np.isfinite(state.sigma_px)


def test_tracker_takes_any_detector() -> None:
    tracker = Tracker(W, H)
    for index in range(40):
        found = [Detection((10 + 5 * index, 50, 50 + 5 * index, 90), "dog", 0.9)]
        found += [
            Detection(
                (400 - 5 * index, 150, 440 - 5 * index, 220), "woman", 0.3 + 0.5 * (index % 3)
            )
        ]
        if 15 <= index < 24:
            found = found[1:]
        tracker.step(found, index / 25)
    paths = make_paths(tracker.finish(), W, H)
    assert len(paths) == 2
    assert all(path.duration_s > 1.4 for path in paths)
    names, _ = name_paths(paths, [("object", 0.9)] * 2, (), (W, H))
    assert {name.label for name in names} == {"dog", "woman"}


def test_motion_is_a_detector_without_study() -> None:
    detector = create("detector", "motion")
    assert isinstance(detector, Detector)
    detector.begin(160, 90, 25.0, ())
    rng = np.random.default_rng(0)
    ground = rng.integers(80, 140, (90, 160, 3)).astype(np.uint8)
    found = []
    for index in range(24):
        image = ground.copy()
        image[30:50, 5 * index + 5 : 5 * index + 25] = (250, 40, 40)
        found = detector.detect(image, index / 25)
    assert max(iou(d.box, (120, 30, 140, 50)) for d in found) > 0.6


def test_pictures_are_answered_alike_in_turn_and_out_of_it() -> None:
    rng = np.random.default_rng(0)
    images = [rng.integers(80, 140, (90, 160, 3)).astype(np.uint8)] * 12
    images = [image.copy() for image in images]
    for index, image in enumerate(images):
        image[30:50, 8 * index + 5 : 8 * index + 25] = (250, 40, 40)
    times_s = [index / 25 for index in range(12)]

    def asked(order: list[int]) -> dict[int, tuple[Corners, ...]]:
        detector = MotionDetector()
        detector.begin(160, 90, 25.0, ())
        detector.study(images, times_s)
        return {i: tuple(d.box for d in detector.detect(images[i], times_s[i])) for i in order}

    in_turn = asked(list(range(12)))
    assert sum(map(len, in_turn.values())) >= 10
    assert asked([0, 1, 5, 2, 2, 6, 11, 3]).items() <= in_turn.items()


def test_kinds_and_words() -> None:
    times = np.arange(50) / 25
    car = path_of(np.stack([100 + 120 * times, np.full(50, 180)], 1), (110, 50))
    bird = path_of(np.stack([100 + 120 * times, np.full(50, 40)], 1), (30, 14))
    tall = path_of(np.stack([100 + 60 * times, np.full(50, 150)], 1), (30, 90))
    assert kind_of(car, W, H, walks=False)[0] == "vehicle"
    assert kind_of(bird, W, H, walks=False)[0] == "object"
    assert kind_of(tall, W, H, walks=True)[0] == "person"
    kinds = [kind_of(p, W, H, walks=p is tall) for p in (car, bird, tall)]
    names, notes = name_paths(
        [car, bird, tall], kinds, ("runner", "ball", "seagull, bird", "taxi"), (W, H)
    )
    assert [n.label for n in names] == ["taxi", "seagull, bird", "runner"]
    assert any("'ball'" in note for note in notes)
    plain, _ = name_paths([car, bird, tall], kinds, (), (W, H))
    assert [n.label for n in plain] == ["vehicle", "flyer", "person"]


def test_local_fit_passes_parabolas() -> None:
    times = np.sort(np.random.default_rng(1).uniform(0, 2, 60))
    values = np.stack([3 * times**2 - times, 5 - times], axis=1)
    assert local_fit(times, values, np.ones(60), 0.1, order=2) == pytest.approx(values, abs=1e-5)


def test_cuts_but_neither_flicker_nor_motion() -> None:
    rng = np.random.default_rng(0)
    first = rng.integers(0, 120, (90, 160, 3)).astype(np.uint8)
    second = np.full((90, 160, 3), (180, 220, 90), np.uint8)
    cuts = CutDetector()
    seen = [np.roll(first, 3 * i, axis=1) for i in range(10)] + [second] * 10
    assert [i for i, image in enumerate(seen) if cuts.is_cut(image)] == [10]


@pytest.mark.parametrize("step_s", [0.44, 0.55, 0.7])
def test_steps_from_the_outline(step_s: float) -> None:
    """Someone crosses: the outline is widest as a foot lands, less so for the far leg."""
    times = np.arange(150) / 25
    true = 0.3 + step_s * np.arange(12)
    phase = np.pi * (times - 0.3 - 0.05 * step_s) / step_s
    swing = np.cos(phase) ** 2 * np.where(np.cos(phase) > 0, 1.0, 0.8)
    path = path_of(np.stack([60 + 50 * times, np.full(150, 150)], 1), (30, 90))
    half = 0.5 * np.stack([24 + 26 * swing, np.full(150, 90.0)], axis=1)
    boxes = np.concatenate([path.centres - half, path.centres + half], axis=1)
    boxes += np.random.default_rng(4).normal(0, 0.6, boxes.shape)
    gait = find_strides(replace(path, boxes=boxes))
    assert gait.walks
    assert gait.step_s == pytest.approx(step_s, abs=0.02)
    inside = [t for t in true if 0.2 < t < 5.7]
    assert all(np.abs(gait.times_s - t).min() < 0.04 for t in inside)
    assert not find_strides(path).walks  # seen from the front the outline keeps its width


def test_distances_do_not_leap() -> None:
    times = np.arange(75) / 25
    true = 6.0 + 2.0 * np.abs(times - 1.5)
    rng = np.random.default_rng(1)
    raw = true * np.exp(rng.normal(0, 0.05, 75))
    raw[:4] *= 6.0  # only its bonnet shows
    raw[40:43] *= 0.3
    trust = np.where(np.arange(75) < 4, 0.3, 1.0)
    found = steady(times, raw, trust, "vehicle")
    assert np.abs(found / true - 1).max() < 0.25
    assert np.abs(np.diff(found)).max() <= 18 / 25 + 1e-9


def test_fragments_of_one_mover_are_one() -> None:
    """Two hands work at a place, a car passes behind: two things."""
    times = np.arange(125) / 25
    sway = 30 * np.sin(2 * np.pi * 1.5 * times)
    left = path_of(np.stack([200 + sway, 150 + 0.3 * sway], 1), (60, 50))
    right = path_of(np.stack([240 - sway, 165 + 0.3 * sway], 1), (50, 50))
    car = path_of(np.stack([20 + 90 * times, np.full(125, 150)], 1), (80, 40))
    merged = merge([left, right, car], W, H)
    assert sorted(len(path.parts) for path in merged) == [0, 2]
    (hands,) = [path for path in merged if path.parts]
    assert np.all((hands.centres[:, 0] > 180) & (hands.centres[:, 0] < 260))
    assert roams(car, W)
    assert not roams(left, W)


def test_what_leaves_and_what_enters_there_are_two() -> None:
    times = np.arange(150) / 25
    x = np.abs(times - 3.0) * 130 - 20
    path = path_of(np.stack([np.maximum(x, 5), np.full(150, 150)], 1), (60, 40))
    boxes = path.boxes.copy()
    boxes[:, 0] = np.maximum(boxes[:, 0], 0)
    pieces = split_at_edges(replace(path, boxes=boxes), W)
    assert len(pieces) == 2
    assert pieces[0].times_s[-1] == pytest.approx(3.0, abs=0.4)


def test_a_flying_word_asks_less_of_the_path_than_flying() -> None:
    times = np.arange(50) / 25
    low = path_of(np.stack([100 + 120 * times, np.full(50, 0.45 * H)], 1), (30, 14))
    assert low.smooth[:, 3].max() < 0.5 * H
    assert not flies(low, W, H)
    names, _ = name_paths([low], [("object", 0.7)], ("ball", "bird"), (W, H))
    assert names[0].label == "bird"
    assert name_paths([low], [("object", 0.7)], (), (W, H))[0][0].label == "object"
