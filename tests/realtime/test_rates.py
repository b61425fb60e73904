"""Two ears are direct convolution at every sampling rate, and with responses of any length."""

from dataclasses import replace

import numpy as np
import pytest
import realtime_scenes
from realtime_scenes import clip, fixed, level_db, noise, render, snapshot, source
from scipy.signal import fftconvolve

from engine.coordinates import to_cartesian
from engine.realtime.snapshot import HOP_SAMPLES, MotionPlan
from engine.spatial.binaural import binaural_plan
from engine.spatial.hrir import HrirSet, load_hrirs
from engine.spatial.sphere import fibonacci_sphere

HOPS = 24


def at(direction: np.ndarray) -> MotionPlan:
    return MotionPlan(np.zeros(1), np.asarray(direction)[None])


def residual_db(out: np.ndarray, dry: np.ndarray, responses: np.ndarray) -> float:
    """Level of what is left of both ears after direct convolution is taken away."""
    wanted = np.array([fftconvolve(dry[0].astype(float), one) for one in responses])
    wanted = wanted[:, : out.shape[1]]
    return level_db(out - wanted, wanted)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 88_200, 96_000, 176_400, 192_000])
def test_measured_directions_are_direct_convolution(rate_hz: int, monkeypatch) -> None:
    monkeypatch.setattr(realtime_scenes, "RATE_HZ", rate_hz)
    hrirs = load_hrirs("kemar", rate_hz)
    dry = noise(HOPS * HOP_SAMPLES)
    for index in (40, 333, 709):
        (out,) = render(snapshot([source(at(hrirs.directions[index]), clip(dry))]), HOPS)
        # At 48 kHz the ends of swells overlap a little, which is worked out when a set is laid out.
        limit_db = -85.0 if rate_hz == 48_000 else -110.0
        assert residual_db(out, dry, hrirs.responses[index]) < limit_db


@pytest.mark.parametrize("rate_hz", [44_100, 96_000, 192_000])
def test_directions_between_are_the_sets_own_interpolation(rate_hz: int, monkeypatch) -> None:
    monkeypatch.setattr(realtime_scenes, "RATE_HZ", rate_hz)
    hrirs = load_hrirs("kemar", rate_hz)
    dry = noise(HOPS * HOP_SAMPLES)
    for azimuth_deg, elevation_deg in ((33.3, 7.7), (-101.0, 51.0)):
        motion = fixed(azimuth_deg, elevation_deg)
        (out,) = render(snapshot([source(motion, clip(dry))]), HOPS)
        wanted = hrirs.interpolate(to_cartesian([azimuth_deg], [elevation_deg]))[0]
        assert residual_db(out, dry, wanted) < -60.0


def reverberant(taps: int) -> HrirSet:
    """A set whose responses go on for `taps`, with onsets that differ by fractions of a sample."""
    rng = np.random.default_rng(5)
    directions = fibonacci_sphere(60)
    plain = load_hrirs("kemar", 48_000)
    near = [plain.nearest(direction) for direction in directions]
    tails = rng.standard_normal((60, 2, taps)) * np.exp(-np.arange(taps) / (taps / 4.0))
    tails = np.fft.irfft(np.fft.rfft(tails)[..., : int(0.45 * taps)], taps)
    tails[..., :40] = 0.0
    tails[..., -40:] *= np.linspace(1.0, 0.0, 40)
    responses = 0.02 * tails
    responses[..., : plain.responses.shape[-1]] += plain.responses[near]
    return replace(
        plain,
        directions=directions,
        responses=responses,
        delays_samples=plain.delays_samples[near],
        measured=60,
        nearer=(),
        shared_delays_samples=None,
    )


def test_long_responses_are_convolved_in_pieces() -> None:
    hrirs = reverberant(9000)
    plan = binaural_plan(hrirs)
    assert plan.spectra.shape[1] > 1
    dry = noise(60 * HOP_SAMPLES)
    for index in (3, 31, 58):
        scene = snapshot([source(at(hrirs.directions[index]), clip(dry))])
        (out,) = render(replace(scene, binaural=plan), 60)
        assert residual_db(out, dry, hrirs.responses[index]) < -100.0


def test_pieces_of_long_responses_blend_as_whole_ones() -> None:
    """Between measurements, late parts fade from piece to piece as if they had not been cut."""
    hrirs = reverberant(9000)
    dry = noise(60 * HOP_SAMPLES)
    direction = hrirs.directions[[3, 4, 5]].sum(axis=0)
    direction /= np.linalg.norm(direction)
    scene = snapshot([source(at(direction), clip(dry))])
    (out,) = render(replace(scene, binaural=binaural_plan(hrirs)), 60)
    assert residual_db(out, dry, hrirs.interpolate(direction)[0]) < -60.0
