"""The video deliverable: the picture's packets untouched, the mix in time, containers that fit."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
from msgspec import structs
from scenes import (
    LEFT_M,
    RATE_HZ,
    Folder,
    add_track,
    noise,
    picture,
    scene,
    short_scene,
    with_picture,
)

from engine.deliver.bounce import DeliveryOptions, deliver
from engine.deliver.loudness import measure
from engine.deliver.mux import choose_container
from engine.errors import CancelledError, DeliveryError
from engine.media.audio_file import read_audio
from engine.project.model import Project

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "takes").mkdir()
    return Folder(tmp_path / "takes")


def packets(path: Path) -> list[tuple[float, float, str]]:
    """(pts - first shown, duration, digest) of every video packet, in seconds."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        found = [p for p in container.demux(stream) if p.size]
        first = min(p.pts for p in found if p.pts is not None)
        base = float(stream.time_base)
        return [
            (round((p.pts - first) * base, 5), p.size, hashlib.md5(bytes(p)).hexdigest())
            for p in found
        ]


def probe(path: Path, *entries: str) -> str:
    command = ["ffprobe", "-v", "error", "-show_entries", ":".join(entries), "-of", "csv=p=0"]
    return subprocess.run([*command, str(path)], capture_output=True, text=True, check=True).stdout


def clicks(folder: Folder, at_s: tuple[float, ...]) -> Project:
    """Short bursts at known times, one metre in front."""
    sound = 1e-4 * noise(3.0)
    for time_s in at_s:
        start = round(time_s * RATE_HZ)
        sound[0, start : start + 480] += 0.3 * np.hanning(480) * np.sin(np.arange(480) * 0.4)
    return add_track(Project(), folder, "Clicks", sound, np.array([[1.0, 0.0, 0.0]]))


def test_packets_are_copied_and_the_layout_is_read(folder: Folder, tmp_path: Path) -> None:
    source = picture(tmp_path / "in.mp4", "-c:v", "libx264", "-bf", "2")
    report = deliver(with_picture(scene(folder), source), folder, ["video", "5.1"], tmp_path)
    out = tmp_path / "video.mp4"
    assert packets(out) == packets(source)
    assert probe(out, "stream=codec_name,channel_layout").split() == ["h264", "aac,5.1"]
    assert int(probe(out, "stream=bit_rate").split()[1]) >= 384_000 * 0.9
    file = next(file for file in report.files if file.format == "video")
    sound, rate_hz = read_audio(out)
    figures = measure(sound, rate_hz)
    assert file.integrated_lufs == pytest.approx(-23.0, abs=0.5)
    assert figures.true_peak_dbtp <= -1.0
    mix, _ = read_audio(tmp_path / "surround51.wav")
    heard = np.s_[[0, 1, 2, 4, 5], : 3 * RATE_HZ]  # nothing is sent to the LFE
    levels = [np.sqrt(np.mean(s[heard] ** 2, axis=1)) for s in (mix, sound)]
    np.testing.assert_allclose(20 * np.log10(levels[1] / levels[0]), 0, atol=0.5)


def test_what_the_encoder_raises_is_lowered_where_it_does_and_the_film_stays_as_loud(
    folder: Folder, tmp_path: Path
) -> None:
    """Hits that stand at the ceiling: AAC leaves one here and there higher than it came."""
    sound = 0.02 * noise(3.0)
    for time_s in np.arange(0.1, 2.9, 0.35):
        start = round(time_s * RATE_HZ)
        sound[0, start : start + 240] += np.hanning(480)[240:] * noise(3.0)[0, start : start + 240]
    project = add_track(Project(), folder, "Hits", sound, np.array([[1.0, 0.0, 0.0]]))
    scene_ = structs.replace(project.scene, target_lufs=-12.0)
    project = structs.replace(project, scene=scene_)
    source = picture(tmp_path / "in.mp4", "-c:v", "libx264")
    report = deliver(with_picture(project, source), folder, ["video", "5.1"], tmp_path)
    video, mix = (
        next(file for file in report.files if file.format == name) for name in ("video", "5.1")
    )
    assert mix.true_peak_dbtp > -1.3  # the limiter works
    figures = measure(*read_audio(tmp_path / "video.mp4"))
    assert figures.true_peak_dbtp <= -1.0
    assert figures.integrated_lufs == pytest.approx(mix.integrated_lufs, abs=0.3)
    assert video.true_peak_dbtp == pytest.approx(figures.true_peak_dbtp, abs=0.01)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("plain.mp4", ["-c:v", "libx264"]),
        ("late.ts", ["-c:v", "libx264", "-output_ts_offset", "5"]),
        ("late.mkv", ["-c:v", "libx264", "-output_ts_offset", "0.4"]),
    ],
)
def test_sound_and_picture_start_together(
    folder: Folder, tmp_path: Path, name: str, arguments: list[str]
) -> None:
    source = picture(tmp_path / name, *arguments)
    at_s = (0.0, 1.0, 2.5)
    deliver(with_picture(clicks(folder, at_s), source), folder, ["video"], tmp_path)
    out = tmp_path / "video.mp4"
    starts = [float(line.strip(",")) for line in probe(out, "stream=start_time").split()]
    np.testing.assert_allclose(starts, 0.0, atol=0.001)
    raw = tmp_path / "decoded.wav"  # decoded as a player does: edit lists and priming honoured
    subprocess.run(["ffmpeg", "-v", "error", "-i", out, "-c:a", "pcm_f32le", raw], check=True)
    decoded, _ = read_audio(raw)
    for time_s in at_s:
        start = round(time_s * RATE_HZ)
        window = decoded[2, max(start - 480, 0) : start + 1_200]
        centre = np.sum(np.arange(window.size) * window**2) / np.sum(window**2)
        assert centre + max(start - 480, 0) == pytest.approx(start + 240, abs=12)


@pytest.mark.parametrize(
    ("name", "arguments", "suffix"),
    [
        ("a.webm", ["-c:v", "libvpx-vp9"], ".mp4"),
        ("b.webm", ["-c:v", "libvpx"], ".mkv"),
        ("c.gif", [], ".mov"),
        ("d.mov", ["-c:v", "prores_ks"], ".mov"),
        ("e.mkv", ["-c:v", "ffv1"], ".mkv"),
        ("f.avi", ["-c:v", "mjpeg"], ".mov"),
        ("g.avi", ["-c:v", "libx264"], ".mp4"),
        ("h.mpg", ["-c:v", "mpeg2video"], ".mp4"),
        ("i.avi", ["-c:v", "wmv2"], ".avi"),
    ],
)
def test_every_codec_finds_a_container(
    folder: Folder, tmp_path: Path, name: str, arguments: list[str], suffix: str
) -> None:
    source = picture(tmp_path / name, *arguments, duration_s=1.0)
    assert choose_container(source).suffix == suffix
    report = deliver(with_picture(short_scene(folder), source), folder, ["video"], tmp_path / "out")
    out = tmp_path / "out" / f"video{suffix}"
    assert report.files[0].path == out.name
    if name != "g.avi":  # start codes become lengths, as mp4 wants them
        assert [p[2] for p in packets(out)] == [p[2] for p in packets(source)]
    np.testing.assert_allclose(
        [p[0] for p in packets(out)], [p[0] for p in packets(source)], atol=0.0011
    )
    assert "5.1" in probe(out, "stream=channel_layout")


def test_a_wished_container_is_used_or_refused(folder: Folder, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.mp4", "-c:v", "libx264", duration_s=1.0)
    project = with_picture(short_scene(folder), source)
    deliver(project, folder, ["video"], tmp_path, options=DeliveryOptions(file_name="mine.mov"))
    assert "pcm_s24le,5.1" in probe(tmp_path / "mine.mov", "stream=codec_name,channel_layout")
    with pytest.raises(DeliveryError, match="ending"):
        deliver(project, folder, ["video"], tmp_path, options=DeliveryOptions(file_name="a.ogg"))


def test_rotation_and_uneven_timing_are_kept(folder: Folder, tmp_path: Path) -> None:
    even = picture(tmp_path / "even.mp4", "-c:v", "libx264", duration_s=1.0)
    turned = tmp_path / "turned.mp4"
    turn = ["-metadata:s:v:0", "rotate=270"]
    command = ["ffmpeg", "-v", "error", "-i", even, "-c", "copy", *turn, turned]
    subprocess.run(command, check=True)
    uneven = picture(
        tmp_path / "uneven.mp4", "-vf", "select='not(mod(n,3)*mod(n,5))'", "-fps_mode", "vfr",
        "-c:v", "libx264",
    )  # fmt: skip
    for source in (turned, uneven):
        out_dir = tmp_path / source.stem
        deliver(with_picture(short_scene(folder), source), folder, ["video"], out_dir)
        assert packets(out_dir / "video.mp4") == packets(source)
    rotation = probe(tmp_path / "turned" / "video.mp4", "stream_side_data=rotation")
    assert "90" in rotation


def test_the_same_project_gives_the_same_video(folder: Folder, tmp_path: Path) -> None:
    for name in ("a.mp4", "b.webm"):
        codec = {"a.mp4": "libx264", "b.webm": "libvpx"}[name]
        project = with_picture(
            short_scene(folder), picture(tmp_path / name, "-c:v", codec, duration_s=1.0)
        )
        reports = [deliver(project, folder, ["video"], tmp_path / f"{name}{i}") for i in (0, 1)]
        assert reports[0] == reports[1]


def test_other_sample_rates_are_heard_right(folder: Folder, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.mp4", "-c:v", "libx264", duration_s=1.0)
    project = structs.replace(with_picture(short_scene(folder), source), sample_rate_hz=192_000)
    deliver(project, folder, ["video"], tmp_path)
    assert probe(tmp_path / "video.mp4", "stream=sample_rate").split()[-1].strip(",") == "48000"
    assert read_audio(tmp_path / "video.mp4")[0].shape[1] == pytest.approx(48_000, abs=2_100)


def test_the_users_video_is_never_replaced(folder: Folder, tmp_path: Path) -> None:
    source = picture(tmp_path / "video.mp4", "-c:v", "libx264", duration_s=1.0)
    before = source.read_bytes()
    project = with_picture(short_scene(folder), source)
    with pytest.raises(DeliveryError, match="would replace this file"):
        deliver(project, folder, ["video"], tmp_path)
    assert source.read_bytes() == before


def test_failures_leave_nothing(folder: Folder, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.mp4", "-c:v", "libx264", duration_s=1.0)
    project = with_picture(short_scene(folder), source)

    def cancel(stage: str, fraction: float) -> None:
        if stage == "writing the video":
            raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        deliver(project, folder, ["video"], tmp_path / "out", cancel)
    source.write_bytes(b"no video any more")
    with pytest.raises(DeliveryError, match=r"a\.mp4"):
        deliver(project, folder, ["video"], tmp_path / "out")
    source.unlink()
    with pytest.raises(DeliveryError, match="not there"):
        deliver(project, folder, ["video"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_real_clips_keep_their_packets(folder: Folder, tmp_path: Path, shared_data: Path) -> None:
    names = ["odd_media/decord__video_90.mov", "odd_media/go-mp4__sample_fragmented.mp4"]
    names += [
        "video_only/imageio-binaries__newtonscradle.gif",
        "odd_media/torchcodec__nasa_13013.mp4",
    ]
    project = add_track(Project(), folder, "Noise", noise(1.0), LEFT_M)
    for index, name in enumerate(names):
        source = shared_data / name
        out_dir = tmp_path / str(index)
        report = deliver(with_picture(project, source), folder, ["video"], out_dir)
        copied, original = packets(out_dir / report.files[0].path), packets(source)
        assert [p[1:] for p in copied] == [p[1:] for p in original]
        np.testing.assert_allclose([p[0] for p in copied], [p[0] for p in original], atol=0.0011)
