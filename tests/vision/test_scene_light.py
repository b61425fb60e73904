"""Outdoors or indoors, and how light: told of what is clear, left open in the dark."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.media.decode import read_video_frames
from engine.vision.opencv import cv2
from engine.vision.scene_light import LookMeter, ground_of, look_of, places


def street() -> np.ndarray:
    """A pale blue sky above something of fine texture."""
    image = np.zeros((180, 320, 3), np.uint8)
    image[:80] = (170, 190, 215)
    image[80:] = (
        np.random.default_rng(2)
        .integers(60, 160, (25, 80, 1), np.uint8)
        .repeat(4, axis=0)
        .repeat(4, axis=1)
    )
    return image


def parlour() -> np.ndarray:
    """Brown and red, lit by a lamp, dark in its corners."""
    image = np.full((180, 320, 3), (140, 80, 50), np.uint8)
    image[:, :60] = (10, 6, 4)
    image[60:90, 150:180] = (255, 230, 180)
    return image


def test_sky_and_texture_are_outdoors_red_light_is_indoors() -> None:
    out, inside = look_of([street()]), look_of([parlour()])
    assert (out.place, out.light) == ("outdoors", "bright")
    assert inside.place == "indoors"
    assert out.confidence == pytest.approx(out.outdoors)
    assert inside.confidence == pytest.approx(1.0 - inside.outdoors)


def test_of_a_black_picture_nothing_is_told() -> None:
    look = look_of([np.zeros((90, 160, 3), np.uint8)])
    assert (look.place, look.light) == ("unknown", "dark")
    assert places([look]) == ()


def test_each_shot_has_a_look_of_its_own() -> None:
    meter = LookMeter()
    for index in range(100):
        meter.add(index / 25, street() if index < 50 else parlour(), first=index == 50)
    outside, inside = meter.looks([0.0, 2.0])
    assert (outside.place, inside.place) == ("outdoors", "indoors")
    assert places([outside, inside]) == ("some shots look like outdoors, others like indoors",)


@pytest.mark.parametrize(
    ("clip", "place"),
    [
        ("av_binaural_gt/urbansas_milan1166_44225.mp4", "outdoors"),
        ("av_real/SpecVQGAN__video_02542.mp4", "indoors"),
        ("video_mask_gt/davis_car-shadow.mp4", "outdoors"),
    ],
)
def test_real_clips(shared_data: Path, clip: str, place: str) -> None:
    pictures = [image for _, image in read_video_frames(shared_data / clip, max_width=192)]
    look = look_of(pictures[::20])
    assert look.place in (place, "unknown")
    assert (look.outdoors > 0.5) == (place == "outdoors")


def lawn(hue_deg: float, value: float = 0.5, *, blades: float = 30.0) -> np.ndarray:
    """A plain sky over a lawn whose blades differ in brightness."""
    rng = np.random.default_rng(2)
    hsv = np.empty((90, 160, 3), dtype=np.float32)
    hsv[...] = (0.5 * hue_deg, 120.0, 255.0 * value)
    hsv[..., 2] += rng.normal(0.0, blades, hsv.shape[:2])
    hsv[:40] = (105.0, 60.0, 220.0)
    return np.asarray(cv2.cvtColor(np.clip(hsv, 0, 255).astype(np.uint8), cv2.COLOR_HSV2RGB))


def test_grass_is_green_lit_and_rough() -> None:
    def told(image: np.ndarray) -> str:
        return ground_of([look_of([image])])

    assert told(lawn(75.0)) == "grass"
    assert told(lawn(140.0)) == ""  # a green screen's hue
    assert told(lawn(75.0, blades=0.0)) == ""  # a smooth cloth
    assert told(lawn(75.0, 0.2)) == ""  # dark water under trees
    assert told(lawn(30.0)) == ""  # sand, or a wooden floor: nobody knows
    assert ground_of([look_of([lawn(75.0)]), look_of([street()])]) == ""
    assert ground_of([]) == ""
