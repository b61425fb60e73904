import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.coordinates import angle_between_deg, to_cartesian, to_spherical


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ((2, 0, 0), (0, 0, 2)),
        ((0, 3, 0), (90, 0, 3)),
        ((0, -3, 0), (-90, 0, 3)),
        ((-1, 0, 0), (180, 0, 1)),
        ((-1, -0.0, 0), (180, 0, 1)),
        ((0, 0, 1), (0, 90, 1)),
        ((0, 0, 0), (0, 0, 0)),
    ],
)
def test_known_directions(position, expected):
    np.testing.assert_allclose(to_spherical(position), expected, atol=1e-12)


@given(st.floats(-179.9, 180), st.floats(-89.9, 89.9), st.floats(0.01, 300))
def test_spherical_and_cartesian_are_inverse(azimuth_deg, elevation_deg, distance_m):
    back = to_spherical(to_cartesian(azimuth_deg, elevation_deg, distance_m))
    np.testing.assert_allclose(back, (azimuth_deg, elevation_deg, distance_m), rtol=1e-7, atol=1e-7)


def test_angle_between_directions():
    assert angle_between_deg((1, 0, 0), (0, 5, 0)) == pytest.approx(90)
    assert angle_between_deg((1, 0, 0), (2, 0, 0)) == pytest.approx(0, abs=1e-9)
    assert angle_between_deg((1, 0, 0), (-2, 0, 0)) == pytest.approx(180)
