"""Spherical harmonics against scipy and closed forms."""

import numpy as np
import pytest
from scipy.special import sph_harm_y

from engine.coordinates import to_cartesian
from engine.spatial.ambisonics import max_re_weights
from engine.spatial.harmonics import (
    focused_harmonics,
    n3d_weights,
    order_degree,
    spherical_harmonics,
)
from engine.spatial.sphere import fibonacci_sphere


def test_agree_with_scipy_to_order_seven() -> None:
    directions = fibonacci_sphere(97)
    theta, phi = np.arccos(directions[:, 2]), np.arctan2(directions[:, 1], directions[:, 0])
    ours = spherical_harmonics(7, directions) * n3d_weights(7)
    for channel in range(64):
        n, m = order_degree(channel)
        complex_ = sph_harm_y(n, abs(m), theta, phi) * (-1) ** m * np.sqrt(4 * np.pi)
        part = complex_.imag if m < 0 else complex_.real
        expected = part * (np.sqrt(2) if m else 1.0)
        np.testing.assert_allclose(ours[:, channel], expected, atol=1e-10)


def test_first_order_is_w_y_z_x() -> None:
    gains = spherical_harmonics(1, to_cartesian(30.0, 20.0))
    np.testing.assert_allclose(gains, [1.0, 0.469846, 0.342020, 0.813798], atol=1e-6)


@pytest.mark.parametrize("order", [1, 3])
def test_energy_vector_points_at_the_source(order: int) -> None:
    wanted = to_cartesian([0.0, 30.0, -110.0, 180.0], [0.0, 20.0, -35.0, 80.0])
    grid = fibonacci_sphere(2000)
    decoding = spherical_harmonics(order, grid) * (n3d_weights(order) ** 2 * max_re_weights(order))
    energy = (focused_harmonics(order, wanted, np.ones(4)) @ decoding.T) ** 2
    vectors = energy @ grid / energy.sum(1, keepdims=True)
    cosine = np.sum(vectors * wanted, 1) / np.linalg.norm(vectors, axis=1)
    assert np.degrees(np.arccos(np.minimum(cosine, 1.0))).max() < 1.0


def test_a_source_without_focus_is_omnidirectional() -> None:
    gains = focused_harmonics(3, to_cartesian([40.0], [10.0]), np.zeros(1))
    np.testing.assert_allclose(gains[0], np.eye(16)[0])
