"""Pictures come out at their exact times, in any order, from any file."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import MediaError
from engine.media.decode import VideoReader, read_video_frames
from tests.media.drawn import number_in, numbered, write_video

TIMES_S = [0.0, 0.04, 0.1, 0.11, 0.3, 0.9, 0.94, 1.5, 1.7, 1.71, 2.5, 2.6, 3.9, 4.0]


@pytest.fixture(scope="module")
def constant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "constant.mp4"
    return write_video(path, numbered(200), rate=Fraction(30000, 1001), options={"g": "40"})


@pytest.fixture(scope="module")
def variable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "variable.mp4"
    return write_video(path, numbered(len(TIMES_S)), times_s=TIMES_S)


def test_pictures_in_order_at_exact_times(constant: Path) -> None:
    found = [(time_s, number_in(image)) for time_s, image in read_video_frames(constant)]
    assert [number for _, number in found] == list(range(200))
    assert np.allclose([t for t, _ in found], np.arange(200) * 1001 / 30000, rtol=0, atol=1e-9)


def test_variable_rate_times(variable: Path) -> None:
    found = [(time_s, number_in(image)) for time_s, image in read_video_frames(variable)]
    assert [number for _, number in found] == list(range(len(TIMES_S)))
    assert np.allclose([t for t, _ in found], TIMES_S, rtol=0, atol=2e-5)


def test_part_of_a_video_is_half_open(constant: Path) -> None:
    numbers = [
        number_in(image)
        for _, image in read_video_frames(constant, start_s=3.0, end_s=4.0, max_width=80)
    ]
    assert numbers == list(range(90, 120))


def test_gray_and_scaled(constant: Path) -> None:
    _, image = next(iter(read_video_frames(constant, max_width=80, gray=True)))
    assert image.shape == (48, 80)
    assert image.dtype == np.uint8


def test_reader_gives_the_picture_on_screen_in_any_order(constant: Path) -> None:
    rate = Fraction(30000, 1001)
    picks = random.Random(1).choices(range(200), k=60)
    with VideoReader(constant) as reader:
        for index in [*picks, 0, 199, 5, 6, 7, 3]:
            for offset in (0.0, 0.02):
                time_s, image = reader.at(float(index / rate) + offset)
                assert number_in(image) == index
                assert time_s == pytest.approx(float(index / rate), abs=1e-9)
        assert number_in(reader.at(-3.0)[1]) == 0
        assert number_in(reader.at(1e6)[1]) == 199


def test_reader_on_variable_rate(variable: Path) -> None:
    with VideoReader(variable) as reader:
        for time_s, number in [(0.05, 1), (3.0, 11), (0.105, 2), (0.89, 4), (3.95, 12), (0.0, 0)]:
            assert number_in(reader.at(time_s)[1]) == number


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("a.mkv", "libx264", "yuv444p"),
        ("a.mov", "prores_ks", "yuv422p10le"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.gif", "gif", "rgb8"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("a.ts", "mpeg2video", "yuv420p"),
        ("a.mkv", "ffv1", "gray"),
    ],
)
def test_containers_and_pixel_formats(
    tmp_path: Path, name: str, codec: str, pixel_format: str
) -> None:
    path = write_video(tmp_path / name, numbered(30), codec=codec, pixel_format=pixel_format)
    assert [number_in(image) for _, image in read_video_frames(path)] == list(range(30))
    with VideoReader(path) as reader:
        for index in (29, 3, 17, 0):
            assert number_in(reader.at(index / 25 + 0.012)[1]) == index


def test_fragmented_file(tmp_path: Path) -> None:
    flags = {"movflags": "frag_keyframe+empty_moov"}
    path = write_video(
        tmp_path / "f.mp4", numbered(50), options={"g": "10"}, container_options=flags
    )
    with VideoReader(path) as reader:
        assert [number_in(reader.at(i / 25)[1]) for i in (40, 2, 49)] == [40, 2, 49]


def test_non_square_pixels_become_square(tmp_path: Path) -> None:
    def wide(stream: object) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)  # type: ignore[attr-defined]

    path = write_video(tmp_path / "wide.mkv", numbered(5), prepare=wide)
    _, image = next(iter(read_video_frames(path)))
    assert image.shape[:2] == (96, 320)


def test_rotation_metadata_turns_the_picture(shared_data: Path) -> None:
    path = shared_data / "odd_media" / "decord__video_90.mov"
    _, upright = next(iter(read_video_frames(path)))
    with av.open(str(path)) as container:
        raw = next(container.decode(video=0)).to_ndarray(format="rgb24")
    # the display matrix of this file asks for a clockwise quarter turn
    assert np.abs(upright.astype(int) - np.rot90(raw, -1).astype(int)).mean() < 1.0


def test_file_objects_that_start_late_begin_at_zero(tmp_path: Path) -> None:
    images, late = numbered(10), [7.0 + i * 0.04 for i in range(10)]
    path = write_video(tmp_path / "late.ts", images, times_s=late)
    times = [time_s for time_s, _ in read_video_frames(path)]
    assert times == pytest.approx([i * 0.04 for i in range(10)], abs=1e-4)


def test_gray_is_the_same_with_and_without_conversion(constant: Path) -> None:
    whole = next(iter(read_video_frames(constant, gray=True)))[1].astype(int)
    colour = next(iter(read_video_frames(constant)))[1].astype(float)
    assert np.abs(whole - colour @ [0.299, 0.587, 0.114]).mean() < 3.0


def test_a_reading_that_stops_says_where_why_and_what_to_do(tmp_path: Path) -> None:
    picture = b"FRAME\n" + bytes(64 * 48 * 3 // 2)
    damaged = picture.replace(b"FRAME", b"EMARF")
    path = tmp_path / "damaged.y4m"
    path.write_bytes(b"YUV4MPEG2 W64 H48 F25:1 C420jpeg\n" + 10 * picture + damaged + picture)
    times_s = []
    with pytest.raises(MediaError) as caught:
        times_s.extend(time_s for time_s, _ in read_video_frames(path))
    assert len(times_s) == 10
    told = str(caught.value)
    assert told.startswith(f"{path}: reading stopped after 0.36 s: its data are damaged")
    assert "copy or export it again" in told
    assert "Errno" not in told
    assert isinstance(caught.value.__cause__, av.FFmpegError)


@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize("width", [128, 360, 398, 604, 854])
def test_rows_follow_each_other_whatever_the_width(tmp_path: Path, width: int, gray: bool) -> None:
    """The decoder pads rows to what suits the machine; whoever draws the picture must not care."""
    video = write_video(tmp_path / "wide.mp4", numbered(3, width, 96))
    for _, image in read_video_frames(video, gray=gray):
        assert image.shape[:2] == (96, width)
        assert image.flags.c_contiguous
    with VideoReader(video, max_width=width - 2) as reader:
        assert reader.at(0.0)[1].flags.c_contiguous
