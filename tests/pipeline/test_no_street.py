"""Drawn clips that are no street: what moves there gets no engine and no tyres (usual detector)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.pipeline.analyse import analyse
from engine.pipeline.scripting import script_for
from engine.pipeline.settings import RunSettings
from engine.project.model import Project
from engine.project.store import MediaFolder
from tests.vision.scenes import HEIGHT, WIDTH, clip

Draw = Callable[[np.ndarray, float], None]

LENGTH_S = 2.0


def dog(image: np.ndarray, time_s: float) -> None:
    """A low body that bounds, on four legs that swing, with head and tail."""
    x, y = WIDTH * (0.1 + 0.27 * time_s), HEIGHT * 0.66 - 6.0 * abs(np.sin(9.0 * time_s))
    brown = (30, 40, 60)
    cv2.ellipse(image, (round(x), round(y)), (26, 11), 0, 0, 360, brown, -1)
    cv2.circle(image, (round(x + 30), round(y - 12)), 9, brown, -1)
    cv2.line(image, (round(x - 24), round(y)), (round(x - 38), round(y - 14)), brown, 4)
    for hip, phase in ((-18, 0.0), (-12, 2.5), (14, 1.2), (20, 3.7)):
        swing = 11.0 * np.sin(9.0 * time_s + phase)
        foot = (round(x + hip + swing), round(y + 28))
        cv2.line(image, (round(x + hip), round(y + 6)), foot, brown, 5)


def hand(image: np.ndarray, time_s: float) -> None:
    """An arm from the picture's edge that goes to and fro over a table."""
    x, y = WIDTH * (0.5 + 0.22 * np.sin(3.0 * time_s)), HEIGHT * (0.5 + 0.04 * np.sin(7.0 * time_s))
    skin = (120, 160, 220)
    cv2.line(image, (round(WIDTH * 0.6), HEIGHT), (round(x), round(y)), skin, 18)
    cv2.circle(image, (round(x), round(y)), 17, skin, -1)


@pytest.mark.parametrize("draw", [dog, hand])
def test_it_gets_no_engine(tmp_path: Path, draw: Draw) -> None:
    video = clip(tmp_path / "clip.mp4", [draw], LENGTH_S)
    media = MediaFolder(tmp_path / "media")
    settings = RunSettings()
    project = analyse(video, Project(), media, settings).apply(Project())
    assert [t for t in project.tracks if t.kind == "object"], "nothing was seen"
    script, _ = script_for(project, settings)
    engines = [
        event
        for event in script.events
        if event.generator in {"motor", "horns"}
        or (event.generator == "tyres" and event.parameters.get("road") != "unknown")
    ]
    assert not engines, [event.prompt for event in engines]
