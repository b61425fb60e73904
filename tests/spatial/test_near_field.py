"""Near sources against closed forms of the rigid sphere."""

import numpy as np
import pytest

from engine.coordinates import to_cartesian
from engine.spatial import near_field
from engine.spatial.hrir import load_hrirs

A = near_field.HEAD_RADIUS_M


def low_frequency_limit(angle: np.ndarray, relative: float) -> np.ndarray:
    """Pressure on a rigid sphere at the lowest frequencies, against the free field at its centre.

    The series' limit for small wave numbers, sum of (2m + 1)/(m + 1) P_m(cos) / relative**m, by
    the generating function of the Legendre polynomials and its integral.
    """
    x, c = 1.0 / relative, np.cos(angle)
    root = np.sqrt(1.0 - 2.0 * x * c + x * x)
    return 2.0 / root - np.log((x - c + root) / (1.0 - c)) / x


@pytest.mark.parametrize("distance_m", [0.15, 0.25, 0.5, 1.0, 3.0])
def test_the_sphere_at_low_frequencies(distance_m: float) -> None:
    angles = np.radians([[20.0, 160.0], [60.0, 120.0], [90.0, 90.0]])
    response = near_field._sphere_response(angles, np.full(3, distance_m))[..., 0]
    expected = low_frequency_limit(angles, distance_m / A)
    np.testing.assert_allclose(20 * np.log10(response / expected), 0.0, atol=0.1)


def test_the_sphere_doubles_the_pressure_of_far_high_frequencies() -> None:
    response = near_field._sphere_response(np.zeros((1, 2)), np.array([50.0]))
    assert 20 * np.log10(response[0, 0, -1]) == pytest.approx(6.0, abs=0.4)
    assert 20 * np.log10(response[0, 0, 0]) == pytest.approx(0.0, abs=0.4)


def test_each_ear_sees_its_own_angle() -> None:
    """Straight ahead at 0.5 m: the left ear sees the source to its right, and the other way."""
    taken = near_field.ear_directions(np.array([[0.5, 0.0, 0.0]]), 1.4)[0]
    line = taken * 1.4 - [[0.0, A, 0.0], [0.0, -A, 0.0]]
    angles = np.degrees(np.arctan2(line[:, 1], line[:, 0]))
    np.testing.assert_allclose(
        angles, [-np.degrees(np.arctan(A / 0.5)), np.degrees(np.arctan(A / 0.5))]
    )
    on_sphere = near_field.ear_directions(to_cartesian([30.0], 20.0, 1.4), 1.4)
    np.testing.assert_allclose(on_sphere[0], np.repeat(to_cartesian([30.0], 20.0), 2, axis=0))


def test_delays_follow_the_path_around_the_sphere() -> None:
    """At the near ear's side the path is shorter by the radius, at any distance."""
    near = near_field._path(np.array([0.0, np.pi]), np.array([0.3, 0.3]))
    assert near[0] == pytest.approx(-A)
    horizon = np.arccos(A / 0.3)
    assert near[1] == pytest.approx(np.sqrt(0.3**2 - A**2) + A * (np.pi - horizon) - 0.3)


def test_nearness_grows_level_differences_at_low_frequencies_above_all() -> None:
    """From 1.4 to 0.25 m: some 5 dB at 300 Hz for a source at the side, as measured on heads."""
    kemar = load_hrirs("kemar", 44_100)
    left = to_cartesian([90.0], 0.0)

    def ild_db(distance_m: float, low_hz: float, high_hz: float) -> float:
        spectra = np.abs(np.fft.rfft(kemar.interpolate(left, distance_m)[0], 4096)) ** 2
        frequency_hz = np.fft.rfftfreq(4096, 1.0 / 44_100)
        band = (frequency_hz > low_hz) & (frequency_hz < high_hz)
        energy = spectra[:, band].sum(axis=1)
        return float(10.0 * np.log10(energy[0] / energy[1]))

    assert ild_db(1.4, 200, 400) == ild_db(5.0, 200, 400)
    growth = [ild_db(d, 200, 400) - ild_db(1.4, 200, 400) for d in (1.0, 0.5, 0.25)]
    assert 0.0 < growth[0] < growth[1] < growth[2]
    assert 4.0 < growth[2] < 9.0
    front = kemar.interpolate(to_cartesian([0.0], 0.0), 0.2)[0]
    assert abs(10 * np.log10(np.sum(front[0] ** 2) / np.sum(front[1] ** 2))) < 1.5


def test_near_sources_are_continuous_at_the_sphere() -> None:
    kemar = load_hrirs("kemar", 44_100)
    directions = to_cartesian(np.arange(-170.0, 180.0, 40.0), 10.0)
    at, inside = (kemar.interpolate(directions, d) for d in (1.4, 1.3999))
    assert np.sum((at - inside) ** 2) < 1e-4 * np.sum(at**2)


def test_a_source_in_the_head_is_heard_from_its_skin() -> None:
    kemar = load_hrirs("kemar", 44_100)
    inside = kemar.interpolate(to_cartesian([40.0], 0.0), 0.0)
    np.testing.assert_array_equal(inside, kemar.interpolate(to_cartesian([40.0], 0.0), 0.12))
    assert np.isfinite(inside).all()
