"""Pictures shown twice: they are told, and the clock of those that are new is found again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.vision.analyse import analyse_video
from engine.vision.repeats import evened, shown_once
from tests.media.drawn import write_video
from tests.vision.scenes import MOTION, RATE, disc, ground

RED = (200, 30, 30)


def shown(camera_hz: float, file_hz: float, duration_s: float = 4.0) -> tuple[list[float], int]:
    """Times at which a camera's pictures first appear in a file of another rate, and repeats."""
    times = np.arange(round(duration_s * file_hz)) / file_hz
    pictures = np.floor(times * camera_hz + 1e-6)
    new = np.concatenate([[True], np.diff(pictures) > 0])
    return list(times[new]), int((~new).sum())


@pytest.mark.parametrize(("camera_hz", "file_hz"), [(25, 30), (24, 30), (24, 60), (25, 60)])
def test_a_steady_clock_is_found_again(camera_hz: float, file_hz: float) -> None:
    times, skipped = shown(camera_hz, file_hz)
    steps = np.diff(times)
    assert np.ptp(steps) > 0.015
    even = np.diff(evened(times, skipped))
    assert even[1:-1] == pytest.approx(1 / camera_hz, abs=4e-4)
    assert np.abs(np.array(evened(times, skipped)) - times).max() < 1 / file_hz


def test_times_that_are_what_they_say_stay() -> None:
    uneven = [0.0, 0.04, 0.08, 0.2, 0.24, 0.4, 0.44, 0.48, 0.7, 1.0, 1.04, 1.1]
    assert evened(uneven, 3) == uneven
    times, _ = shown(24, 30)  # the same, but nothing was repeated: pictures are missing
    assert evened(times, 0) == times
    doubled, skipped = shown(25, 50)
    assert evened(doubled, skipped) == doubled
    random = np.random.default_rng(0)
    dropped = [n / RATE for n in range(100) if random.random() > 0.3]
    assert evened(dropped, 30) == dropped


def film(pattern: str) -> list[np.ndarray]:
    """Pictures with a disc that moves at every capital letter; all with the noise of coding."""
    random = np.random.default_rng(0)
    images, place = [], 20
    for letter in pattern:
        place += 4 if letter.isupper() else 0
        image = ground()
        disc(lambda t, at=place: (at, 100.0), 6, RED)(image, 0.0)  # type: ignore[misc]
        coded = image + random.normal(0, 1.0, image.shape)
        images.append(np.clip(coded, 0, 255).astype(np.uint8))
    return images


def kept_of(pattern: str) -> str:
    """The letters that stay."""
    times = [0.04 * n for n in range(len(pattern))]
    images = film(pattern)
    kept, kept_s = shown_once(images, times)
    assert len(kept) == len(kept_s)
    left = [any(image is one for one in kept) for image in images]
    return "".join(letter for letter, stays in zip(pattern, left, strict=True) if stays)


def test_repetitions_are_left_out_and_still_scenes_are_not() -> None:
    assert kept_of("Aa" * 12) == "A" * 12
    assert kept_of("AaaAa" * 6) == "AA" * 6
    assert kept_of("AAAAa" * 8) == "AAAA" * 8
    for usual in ("A" * 20 + "a" * 12 + "A" * 10, "A" * 30 + "aA" + "A" * 20 + "aa" + "A" * 9):
        assert kept_of(usual) == usual
    assert kept_of("A" + "a" * 30) == "A" + "a" * 30


@pytest.mark.parametrize("file_hz", [30, 50])
def test_a_ball_bounces_as_often_as_it_did(tmp_path: Path, file_hz: int) -> None:
    def path(time_s: float) -> tuple[float, float]:
        flight = (time_s - 0.6) % 0.8
        return 50 + 120 * time_s, 230 - 400 * flight * (0.8 - flight)

    images = []
    for number in range(round(2.8 * file_hz)):
        image = ground()
        disc(path, 13, RED)(image, np.floor(number / file_hz * RATE + 1e-6) / RATE)
        images.append(image)
    video = write_video(tmp_path / "b.mp4", images, rate=file_hz, options={"crf": "16"})
    (seen,) = analyse_video(video, MOTION).objects
    found = [c.time_s for c in seen.contacts if c.kind == "bounce"]
    assert found == pytest.approx([0.6, 1.4, 2.2], abs=0.04)
