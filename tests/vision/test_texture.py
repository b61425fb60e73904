"""Under a moving camera only what has texture can be told to flow."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.vision.background import BlockBackground

W, H = 320, 180
RNG = np.random.default_rng(5)
WALL = cv2.GaussianBlur(RNG.integers(0, 256, (H, 3 * W), dtype=np.uint8), (5, 5), 0)
THING = cv2.GaussianBlur(RNG.integers(0, 256, (50, 90), dtype=np.uint8), (3, 3), 0)
LEFT, TOP, GROUND = 120, 60, 110


def pictures() -> list[np.ndarray]:
    """A camera that pans along a wall with something before it, over a ground without texture."""
    found = []
    for index in range(20):
        gray = WALL[:, 100 + 9 * index : 100 + 9 * index + W].copy()
        gray[GROUND:] = 90
        gray[TOP : TOP + 50, LEFT : LEFT + 90] = THING
        found.append(np.repeat(gray[..., None], 3, axis=2))
    return found


def test_a_thing_that_a_pan_follows_ends_where_the_bare_ground_begins() -> None:
    block = BlockBackground(pictures(), np.arange(20) / 25.0)
    assert block.camera == "moving"
    moving = block.segment(10).moving > 0
    rows, columns = np.nonzero(moving)
    assert np.percentile(rows, 98) == pytest.approx(GROUND, abs=8)
    assert np.percentile(columns, (5, 95)) == pytest.approx((LEFT, LEFT + 90), abs=14)


def test_a_bare_picture_does_not_move() -> None:
    bare = [np.full((H, W, 3), 90, np.uint8) for _ in range(8)]
    assert not (BlockBackground(bare, np.arange(8) / 25.0).segment(3).moving > 0).any()
