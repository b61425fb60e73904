"""The same mover in films of every odd kind: always where and when it really is."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.vision.analyse import analyse_video
from tests.media.drawn import write_video
from tests.vision.scenes import MOTION, disc, ground

WIDTH, HEIGHT, LASTS_S = 320, 180, 2.4


def place(time_s: float) -> tuple[float, float]:
    return 30.0 + 105.0 * time_s, 110.0


def pictures(rate: int, *, black: tuple[float, float] = (9.0, 9.0)) -> list[np.ndarray]:
    draw, wide = disc(place, 14, (220, 30, 30)), ground(WIDTH, HEIGHT)
    images = []
    for index in range(round(LASTS_S * rate)):
        image = wide.copy()
        draw(image, index / rate)
        dark = black[0] <= index / rate < black[1]
        images.append(np.zeros_like(image) if dark else image)
    return images


@pytest.mark.parametrize(
    ("rate", "codec", "pixel_format", "options"),
    [
        (8, "libx264", "yuv420p", {}),
        (120, "libx264", "yuv420p", {"preset": "ultrafast"}),
        (25, "libx264", "yuv420p", {"flags": "+ildct+ilme", "x264-params": "tff=1"}),
        (25, "libx265", "yuv420p10le", {"x265-params": "log-level=none", "preset": "ultrafast"}),
        (24, "libsvtav1", "yuv420p", {"preset": "12"}),
    ],
    ids=["8 fps", "120 fps", "interlaced", "10-bit HEVC", "AV1"],
)
def test_where_and_when(
    tmp_path: Path, rate: int, codec: str, pixel_format: str, options: dict[str, str]
) -> None:
    film = write_video(
        tmp_path / "a.mp4", pictures(rate), rate=Fraction(rate), codec=codec,
        pixel_format=pixel_format, options=options,
    )  # fmt: skip
    result = analyse_video(film, MOTION)
    assert result.video.duration_s == pytest.approx(LASTS_S, abs=1.5 / rate)
    seen = result.objects[0]
    rows = seen.boxes
    assert rows[0, 0] < 0.3
    assert rows[-1, 0] > LASTS_S - 0.4
    middles = 0.5 * (rows[:, 1] + rows[:, 3])
    true = np.array([place(t)[0] for t in rows[:, 0]])
    assert np.median(np.abs(middles - true)) < 4.0


def turned_right(film: Path) -> Path:
    """The film with a note in its track that it is to be shown a quarter turned clockwise."""
    data = film.read_bytes()
    at = data.index(b"tkhd") + 44
    one = 1 << 16
    matrix = struct.pack(">9i", 0, one, 0, -one, 0, 0, 180 * one, 0, 1 << 30)
    film.write_bytes(data[:at] + matrix + data[at + 36 :])
    return film


def test_a_telephone_held_upright(tmp_path: Path) -> None:
    def rises(time_s: float) -> tuple[float, float]:
        return 60.0 + 20.0 * time_s, 290.0 - 100.0 * time_s

    draw, wall = disc(rises, 14, (220, 30, 30)), ground(180, 324)[:320]
    images = []
    for index in range(60):
        image = wall.copy()
        draw(image, index / 25)
        images.append(np.ascontiguousarray(np.rot90(image)))  # as its sensor lies
    result = analyse_video(turned_right(write_video(tmp_path / "a.mp4", images)), MOTION)
    assert (result.video.width, result.video.height) == (180, 320)
    rows = result.objects[0].boxes
    middles = 0.5 * (rows[:, 1:3] + rows[:, 3:5])
    true = np.array([rises(t) for t in rows[:, 0]])
    assert len(rows) > 45
    assert np.median(np.abs(middles - true), axis=0).max() < 4.0


@pytest.mark.parametrize("what", ["black", "still"])
def test_where_nothing_moves_nothing_is_found(tmp_path: Path, what: str) -> None:
    image = ground(WIDTH, HEIGHT) if what == "still" else np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    result = analyse_video(write_video(tmp_path / "a.mp4", [image] * 25))
    assert result.objects == ()
    assert result.analysis.shots_s == (0.0,)
    assert "the camera is static" in result.analysis.notes


def test_black_pictures_part_shots_and_move_nothing(tmp_path: Path) -> None:
    film = write_video(tmp_path / "a.mp4", pictures(25, black=(1.0, 1.4)))
    result = analyse_video(film)
    assert result.analysis.shots_s == pytest.approx((0.0, 1.0, 1.4), abs=0.05)
    for seen in result.objects:
        inside = (seen.boxes[:, 0] > 1.01) & (seen.boxes[:, 0] < 1.39)
        assert not inside.any()
    times = np.concatenate([seen.boxes[:, 0] for seen in result.objects])
    assert times.min() < 0.3
    assert times.max() > 2.0


def test_cuts_every_third_of_a_second_part_every_shot(tmp_path: Path) -> None:
    colours = [(200, 60, 60), (40, 60, 200), (60, 190, 80), (230, 220, 60)]
    images = []
    for index in range(50):
        image = ground(WIDTH, HEIGHT, seed=index // 8)
        image = (0.5 * image + 0.5 * np.array(colours[index // 8 % 4])).astype(np.uint8)
        disc(place, 14, (250, 250, 250))(image, index / 25)
        images.append(image)
    result = analyse_video(write_video(tmp_path / "a.mp4", images), MOTION)
    assert result.analysis.shots_s == pytest.approx(0.32 * np.arange(7), abs=0.01)
    for seen in result.objects:
        assert np.ptp(np.floor(seen.boxes[:, 0] / 0.32 + 1e-6)) == 0
