"""Drawn clips with known answers: textured ground, things that move exactly as asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from tests.media.drawn import write_video

WIDTH, HEIGHT, RATE = 480, 270, 25
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
    noise: float = 1.5,
) -> Path:
    """Write a clip. `view` gives the camera's offset (x, y) in a larger background."""
    rng = np.random.default_rng(1)
    wide = ground(WIDTH * 3, HEIGHT * 2) if view else ground()
    images = []
    for index in range(round(duration_s * rate)):
        time_s = index / rate
        x, y = view(time_s) if view else (0, 0)
        image = wide[y : y + HEIGHT, x : x + WIDTH].copy()
        for draw in draws:
            draw(image, time_s)
        image = image + rng.normal(0.0, noise, image.shape)
        images.append(np.clip(image, 0, 255).astype(np.uint8))
    return write_video(path, images, rate=Fraction(rate), options={"crf": "20"})


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
