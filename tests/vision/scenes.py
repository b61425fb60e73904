"""Drawn clips with known answers: textured ground, things that move exactly as asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from engine.vision.seen import VisionSettings
from tests.media.drawn import write_video

WIDTH, HEIGHT, RATE = 480, 270, 25
MOTION = VisionSettings(detector="motion")
"""What moves, where and when, without the network that names it: that is most of an analysis."""
_NOISE, _NOISES = 1.5, 7
"""Level of the camera's noise (of 255), and how many pictures of it there are."""
Draw = Callable[[np.ndarray, float], None]


def ground(width: int = WIDTH, height: int = HEIGHT, seed: int = 3) -> np.ndarray:
    """A textured background that gives corners to follow."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(70, 190, (height // 12, width // 12, 3), np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)


def clip(
    path: Path,
    draws: Sequence[Draw],
    duration_s: float,
    *,
    rate: int = RATE,
    view: Callable[[float], tuple[int, int]] | None = None,
) -> Path:
    """Write a clip. `view` gives the camera's offset (x, y) in a larger background."""
    wide = ground(WIDTH * 3, HEIGHT * 2) if view else ground()
    images = []
    for index in range(round(duration_s * rate)):
        time_s = index / rate
        x, y = view(time_s) if view else (0, 0)
        image = wide[y : y + HEIGHT, x : x + WIDTH].copy()
        for draw in draws:
            draw(image, time_s)
        images.append(cv2.add(image, _noise(index % _NOISES), dtype=cv2.CV_8U))
    return write_video(path, images, rate=Fraction(rate), options={"crf": "20"})


@cache
def _noise(number: int) -> np.ndarray:
    """One of some pictures of noise, which come again and again."""
    rng = np.random.default_rng([1, number])
    return rng.normal(0.0, _NOISE, (HEIGHT, WIDTH, 3)).round().astype(np.int16)


def disc(
    centre: Callable[[float], tuple[float, float] | None],
    radius: float,
    colour: tuple[int, int, int],
) -> Draw:
    """Draw a disc at `centre(time_s)` (pixels), or nothing where that is None."""

    def draw(image: np.ndarray, time_s: float) -> None:
        place = centre(time_s)
        if place is not None:
            at = (round(place[0] * 16), round(place[1] * 16))
            cv2.circle(image, at, round(radius * 16), colour, -1, cv2.LINE_AA, 4)

    return draw


def block(
    centre: Callable[[float], tuple[float, float] | None],
    size: tuple[int, int],
    colour: tuple[int, int, int],
) -> Draw:
    """Draw a rectangle of `size` (w, h) around `centre(time_s)`."""

    def draw(image: np.ndarray, time_s: float) -> None:
        place = centre(time_s)
        if place is not None:
            x, y = round(place[0] - size[0] / 2), round(place[1] - size[1] / 2)
            cv2.rectangle(image, (x, y), (x + size[0] - 1, y + size[1] - 1), colour, -1)

    return draw
