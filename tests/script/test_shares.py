"""Time is divided among all who cross: each has a stretch of it, as far as there is time."""

from __future__ import annotations

import numpy as np
import pytest

from engine.script.shares import with_shares

STEP_S = 0.05


def crossing(spans_s: list[tuple[float, float]], length_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Levels and azimuths of movers that go from 50 to -50 degrees in their spans."""
    times_s = np.arange(0.0, length_s, STEP_S)
    rows = []
    for start_s, end_s in spans_s:
        there = (times_s >= start_s) & (times_s < end_s)
        middle_s = 0.5 * (start_s + end_s)
        azimuth = np.interp(times_s, [start_s, end_s], [50.0, -50.0])
        rows.append((np.where(there, -15.0 - np.abs(times_s - middle_s), -np.inf), azimuth))
    levels, azimuths = zip(*rows, strict=True)
    return np.stack(levels), np.stack(azimuths)


def longest_s(front: np.ndarray, index: int) -> float:
    runs = np.split(front == index, np.flatnonzero(np.diff(front)) + 1)
    return max(run.sum() for run in runs) * STEP_S


@pytest.mark.parametrize("count", [2, 3, 5])
def test_all_who_cross_at_the_same_time_have_a_share(count: int) -> None:
    levels, azimuths = crossing([(0.0, 7.0)] * count, 7.0)
    front = with_shares(np.zeros(levels.shape[1], np.intp), levels, azimuths, range(count), STEP_S)
    assert all(longest_s(front, index) >= 1.2 - 1e-9 for index in range(count))


def test_one_with_little_time_is_made_room_for_by_a_chain() -> None:
    """The first must go to the end of its time, so that the second can leave the third room."""
    spans = [(0.0, 3.6), (0.0, 2.4), (0.0, 1.3)]
    levels, azimuths = crossing(spans, 3.6)
    front = with_shares(np.zeros(levels.shape[1], np.intp), levels, azimuths, (0, 1, 2), STEP_S)
    assert all(longest_s(front, index) >= 1.2 - 1e-9 for index in range(3))
    for index, (start_s, end_s) in enumerate(spans):
        at_s = np.flatnonzero(front == index) * STEP_S
        assert start_s <= at_s.min()
        assert at_s.max() < end_s


def test_where_there_is_no_time_the_one_in_front_keeps_it() -> None:
    levels, azimuths = crossing([(0.0, 1.5), (0.0, 1.5)], 1.5)
    front = np.zeros(levels.shape[1], np.intp)
    assert np.array_equal(with_shares(front, levels, azimuths, (0, 1), STEP_S), front)


def test_who_stands_gets_no_share_and_nothing_is_left_too_short_to_be_heard() -> None:
    levels, azimuths = crossing([(0.0, 6.0), (0.0, 6.0)], 6.0)
    front = np.zeros(levels.shape[1], np.intp)
    still = np.stack([azimuths[0], np.zeros_like(azimuths[1])])
    assert np.array_equal(with_shares(front, levels, still, (0, 1), STEP_S), front)
    scraps = front.copy()
    scraps[20:30] = 1
    assert np.array_equal(with_shares(scraps, levels, azimuths, (0,), STEP_S), front)


def test_what_is_kept_loses_no_share() -> None:
    levels, azimuths = crossing([(0.0, 2.6), (0.0, 2.6), (0.0, 2.6)], 2.6)
    front = np.zeros(levels.shape[1], np.intp)
    front[26:] = 1
    assert np.array_equal(with_shares(front, levels, azimuths, (2,), STEP_S, kept=(0, 1)), front)
    assert (with_shares(front, levels, azimuths, (2,), STEP_S, kept=(1,)) == 2).any()


def test_those_together_are_in_front_together() -> None:
    """No time for three shares, but two of them are one."""
    levels, azimuths = crossing([(0.0, 2.6), (0.0, 2.6), (0.0, 2.6)], 2.6)
    front = np.zeros(levels.shape[1], np.intp)
    apart = with_shares(front, levels, azimuths, (0, 1, 2), STEP_S)
    assert len({index for index in range(3) if longest_s(apart, index) >= 1.2 - 1e-9}) == 2
    found = with_shares(front, levels, azimuths, (0, 1, 2), STEP_S, together=(1, 2))
    assert longest_s(found, 0) >= 1.2 - 1e-9
    assert longest_s(np.isin(found, (1, 2)), True) >= 1.2 - 1e-9


def test_one_that_passes_in_less_than_a_share_gets_all_its_time() -> None:
    levels, azimuths = crossing([(0.0, 6.0), (2.0, 2.9)], 6.0)
    found = with_shares(np.zeros(levels.shape[1], np.intp), levels, azimuths, (0, 1), STEP_S)
    assert np.array_equal(found == 1, np.isfinite(levels[1]))
    too_brief, azimuths = crossing([(0.0, 6.0), (2.0, 2.5)], 6.0)
    front = np.zeros(levels.shape[1], np.intp)
    assert np.array_equal(with_shares(front, too_brief, azimuths, (0, 1), STEP_S), front)


def test_a_film_shorter_than_a_share_stays_as_it_is() -> None:
    levels, azimuths = crossing([(0.0, 0.7), (0.0, 0.7)], 0.7)
    front = np.zeros(levels.shape[1], np.intp)
    assert np.array_equal(with_shares(front, levels, azimuths, (0, 1), STEP_S), front)
