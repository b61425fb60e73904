"""Bands against their analogue prototypes and, where the bilinear transform is good, against it."""

import numpy as np
import pytest
from scipy import signal

from engine.errors import ProjectError
from engine.realtime.equaliser import KINDS, band_section, remembers_samples, response

RATE_HZ = 48_000


def cookbook(kind: str, frequency_hz: float, gain_db: float, q: float) -> np.ndarray:
    """Analogue prototypes of the audio EQ cookbook at frequencies in Hz, as a callable."""
    a = 10 ** (gain_db / 40)
    r = np.sqrt(a) / q
    numerator, denominator = {
        "low_pass": ([1], [1, 1 / q, 1]),
        "high_pass": ([1, 0, 0], [1, 1 / q, 1]),
        "bell": ([1, a / q, 1], [1, 1 / (a * q), 1]),
        "low_shelf": ([a, a * r, a * a], [a, r, 1]),
        "high_shelf": ([a * a, a * r, a], [1, r, a]),
    }[kind]
    scaled = [
        [c / (2 * np.pi * frequency_hz) ** (len(p) - 1 - i) for i, c in enumerate(p)]
        for p in (numerator, denominator)
    ]
    return lambda hz: np.abs(signal.freqs(*scaled, worN=2 * np.pi * hz)[1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frequency_hz", [40.0, 900.0, 10_000.0])
@pytest.mark.parametrize("gain_db", [-12.0, 9.0])
def test_a_band_has_the_magnitude_of_its_prototype(kind, frequency_hz, gain_db) -> None:
    hz = np.geomspace(20.0, 18_000.0, 300)
    section = band_section(kind, frequency_hz, gain_db, 0.8, RATE_HZ)[None]
    got = response(section, 2 * np.pi * hz / RATE_HZ)
    wanted = cookbook(kind, frequency_hz, gain_db, 0.8)(hz)
    heard = wanted > 10 ** (-40 / 20)
    error_db = 20 * np.log10(got[heard] / wanted[heard])
    assert np.abs(error_db).max() < 1.2
    low = hz[heard] < 2000.0
    assert np.abs(error_db[low]).max() < 0.35


def test_a_bell_near_the_nyquist_frequency_is_not_squeezed() -> None:
    hz = np.linspace(8000.0, 20_000.0, 200)
    section = band_section("bell", 14_000.0, 12.0, 1.5, RATE_HZ)[None]
    wanted_db = 20 * np.log10(cookbook("bell", 14_000.0, 12.0, 1.5)(hz))
    got_db = 20 * np.log10(response(section, 2 * np.pi * hz / RATE_HZ))
    assert np.abs(got_db - wanted_db).max() < 1.0


@pytest.mark.parametrize("kind", ["bell", "low_shelf", "high_shelf"])
def test_a_boost_and_the_same_cut_cancel(kind: str) -> None:
    sections = np.array([band_section(kind, 3000.0, g, 1.1, RATE_HZ) for g in (7.5, -7.5)])
    got = response(sections, np.linspace(0.0, np.pi, 200))
    np.testing.assert_allclose(got, 1.0, rtol=1e-9)


@pytest.mark.parametrize("rate_hz", [44_100, 192_000])
@pytest.mark.parametrize("kind", KINDS)
def test_bands_are_stable_wherever_they_are_set(kind: str, rate_hz: int) -> None:
    for frequency_hz in (20.0, 20_000.0):
        for q in (0.1, 20.0):
            for gain_db in (-24.0, 24.0):
                section = band_section(kind, frequency_hz, gain_db, q, rate_hz)
                assert np.abs(np.roots(section[3:])).max() < 1.0
                assert np.isfinite(section).all()


def test_how_long_a_band_rings() -> None:
    section = band_section("bell", 100.0, 12.0, 4.0, RATE_HZ)
    ringing = signal.sosfilt(section[None], np.eye(1, 60_000)[0])
    memory = remembers_samples(section[None], 80.0)
    assert np.abs(ringing[memory:]).max() < 2e-4 * np.abs(ringing[1:]).max()
    assert np.abs(ringing[memory // 2 :]).max() > 1e-3 * np.abs(ringing[1:]).max()


def test_an_unknown_band_is_refused_by_name() -> None:
    with pytest.raises(ProjectError, match="notch"):
        band_section("notch", 100.0, 0.0, 1.0, RATE_HZ)
