"""A tone that circles a rigid sphere with two ears: every line of its spectrum is known.

The responses are a series of spherical waves, at 1.5 degrees around; the sphere itself says what
is heard at any angle. (A set of 5 degrees leaves more in between: docs/hrir.md says how much.)
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from circling import heard_tone
from numpy.typing import NDArray
from realtime_scenes import RATE_HZ, clip, render, snapshot, source, tone
from scipy.special import eval_legendre, spherical_jn, spherical_yn

from engine.coordinates import to_cartesian
from engine.realtime.knots import knot_shares, knot_times
from engine.realtime.paces import PACE_STEPS
from engine.realtime.snapshot import MotionPlan
from engine.spatial.binaural import binaural_plan
from engine.spatial.hrir import HrirSet, load_hrirs

RADIUS_S = 0.0875 / 343.0
EARS = to_cartesian([100.0, -100.0], [0.0, 0.0])
TAPS, LATE_SAMPLES = 512, 60
RING = 240
PERIOD = 2 * RATE_HZ
"""Whole turns, whole periods of the tones, and whole hops."""


def sphere_response(frequency_hz: float, cosines: NDArray) -> NDArray:
    """Pressure on a rigid sphere over that at its centre without it, for a plane wave; time turns
    as exp(+j w t). Duda and Martens, JASA 104(5), 1998."""
    if frequency_hz == 0.0:
        return np.ones(np.shape(cosines), complex)
    size = 2 * np.pi * frequency_hz * RADIUS_S
    total = np.zeros(np.shape(cosines), complex)
    for n in range(int(1.6 * size + 20)):
        slope = spherical_jn(n, size, True) - 1j * spherical_yn(n, size, True)
        total -= (2 * n + 1) * 1j ** (n + 1) * eval_legendre(n, cosines) / slope
    return total / size**2


@cache
def sphere_set() -> HrirSet:
    """Measured finely on the horizon, coarsely elsewhere."""
    ring = to_cartesian(np.arange(RING) * 360.0 / RING, np.zeros(RING))
    others = [
        to_cartesian(np.arange(24) * 15.0 + 7.5, np.full(24, height))
        for height in (-75.0, -60.0, -45.0, -30.0, -15.0, 15.0, 30.0, 45.0, 60.0, 75.0)
    ]
    directions = np.concatenate([ring, *others, [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]])
    cosines = np.clip(directions @ EARS.T, -1.0, 1.0)
    frequencies = np.fft.rfftfreq(TAPS, 1.0 / RATE_HZ)
    spectra = np.stack([sphere_response(f, cosines) for f in frequencies], axis=-1)
    spectra *= np.cos(0.5 * np.pi * np.clip((frequencies - 20_000.0) / 4000.0, 0.0, 1.0)) ** 2
    spectra = spectra * np.exp(-2j * np.pi * frequencies * LATE_SAMPLES / RATE_HZ)
    angles = np.arccos(cosines)
    way = np.where(angles < 0.5 * np.pi, -np.cos(angles), angles - 0.5 * np.pi)
    delays = way * RADIUS_S * RATE_HZ + LATE_SAMPLES
    responses = np.fft.irfft(spectra, TAPS)
    return HrirSet("sphere", RATE_HZ, directions, responses, delays, len(directions), 1.4)


def left_ear(frequency_hz: float, turns_per_s: float, samples: int) -> NDArray:
    """(samples,) what the left ear hears, from the sphere itself."""

    def response(line_hz: float, angles: NDArray) -> NDArray:
        late = np.exp(-2j * np.pi * line_hz * LATE_SAMPLES / RATE_HZ)
        return late * sphere_response(line_hz, np.cos(angles - np.radians(100.0)))[None]

    return heard_tone(response, frequency_hz, turns_per_s, samples, RATE_HZ)[0]


def lines(signal: NDArray) -> NDArray:
    """Amplitudes at multiples of half a hertz, of the last two seconds."""
    return np.abs(np.fft.rfft(signal[-PERIOD:])) / PERIOD * 2


@pytest.mark.parametrize(
    ("turns_per_s", "frequency_hz"),
    [(1.0, 1500.0), (1.0, 12_000.0), (5.0, 7500.0), (10.0, 1500.0), (10.0, 12_000.0)],
)
def test_a_tone_that_circles_a_sphere_has_no_lines_but_its_own(
    turns_per_s: float, frequency_hz: float
) -> None:
    hops = PERIOD // 256 + 20
    times = np.arange(0.0, hops * 256 + 64, 64.0)
    way = to_cartesian(360.0 * turns_per_s * times / RATE_HZ, 0.0 * times, 1.0)
    heard = clip(tone(hops * 256, frequency_hz))
    scene = replace(
        snapshot([source(MotionPlan(times, way), heard)]), binaural=binaural_plan(sphere_set())
    )
    (out,) = render(scene, hops)
    true = left_ear(frequency_hz, turns_per_s, hops * 256)
    level = np.sqrt((lines(true) ** 2).sum())
    wrong = lines(out[0] - true)
    assert 20 * np.log10(wrong.max() / level) < -60.0
    # Beyond what a sphere of this size does to the tone.
    far = np.abs(np.arange(len(wrong)) - 2 * frequency_hz) > 2 * 36.5 * turns_per_s
    assert 20 * np.log10(lines(true)[far].max() / level) < -100.0
    assert 20 * np.log10(lines(out[0])[far].max() / level) < -66.0


@pytest.mark.parametrize("frequency_hz", [1000.0, 1500.0, 4000.0, 7500.0])
@pytest.mark.parametrize("turns_per_s", [1.0, 2.0, 5.0, 10.0])
def test_a_tone_that_circles_kemar_has_no_lines_beyond_what_72_measurements_tell(
    turns_per_s: float, frequency_hz: float
) -> None:
    hops = PERIOD // 256 + 20
    times = np.arange(0.0, hops * 256 + 64, 64.0)
    way = to_cartesian(360.0 * turns_per_s * times / RATE_HZ, 0.0 * times, 1.0)
    heard = clip(tone(hops * 256, frequency_hz))
    plan = binaural_plan(load_hrirs("kemar", RATE_HZ))
    (out,) = render(replace(snapshot([source(MotionPlan(times, way), heard)]), binaural=plan), hops)
    for ear in out:
        found = lines(ear)
        far = np.abs(np.arange(len(found)) - 2 * frequency_hz) > 2 * 36.5 * turns_per_s
        assert 20 * np.log10(found[far].max() / np.sqrt((found**2).sum())) < -60.0


@pytest.mark.parametrize("steps", PACE_STEPS)
def test_polynomials_through_the_places_of_a_hop(steps: int) -> None:
    """What changes as a polynomial of fifth degree is met at every sample."""
    times, shares = knot_times(steps), knot_shares(steps).astype(np.float64)
    middles = (np.arange(256) + 0.5) / 256
    for power in range(6):
        np.testing.assert_allclose(times**power @ shares, middles**power, atol=1e-6)
