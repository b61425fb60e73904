"""Paths as a whole against closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.coordinates import to_spherical
from engine.errors import TrajectoryError
from engine.spatial import path_shaping as shaping
from engine.spatial.trajectory import read_trajectory_csv, write_trajectory_csv

TIMES = np.array([1.0, 1.5, 3.0])
PLACES = np.array([[1.0, 2.0, 0.5], [2.0, -1.0, 0.0], [3.0, 0.0, -1.0]])


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mirroring_twice_is_nothing_and_once_turns_one_sign(axis: int) -> None:
    once = shaping.mirrored(TIMES, PLACES, axis)
    np.testing.assert_array_equal(once[1][:, axis], -PLACES[:, axis])
    np.testing.assert_array_equal(shaping.mirrored(*once, axis)[1], PLACES)


def test_reversed_is_at_the_mirrored_time_where_it_was() -> None:
    times, places = shaping.reversed_in_time(TIMES, PLACES)
    assert np.all(np.diff(times) > 0)
    np.testing.assert_allclose(times, [1.0, 2.5, 3.0])
    np.testing.assert_array_equal(places, PLACES[::-1])


def test_stretching_offsetting_and_scaling() -> None:
    np.testing.assert_allclose(shaping.stretched(TIMES, PLACES, 2.0)[0], [1.0, 2.0, 5.0])
    times, places = shaping.offset(TIMES, PLACES, (1.0, 0.0, -2.0), -5.0)
    np.testing.assert_allclose(times, TIMES - 1.0)  # not before the beginning
    np.testing.assert_allclose(places, PLACES + np.array([1.0, 0.0, -2.0]))
    far = to_spherical(shaping.scaled(TIMES, PLACES, 3.0)[1])
    np.testing.assert_allclose(far[:, 2], 3.0 * to_spherical(PLACES)[:, 2])
    np.testing.assert_allclose(far[:, :2], to_spherical(PLACES)[:, :2])


def test_smoothing_keeps_straight_lines_and_ends_and_takes_tremble_away() -> None:
    times = np.linspace(0.0, 4.0, 101)
    line = np.stack([2.0 + times, 3.0 - times, 0.0 * times], axis=-1)
    np.testing.assert_allclose(
        shaping.smoothed(times, line, 0.2)[1],
        np.stack([np.interp(np.linspace(0, 4, 201), times, c) for c in line.T], axis=-1),
        atol=1e-12,
    )
    tremble = line + 0.1 * np.sin(2 * np.pi * 5.0 * times)[:, None]
    even, calm = shaping.smoothed(times, tremble, 0.15)
    inside = (even > 0.6) & (even < 3.4)
    away = calm - np.stack([2.0 + even, 3.0 - even, 0.0 * even], axis=-1)
    assert np.abs(away[inside]).max() < 0.1 * np.exp(-0.5 * (2 * np.pi * 5.0 * 0.15) ** 2) + 1e-3
    np.testing.assert_allclose(calm[[0, -1]], tremble[[0, -1]], atol=1e-12)


def test_a_fly_by_is_nearest_in_the_middle_and_goes_left_to_right_at_even_speed() -> None:
    times, places = shaping.fly_by(2.0, 6.0, nearest_m=3.0, reach_m=12.0, height_m=1.0)
    assert (times[0], times[-1]) == (2.0, 6.0)
    middle = np.array([np.interp(4.0, times, column) for column in places.T])
    np.testing.assert_allclose(middle, [3.0, 0.0, 1.0], atol=1e-9)
    np.testing.assert_allclose(places[[0, -1], 1], [12.0, -12.0])
    np.testing.assert_allclose(np.diff(places[:, 1]) / np.diff(times), -6.0)


def test_an_orbit_keeps_distance_and_elevation_and_goes_to_the_left() -> None:
    times, places = shaping.orbit(0.0, 4.0, distance_m=2.5, elevation_deg=20.0, turns=1.5)
    angles = to_spherical(places)
    np.testing.assert_allclose(angles[:, 2], 2.5)
    np.testing.assert_allclose(angles[:, 1], 20.0)
    turned = np.unwrap(np.radians(angles[:, 0]))
    np.testing.assert_allclose(np.diff(np.degrees(turned)), 540.0 / (len(times) - 1))


def test_an_approach_is_straight_and_even() -> None:
    times, places = shaping.approach(1.0, 3.0, far_m=10.0, near_m=2.0, azimuth_deg=90.0)
    np.testing.assert_allclose(times, [1.0, 3.0])
    np.testing.assert_allclose(places, [[0.0, 10.0, 0.0], [0.0, 2.0, 0.0]], atol=1e-12)


def test_a_path_written_is_the_path_read(tmp_path: Path) -> None:
    file = tmp_path / "path.csv"
    write_trajectory_csv(file, TIMES, PLACES)
    times, places = read_trajectory_csv(file, arc_step_deg=None)
    np.testing.assert_allclose(times, TIMES)
    np.testing.assert_allclose(places, PLACES, atol=1e-4)
    write_trajectory_csv(file, [0.0], np.zeros((1, 3)))  # nowhere is read as straight ahead
    assert read_trajectory_csv(file)[1][0, 0] == pytest.approx(1e-3)
    with pytest.raises(TrajectoryError, match="cannot write"):
        write_trajectory_csv(tmp_path / "no" / "folder.csv", TIMES, PLACES)
