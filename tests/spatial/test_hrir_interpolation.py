"""Interpolation against a head whose answer is known, on grids of every kind."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sofa_files import spherical_head, write_sofa

from benchmarks.hrir_interpolation import interaural_lags_us, predict_half, spectral_distances
from engine.coordinates import to_cartesian
from engine.spatial.alignment import delay_responses, onset_delays
from engine.spatial.hrir import HrirSet, hrir_set, load_hrirs
from engine.spatial.joined_spheres import joined
from engine.spatial.neighbour_alignment import aligned_delays
from engine.spatial.sphere import edges_of, fibonacci_sphere, triangulate

RATE = 48_000


def set_on(directions: np.ndarray) -> HrirSet:
    return hrir_set("head", RATE, directions, spherical_head(directions)[0], 1.4)


@pytest.fixture(scope="module")
def elsewhere() -> np.ndarray:
    turn = np.linalg.qr(np.random.default_rng(5).standard_normal((3, 3)))[0]
    return fibonacci_sphere(150) @ turn


@pytest.mark.parametrize(
    ("points", "itd_us", "lsd_db"), [(50, 20, 1.5), (200, 8, 0.6), (800, 4, 0.3)]
)
def test_a_spherical_head_comes_back_between_its_measurements(
    elsewhere: np.ndarray, points: int, itd_us: float, lsd_db: float
) -> None:
    """30, 15 and 7 degrees apart; interaural time by Woodworth's formula."""
    truth, delays_s = spherical_head(elsewhere)
    predicted = set_on(fibonacci_sphere(points)).interpolate(elsewhere)
    wanted_us = 1e6 * (delays_s[:, 1] - delays_s[:, 0])
    assert np.mean(np.abs(interaural_lags_us(predicted, RATE) - wanted_us)) < itd_us
    assert np.mean(spectral_distances(predicted, truth, RATE)) < lsd_db


def test_no_comb_between_two_ears_apart() -> None:
    """Halfway between directions an impulse stays an impulse: no level lost to two arrivals."""
    ring = to_cartesian(np.arange(0.0, 360.0, 10.0), 0.0)
    hrirs = set_on(ring)
    halfway = hrirs.interpolate(to_cartesian(np.arange(5.0, 360.0, 10.0), 0.0))
    truth = spherical_head(to_cartesian(np.arange(5.0, 360.0, 10.0), 0.0))[0]
    assert spectral_distances(halfway, truth, RATE).max() < 1.0


@settings(max_examples=15, deadline=None)
@given(
    points=st.integers(1, 60),
    seed=st.integers(0, 2**31),
    flat=st.sampled_from([0.0, 0.3, 1.0, 3.0]),
)
def test_any_grid_surrounds_the_listener(points: int, seed: int, flat: float) -> None:
    """One direction, a few, a cap, a ring, a cloud: finite everywhere, exact where measured."""
    random = np.random.default_rng(seed)
    directions = random.standard_normal((points, 3)) * [1.0, 1.0, flat]
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    hrirs = set_on(directions)
    everywhere = hrirs.interpolate(fibonacci_sphere(60))
    assert np.isfinite(everywhere).all()
    energy = np.sum(hrirs.responses**2, axis=(1, 2))
    assert np.sum(everywhere**2, axis=(1, 2)).max() < 2.0 * energy.max()
    residual = hrirs.interpolate(directions) - hrirs.responses[:points]
    if triangulation_is_kind(directions):
        assert np.sum(residual**2) < 1e-6 * np.sum(hrirs.responses[:points] ** 2)


def triangulation_is_kind(directions: np.ndarray) -> bool:
    """Directions a hair apart may hide behind each other in the hull."""
    likeness = directions @ directions.T - 2.0 * np.eye(len(directions))
    return bool(likeness.max() < np.cos(np.radians(1.0)))


def test_every_set_beats_its_nearest_measurement(shared_data: Path) -> None:
    """Also where the far ear is noisy (ARI's NH2), and where low frequencies are lost."""
    folder = shared_data / "hrir_brir"
    files = ["3dti_AudioToolkit__3DTI_HRTF_IRC1008_256s_48000Hz.sofa", "libmysofa__dtf_nh2.sofa"]
    for file in (folder / name for name in files):
        if not file.exists():
            pytest.skip("no measured heads at hand")
        _, nearest, ours = predict_half(load_hrirs(file, RATE), random=False)
        assert ours.lsd_db < 0.92 * nearest.lsd_db
        assert ours.lsd_db < 4.0
        assert ours.itd_us < 20.0


def test_the_shipped_set_predicts_its_other_half() -> None:
    hrirs = load_hrirs("kemar", 44_100)
    for random in (False, True):
        _, nearest, ours = predict_half(hrirs, random)
        assert ours.lsd_db < 0.8 * nearest.lsd_db
        assert ours.lsd_db < 2.0
        assert ours.itd_us < 12.0


def test_neighbours_are_brought_in_step() -> None:
    """Woodworth's delays come back up to what all have in common, to a tenth of a sample."""
    directions = fibonacci_sphere(300)
    responses, delays_s = spherical_head(directions)
    edges = edges_of(triangulate(directions).triangles)
    late = aligned_delays(responses, edges, RATE) - RATE * delays_s
    assert np.std(late) < 0.1 + 0.5 * np.std(onset_delays(responses, RATE) - RATE * delays_s)


def test_lows_that_come_late_do_not_unhinge_alignment() -> None:
    """Equalisation may put all below 300 Hz anywhere: likeness to minimum phase then misleads."""
    directions = fibonacci_sphere(300)
    responses, delays_s = spherical_head(directions, taps=512)
    frequency_hz = np.fft.rfftfreq(512, 1.0 / RATE)
    low = frequency_hz < 300.0
    late_s = np.random.default_rng(2).uniform(60.0, 200.0, (300, 2, 1)) / RATE
    spectra = np.fft.rfft(responses)
    spectra[..., low] *= 2.0 * np.exp(-2j * np.pi * frequency_hz[low] * late_s)
    spoiled = np.fft.irfft(spectra, 512)
    edges = edges_of(triangulate(directions).triangles)
    assert np.std(onset_delays(spoiled, RATE) - RATE * delays_s) > 20.0
    assert np.std(aligned_delays(spoiled, edges, RATE) - RATE * delays_s) < 0.3


def test_distances_between_are_mixed(tmp_path: Path) -> None:
    """Two spheres in a file, levels as 1/r: what lies between has the level of neither's loss."""
    directions = fibonacci_sphere(80)
    near, far = spherical_head(directions)[0], spherical_head(directions)[0]
    near[:, :, :] *= 1.2  # what nearness adds beyond 1/r
    angles = np.degrees(np.arctan2(directions[:, 1], directions[:, 0]))
    heights = np.degrees(np.arcsin(directions[:, 2]))
    places = [np.column_stack([angles, heights, np.full(80, r)]) for r in (0.5, 2.0)]
    path = write_sofa(
        tmp_path / "two.sofa",
        Data__IR=np.concatenate([near / 0.5, far / 2.0]),
        Data__SamplingRate=np.array([48_000.0]),
        Data__Delay=np.repeat([[70.0, 70.0], [280.0, 280.0]], 80, axis=0),
        SourcePosition=np.concatenate(places),
    )
    hrirs = load_hrirs(path, RATE)
    assert hrirs.distance_m == 2.0
    assert [one.distance_m for one in hrirs.nearer] == [0.5]
    assert "0.5, 2 m" in hrirs.describe()
    wanted = directions[:10]

    def level_db(distance_m: float) -> np.ndarray:
        energy = np.sum(hrirs.interpolate(wanted, distance_m) ** 2, axis=(1, 2))
        reference = np.sum(hrirs.responses[:10] ** 2, axis=(1, 2))
        return 10.0 * np.log10(energy / reference)

    np.testing.assert_allclose(level_db(0.5), 20 * np.log10(1.2), atol=0.02)
    np.testing.assert_allclose(level_db(2.0), 0.0, atol=1e-9)
    np.testing.assert_allclose(level_db(9.0), 0.0, atol=1e-9)
    # halfway in 1/r: 0.8 m
    np.testing.assert_allclose(level_db(0.8), 20 * np.log10(1.1), atol=0.02)
    moved = onset_delays(hrirs.interpolate(wanted, 0.8), RATE)
    np.testing.assert_allclose(moved, onset_delays(hrirs.responses[:10], RATE), atol=0.3)


def test_measured_distances_are_predicted_by_their_neighbours(shared_data: Path) -> None:
    """A dummy head's horizon at 0.25 and 3.25 m predicts 1 m better than 3.25 m alone."""
    folder = shared_data / "hrir_brir"
    names = ("SUpDEq__HRIR_CIRC360_NF025", "SUpDEq__HRIR_CIRC360_NF100", "SUpDEq__HRIR_CIRC360")
    files = [folder / f"{name}.sofa" for name in names]
    if not all(file.exists() for file in files):
        pytest.skip("no near-field sets at hand")
    near, truth, far = (load_hrirs(file, RATE) for file in files)
    directions, measured = truth.directions[:360:5], truth.responses[:360:5]

    def low_ild_db(responses: np.ndarray) -> np.ndarray:
        energy = np.sum(np.abs(np.fft.rfft(responses, 1024))[..., 5:22] ** 2, axis=-1)
        return 10.0 * np.log10(energy[:, 0] / energy[:, 1])

    both = joined((near, far))
    plain, mixed = far.interpolate(directions), both.interpolate(directions, 1.0)
    wanted = low_ild_db(measured)
    assert (
        np.abs(low_ild_db(mixed) - wanted).mean() < 0.6 * np.abs(low_ild_db(plain) - wanted).mean()
    )


def test_a_set_can_be_asked_for_a_distance(elsewhere: np.ndarray) -> None:
    hrirs = set_on(fibonacci_sphere(100))
    near = hrirs.at_distance(0.3)
    np.testing.assert_array_equal(near.triangulation.triangles, hrirs.triangulation.triangles)
    np.testing.assert_allclose(
        near.interpolate(hrirs.directions[:5]),
        hrirs.interpolate(hrirs.directions[:5], 0.3),
        atol=1e-9,
    )
    shifted = delay_responses(near.responses, -near.relative_delays_samples)
    np.testing.assert_allclose(shifted, near.aligned)
