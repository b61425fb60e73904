"""Energy maps of first-order scenes: published figures, symmetries, and errors in words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.cli.main import main
from engine.coordinates import to_cartesian
from engine.errors import ShapeError
from engine.media.audio_file import write_audio
from engine.metrics.energy_map import compare_ambisonics, energy_maps, judd_area, row_points
from engine.spatial.harmonics import spherical_harmonics

RATE_HZ = 2_000
KEYS = ["cc_all", "cc_1fps", "cc_5fps", "auc_all", "auc_1fps", "auc_5fps"]


def scene(azimuth_deg: float, elevation_deg: float = 10.0, seconds: float = 5.0) -> np.ndarray:
    """(4, samples) plane wave of noise."""
    noise = 0.1 * np.random.default_rng(3).normal(size=round(seconds * RATE_HZ))
    direction = to_cartesian([azimuth_deg], [elevation_deg])
    return spherical_harmonics(1, direction)[0][:, None] * noise


@pytest.mark.parametrize(
    ("error_deg", "cc", "auc"),
    [
        (0, 1.0, 0.9997),
        (15, 0.960, 0.983),
        (30, 0.851, 0.934),
        (60, 0.482, 0.754),
        (90, 0.011, 0.491),
    ],
)
def test_parity_gives_the_figures_of_the_authors_code(
    error_deg: float, cc: float, auc: float
) -> None:
    """Measured by running that code on plane waves; it adds noise of 1e-7 that we leave out."""
    scores = compare_ambisonics(scene(30), scene(30 + error_deg), RATE_HZ, parity=True)
    assert (scores.cc_all, scores.cc_1fps, scores.cc_5fps) == pytest.approx((cc,) * 3, abs=6e-4)
    assert (scores.auc_all, scores.auc_1fps, scores.auc_5fps) == pytest.approx((auc,) * 3, abs=6e-4)


def test_parity_gives_the_figure_of_a_wrong_w() -> None:
    """W of another convention, 3 dB lower: the maps are less alike, the peak is where it was."""
    furse_malham = scene(30) * np.array([[np.sqrt(0.5)], [1.0], [1.0], [1.0]])
    scores = compare_ambisonics(scene(30), furse_malham, RATE_HZ, parity=True)
    assert scores.cc_all == pytest.approx(0.9615, abs=1e-4)
    assert scores.auc_all == pytest.approx(0.9997, abs=1e-4)


def test_points_lie_as_the_area_of_a_sphere() -> None:
    assert row_points().sum() == 10_312
    assert np.array_equal(row_points(), row_points()[::-1])
    # A beam pattern (1 + cos)^2 has the mean 4/3 over the sphere: the points are even.
    energy = next(energy_maps(scene(-70, 33), 10_000))
    level = np.mean(scene(-70, 33)[0] ** 2)
    assert np.mean(energy**2) == pytest.approx(4 / 3 * level, rel=1e-3)


def test_only_the_angle_between_matters() -> None:
    """The correct map, unlike the published one, treats all directions alike."""
    expected = compare_ambisonics(scene(0, 0), scene(40, 0), RATE_HZ)
    for first, second in (((120, 0), (160, 0)), ((0, 0), (0, 40)), ((90, -20), (90, 20))):
        scores = compare_ambisonics(scene(*first), scene(*second), RATE_HZ)
        assert scores.cc_all == pytest.approx(expected.cc_all, abs=2e-3)
        assert scores.auc_all == pytest.approx(expected.auc_all, abs=4e-3)
    equal = compare_ambisonics(scene(20), 0.1 * scene(20), RATE_HZ)
    assert equal.cc_all == pytest.approx(1.0)
    assert equal.auc_all == 1.0


def test_windows_follow_what_moves() -> None:
    """Left, then right, against the reverse: alike over the whole, opposed in each second."""
    one = np.concatenate([scene(90, 0, 1.0), scene(-90, 0, 1.0)], axis=1)
    other = np.concatenate([scene(-90, 0, 1.0), scene(90, 0, 1.0)], axis=1)
    scores = compare_ambisonics(one, other, RATE_HZ)
    assert scores.cc_all == pytest.approx(1.0, abs=1e-3)
    assert scores.cc_1fps is not None
    assert scores.cc_1fps < -0.5
    assert scores.auc_5fps is not None
    assert scores.auc_5fps < 0.2


def test_ties_count_half() -> None:
    reference = np.array([0.0, 0.0, 0.0, 1.0])
    assert judd_area(reference, np.ones(4)) == 0.5
    assert judd_area(reference, np.array([0.0, 1.0, 0.5, 1.0])) == pytest.approx(2.5 / 3)


def test_what_tells_no_direction_has_no_figure() -> None:
    silent = compare_ambisonics(np.zeros((4, 4_000)), scene(0), RATE_HZ)
    assert set(silent.__struct_fields__) == set(KEYS)
    assert all(getattr(silent, key) is None for key in KEYS)
    everywhere = scene(0) * np.array([[1.0], [0.0], [0.0], [0.0]])
    assert compare_ambisonics(scene(0), everywhere, RATE_HZ).cc_all is None
    # Half a second of silence leaves out the windows it fills, and no more.
    partly = scene(30, seconds=2.0)
    partly[:, :1_000] = 0.0
    assert compare_ambisonics(partly, partly, RATE_HZ).cc_5fps == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("reference", "estimate", "words"),
    [
        (scene(0)[:2], scene(0), "reference has 2 channels"),
        (scene(0), scene(0)[0], "estimate has 1 channel"),
        (scene(0), scene(0) * np.nan, "estimate holds NaN"),
        (scene(0)[:, :0], scene(0), "no samples"),
    ],
)
def test_what_is_no_scene_is_said(reference: np.ndarray, estimate: np.ndarray, words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        compare_ambisonics(reference, estimate, RATE_HZ)


def test_the_command_compares_scenes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    paths = [tmp_path / name for name in ("a.wav", "b.wav", "silent.wav", "stereo.wav")]
    for path, sound in zip(
        paths, (scene(0), scene(15), np.zeros((4, 4_000)), scene(0)[:2]), strict=True
    ):
        write_audio(path, sound.astype(np.float32), RATE_HZ, subtype="FLOAT")
    names = [str(path) for path in paths]
    assert main(["metrics", "ambisonics", *names[:2]]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == KEYS
    assert main(["metrics", "ambisonics", *names[:2], "--parity"]) == 0
    published = json.loads(capsys.readouterr().out)
    assert published["cc_all"] == pytest.approx(0.961, abs=2e-3)
    assert published["cc_all"] != figures["cc_all"]
    with caplog.at_level("INFO"):
        assert main(["metrics", "ambisonics", names[0], names[2]]) == 0
    assert json.loads(capsys.readouterr().out)["auc_5fps"] is None
    assert "channel 1 and 2 and 3 and 4 is silent" in caplog.text
    assert "no window tells a direction" in caplog.text
    assert main(["metrics", "ambisonics", names[0], names[3]]) == 1
    assert "stereo.wav: the estimate has 2 channels" in capsys.readouterr().err
