"""Strikes: what falls fast inside a thing and stops at once; not what sways, nor what goes by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.project.model import Contact
from engine.vision.merge import merge
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


def test_what_runs_through_the_picture_strikes_nothing() -> None:
    count = round(6.0 * RATE)
    hammering = [hammer(index / RATE) for index in range(count)]
    boxes = np.array([(x - 5, y - 5, x + 45, y + 29) for x, y in hammering])
    runner = replace(staying((0, 0, 1, 1), count), boxes=boxes, smooth=boxes)
    meter = StrikeMeter([staying((90, 10, 170, 130), count)], (W, H), [runner])
    for index, (x, y) in enumerate(hammering):
        image = GROUND.copy()
        image[round(y) : round(y) + 24, round(x) : round(x) + 40] = TOOL
        meter.add(index / RATE, image)
    assert meter.contacts() == [()]


def test_a_blow_is_told_of_the_thing_beside_it_but_not_of_one_far_away() -> None:
    def owners(box: tuple[float, float, float, float]) -> int:
        meter = StrikeMeter([staying(box, 150)], (W, H))
        for index in range(150):
            x, y = hammer(index / RATE)
            image = GROUND.copy()
            image[round(y) : round(y) + 24, round(x) : round(x) + 40] = TOOL
            meter.add(index / RATE, image)
        return len(meter.contacts()[0])

    assert owners((160, 90, 200, 140)) == 7
    assert owners((225, 10, 250, 40)) == 0


def limb(start_s: float, middle: tuple[float, float]) -> Path:
    """Something small that goes up and down for two seconds and ends elsewhere."""
    times = start_s + np.arange(50) / RATE
    x = middle[0] + 30.0 * np.linspace(0.0, 1.0, 50)
    y = middle[1] + 40.0 * np.sin(2 * np.pi * 1.5 * (times - start_s)) * np.linspace(0.6, 1, 50)
    boxes = np.column_stack([x - 10, y - 10, x + 10, y + 10])
    return replace(
        staying((0, 0, 1, 1), 50), times_s=times, boxes=boxes, smooth=boxes,
        points=np.column_stack([x, y]),
    )  # fmt: skip


def test_arms_that_go_to_and_fro_are_one_who_stays() -> None:
    limbs = [limb(0.8 * k, (100.0 + 4.0 * k, 70.0)) for k in range(5)]
    (one,) = merge(limbs, W, H)
    assert len(one.parts) == 5


def test_two_that_go_to_and_fro_stay_two() -> None:
    assert len(merge([limb(0.0, (60.0, 70.0)), limb(0.5, (200.0, 70.0))], W, H)) == 2
