"""What all directions of an HRIR set share is taken out; what tells them apart stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.coordinates import to_cartesian
from engine.spatial.alignment import onset_delays
from engine.spatial.diffuse_field import diffuse_field_equalised
from engine.spatial.equal_loudness import ears_gain
from engine.spatial.fibonacci import fibonacci_sphere
from engine.spatial.hrir import HrirSet, hrir_set, load_hrirs

RATE_HZ = 48_000
SIZE = 8192
FREQUENCY_HZ = np.fft.rfftfreq(SIZE, 1.0 / RATE_HZ)


@pytest.fixture(scope="module")
def kemar() -> HrirSet:
    return load_hrirs("kemar", RATE_HZ)


def bands_db(hrirs: HrirSet) -> np.ndarray:
    """Level of sound from all around in thirds of an octave, 125 Hz to 12.5 kHz."""
    responses = hrirs.interpolate(fibonacci_sphere(300))  # other directions than the filter's
    power = np.mean(np.abs(np.fft.rfft(responses, SIZE)) ** 2, axis=(0, 1))
    centres_hz = 1000.0 * 2.0 ** (np.arange(-9, 12) / 3.0)
    within = [np.abs(np.log2(FREQUENCY_HZ[1:] / centre)) <= 1 / 6 for centre in centres_hz]
    return np.array([10.0 * np.log10(power[1:][band].mean()) for band in within])


def test_sound_from_all_around_keeps_its_spectrum(kemar: HrirSet) -> None:
    assert np.ptp(bands_db(kemar)) > 15.0
    assert np.ptp(bands_db(diffuse_field_equalised(kemar))) < 1.5


def test_it_is_as_loud_and_as_long_as_before(kemar: HrirSet) -> None:
    equalised = diffuse_field_equalised(kemar)
    assert ears_gain(equalised) == pytest.approx(ears_gain(kemar), rel=0.03)
    assert equalised.responses.shape == kemar.responses.shape
    assert "equalised" in equalised.description


def test_interaural_differences_stay(kemar: HrirSet) -> None:
    around = to_cartesian(np.arange(-170.0, 180.0, 20.0), 0.0)
    plain, equalised = (
        np.fft.rfft(one.interpolate(around), SIZE)
        for one in (kemar, diffuse_field_equalised(kemar))
    )
    heard = (FREQUENCY_HZ > 150.0) & (FREQUENCY_HZ < 1500.0)
    ratio = (plain[:, 0] / plain[:, 1] * equalised[:, 1] / equalised[:, 0])[:, heard]
    assert np.abs(20.0 * np.log10(np.abs(ratio))).max() < 0.8
    assert (np.abs(np.angle(ratio)) / (2 * np.pi * FREQUENCY_HZ[heard])).max() < 60e-6
    onsets = [
        onset_delays(one.interpolate(around), RATE_HZ)
        for one in (kemar, diffuse_field_equalised(kemar))
    ]
    itd_us = [(late[:, 1] - late[:, 0]) / RATE_HZ * 1e6 for late in onsets]
    np.testing.assert_allclose(itd_us[0], itd_us[1], atol=45.0)


def test_a_colour_that_all_directions_share_makes_no_difference() -> None:
    rng = np.random.default_rng(4)
    directions = fibonacci_sphere(60)
    responses = np.zeros((60, 2, 256))
    responses[:, :, 20:60] = rng.standard_normal((60, 2, 40)) * np.exp(-np.arange(40) / 6.0)
    colour = np.array([1.0, 0.6, 0.2, -0.1])
    coloured = np.apply_along_axis(lambda r: np.convolve(r, colour)[:256], 2, responses)
    heads = [
        diffuse_field_equalised(hrir_set("head", RATE_HZ, directions, sounds, 1.4))
        for sounds in (responses, coloured)
    ]
    spectra = [np.abs(np.fft.rfft(head.interpolate(directions[:7]), SIZE)) for head in heads]
    spectra = [one / np.sqrt(np.mean(one**2)) for one in spectra]
    band = (FREQUENCY_HZ > 200.0) & (FREQUENCY_HZ < 12_000.0)
    off_db = 20.0 * np.log10(spectra[0][..., band] / spectra[1][..., band])
    assert np.percentile(np.abs(off_db), 95) < 1.0


def test_nearer_spheres_go_through_the_same_filter(kemar: HrirSet) -> None:
    near = replace(kemar, responses=0.5 * kemar.responses, distance_m=0.5)
    both = diffuse_field_equalised(replace(kemar, nearer=(near,)))
    np.testing.assert_allclose(both.nearer[0].responses, 0.5 * both.responses, atol=1e-12)
    assert both.nearer[0].distance_m == 0.5
