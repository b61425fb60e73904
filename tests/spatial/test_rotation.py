"""Turned sound fields against closed forms and against encoding from where things are then."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from engine.spatial.harmonics import order_degree, spherical_harmonics
from engine.spatial.rotation import rotation_matrix
from engine.spatial.sphere import fibonacci_sphere


@pytest.mark.parametrize("order", range(8))
def test_turning_a_field_is_encoding_from_turned_directions(order: int) -> None:
    directions = fibonacci_sphere(150)
    for rotation in Rotation.random(4, random_state=order).as_matrix():
        turned = spherical_harmonics(order, directions) @ rotation_matrix(order, rotation).T
        expected = spherical_harmonics(order, directions @ rotation.T)
        np.testing.assert_allclose(turned, expected, atol=1e-12)


def test_yaw_is_cosines_and_sines_of_the_degree() -> None:
    angle = 0.7
    yaw = Rotation.from_euler("z", angle).as_matrix()
    expected = np.zeros((64, 64))
    for channel in range(64):
        n, m = order_degree(channel)
        expected[channel, channel] = np.cos(m * angle)
        if m:  # cos(m (a + t)) = cos(mt) cos(ma) - sin(mt) sin(ma), and likewise the sines
            expected[channel, n * (n + 1) - m] = -np.sin(m * angle)
    np.testing.assert_allclose(rotation_matrix(7, yaw), expected, atol=1e-12)


def test_turning_there_and_back_changes_nothing() -> None:
    there = Rotation.from_euler("zyx", (1.0, -0.4, 2.0)).as_matrix()
    both = rotation_matrix(5, there.T) @ rotation_matrix(5, there)
    np.testing.assert_allclose(both, np.eye(36), atol=1e-12)
    np.testing.assert_array_equal(rotation_matrix(5, np.eye(3)), np.eye(36))
