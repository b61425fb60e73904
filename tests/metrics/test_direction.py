import numpy as np
import pytest

from engine.errors import ShapeError
from engine.metrics.direction import energy_vector, interaural_differences

RATE_HZ = 48_000


@pytest.fixture
def noise():
    return np.random.default_rng(3).standard_normal(RATE_HZ) * 0.1


def test_a_left_ear_that_leads_and_is_louder_is_positive(noise):
    binaural = np.stack([noise, 0.5 * np.roll(noise, 24)])
    seen = interaural_differences(binaural, RATE_HZ)
    assert np.median(seen.itd_us) == pytest.approx(500, abs=5)
    assert np.median(seen.ild_db) == pytest.approx(6.02, abs=0.05)
    assert np.median(seen.level_dbfs) == pytest.approx(-20 + 10 * np.log10(0.625), abs=0.3)


@pytest.mark.parametrize(("azimuth_deg", "elevation_deg"), [(30, 20), (-110, 0), (175, -40)])
def test_a_plane_wave_comes_from_where_it_was_encoded(noise, azimuth_deg, elevation_deg):
    azimuth, elevation = np.radians([azimuth_deg, elevation_deg])
    gains = [
        1,
        np.sin(azimuth) * np.cos(elevation),
        np.sin(elevation),
        np.cos(azimuth) * np.cos(elevation),
    ]
    seen = energy_vector(np.outer(gains, noise), RATE_HZ)
    np.testing.assert_allclose(seen.azimuth_deg, azimuth_deg, atol=1e-6)
    np.testing.assert_allclose(seen.elevation_deg, elevation_deg, atol=1e-6)
    np.testing.assert_allclose(seen.directness, 1, atol=1e-6)


def test_a_diffuse_field_has_no_direction():
    noise = np.random.default_rng(4).standard_normal((4, RATE_HZ))
    noise[1:] /= np.sqrt(3)  # SN3D components of an isotropic field
    assert np.median(energy_vector(noise, RATE_HZ, window_s=0.5).directness) < 0.05


def test_wrong_shapes_are_refused_in_words(noise):
    with pytest.raises(ShapeError, match=r"\(2, at least"):
        interaural_differences(noise[None], RATE_HZ)
    with pytest.raises(ShapeError, match="at least 4800"):
        interaural_differences(np.zeros((2, 100)), RATE_HZ)


def test_the_plain_time_difference_is_that_of_what_is_loudest(noise):
    """A loud low tone on the right, soft noise on the left: the two readings part."""
    rumble = 0.8 * np.sin(2 * np.pi * 80.0 * np.arange(RATE_HZ) / RATE_HZ)
    left = 0.05 * noise + np.roll(rumble, 12)
    right = 0.05 * np.roll(noise, 24) + rumble
    seen = interaural_differences(np.stack([left, right]), RATE_HZ)
    assert np.median(seen.itd_us) == pytest.approx(500, abs=10)
    assert np.median(seen.plain_itd_us) == pytest.approx(-250, abs=25)
