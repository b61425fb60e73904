"""What rests is heard as it was measured, whether it ever moves or not."""

from __future__ import annotations

import numpy as np
import pytest
from realtime_scenes import RATE_HZ, clip, level_db, noise, render, snapshot, source

from engine.coordinates import to_cartesian
from engine.realtime.rests import GLIDE_S, turning_deg_s
from engine.realtime.snapshot import MotionPlan

HOPS = 300
SECOND = RATE_HZ // 256 * 256


def path(*keys: tuple[float, float, float]) -> MotionPlan:
    """Of (seconds, azimuth, elevation) at 2 m."""
    times, azimuths, elevations = np.array(keys).T
    return MotionPlan(times * RATE_HZ, to_cartesian(azimuths, elevations, 2.0))


def heard(motion: MotionPlan, doppler: bool = False, start: int = 0) -> np.ndarray:
    scene = snapshot([source(motion, clip(noise(HOPS * 256)), doppler=doppler)])
    return render(scene, HOPS - start // 256, start)[0]


@pytest.mark.parametrize("doppler", [False, True])
@pytest.mark.parametrize("elevation_deg", [30.0, 70.0])
def test_a_path_that_rests_is_heard_as_what_never_moves(
    doppler: bool, elevation_deg: float
) -> None:
    """KEMAR's rows at 30 and 70 degrees are 0.1 ms from where their neighbours say."""
    begins, ends = (0.0, 20.0, elevation_deg), (0.0, 60.0, 40.0)
    moves = path(begins, (0.5, 20.0, elevation_deg), (0.8, 60.0, 40.0), (1.5, 60.0, 40.0))
    out = heard(moves, doppler)
    before, after = heard(path(begins), doppler), heard(path(ends), doppler)
    still = slice(0, int(0.5 * RATE_HZ) - 1024)
    assert level_db(out[:, still] - before[:, still], before[:, still]) < -60.0
    rests = slice(int((0.8 + GLIDE_S) * RATE_HZ) + 2048, None)
    assert level_db(out[:, rests] - after[:, rests], after[:, rests]) < -60.0


def test_another_keyframe_at_the_same_place_changes_nothing() -> None:
    once, twice = path((0.0, 20.0, 30.0)), path((0.0, 20.0, 30.0), (1.0, 20.0, 30.0))
    np.testing.assert_array_equal(heard(once), heard(twice))


def test_who_drifts_slowly_does_not_comb_with_who_is_still() -> None:
    """Three degrees a second: as at rest, so that the two add up."""
    still, slow = path((0.0, 20.0, 30.0)), path((0.0, 20.0, 30.0), (1.0, 21.5, 30.0))
    first = slice(0, SECOND // 8)
    both = heard(still)[:, first] + heard(slow)[:, first]
    assert level_db(both, 2.0 * heard(still)[:, first]) > -0.1


def test_playback_may_begin_anywhere() -> None:
    """In the midst of a glide, too."""
    moves = path((0.0, 20.0, 30.0), (0.3, 20.0, 30.0), (0.5, 60.0, 40.0), (0.7, 60.0, 40.0))
    for start in (64 * 256, 100 * 256, 150 * 256):
        np.testing.assert_array_equal(heard(moves)[:, start:], heard(moves, start=start))


def test_the_fastest_turning_of_a_straight_line_is_where_it_is_nearest() -> None:
    times_s = np.array([0.0, 2.0, 3.0])
    positions_m = np.array([[1.0, 4.0, 0.0], [1.0, -4.0, 0.0], [1.0, -5.0, 0.0]])
    passing, going = turning_deg_s(times_s, positions_m)
    assert passing == pytest.approx(np.degrees(4.0))
    assert going == pytest.approx(np.degrees(1.0 / 17.0))
    assert turning_deg_s(times_s, np.array([[1.0, 0.0, 0.0]] * 3)).max() == 0.0
