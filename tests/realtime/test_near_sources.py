"""HRIR sets of several distances: what is near sounds as measured there, and glides between."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from realtime_scenes import (
    RATE_HZ,
    circle,
    clip,
    fixed,
    level_db,
    noise,
    render,
    snapshot,
    source,
    tone,
)

from engine.realtime.snapshot import MotionPlan
from engine.spatial.binaural import binaural_plan
from engine.spatial.hrir import HrirSet, load_hrirs

NEARER_M = (0.3, 0.6)


@cache
def near_set() -> HrirSet:
    """KEMAR, and what it would measure at two nearer distances."""
    far = load_hrirs("kemar", RATE_HZ)
    return replace(far, nearer=tuple(far.at_distance(metres) for metres in NEARER_M))


def rendered(motion: MotionPlan, dry, hops: int = 40):
    scene = replace(snapshot([source(motion, clip(dry))]), binaural=binaural_plan(near_set()))
    return render(scene, hops)[0]


@pytest.mark.parametrize("distance_m", [0.3, 0.45, 0.6, 0.8, 1.39, 3.0])
@pytest.mark.parametrize(("azimuth_deg", "elevation_deg"), [(90.0, 0.0), (-37.0, 22.0)])
def test_a_near_source_is_heard_through_responses_of_its_distance(
    distance_m, azimuth_deg, elevation_deg
) -> None:
    dry = noise(40 * 256)
    motion = fixed(azimuth_deg, elevation_deg, distance_m)
    out = rendered(motion, dry)
    direction = motion.positions_m / distance_m
    response = near_set().interpolate(direction, distance_m)[0] / distance_m
    for ear in range(2):
        expected = np.convolve(dry[0].astype(float), response[ear])[: out.shape[1]]
        assert level_db(out[ear] - expected, expected) < -50.0  # its delays are cut off, too


def test_nearness_is_heard_at_the_ears() -> None:
    dry = tone(40 * 256, 300.0)
    louder_db = []
    for distance_m in (1.4, 0.6, 0.3):
        left, right = np.mean(rendered(fixed(90.0, 0.0, distance_m), dry)[:, 2560:] ** 2, axis=1)
        louder_db.append(10 * np.log10(left / right))
    assert louder_db[1] > louder_db[0] + 1.0
    assert louder_db[2] > louder_db[1] + 3.0


def test_nearer_than_the_nearest_is_as_the_nearest() -> None:
    dry = noise(40 * 256)
    near, nearest = (rendered(fixed(50.0, 0.0, metres), dry) for metres in (0.26, 0.3))
    np.testing.assert_allclose(near * 0.26 / 0.3, nearest, atol=1e-6)


def test_a_tone_that_comes_near_and_leaves_has_no_clicks() -> None:
    times = np.arange(0.0, 1.0, 1.0 / 300.0)
    metres = 0.9 + 0.7 * np.cos(2 * np.pi * 2.0 * times)
    motion = MotionPlan(times * RATE_HZ, np.outer(metres, [0.6, 0.8, 0.0]))
    out = rendered(motion, tone(RATE_HZ, 500.0), 180)
    spectrum = np.abs(np.fft.rfft(out[0, 4096 : 4096 + 36864] * np.blackman(36864))) ** 2
    far = np.abs(np.fft.rfftfreq(36864, 1 / RATE_HZ) - 500.0) > 200.0
    assert 10 * np.log10(spectrum[far].max() / spectrum.max()) < -60.0


def test_one_sphere_and_a_far_source_are_as_before() -> None:
    dry = noise(40 * 256)
    for motion in (circle(2.0, 1.0, 1.5), fixed(20.0, 5.0, 2.0)):
        plain = render(snapshot([source(motion, clip(dry))]), 40)[0]
        # The lead is the set's own: what overlaps at the ends of swells may differ.
        assert level_db(rendered(motion, dry) - plain, plain) < -85.0
