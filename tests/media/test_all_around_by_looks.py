"""Films that do not say that they are spheres are known by their sides and poles, or decided."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import MediaError
from engine.media.decode import read_video_frames
from engine.media.probe import probe_video
from engine.media.seam import shows_all_around
from engine.media.spherical import decided, projection_of, says_spherical
from tests.media.drawn import write_video
from tests.vision.spherical_films import sphere_wall

WALL = sphere_wall(256)


def test_a_picture_of_directions_closes() -> None:
    assert shows_all_around([WALL])
    turned = np.roll(WALL, 77, axis=1)
    assert shows_all_around([turned])  # wherever it begins


def plain(width: int = 256) -> np.ndarray:
    """A backdrop that grows lighter downwards, and something in its middle."""
    image = np.repeat(np.linspace(60, 200, width // 2)[:, None, None], width, axis=1)
    image = np.repeat(image, 3, axis=2).astype(np.uint8)
    cv2.circle(image, (width // 2, width // 4), 30, (250, 20, 20), -1)
    return image


@pytest.mark.parametrize(
    "flat",
    [
        WALL[:, :200],
        np.repeat(WALL[:, :128], 2, axis=1)[32:96].repeat(2, axis=0),
        WALL[20:108].repeat(2, axis=0)[:128],  # its sides meet, but it has no poles
        plain(),
        np.zeros((128, 256, 3), np.uint8),
    ],
    ids=["less than a turn", "half a turn", "no poles", "a backdrop", "black"],
)
def test_other_wide_pictures_do_not(flat: np.ndarray) -> None:
    assert not shows_all_around([flat])


def test_most_pictures_must_show_it() -> None:
    black = np.zeros_like(WALL)
    assert shows_all_around([WALL, WALL, WALL, WALL, black])
    assert not shows_all_around([WALL, WALL, black])
    assert not shows_all_around([])


def test_a_film_is_known_by_its_looks(tmp_path: Path) -> None:
    film = write_video(tmp_path / "a.mp4", [WALL] * 20)
    assert not says_spherical(film)
    assert probe_video(film).spherical
    assert not probe_video(film, "flat").spherical
    flat = write_video(tmp_path / "b.mp4", [plain()] * 20)
    assert not probe_video(flat).spherical
    assert probe_video(flat, "sphere").spherical


def test_what_is_not_twice_as_wide_is_no_sphere(tmp_path: Path) -> None:
    film = write_video(tmp_path / "a.mp4", [WALL[:112]] * 20)
    assert not probe_video(film).spherical
    with pytest.raises(MediaError, match="256 x 112"):
        probe_video(film, "sphere")
    assert decided("flat", film, (256, 112)) is False


def test_matroska_says_it_in_its_track(tmp_path: Path) -> None:
    film = write_video(tmp_path / "a.mkv", [plain()] * 5)
    assert not says_spherical(film)
    data = film.read_bytes()
    at = data.index(b"\x1f\x43\xb6\x75")  # the first cluster ends what describes the tracks
    head = data[:at] + b"\x76\x70\x84\x76\x71\x81\x01" + data[at:]
    (tmp_path / "b.mkv").write_bytes(head)
    assert says_spherical(tmp_path / "b.mkv")
    (tmp_path / "c.mkv").write_bytes(head.replace(b"\x76\x71\x81\x01", b"\x76\x71\x81\x00"))
    assert not says_spherical(tmp_path / "c.mkv")


def test_a_decision_is_kept_for_the_next_analysis(tmp_path: Path) -> None:
    film = write_video(tmp_path / "a.mp4", [WALL] * 20)
    assert projection_of(probe_video(film, "flat")) == "flat"
    assert projection_of(probe_video(film)) == "sphere"
    assert projection_of(None) == "auto"
    other = write_video(tmp_path / "b.mp4", [WALL[:112]] * 20)
    assert projection_of(probe_video(other)) == "auto"


def test_real_films_are_flat(shared_data: Path) -> None:
    """Cut to twice as wide as high, no clip of the data folder is taken for a sphere."""
    found = 0
    for film in sorted((shared_data / "video_only").rglob("*.mp4"))[:8]:
        images = []
        for _, image in read_video_frames(film, max_width=256, end_s=0.2):
            high = image.shape[1] // 2
            top = (image.shape[0] - high) // 2
            images += [image[top : top + high]] if top >= 0 else []
        assert not shows_all_around(images)
        found += bool(images)
    assert found
