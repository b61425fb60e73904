"""Loudspeaker panning: power, order of hand-over, the bed's decoders."""

import numpy as np

from engine.coordinates import to_cartesian
from engine.layouts import SURROUND_51
from engine.spatial.ambisonics import field_to_51, field_to_stereo, stereo_to_field
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.panning import lfe_lowpass, pan_51, pan_stereo
from engine.spatial.sphere import fibonacci_sphere

FULL_BAND = [0, 1, 2, 4, 5]


def test_power_is_constant_everywhere() -> None:
    directions = fibonacci_sphere(1000)
    for focus in (1.0, 0.4, 0.0):
        gains = pan_51(directions, np.full(1000, focus))[:, FULL_BAND]
        np.testing.assert_allclose(10 * np.log10(np.sum(gains**2, 1)), 0.0, atol=0.01)
        stereo = pan_stereo(directions, np.full(1000, focus))
        np.testing.assert_allclose(10 * np.log10(np.sum(stereo**2, 1)), 0.0, atol=0.01)


def test_a_loudspeaker_plays_alone_in_its_own_direction() -> None:
    for channel in FULL_BAND:
        speaker = SURROUND_51.loudspeakers[channel]
        gains = pan_51(to_cartesian([speaker.azimuth_deg], [0.0]), np.ones(1))[0, FULL_BAND]
        np.testing.assert_allclose(gains, np.eye(6)[channel][FULL_BAND], atol=1e-6)


def test_front_channels_hand_over_left_centre_right() -> None:
    azimuth_deg = np.linspace(30.0, -30.0, 121)
    gains = pan_51(to_cartesian(azimuth_deg, 0.0), np.ones(121))
    left, right, centre = gains[:, 0], gains[:, 1], gains[:, 2]
    assert (np.diff(left) <= 1e-12).all()
    assert (np.diff(right) >= -1e-12).all()
    assert np.argmax(centre) == 60
    assert (gains[:, 4:] == 0.0).all()
    assert ((gains > 0.0).sum(1) <= 3).all()  # two loudspeakers and the LFE's send


def test_the_rear_arc_is_symmetric() -> None:
    behind = pan_51(to_cartesian([180.0], [0.0]), np.ones(1))[0]
    np.testing.assert_allclose(behind[4:], np.sqrt(0.5), atol=1e-9)
    left, right = (pan_51(to_cartesian([a], [0.0]), np.ones(1))[0] for a in (140.0, -140.0))
    np.testing.assert_allclose(left[[0, 4, 5]], right[[1, 5, 4]], atol=1e-12)


def test_gains_are_continuous_over_the_sphere() -> None:
    for elevation_deg in (-80.0, 0.0, 29.0, 31.0, 89.0):
        azimuth_deg = np.arange(0.0, 360.5, 0.5)
        gains = pan_51(to_cartesian(azimuth_deg, elevation_deg), np.ones(len(azimuth_deg)))
        assert np.abs(np.diff(gains, axis=0)).max() < 0.04


def test_lfe_filter_is_24_db_down_at_240_hz() -> None:
    from scipy import signal

    _, response = signal.sosfreqz(lfe_lowpass(48000), worN=[50.0, 120.0, 240.0], fs=48000)
    level_db = 20 * np.log10(np.abs(response))
    assert level_db[0] > -0.2
    assert level_db[1] < -12.0
    assert level_db[2] < -60.0


def test_ambience_keeps_its_power_and_its_sides() -> None:
    waves = spherical_harmonics(1, fibonacci_sphere(500)).T
    for decoder in (field_to_51(1), field_to_stereo(1)):
        power = np.sum((decoder @ waves) ** 2, axis=0)
        np.testing.assert_allclose(np.mean(power), 1.0, rtol=1e-6)
        left = decoder @ spherical_harmonics(1, to_cartesian(90.0, 0.0))
        assert abs(left[0]) > 1.5 * abs(left[1])
    surround = field_to_51(1)
    assert (surround[3] == 0.0).all()
    behind = surround @ spherical_harmonics(1, to_cartesian(180.0, 0.0))
    assert behind[4] > 2.0 * abs(behind[2])
    power = np.sum((surround @ waves) ** 2, axis=0)
    assert 10 * np.log10(power.max() / power.min()) < 6.0


def test_stereo_ambience_stays_left_and_right() -> None:
    decoded = field_to_stereo(1) @ stereo_to_field()
    assert decoded[0, 0] > 1.5 * abs(decoded[1, 0])
    np.testing.assert_allclose(decoded, decoded[::-1, ::-1], atol=2e-2)
