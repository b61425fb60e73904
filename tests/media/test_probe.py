"""Every usable video is described rightly; every bad input gets one line with a remedy."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from engine.errors import MediaError
from engine.media.decode import VideoReader, read_video_frames
from engine.media.probe import probe_video
from tests.media.drawn import numbered, write_video


def refused(path: Path) -> str:
    with pytest.raises(MediaError) as caught:
        probe_video(path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    assert caught.value.remedy
    return message


def test_a_plain_video(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", numbered(60), rate=Fraction(24000, 1001))
    video = probe_video(path)
    assert (video.width, video.height) == (160, 96)
    assert video.rate == Fraction(24000, 1001)
    assert video.duration_s == pytest.approx(60 * 1001 / 24000, abs=1e-3)
    assert not video.variable_rate
    assert not video.has_audio
    assert video.first_time_s == 0.0
    assert Path(video.path).is_absolute()
    assert video.fingerprint == probe_video(path).fingerprint


def test_variable_rate_is_told(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.08, 0.2, 0.24, 0.4, 0.44, 0.48, 0.7, 1.0]
    video = probe_video(write_video(tmp_path / "v.mp4", numbered(10), times_s=times))
    assert video.variable_rate
    assert 1.0 <= video.duration_s < 1.35


def test_a_late_start(tmp_path: Path) -> None:
    times = [7.0 + i * 0.04 for i in range(25)]
    video = probe_video(write_video(tmp_path / "late.ts", numbered(25), times_s=times))
    assert video.duration_s == pytest.approx(1.0, abs=0.05)
    assert video.first_time_s >= 6.9


def test_missing_folder_empty_text(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "nope.mp4")
    assert "folder" in refused(tmp_path)
    (tmp_path / "empty.mp4").touch()
    assert "empty" in refused(tmp_path / "empty.mp4")
    (tmp_path / "text.mp4").write_text("this is not a video\n" * 50)
    assert "not a video" in refused(tmp_path / "text.mp4")
    (tmp_path / "notes.txt").write_text("this is not a video\n" * 50)
    assert "not a video" in refused(tmp_path / "notes.txt")


def test_sound_only_with_or_without_a_cover(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "tone.wav", np.zeros(4800), 48000)
    assert "no picture" in refused(tmp_path / "tone.wav")


def test_still_pictures(tmp_path: Path) -> None:
    import cv2

    for name in ("still.png", "still.jpg"):
        cv2.imwrite(str(tmp_path / name), numbered(1)[0])
        assert "still image" in refused(tmp_path / name)
    write_video(tmp_path / "one.mp4", numbered(1))
    assert "single picture" in refused(tmp_path / "one.mp4")
    write_video(tmp_path / "one.gif", numbered(1), codec="gif", pixel_format="rgb8")
    assert "single picture" in refused(tmp_path / "one.gif")


def test_no_pictures_at_all(tmp_path: Path) -> None:
    path = tmp_path / "none.mp4"
    with av.open(str(path), "w", options={"movflags": "frag_keyframe+empty_moov"}) as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        container.start_encoding()
    refused(path)
    with pytest.raises(MediaError):
        list(read_video_frames(path))
    with pytest.raises(MediaError):
        VideoReader(path)


@pytest.mark.parametrize("flags", ["faststart", ""])
def test_truncated_mp4(tmp_path: Path, flags: str) -> None:
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 255, (96, 160, 3), np.uint8) for _ in range(50)]
    whole = write_video(
        tmp_path / "whole.mp4", noise, container_options={"movflags": flags} if flags else None
    )
    data = whole.read_bytes()
    for share in (0.3, 0.6, 0.85):
        cut = tmp_path / f"cut{share}.mp4"
        cut.write_bytes(data[: int(len(data) * share)])
        assert "truncated" in refused(cut)


def test_truncated_matroska(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 255, (96, 160, 3), np.uint8) for _ in range(50)]
    data = write_video(tmp_path / "whole.mkv", noise).read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(data[: len(data) // 2])
    assert "truncated" in refused(cut)


def test_damaged_middle_is_survived(tmp_path: Path) -> None:
    path = write_video(tmp_path / "whole.mp4", numbered(100), options={"g": "10"})
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = b"\x5a" * 200
    path.write_bytes(bytes(data))
    probe_video(path)
    assert len(list(read_video_frames(path))) > 50


def test_real_odd_files(shared_data: Path) -> None:
    odd = shared_data / "odd_media"
    turned = probe_video(odd / "decord__video_90.mov")
    assert (turned.width, turned.height) == (320, 568)
    fragmented = probe_video(odd / "go-mp4__sample_fragmented.mp4")
    assert fragmented.duration_s == pytest.approx(1.0)
    assert fragmented.first_time_s == pytest.approx(0.2)
    assert probe_video(odd / "torchcodec__nasa_13013.mp4").width == 480
    refused(odd / "mutagen__truncated-64bit.mp4")
    refused(odd / "mutagen__empty.ogg")
    gif = probe_video(shared_data / "video_only" / "imageio-binaries__newtonscradle.gif")
    assert gif.duration_s == pytest.approx(0.82, abs=0.03)
