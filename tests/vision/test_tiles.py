"""Wide pictures are shown to a network in parts: each thing is found once, and whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.plugins import Detection
from engine.vision.tiles import InTiles


class Reds:
    """Finds whatever is red; remembers the shapes of what it was shown."""

    name = "reds"

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []
        self.begun: list[tuple[int, int, float, tuple[str, ...]]] = []

    def begin(self, width: int, height: int, rate_hz: float, prompt: Sequence[str]) -> None:
        self.begun.append((width, height, rate_hz, tuple(prompt)))

    def detect(self, image: np.ndarray, time_s: float) -> list[Detection]:
        self.shapes.append(image.shape)
        columns = np.flatnonzero((image[..., 0] > 200).any(axis=0))
        found = []
        for group in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1):
            if len(group):
                rows = np.flatnonzero((image[:, group, 0] > 200).any(axis=1))
                box = (float(group[0]), float(rows[0]), group[-1] + 1.0, rows[-1] + 1.0)
                found.append(Detection(box=box, label="red", confidence=0.4 + 0.01 * len(group)))
        return found


def shown(boxes: Sequence[tuple[int, int, int, int]], width: int = 900) -> tuple[Reds, list]:
    image = np.zeros((360, width, 3), np.uint8)
    for x0, y0, x1, y1 in boxes:
        image[y0:y1, x0:x1, 0] = 255
    network = Reds()
    tiles = InTiles(network)
    tiles.begin(width, 360, 2.5, ("ball",))
    return network, sorted(one.box for one in tiles.detect(image, 0.0))


def test_parts_are_square_and_overlap_by_half() -> None:
    network, _ = shown([])
    assert network.shapes == [(360, 360, 3)] * 4
    assert set(network.begun) == {(360, 360, 2.5, ("ball",))}


def test_wherever_it_is_it_is_found_once_and_whole() -> None:
    for x in range(0, 860, 20):
        _, found = shown([(x, 100, x + 40, 200)])
        assert found == [(x, 100, x + 40, 200)]


def test_two_are_two() -> None:
    boxes = [(340, 50, 380, 120), (400, 60, 460, 140), (860, 10, 900, 90)]
    assert shown(boxes)[1] == boxes


def test_a_picture_that_is_no_wider_than_high_is_one_part() -> None:
    network, found = shown([(10, 10, 50, 50)], width=360)
    assert network.shapes == [(360, 360, 3)]
    assert found == [(10, 10, 50, 50)]
