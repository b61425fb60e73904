"""A detector of single pictures: sampled, drawn through between, cut at cuts, named, placed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine import plugins
from engine.plugins import Detection
from engine.vision.analyse import VisionSettings, analyse_video
from tests.vision.scenes import clip, disc


class RedDetector:
    """Finds red things; calls them what it was told to."""

    name = "red"
    label = "red things"
    sampled = True
    looked = 0

    def __init__(self) -> None:
        type(self).looked = 0

    def begin(self, width: int, height: int, rate_hz: float, prompt: Sequence[str]) -> None:
        pass

    def detect(self, image: np.ndarray, time_s: float) -> list[Detection]:
        type(self).looked += 1
        red = (image[..., 0].astype(int) - image[..., 1:].max(axis=2) > 80).astype(np.uint8)
        found = []
        for contour in cv2.findContours(red, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]:
            x, y, w, h = cv2.boundingRect(contour)
            if w > 8:
                found.append(Detection((x, y, x + w, y + h), "sports ball", 0.9))
        return found


@pytest.fixture(autouse=True)
def red() -> None:
    plugins.register("detector", "red", RedDetector)


RED = (230, 20, 20)


def test_tracks_are_sampled_named_and_as_drawn(tmp_path: Path) -> None:
    way = lambda t: (60 + 150 * t, 150 + 20 * np.sin(3 * t))  # noqa: E731
    video = clip(tmp_path / "a.mp4", [disc(way, 18, RED)], 2.0)
    result = analyse_video(video, VisionSettings(detector="red"))
    (seen,) = result.objects
    assert RedDetector.looked < 0.5 * len(seen.boxes)
    assert len(seen.boxes) >= 44
    assert (seen.label, result.analysis.detector) == ("sports ball", "red things")
    assert "two stages" in result.analysis.tracker
    centres = 0.5 * (seen.boxes[:, 1:3] + seen.boxes[:, 3:5])
    true = np.array([way(t) for t in seen.boxes[:, 0]])
    assert np.abs(centres - true).max() < 4.0


def test_the_user_calls_it_differently(tmp_path: Path) -> None:
    video = clip(tmp_path / "a.mp4", [disc(lambda t: (60 + 150 * t, 150), 18, RED)], 1.2)
    settings = VisionSettings(detector="red", prompt=("football", "ball"))
    assert analyse_video(video, settings).objects[0].label == "ball"


def test_what_stands_still_is_left_out(tmp_path: Path) -> None:
    draws = [disc(lambda t: (60 + 150 * t, 90), 18, RED), disc(lambda t: (240, 200), 25, RED)]
    video = clip(tmp_path / "a.mp4", draws, 1.6)
    assert len(analyse_video(video, VisionSettings(detector="red")).objects) == 1


def test_a_cut_ends_every_track(tmp_path: Path) -> None:
    def night(image: np.ndarray, time_s: float) -> None:
        if time_s >= 1.2:
            image[:] = image[::-1, ::-1] // 5 + np.array([0, 0, 90], np.uint8)

    ball = disc(lambda t: (60 + 120 * t, 150), 18, RED)
    video = clip(tmp_path / "a.mp4", [night, ball], 2.4)
    result = analyse_video(video, VisionSettings(detector="red"))
    assert len(result.analysis.shots_s) == 2
    assert len(result.objects) == 2
    spans = sorted((seen.boxes[0, 0], seen.boxes[-1, 0]) for seen in result.objects)
    assert spans[0][1] < 1.2 <= spans[1][0]


def test_nothing_found_is_no_error(tmp_path: Path) -> None:
    video = clip(tmp_path / "a.mp4", [disc(lambda t: (60 + 90 * t, 150), 18, (20, 20, 230))], 1.0)
    assert analyse_video(video, VisionSettings(detector="red")).objects == ()
