"""Other people's ambisonics, against the published definitions of the components."""

import numpy as np
import pytest

from engine.coordinates import to_cartesian
from engine.errors import LayoutError
from engine.spatial.conventions import to_ambix
from engine.spatial.harmonics import n3d_weights, spherical_harmonics

AZIMUTH_DEG = np.array([0.0, 33.0, -110.0, 170.0, 75.0])
ELEVATION_DEG = np.array([0.0, 21.0, -48.0, 65.0, -5.0])


def fuma() -> np.ndarray:
    """(16, n) components as Malham's table has them, W X Y Z R S T U V K L M N O P Q."""
    a, e = np.radians(AZIMUTH_DEG), np.radians(ELEVATION_DEG)
    sin, cos = np.sin, np.cos
    return np.array(
        [
            np.full(len(a), np.sqrt(0.5)),
            cos(a) * cos(e),
            sin(a) * cos(e),
            sin(e),
            (3 * sin(e) ** 2 - 1) / 2,
            cos(a) * sin(2 * e),
            sin(a) * sin(2 * e),
            cos(2 * a) * cos(e) ** 2,
            sin(2 * a) * cos(e) ** 2,
            sin(e) * (5 * sin(e) ** 2 - 3) / 2,
            np.sqrt(135 / 256) * cos(a) * cos(e) * (5 * sin(e) ** 2 - 1),
            np.sqrt(135 / 256) * sin(a) * cos(e) * (5 * sin(e) ** 2 - 1),
            np.sqrt(27 / 4) * cos(2 * a) * sin(e) * cos(e) ** 2,
            np.sqrt(27 / 4) * sin(2 * a) * sin(e) * cos(e) ** 2,
            cos(3 * a) * cos(e) ** 3,
            sin(3 * a) * cos(e) ** 3,
        ]
    )


@pytest.mark.parametrize("order", [1, 2, 3])
def test_furse_malham_becomes_ambix(order: int) -> None:
    channels = (order + 1) ** 2
    expected = spherical_harmonics(order, to_cartesian(AZIMUTH_DEG, ELEVATION_DEG)).T
    found = to_ambix("fuma", channels) @ fuma()[:channels]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_n3d_becomes_ambix_and_ambix_stays() -> None:
    expected = spherical_harmonics(7, to_cartesian(AZIMUTH_DEG, ELEVATION_DEG)).T
    np.testing.assert_allclose(to_ambix("n3d", 64) @ (expected.T * n3d_weights(7)).T, expected)
    np.testing.assert_array_equal(to_ambix("ambix", 16), np.eye(16))


@pytest.mark.parametrize(("convention", "channels"), [("fuma", 25), ("fuma", 6), ("n3d", 5)])
def test_what_cannot_be_is_refused(convention, channels: int) -> None:
    with pytest.raises(LayoutError):
        to_ambix(convention, channels)
