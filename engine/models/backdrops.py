"""Backgrounds of pseudo pictures: places nobody has seen, with nothing in them that sounds."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def draw_backdrop(rng: np.random.Generator, height: int, width: int) -> Picture:
    """A (height, width, 3) RGB place: sky or wall over ground, boxes and poles, grain.

    Colours, horizon and clutter differ; clutter is of straight edges, as buildings and furniture
    are, so that it resembles none of the things that sound.
    """
    horizon = round(height * rng.uniform(0.3, 0.75))
    canvas = np.empty((height, width, 3), np.float32)
    canvas[:horizon] = _gradient(rng, horizon, (80, 245))[:, None]
    canvas[horizon:] = _gradient(rng, height - horizon, (30, 170))[:, None]
    for _ in range(rng.integers(0, 7)):
        _block(canvas, rng, horizon)
    for _ in range(rng.integers(0, 4)):
        x = int(rng.integers(0, width))
        top = round(horizon * rng.uniform(0.1, 0.8))
        foot = (x, min(height - 1, horizon + round(height * rng.uniform(0.0, 0.15))))
        cv2.line(canvas, (x, top), foot, _grey(rng), max(1, height // 60))
    canvas *= 1.0 + 0.1 * _grain(rng, (height, width), 12)[..., None]
    canvas += 6.0 * _grain(rng, (height, width), 2)[..., None]
    return np.clip(canvas, 0, 255).astype(np.uint8)


def _gradient(rng: np.random.Generator, rows: int, levels: tuple[int, int]) -> NDArray[np.float32]:
    """(rows, 3) from one colour to another, near grey."""
    grey = rng.uniform(*levels, size=(2, 1))
    ends = np.clip(grey + rng.normal(0.0, 22.0, (2, 3)), 0, 255)
    part = np.linspace(0.0, 1.0, max(rows, 1))[:, None]
    return np.asarray((1.0 - part) * ends[0] + part * ends[1], dtype=np.float32)[:rows]


def _grey(rng: np.random.Generator) -> tuple[float, float, float]:
    red, green, blue = np.clip(rng.uniform(20, 220) + rng.normal(0.0, 18.0, 3), 0, 255)
    return float(red), float(green), float(blue)


def _block(canvas: NDArray[np.float32], rng: np.random.Generator, horizon: int) -> None:
    """A building or a piece of furniture, perhaps with windows."""
    height, width = canvas.shape[:2]
    wide, high = (max(4, round(s * rng.uniform(0.08, 0.35))) for s in (width, height))
    left = int(rng.integers(-wide // 2, width - wide // 2))
    foot = horizon + int(rng.integers(0, max(2, height // 8)))
    cv2.rectangle(canvas, (left, foot - high), (left + wide, foot), _grey(rng), -1)
    if rng.random() < 0.6:
        pane, gap = _grey(rng), max(3, height // int(rng.integers(14, 30)))
        for y in range(foot - high + gap, foot - gap, 2 * gap):
            for x in range(left + gap, left + wide - gap, 2 * gap):
                cv2.rectangle(canvas, (x, y), (x + gap - 1, y + gap - 1), pane, -1)


def _grain(rng: np.random.Generator, shape: tuple[int, int], cell: int) -> NDArray[np.float32]:
    """Smooth noise of about unit deviation, in cells of some pixels."""
    small = (max(2, shape[0] // cell), max(2, shape[1] // cell))
    grains = rng.standard_normal(small, dtype=np.float32)
    return np.asarray(cv2.resize(grains, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR))
