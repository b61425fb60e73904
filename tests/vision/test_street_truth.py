"""Tracks against annotated vehicles: whose they are, and which go on from one to another."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.street_truth import Vehicle, chain, owner

Array = NDArray[np.float64]


def across(name: str, start_s: float) -> Vehicle:
    """A vehicle that crosses the picture in 2 s, with two boxes a second."""
    times = np.arange(start_s, start_s + 2.01, 0.5)
    x = 0.05 + 0.4 * (times - start_s)
    return Vehicle(name, np.column_stack([times, x, np.full(5, 0.5), x + 0.2, np.full(5, 0.8)]))


def test_a_track_of_two_vehicles_is_told_as_chained() -> None:
    cars = [across("car1", 0.0), across("car2", 2.5)]
    chained = np.concatenate([car.rows for car in cars])
    assert chain(chained, cars) == ("car1", "car2")
    assert chain(cars[0].rows, cars) == ()
    assert owner(cars[0].rows, cars) == "car1"


def test_one_that_another_passes_is_not_chained() -> None:
    """Where two lie on each other, a track on one is on both for a moment."""
    car, bus = across("car", 0.0), across("bus", 0.0)
    still = np.tile([0.0, 0.4, 0.5, 0.6, 0.8], (5, 1))
    still[:, 0] = bus.rows[:, 0]
    assert chain(car.rows, [car, Vehicle("bus", still)]) == ()


def test_true_azimuths_go_from_left_to_right() -> None:
    rows = across("car", 0.0).azimuths
    np.testing.assert_allclose(rows[0], [0.0, 120.0 * 0.35])
    assert np.all(np.diff(rows[:, 1]) < 0.0)
