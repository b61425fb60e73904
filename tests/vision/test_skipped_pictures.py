"""Pictures that a camera skipped, or showed twice, without telling: no contacts of what goes on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.vision.contacts import find_contacts
from engine.vision.paths import Path, smoothed
from engine.vision.skips import motion_clock

W, H, RATE = 480, 320, 30.0


def rolling(times_s: np.ndarray) -> np.ndarray:
    """Centres (n, 2) of a marble on a tilted table, seen from above: up and down in a curve."""
    return np.stack([40 + 90 * times_s, 290 - 150 * times_s + 34 * times_s**2], axis=1)


def stamped_evenly(taken_s: np.ndarray, centres: np.ndarray, seed: int = 0) -> Path:
    """A path as it is seen: pictures taken at these times, stamped at an even rate."""
    rng = np.random.default_rng(seed)
    centres = centres + rng.normal(0.0, 0.1, centres.shape)
    boxes = np.concatenate([centres - 6.0, centres + 6.0], axis=1)
    count = len(centres)
    return smoothed(
        Path(
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
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("skipped", [(30,), (30, 33, 61, 90), (20, 21, 70)])
def test_a_skipped_picture_is_no_hit(skipped: tuple[int, ...], seed: int) -> None:
    taken_s = np.delete(np.arange(130), skipped) / RATE
    assert not find_contacts(stamped_evenly(taken_s, rolling(taken_s), seed), "object", W, H)


@pytest.mark.parametrize("seed", range(5))
def test_a_picture_shown_twice_is_no_hit(seed: int) -> None:
    number = np.delete(np.arange(130), (40, 80))
    number = np.sort(np.concatenate([number, [39, 79]]))  # in the place of those that are gone
    path = stamped_evenly(number / RATE, rolling(number / RATE), seed)
    assert not find_contacts(path, "object", W, H)


@pytest.mark.parametrize("lands_s", [1.0, 1.5, 2.02])
def test_a_bounce_is_still_one_where_pictures_were_skipped(lands_s: float) -> None:
    taken_s = np.delete(np.arange(90), (12, 24, 68)) / RATE
    since_s = taken_s - lands_s
    rows = 200 - np.where(since_s < 0, -220 * since_s, 200 * since_s) + 60 * since_s**2
    path = stamped_evenly(taken_s, np.stack([60 + 90 * taken_s, rows], axis=1))
    hits = find_contacts(path, "object", W, H)
    assert [hit.kind for hit in hits] == ["bounce"]
    stamp_s = float(np.interp(lands_s, taken_s, path.times_s))
    assert hits[0].time_s == pytest.approx(stamp_s, abs=0.02)


def test_the_clock_of_motion_counts_what_was_skipped() -> None:
    taken_s = np.delete(np.arange(90), (30, 31, 60)) / RATE
    path = stamped_evenly(taken_s, rolling(taken_s))
    times_s, told = motion_clock(path.times_s, path.points, path.seen, 0.1)
    assert told.all()
    assert times_s == pytest.approx(taken_s, abs=0.012)


def test_where_nothing_was_skipped_the_clock_stays() -> None:
    taken_s = np.arange(60) / RATE
    path = stamped_evenly(taken_s, rolling(taken_s))
    times_s, told = motion_clock(path.times_s, path.points, path.seen, 0.1)
    assert np.array_equal(times_s, path.times_s)
    assert told.all()
    gap = replace(path, times_s=path.times_s + 0.1 * (path.times_s > 1.0))
    leaps = rolling(gap.times_s)  # a picture that is missing, and says so
    assert np.array_equal(motion_clock(gap.times_s, leaps, gap.seen, 0.1)[0], gap.times_s)
