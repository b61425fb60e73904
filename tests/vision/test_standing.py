"""What stands still in the picture stands still in space, however its outline trembles."""

from __future__ import annotations

import numpy as np
import pytest

from engine.project.model import Contact
from engine.vision.paths import Path, smoothed
from engine.vision.standing import held

RATE = 25.0


def path_of(centres: np.ndarray, sizes: np.ndarray) -> Path:
    """A path of square boxes; sizes (n,)."""
    half = 0.5 * sizes[:, None]
    boxes = np.concatenate([centres - half, centres + half], axis=1)
    count = len(centres)
    path = Path(
        times_s=np.arange(count) / RATE,
        boxes=boxes,
        smooth=boxes,
        confidence=np.full(count, 0.9),
        seen=np.ones(count, dtype=bool),
        person_scores=np.zeros(0),
        labels=(("object", 1.0),),
        colour=None,
        points=centres,
        speed=np.zeros(count),
    )
    return smoothed(path)


def setting_off(growth: float) -> tuple[Path, np.ndarray, list[Contact]]:
    """Something that stands for 2 s, then goes; its box grows, and distance is read from that."""
    times = np.arange(100) / RATE
    centres = np.stack([100 + 60 * np.maximum(times - 2.0, 0.0), np.full(100, 150.0)], axis=1)
    sizes = 20.0 * np.exp(growth * np.clip((times - 1.6) / 0.8, 0.0, 1.0))
    distance = 40.0 / sizes
    across = (centres[:, 0] - 240) / 240
    places = distance[:, None] * np.stack([np.ones(100), -across, np.zeros(100)], axis=1)
    return path_of(centres, sizes), places, [Contact(time_s=2.0, kind="start")]


def test_a_box_that_grows_before_its_thing_goes_moves_nothing() -> None:
    path, places, contacts = setting_off(0.3)
    still = held(path, places, contacts)
    standing = path.times_s < 2.0
    assert np.ptp(places[standing], axis=0).max() > 0.1
    assert np.ptp(still[standing], axis=0).max() == pytest.approx(0.0, abs=1e-9)
    assert still[path.times_s > 2.6] == pytest.approx(places[path.times_s > 2.6])
    steps_m = np.linalg.norm(np.diff(still, axis=0), axis=1)
    assert steps_m.max() < 0.1  # it takes up its way without a leap


def test_who_comes_nearer_on_the_spot_is_not_held() -> None:
    times = np.arange(100) / RATE
    sizes = 20.0 * np.exp(0.3 * times)
    places = (40.0 / sizes)[:, None] * np.array([[1.0, 0.2, 0.0]])
    path = path_of(np.full((100, 2), 150.0), sizes)
    coming = held(path, places, [Contact(time_s=0.2, kind="stop")])
    assert np.array_equal(coming, places)
