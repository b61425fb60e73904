"""Sets of several spheres through the renderer: each heard as it was measured."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from sofa_files import spherical_head, write_sofa

from engine.coordinates import to_spherical
from engine.render.spatialise import Spatialisation, spatialise
from engine.spatial.alignment import delay_responses
from engine.spatial.hrir import load_hrirs
from engine.spatial.sphere import fibonacci_sphere

RATE_HZ = 48_000
DISTANCES_M = (0.25, 1.0, 3.25)
LATER_SAMPLES = (3.78, 3.26, 0.0)


def three_spheres(path: Path) -> tuple[Path, np.ndarray, np.ndarray]:
    """A file, unit vectors (n, 3) and responses (3, n, 2, taps) that sound from their first
    sample to their last, as sets that were cut to 128 taps do."""
    directions = fibonacci_sphere(80)
    plain = spherical_head(directions)[0]
    noise = np.random.default_rng(3).standard_normal((3, *plain.shape))
    heard = [
        delay_responses(plain, np.full(plain.shape[:2], later)) * (1.0 + 0.1 * k)
        for k, later in enumerate(LATER_SAMPLES)
    ]
    responses = np.stack(heard) + 0.01 * noise
    angles = to_spherical(directions)[:, :2]
    places = [np.column_stack([angles, np.full(len(angles), r)]) for r in DISTANCES_M]
    write_sofa(
        path,
        Data__IR=np.concatenate(responses),
        Data__SamplingRate=np.array([float(RATE_HZ)]),
        SourcePosition=np.concatenate(places),
    )
    return path, directions, responses


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray, np.ndarray]:
    return three_spheres(tmp_path_factory.mktemp("spheres") / "three.sofa")


@pytest.mark.parametrize("sphere", [0, 1, 2])
def test_every_sphere_is_heard_as_it_was_measured(
    three: tuple[Path, np.ndarray, np.ndarray], tmp_path: Path, sphere: int
) -> None:
    """Below -60 dB, at most 5 samples later than in the file: none is cut or smeared."""
    path, directions, responses = three
    dry = 0.1 * np.random.default_rng(1).standard_normal(4800).astype(np.float32)
    soundfile.write(tmp_path / "dry.wav", dry, RATE_HZ, subtype="FLOAT")
    for direction in (7, 41):
        place = DISTANCES_M[sphere] * directions[direction][None]
        spatialise(
            tmp_path / "dry.wav",
            Spatialisation(np.zeros(1), place, "binaural", hrir=str(path)),
            tmp_path / "ears.wav",
        )
        ears = soundfile.read(tmp_path / "ears.wav", always_2d=True)[0].T[:, :6000]
        wanted = [np.convolve(dry, response) for response in responses[sphere, direction]]
        assert min(residual_db(ears, np.array(wanted), lag) for lag in range(6)) < -60.0


def residual_db(heard: np.ndarray, wanted: np.ndarray, lag_samples: int) -> float:
    """What is left of the best fit of `wanted` (2, n), so many samples late, in `heard` (2, m)."""
    late = np.pad(wanted, ((0, 0), (lag_samples, heard.shape[1])))[:, : heard.shape[1]]
    gain = np.sum(heard * late) / np.sum(late**2)
    return float(20 * np.log10(np.linalg.norm(heard - gain * late) / np.linalg.norm(heard)))


def test_spheres_begin_together_though_they_move_by_whole_samples(
    three: tuple[Path, np.ndarray, np.ndarray],
) -> None:
    """Half-way between two, a copy of the other by a fraction of a sample later does not comb."""
    path, directions, _ = three
    hrirs = load_hrirs(path, RATE_HZ)
    frequency_hz = np.fft.rfftfreq(1024, 1.0 / RATE_HZ)
    audible = (frequency_hz > 200.0) & (frequency_hz < 14_000.0)
    near, between, far = (
        np.abs(np.fft.rfft(hrirs.interpolate(directions[:20], distance_m), 1024))[..., audible]
        for distance_m in (1.0, 2.0 / (1.0 + 1.0 / 3.25), 3.25)
    )
    lost_db = 20.0 * np.log10(between / (0.5 * (near + far)))
    assert abs(lost_db.mean()) < 0.1


def test_what_is_silent_before_a_far_sphere_does_not_lengthen_the_set(tmp_path: Path) -> None:
    """A way of 3 m in the responses: cut off, as whole samples."""
    directions = fibonacci_sphere(80)
    near = np.pad(spherical_head(directions)[0], ((0, 0), (0, 0), (0, 412)))  # 540 taps
    near[..., 128:] = 0.0
    angles = to_spherical(directions)[:, :2]
    path = write_sofa(
        tmp_path / "two.sofa",
        Data__IR=np.concatenate([near, 0.1 * np.roll(near, 385, axis=-1)]),
        Data__SamplingRate=np.array([float(RATE_HZ)]),
        SourcePosition=np.concatenate(
            [np.column_stack([angles, np.full(80, r)]) for r in (0.25, 3.0)]
        ),
    )
    hrirs = load_hrirs(path, RATE_HZ)
    assert hrirs.responses.shape[-1] == near.shape[-1]
    nearer = hrirs.nearer[0]
    np.testing.assert_allclose(hrirs.responses[: hrirs.measured], 0.1 * near, atol=1e-6)
    np.testing.assert_allclose(nearer.responses[: nearer.measured], near / 12.0, atol=1e-6)
