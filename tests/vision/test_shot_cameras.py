"""Whether the camera moves is judged shot by shot, told in words, and believed shot by shot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.project.model import Analysis
from engine.vision.analyse import analyse_video
from engine.vision.evidence import Evidence
from engine.vision.follow_motion import camera_notes
from engine.vision.paths import Path as SeenPath
from engine.vision.seen import VisionSettings
from tests.media.drawn import write_video
from tests.vision.scenes import disc, ground

WIDTH, HEIGHT = 320, 180


def film(path: Path) -> Path:
    """Three shots of 1.6 s: the camera stands still, pans, and stands still."""
    images = []
    for index in range(120):
        shot, time_s = divmod(index, 40)
        wide = ground(3 * WIDTH, HEIGHT, seed=shot)
        wide = 0.5 * wide + 0.5 * np.array([(200, 60, 60), (40, 60, 200), (60, 190, 80)][shot])
        x = 4 * time_s if shot == 1 else 40
        image = wide[:, x : x + WIDTH].astype(np.uint8)
        disc(lambda t: (60.0 + 110.0 * t, 110.0), 14, (250, 250, 250))(image, time_s / 25)
        images.append(image)
    return write_video(path, images)


def test_a_pan_is_told_of_its_own_shot(tmp_path: Path) -> None:
    analysis = analyse_video(film(tmp_path / "a.mp4"), VisionSettings(detector="motion")).analysis
    assert analysis.moving_shots == (False, True, False)
    assert analysis.camera_moves
    assert "the camera is moving in shot 2 of 3, static in the others" in analysis.notes
    assert [word for _, word in analysis.cameras] == ["static", "moving", "static"]
    assert [start for start, _ in analysis.cameras] == pytest.approx([0.0, 1.6, 3.2], abs=0.01)


def test_in_words() -> None:
    assert camera_notes(()) == []
    assert camera_notes((False, False)) == ["the camera is static"]
    assert camera_notes((True,)) == ["the camera is moving"]
    (told,) = camera_notes((True, False, True, True))
    assert told == "the camera is moving in shots 1, 3 and 4 of 4, static in the others"


def test_shots_of_earlier_sessions_are_not_known() -> None:
    assert Analysis(shots_s=(0.0, 2.0)).cameras == ((0.0, "not known"), (2.0, "not known"))


def test_evidence_is_that_of_the_shot() -> None:
    times = np.linspace(2.1, 2.9, 20)
    boxes = np.tile([10.0, 10.0, 30.0, 30.0], (20, 1))
    path = SeenPath(
        times, boxes, boxes, np.ones(20), np.ones(20, dtype=bool), np.zeros(0), (), None,
        boxes[:, :2], np.zeros(20),
    )  # fmt: skip
    evidence = Evidence((), True, (False, True, False))
    assert evidence.in_shot(path, (0.0, 2.0, 4.0)).camera_moves
    assert not evidence.in_shot(path, (0.0, 3.0, 4.0)).camera_moves
    assert Evidence((), True).in_shot(path, (0.0, 3.0)).camera_moves
