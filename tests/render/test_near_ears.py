"""Sources near the head, through the renderer, against a rigid sphere worked out on its own."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.special import eval_legendre, spherical_jn, spherical_yn

from engine.coordinates import to_cartesian
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import (
    HOP_SAMPLES,
    ClipPlan,
    MotionPlan,
    Snapshot,
    SourcePlan,
    StripPlan,
)
from engine.render.ears import ears_plan
from engine.spatial.hrir import HrirSet, hrir_set, load_hrirs
from engine.spatial.near_spheres import near_radii_m
from engine.spatial.propagation import PointSource, samples_per_metre
from engine.spatial.sphere import fibonacci_sphere

RATE_HZ = 48_000
RADIUS_M, SPEED_M_S = 0.0875, 343.0
EARS = to_cartesian([90.0, -90.0], [0.0, 0.0])
SET_M, TAPS, LATE_SAMPLES = 1.5, 384, 40
HOPS = 30


def sphere_at(frequencies_hz: np.ndarray, directions: np.ndarray, distance_m: float) -> np.ndarray:
    """(n, 2, frequencies) pressure at a rigid sphere's ears, over that of the free field at its
    centre. Rabinowitz et al., JASA 93(2), 1993, eq. 4, as Duda and Martens have it."""
    cosines = np.clip(directions @ EARS.T, -1.0, 1.0)
    total = np.ones((*cosines.shape, len(frequencies_hz)), dtype=complex)
    for index, frequency_hz in enumerate(frequencies_hz):
        if frequency_hz == 0.0:
            continue
        near = 2 * np.pi * frequency_hz * RADIUS_M / SPEED_M_S
        far = near * distance_m / RADIUS_M
        series = np.zeros(cosines.shape, dtype=complex)
        for n in range(int(near) + 45):
            wave = spherical_jn(n, far) - 1j * spherical_yn(n, far)
            slope = spherical_jn(n, near, True) - 1j * spherical_yn(n, near, True)
            series += (2 * n + 1) * eval_legendre(n, cosines) * wave / slope
        # Free field at the centre: exp(-j k r) / r.
        total[..., index] = -series * far / near**2 * np.exp(1j * far)
    return total


@cache
def sphere_set() -> HrirSet:
    directions = fibonacci_sphere(600)
    frequencies = np.fft.rfftfreq(TAPS, 1.0 / RATE_HZ)
    spectra = sphere_at(frequencies, directions, SET_M)
    spectra[..., 0] = np.abs(spectra[..., 1])
    spectra *= np.cos(0.5 * np.pi * np.clip((frequencies - 18_000.0) / 6000.0, 0.0, 1.0)) ** 2
    spectra = spectra * np.exp(-2j * np.pi * frequencies * LATE_SAMPLES / RATE_HZ)
    return hrir_set("sphere", RATE_HZ, directions, np.fft.irfft(spectra, TAPS), SET_M)


def heard(hrirs: HrirSet, azimuth_deg: float, distance_m: float) -> np.ndarray:
    """(2, n) what the kernel makes of an impulse."""
    dry = np.zeros((1, HOPS * HOP_SAMPLES), dtype=np.float32)
    dry[0, 600] = 1.0
    motion = MotionPlan(np.zeros(1), to_cartesian([azimuth_deg], 0.0, distance_m))
    clip = ClipPlan(dry, np.ones((1, 1), np.float32), 0, dry.shape[1])
    source = SourcePlan(0, (clip,), motion)
    scene = Snapshot(
        sample_rate_hz=RATE_HZ,
        length_samples=dry.shape[1],
        formats=("binaural",),
        channels=(2,),
        strips=(StripPlan("s"),),
        sources=(source,),
        beds=(),
        encoders={},
        binaural=ears_plan(hrirs, (source,)),
        distance=PointSource(),
        samples_per_metre=samples_per_metre(RATE_HZ),
    )
    out = np.zeros((2, dry.shape[1]), dtype=np.float32)
    kernel = Kernel(scene)
    for hop in range(HOPS):
        kernel.process([out[:, hop * HOP_SAMPLES : (hop + 1) * HOP_SAMPLES]])
    return out


@pytest.mark.parametrize("azimuth_deg", [20.0, 60.0, 90.0, 135.0])
@pytest.mark.parametrize("distance_m", [1.5, 0.9, 0.7, 0.5, 0.35, 0.25])
def test_levels_and_times_at_the_ears_are_a_near_spheres(
    distance_m: float, azimuth_deg: float
) -> None:
    frequencies = np.array([150.0, 300.0, 600.0, 1000.0, 2000.0])
    out = heard(sphere_set(), azimuth_deg, distance_m) * distance_m
    time = np.arange(out.shape[1]) / RATE_HZ
    found = out @ np.exp(-2j * np.pi * frequencies * time[:, None])
    true = sphere_at(frequencies, to_cartesian([azimuth_deg], 0.0), distance_m)[0]
    levels_db = 20 * np.log10(np.abs(found / true))
    assert np.abs(levels_db).max() < 1.0
    difference_db = levels_db[0] - levels_db[1]
    assert np.abs(difference_db).max() < 1.2
    lag = np.angle(found[0] / found[1] * np.conj(true[0] / true[1]))
    assert np.abs(lag[:4] / (2 * np.pi * frequencies[:4])).max() < 30e-6


def test_nearness_needs_no_set_of_several_distances() -> None:
    kemar = load_hrirs("kemar", RATE_HZ)
    grown_db = []
    for distance_m in (1.0, 0.75, 0.5, 0.25):
        spectrum = np.abs(np.fft.rfft(heard(kemar, 90.0, distance_m), 8192))
        low = slice(35, 70)  # 200 to 400 Hz
        levels = np.sum(spectrum[:, low] ** 2, axis=1)
        grown_db.append(10 * np.log10(levels[0] / levels[1]))
    assert np.all(np.diff(grown_db) > [0.5, 1.0, 2.5])


def test_a_far_head_heard_near_is_as_the_same_head_measured_there(shared_data: Path) -> None:
    """A dummy head on a ring at 3.25 m and at 0.25 m: differences between its ears."""
    folder = shared_data / "hrir_brir"
    far, near = (
        load_hrirs(folder / f"SUpDEq__HRIR_CIRC360{end}.sofa", RATE_HZ) for end in ("", "_NF025")
    )
    frequency_hz = np.fft.rfftfreq(4096, 1.0 / RATE_HZ)
    bands = [(frequency_hz > low) & (frequency_hz < 4.0 * low) for low in (250.0, 1000.0, 4000.0)]

    def difference_db(ears: np.ndarray) -> np.ndarray:
        power = np.abs(np.fft.rfft(ears, 4096)) ** 2
        levels = [10 * np.log10(power[:, band].sum(axis=1)) for band in bands]
        return np.array([left - right for left, right in levels])

    wrong_db, unchanged_db = [], []
    for azimuth_deg in range(0, 360, 30):
        place = to_cartesian([float(azimuth_deg)], 0.0)
        true = difference_db(near.interpolate(place)[0])
        wrong_db.append(np.abs(difference_db(heard(far, azimuth_deg, 0.25)) - true))
        unchanged_db.append(np.abs(difference_db(far.interpolate(place)[0]) - true))
    assert (np.mean(wrong_db, axis=0) < [1.2, 2.2, 4.0]).all()
    assert (np.mean(wrong_db, axis=0) < 0.5 * np.mean(unchanged_db, axis=0)).all()


def test_only_as_many_spheres_as_sources_come_near() -> None:
    kemar = load_hrirs("kemar", RATE_HZ)
    assert near_radii_m(kemar, 1.0) == near_radii_m(kemar, np.inf) == ()
    assert near_radii_m(kemar, 0.8) == (0.75,)
    assert near_radii_m(kemar, 0.4) == (0.75, 0.4)
    assert near_radii_m(kemar, 0.0) == (0.75, 0.4, 0.22, 0.15)
    measured = replace(kemar, nearer=(kemar.at_distance(0.3),))
    assert near_radii_m(measured, 0.4) == ()
    assert near_radii_m(measured, 0.2) == (0.22, 0.15)


def test_from_a_metre_on_a_set_is_heard_as_it_was_measured() -> None:
    kemar = load_hrirs("kemar", RATE_HZ)
    at_a_metre, far = heard(kemar, 50.0, 1.0), heard(kemar, 50.0, 4.0)
    np.testing.assert_allclose(at_a_metre, 4.0 * far, atol=1e-6)
