"""Films of everything all around: known by what the file says, heard on the whole sphere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.coordinates import to_spherical
from engine.media.spherical import is_whole_sphere, says_spherical
from engine.vision.analyse import VisionResult, analyse_video, spherical_of
from engine.vision.lift import sphere
from tests.vision.scenes import MOTION
from tests.vision.spherical_films import HEIGHT, V1, V2, WIDTH, film, told


@pytest.mark.parametrize("box", [V1, V2], ids=["V1", "V2"])
def test_what_the_file_says(tmp_path: Path, box: bytes) -> None:
    path = film(tmp_path / "a.mp4")
    assert not says_spherical(path)
    assert says_spherical(told(path, box))


def test_only_once_all_around_is_whole() -> None:
    assert is_whole_sphere(3840, 1920)
    assert not is_whole_sphere(1920, 1080)
    assert not is_whole_sphere(3840, 3840)  # one above the other


def test_files_of_other_kinds_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "short.mp4").write_bytes(b"\x00\x00\x00\x01moov\x00")
    (tmp_path / "other.mkv").write_bytes(b"\x1aE\xdf\xa3" * 20)
    assert not any(says_spherical(path) for path in tmp_path.iterdir())
    assert not says_spherical(tmp_path / "none.mp4")


def test_columns_are_azimuths_and_rows_elevations() -> None:
    centres = np.array([[120.0, 120.0], [240.0, 60.0], [360.0, 150.0], [0.0, 120.0]])
    polar = to_spherical(sphere(centres, np.full(4, 2.0), (WIDTH, HEIGHT)))
    np.testing.assert_allclose(polar[:3, 0], [90.0, 0.0, -90.0], atol=1e-9)
    assert abs(polar[3, 0]) == pytest.approx(180.0)
    np.testing.assert_allclose(polar[:, 1], [0.0, 45.0, -22.5, 0.0], atol=1e-9)
    np.testing.assert_allclose(polar[:, 2] * np.cos(np.radians(polar[:, 1])), 2.0)
    overhead = sphere(np.array([[10.0, 0.0]]), np.array([2.0]), (WIDTH, HEIGHT))
    assert np.linalg.norm(overhead) == pytest.approx(10.0)


def test_a_mover_goes_round_the_listener(tmp_path: Path) -> None:
    def polar_of(result: VisionResult) -> np.ndarray:
        return spherical_of(max(result.objects, key=lambda one: len(one.boxes)))

    path = film(tmp_path / "a.mp4", lasts_s=1.6)
    flat = polar_of(analyse_video(path, MOTION))
    result = analyse_video(told(path, V1))
    around = polar_of(result)
    assert np.abs(flat[:, 0]).max() < 61.0
    assert around[:, 0].max() == pytest.approx(135.0, abs=12.0)
    assert around[:, 0].min() == pytest.approx(-135.0, abs=12.0)
    assert np.median(around[:, 1]) == pytest.approx(22.5, abs=2.5)
    assert any("all around" in note for note in result.analysis.notes)


def test_another_kind_of_sphere_is_told_and_taken_for_flat(tmp_path: Path) -> None:
    result = analyse_video(told(film(tmp_path / "a.mp4", height=270), V2), MOTION)
    assert any("taken for flat" in note for note in result.analysis.notes)
    assert all(np.abs(spherical_of(one)[:, 0]).max() < 61.0 for one in result.objects)
