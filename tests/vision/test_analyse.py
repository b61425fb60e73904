"""Whole clips with known answers: places, identities over crossings and gaps, cuts, cameras."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import resources
from engine.errors import CancelledError, MediaError, PluginError
from engine.media.decode import read_video_frames
from engine.project.model import Mapping
from engine.vision.analyse import SeenObject, VisionSettings, analyse_video, spherical_of
from engine.vision.remembered import analyse_once
from tests.media.drawn import write_video
from tests.vision.scenes import HEIGHT, MOTION, RATE, WIDTH, block, clip, disc, ground

RED, BLUE, WHITE = (220, 30, 30), (30, 40, 230), (250, 250, 250)


def centre_error_px(seen: SeenObject, centre, width: float = WIDTH) -> np.ndarray:
    rows = seen.boxes
    inside = (rows[:, 1] > 3) & (rows[:, 3] < width - 3)
    middle = 0.5 * (rows[inside, 1] + rows[inside, 3])
    true = np.array([centre(t)[0] for t in rows[inside, 0]])
    return np.abs(middle - true)


def test_a_mover_is_found_where_it_is(tmp_path: Path) -> None:
    def path(time_s: float) -> tuple[float, float]:
        return -30 + 150 * time_s, 170.0

    result = analyse_video(clip(tmp_path / "a.mp4", [disc(path, 18, RED)], 3.6))
    (seen,) = result.objects
    assert centre_error_px(seen, path).max() < 3.0
    azimuth = spherical_of(seen)[:, 0]
    true = [120 * (0.5 - path(t)[0] / WIDTH) for t in seen.boxes[:, 0]]
    assert np.median(np.abs(azimuth - true)) < 0.7
    assert np.percentile(np.abs(azimuth - true), 95) < 4.0
    assert azimuth[0] > 40 > -40 > azimuth[-1]  # left is positive
    assert len(seen.trajectory.keyframes) < 30
    assert result.analysis.shots_s == (0.0,)


def test_identities_survive_a_crossing(tmp_path: Path) -> None:
    def right(time_s: float) -> tuple[float, float]:
        return 40 + 180 * time_s, 160.0

    def left(time_s: float) -> tuple[float, float]:
        return 440 - 180 * time_s, 172.0

    video = clip(
        tmp_path / "c.mp4", [block(right, (36, 50), RED), block(left, (40, 44), BLUE)], 2.2
    )
    result = analyse_video(video)
    assert len(result.objects) == 2
    for seen in result.objects:
        path = right if seen.boxes[0, 1] < WIDTH / 2 else left
        error = centre_error_px(seen, path)
        assert np.median(error) < 3.0
        assert np.percentile(error, 95) < 16.0
        assert seen.boxes[-1, 0] - seen.boxes[0, 0] > 1.9


def test_identity_survives_a_short_occlusion(tmp_path: Path) -> None:
    def path(time_s: float) -> tuple[float, float]:
        return 20 + 130 * time_s, 150.0

    pillar = block(lambda _: (250.0, 135.0), (70, 270), (90, 90, 90))
    result = analyse_video(clip(tmp_path / "o.mp4", [disc(path, 15, RED), pillar], 3.4), MOTION)
    (seen,) = result.objects
    assert seen.boxes[-1, 0] - seen.boxes[0, 0] > 3.0
    assert np.percentile(centre_error_px(seen, path), 90) < 14.0


def test_a_cut_ends_tracks(tmp_path: Path) -> None:
    def image(index: int) -> np.ndarray:
        base = ground(seed=3) if index < 25 else 255 - ground(seed=9) // 2
        disc(lambda t: (60 + 200 * t, 150), 16, WHITE if index < 25 else RED)(base, index / RATE)
        return base

    result = analyse_video(write_video(tmp_path / "cut.mp4", [image(i) for i in range(50)]))
    assert result.analysis.shots_s == pytest.approx((0.0, 1.0), abs=1e-6)
    assert len(result.objects) == 2
    for seen in result.objects:
        assert seen.boxes[-1, 0] < 1.0 or seen.boxes[0, 0] >= 1.0 - 1e-6


def test_a_bouncing_ball_gives_its_bounces(tmp_path: Path) -> None:
    bounces = [0.6, 1.4, 2.2]

    def path(time_s: float) -> tuple[float, float]:
        away = min(abs(time_s - b) for b in bounces) if time_s > 0.2 else 0.4
        flight = (time_s - 0.6) % 0.8
        height = 400 * flight * (0.8 - flight)
        return 50 + 120 * time_s, 230 - height - 0 * away

    result = analyse_video(clip(tmp_path / "b.mp4", [disc(path, 13, RED)], 2.8), MOTION)
    (seen,) = result.objects
    found = [c.time_s for c in seen.contacts if c.kind == "bounce"]
    assert found == pytest.approx(bounces, abs=0.03)
    assert all(0 < c.strength <= 1 for c in seen.contacts)


def test_a_thing_that_flies_smoothly_gives_no_contacts(tmp_path: Path) -> None:
    def path(time_s: float) -> tuple[float, float]:
        return 40 + 140 * time_s, 60 + 25 * float(np.sin(2.0 * time_s))

    result = analyse_video(clip(tmp_path / "f.mp4", [disc(path, 12, BLUE)], 2.8), MOTION)
    assert [c for seen in result.objects for c in seen.contacts] == []


def test_a_panning_camera(tmp_path: Path) -> None:
    def path(time_s: float) -> tuple[float, float]:
        return 100 + 90 * time_s, 150.0

    video = clip(
        tmp_path / "p.mp4", [disc(path, 26, WHITE)], 2.6, view=lambda t: (round(500 - 150 * t), 60)
    )
    result = analyse_video(video, MOTION)
    assert "moving" in " ".join(result.analysis.notes)
    best = result.objects[0]
    assert best.boxes[-1, 0] - best.boxes[0, 0] > 1.8
    assert np.median(centre_error_px(best, path)) < 14.0


def test_pictures_that_end_early_are_used_and_it_is_said(tmp_path: Path) -> None:
    images = []
    for index in range(50):
        image = np.random.default_rng(index).integers(90, 110, (96, 160, 3)).astype(np.uint8)
        disc(lambda t: (20 + 25 * t, 50), 9, RED)(image, index / RATE)
        images.append(image)
    whole = write_video(tmp_path / "whole.mkv", images)
    told = analyse_video(whole, MOTION).analysis.notes
    assert not any("pictures end" in note for note in told)
    data = whole.read_bytes()
    assert b"00:00:02.000000000" in data
    early = tmp_path / "early.mkv"
    early.write_bytes(data.replace(b"00:00:02.000000000", b"00:00:02.200000000"))
    result = analyse_video(early, MOTION)
    assert any("pictures end 0.20 s before" in note for note in result.analysis.notes)
    assert result.video.duration_s == pytest.approx(2.0, abs=0.05)


def test_a_still_scene_has_no_objects(tmp_path: Path) -> None:
    result = analyse_video(clip(tmp_path / "s.mp4", [], 1.0))
    assert result.objects == ()
    assert result.analysis.detector
    assert "geometry" in result.analysis.depth


@pytest.mark.parametrize("mapping", ["foleyspace", "cylinder", "foleydesigner"])
def test_all_mappings_put_left_on_the_left(tmp_path: Path, mapping: Mapping) -> None:
    video = clip(tmp_path / "m.mp4", [disc(lambda t: (70 + 60 * t, 190), 15, RED)], 1.0)
    (seen,) = analyse_video(video, replace(MOTION, mapping=mapping)).objects
    assert np.all(seen.positions_m[:, 1] > 0)
    assert np.all(np.isfinite(seen.positions_m))


def test_same_video_same_result(tmp_path: Path) -> None:
    video = clip(tmp_path / "d.mp4", [disc(lambda t: (50 + 160 * t, 150), 15, RED)], 1.0)
    first, second = analyse_video(video), analyse_video(video)
    assert all(
        np.array_equal(a.boxes, b.boxes)
        and a.trajectory == b.trajectory
        and a.contacts == b.contacts
        for a, b in zip(first.objects, second.objects, strict=True)
    )


def test_prompt_words_become_labels(tmp_path: Path) -> None:
    video = clip(tmp_path / "w.mp4", [disc(lambda t: (50 + 120 * t, 200), 15, RED)], 1.0)
    result = analyse_video(video, VisionSettings(prompt=("bird", "ball", "woman")))
    assert [seen.label for seen in result.objects] == ["ball"]
    assert any("'woman'" in note for note in result.analysis.notes)


def test_bad_wishes(tmp_path: Path) -> None:
    short = clip(tmp_path / "short.mp4", [], 0.2)
    with pytest.raises(MediaError, match="lasts"):
        analyse_video(short)
    long = clip(tmp_path / "long.mp4", [], 0.6)
    with pytest.raises(PluginError, match="nonesuch"):
        analyse_video(long, VisionSettings(detector="nonesuch"))

    def cancel(stage: str, fraction: float) -> None:
        if fraction > 0:
            raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        analyse_video(long, progress=cancel)


def test_low_and_variable_rates(tmp_path: Path) -> None:
    times = np.cumsum(np.random.default_rng(0).uniform(0.02, 0.12, 40))
    times = times - times[0]
    images = []
    for t in times:
        image = ground()
        disc(lambda t: (40 + 120 * t, 150.0), 16, RED)(image, float(t))
        images.append(image)
    result = analyse_video(write_video(tmp_path / "v.mp4", images, times_s=times.tolist()), MOTION)
    (seen,) = result.objects
    assert centre_error_px(seen, lambda t: (40 + 120 * t, 0)).max() < 4.0


@pytest.fixture(scope="module")
def above_and_below(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two that pass each other, one high up."""
    draws = [
        disc(lambda t: (40 + 140 * t, 60), 12, BLUE),
        disc(lambda t: (440 - 120 * t, 200), 12, RED),
    ]
    return clip(tmp_path_factory.mktemp("flyer") / "f.mp4", draws, 2.0)


@pytest.mark.parametrize(
    ("mapping", "detector"),
    [("foleyspace", "motion+names"), ("cylinder", "motion"), ("foleydesigner", "motion")],
)
def test_a_flyer_is_one_whatever_the_mapping(
    above_and_below: Path, mapping: Mapping, detector: str
) -> None:
    result = analyse_video(above_and_below, VisionSettings(detector=detector, mapping=mapping))
    assert sorted(seen.label for seen in result.objects) == ["flyer", "object"]
    (flyer,) = [seen for seen in result.objects if seen.label == "flyer"]
    assert flyer.boxes[:, 4].max() < HEIGHT / 2
    said = any("depth network" in note for note in result.analysis.notes)
    assert said == (mapping == "foleyspace")


@pytest.mark.parametrize("darker", [0, 50])
def test_a_short_excerpt_shows_the_far_walker_from_its_start(tmp_path: Path, darker: int) -> None:
    pictures = read_video_frames(resources.path("demo/demo.mp4"), max_width=640, end_s=2.4)
    images = [np.clip(image.astype(np.int16) - darker, 0, 255) for _, image in pictures]
    video = write_video(tmp_path / "e.mp4", [image.astype(np.uint8) for image in images])
    (walker,) = [seen for seen in analyse_video(video).objects if seen.label == "person"]
    assert walker.boxes[0, 0] < 0.3
    assert walker.boxes[-1, 0] > 2.0
    assert sum(contact.kind == "step" for contact in walker.contacts) >= 3


def test_bounces_in_uneven_pictures(tmp_path: Path) -> None:
    def path(time_s: float) -> tuple[float, float]:
        flight = (time_s - 0.6) % 0.8
        return 50 + 120 * time_s, 230 - 400 * flight * (0.8 - flight)

    times = [n / RATE for n in range(71) if n % 7 in (0, 2, 5)]
    images = []
    for time_s in times:
        image = ground()
        disc(path, 13, RED)(image, time_s)
        images.append(image)
    video = write_video(tmp_path / "u.mp4", images, times_s=times)
    (seen,) = analyse_video(video, MOTION).objects
    found = [c.time_s for c in seen.contacts if c.kind == "bounce"]
    assert found == pytest.approx([0.6, 1.4, 2.2], abs=0.04)


ROAD = {"vehicle", "car", "truck", "bus", "train", "motorcycle"}
"""Names of what drives."""


def test_real_cars_are_one_track_each(shared_data: Path) -> None:
    result = analyse_once(shared_data / "av_binaural_gt" / "urbansas_lisbon1076_42301.mp4")
    crossings = [
        seen
        for seen in result.objects
        if seen.label in ROAD and np.ptp(spherical_of(seen)[:, 0]) > 40
    ]
    assert len(crossings) >= 2
    for seen in crossings:
        rows = seen.boxes
        middle = 0.5 * (rows[:, 1] + rows[:, 3])
        inside = (rows[:, 1] > 8) & (rows[:, 3] < result.video.width - 8)
        expected = 120 * (0.5 - middle / result.video.width)
        assert np.abs(spherical_of(seen)[inside, 0] - expected[inside]).max() < 4.0


def test_cars_high_in_the_picture_do_not_fly(shared_data: Path, tmp_path: Path) -> None:
    """The camera looks down on the street: all traffic passes in the upper half."""
    whole = shared_data / "av_binaural_gt" / "urbansas_milan1097_42556.mp4"
    images = [image[:224] for _, image in read_video_frames(whole, end_s=5.0)]
    found = analyse_video(write_video(tmp_path / "street.mp4", images, rate=24)).objects
    assert len(found) >= 4
    assert {seen.label for seen in found} <= ROAD
    assert all(np.linalg.norm(seen.positions_m, axis=1).min() > 2.0 for seen in found)


def test_real_variable_sizes(shared_data: Path) -> None:
    result = analyse_video(shared_data / "video_only" / "imageio-binaries__newtonscradle.gif")
    assert result.video.variable_rate
    assert HEIGHT > 0
