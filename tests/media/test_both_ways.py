"""The reader that goes backwards as well shows what the plain one shows."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from drawn import number_in, numbered, write_video

from engine.media.both_ways import BothWaysReader
from engine.media.decode import VideoReader


@pytest.fixture(scope="module")
def long_groups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty pictures, a key picture every thirty."""
    folder = tmp_path_factory.mktemp("both_ways")
    return write_video(folder / "long.mp4", numbered(60), options={"g": "30"})


def test_backwards_forwards_and_anywhere_it_shows_the_same(long_groups: Path) -> None:
    chance = random.Random(4)
    orders = [*range(59, -1, -1), *range(60), *(chance.randrange(60) for _ in range(40))]
    with BothWaysReader(long_groups) as reader, VideoReader(long_groups) as plain:
        for number in orders:
            time_s, image = reader.at(number / 25 + 0.011)
            wanted_s, wanted = plain.at(number / 25 + 0.011)
            assert time_s == wanted_s
            assert number_in(image) == number
            np.testing.assert_array_equal(image, wanted)


def test_going_backwards_decodes_every_picture_once(
    long_groups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jumps = []
    jump = BothWaysReader._jump
    monkeypatch.setattr(
        BothWaysReader, "_jump", lambda self, to: (jumps.append(to), jump(self, to))[1]
    )
    with BothWaysReader(long_groups) as reader:
        for number in range(59, -1, -1):
            assert number_in(reader.at(number / 25 + 0.02)[1]) == number
    assert len(jumps) <= 4


def test_few_pictures_are_kept_however_long_the_groups(
    long_groups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.media.both_ways.KEPT_BYTES", 1)
    with BothWaysReader(long_groups) as reader:
        for number in range(59, -1, -1):
            assert number_in(reader.at(number / 25 + 0.02)[1]) == number
            assert len(reader._passed) <= 8
