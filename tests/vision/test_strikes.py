"""Strikes: what falls fast inside a thing and stops at once; not what sways, nor what goes by."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from engine.project.model import Contact
from engine.vision.paths import Path
from engine.vision.strikes import StrikeMeter, with_strikes

W, H, RATE = 256, 144, 25.0
TOOL = cv2.resize(
    np.random.default_rng(4).integers(120, 255, (6, 10), np.uint8), (40, 24),
    interpolation=cv2.INTER_NEAREST,
)  # fmt: skip
GROUND = cv2.resize(
    np.random.default_rng(5).integers(20, 90, (18, 32), np.uint8), (W, H),
    interpolation=cv2.INTER_NEAREST,
)  # fmt: skip


def staying(box: tuple[float, float, float, float], count: int) -> Path:
    boxes = np.tile(np.array(box), (count, 1))
    return Path(
        times_s=np.arange(count) / RATE, boxes=boxes, smooth=boxes,
        confidence=np.full(count, 0.9), seen=np.ones(count, dtype=bool),
        person_scores=np.zeros(0), labels=(("object", 1.0),), colour=None,
        points=0.5 * (boxes[:, :2] + boxes[:, 2:]), speed=np.zeros(count),
    )  # fmt: skip


def struck(place: Callable[[float], tuple[float, float]], seconds: float = 6.0) -> list[Contact]:
    count = round(seconds * RATE)
    paths = [staying((90, 10, 170, 130), count), staying((200, 10, 240, 60), count)]
    meter = StrikeMeter(paths, (W, H))
    for index in range(count):
        x, y = place(index / RATE)
        image = GROUND.copy()
        image[round(y) : round(y) + 24, round(x) : round(x) + 40] = TOOL
        meter.add(index / RATE, image)
    first, other = meter.contacts()
    assert other == ()  # the other one did not swing
    return list(first)


def hammer(time_s: float) -> tuple[float, float]:
    """Up slowly, down within 0.16 s: lands at 0.8, 1.6, 2.4 ... s."""
    phase = time_s % 0.8
    rise = min(phase / 0.5, 1.0)
    fall = max(0.0, (phase - 0.64) / 0.16)
    return 110.0, 100.0 - 60.0 * rise * (1.0 - fall)


def test_every_blow_is_found_when_it_lands() -> None:
    found = struck(hammer)
    assert [c.kind for c in found] == ["impact"] * 7
    np.testing.assert_allclose([c.time_s for c in found], 0.8 * np.arange(1, 8), atol=0.045)
    assert all(0.1 <= c.strength <= 1.0 for c in found)


def test_what_sways_sideways_strikes_nothing() -> None:
    assert struck(lambda t: (110.0 + 30.0 * np.sin(2 * np.pi * t), 60.0)) == []


def test_what_stands_still_or_moves_a_little_strikes_nothing() -> None:
    assert struck(lambda _: (110.0, 60.0)) == []
    assert struck(lambda t: (110.0, 60.0 + 2.0 * np.sin(2 * np.pi * t))) == []


@pytest.mark.parametrize("others", [(), (0.82,)])
def test_a_blow_that_is_a_contact_already_is_not_told_twice(others: tuple[float, ...]) -> None:
    contacts = [Contact(time_s=t, kind="bounce") for t in others]
    strikes = [Contact(time_s=t, kind="impact") for t in (0.8, 1.6)]
    together = with_strikes(contacts, strikes)
    assert len(together) == 2
    assert [c.time_s for c in together] == sorted(c.time_s for c in together)
