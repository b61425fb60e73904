"""The empty scene behind slow movers: known backgrounds, and things that are no movers."""

from __future__ import annotations

import numpy as np

from engine.vision.plate import clean_plate

SHAPE = (180, 320, 3)


def pictures(draw) -> np.ndarray:
    """25 pictures of a smooth scene with a slow figure drawn by `draw(image, index)`."""
    scene = np.empty(SHAPE, np.uint8)
    scene[:] = np.linspace(120, 180, SHAPE[0]).astype(np.uint8)[:, None, None]
    out = np.stack([scene] * 25)
    for index, image in enumerate(out):
        draw(image, index)
    return out


def walker(image: np.ndarray, index: int) -> None:
    left = 60 + index // 3
    image[30:52, left : left + 8] = (30, 40, 70)


def test_a_slow_walker_is_taken_off() -> None:
    empty = pictures(lambda image, index: None)[0]
    plain, _ = clean_plate(pictures(walker), doubt=False)
    clean, spread = clean_plate(pictures(walker), doubt=True)
    assert np.abs(plain.astype(int) - empty).max() > 60
    assert np.abs(clean.astype(int) - empty).max() < 12
    assert spread.max() <= 1.0


def test_what_trembles_stays() -> None:
    def tremble(image: np.ndarray, index: int) -> None:
        image[30:52, 60 + 3 * (index % 2) : 68] = (30, 40, 70)

    plain, spread = clean_plate(pictures(tremble), doubt=False)
    same, same_spread = clean_plate(pictures(tremble), doubt=True)
    assert np.array_equal(plain, same)
    assert np.array_equal(spread, same_spread)
