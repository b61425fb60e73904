"""WAV files in and out: exact samples, layouts, size limits, atomicity, errors in words."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import av
import av.error
import numpy as np
import pytest
import soundfile

from engine import riff
from engine.errors import DeliveryError, MediaError, ShapeError
from engine.media.audio_file import (
    AudioWriter,
    map_audio,
    read_audio,
    wave_mask_of,
    write_audio,
)
from engine.media.decode import open_video
from engine.media.opening import open_local
from engine.media.pcm import encode_pcm24
from engine.media.reasons import why

ffprobe = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")


def noise(channels: int, samples: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (channels, samples)).astype(np.float32)


def probe(path: Path) -> dict:
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["streams"][0]


@pytest.mark.parametrize("channels", [1, 2, 4, 6, 16])
@pytest.mark.parametrize("samples", [0, 1, 511, 70_001])
def test_float_files_come_back_exactly(tmp_path: Path, channels: int, samples: int) -> None:
    sound = 3.0 * noise(channels, samples)
    write_audio(tmp_path / "a.wav", sound, 96_000, subtype="FLOAT")
    back, rate_hz = read_audio(tmp_path / "a.wav")
    mapped, mapped_rate_hz = map_audio(tmp_path / "a.wav")
    assert rate_hz == mapped_rate_hz == 96_000
    assert back.dtype == np.float32
    np.testing.assert_array_equal(back, sound)
    np.testing.assert_array_equal(mapped, sound)


def test_24_bit_rounds_to_half_a_step_and_counts_clipping(tmp_path: Path) -> None:
    sound = noise(2, 5_000)
    sound[0, :3] = [1.5, -1.5, -1.0]
    with AudioWriter(tmp_path / "a.wav", 2, 48_000) as writer:
        writer.write(sound[:, :1_001])
        writer.write(sound[:, 1_001:])
    assert writer.clipped_samples == 2
    back, _ = read_audio(tmp_path / "a.wav")
    assert np.abs(back - np.clip(sound, -1, 1)).max() <= 1.01 * 2.0**-23
    assert back[0, 1] == -1.0
    assert soundfile.info(tmp_path / "a.wav").subtype == "PCM_24"


def test_odd_length_files_are_padded_and_identical(tmp_path: Path) -> None:
    sound = noise(1, 333)
    write_audio(tmp_path / "a.wav", sound, 44_100)
    write_audio(tmp_path / "b.wav", sound, 44_100)
    content = (tmp_path / "a.wav").read_bytes()
    assert content == (tmp_path / "b.wav").read_bytes()
    assert len(content) % 2 == 0
    assert read_audio(tmp_path / "a.wav")[0].shape == (1, 333)


@ffprobe
@pytest.mark.parametrize("subtype", ["PCM_24", "FLOAT"])
def test_surround_is_read_as_surround(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "a.wav"
    write_audio(path, noise(6, 480), 48_000, subtype=subtype, wave_mask=wave_mask_of("5.1"))
    assert probe(path)["channel_layout"] == "5.1"
    assert riff.read_wave_file(path).wave.wave_mask == 0x3F


@ffprobe
def test_files_beyond_the_riff_limit_become_rf64(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(riff, "RIFF_LIMIT_BYTES", 10_000)
    sound = noise(6, 3_000)
    write_audio(tmp_path / "a.wav", sound, 48_000, subtype="FLOAT", wave_mask=0x3F)
    assert (tmp_path / "a.wav").read_bytes()[:4] == b"RF64"
    np.testing.assert_array_equal(read_audio(tmp_path / "a.wav")[0], sound)
    np.testing.assert_array_equal(map_audio(tmp_path / "a.wav")[0], sound)
    stream = probe(tmp_path / "a.wav")
    assert stream["channel_layout"] == "5.1"
    assert stream["duration_ts"] == 3_000


def test_failure_keeps_the_old_file_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    spoiled = np.zeros((1, 100_000))
    spoiled[0, 90_000] = np.nan
    with pytest.raises(DeliveryError, match="NaN"):
        write_audio(path, spoiled, 48_000)
    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]
    assert path.read_bytes() == b"old"


def test_full_disk_is_said_in_words() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(DeliveryError):
        write_audio("/dev/full/a.wav", noise(1, 10), 48_000)


def test_wrong_shapes_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ShapeError), AudioWriter(tmp_path / "a.wav", 2, 48_000) as writer:
        writer.write(np.zeros((1, 10)))
    with pytest.raises(DeliveryError, match="cannot write"):
        AudioWriter(tmp_path / "missing" / "a.wav", 2, 48_000)
    assert not list(tmp_path.iterdir())


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no such"):
        read_audio(tmp_path / "a.wav")
    (tmp_path / "b.wav").write_bytes(b"RIFF....WAVEjunk")
    with pytest.raises(MediaError, match=r"b\.wav"):
        read_audio(tmp_path / "b.wav")
    with pytest.raises(MediaError):
        map_audio(tmp_path / "b.wav")
    write_audio(tmp_path / "c.wav", noise(1, 10), 48_000)
    with pytest.raises(MediaError, match="float"):
        map_audio(tmp_path / "c.wav")


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_the_sound_of_a_video_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    tone = ["-f", "lavfi", "-i", "sine=440:d=0.5:r=48000", "-ac", "2"]
    subprocess.run(["ffmpeg", "-v", "error", *tone, "-c:a", "aac", str(path)], check=True)
    sound, rate_hz = read_audio(path)
    assert rate_hz == 48_000
    assert sound.shape[0] == 2
    assert abs(sound.shape[1] - 24_000) < 2_048


def test_real_wav_files_read(shared_data: Path) -> None:
    for path in sorted((shared_data / "odd_media").glob("*.wav")):
        sound, rate_hz = read_audio(path)
        assert rate_hz > 0
        assert np.isfinite(sound).all()
    path = shared_data / "interchange" / "libbw64__rect_24bit.wav"
    assert read_audio(path)[0].size


@pytest.mark.parametrize("offset", [22, 24, 34], ids=["channels", "rate", "bits"])
def test_zeros_in_the_header_are_refused(tmp_path: Path, offset: int) -> None:
    path = tmp_path / "zeros.wav"
    soundfile.write(path, noise(1, 500)[0], 48_000, subtype="PCM_16")
    content = bytearray(path.read_bytes())
    content[offset : offset + 2] = bytes(2)
    path.write_bytes(content)
    for read in (read_audio, map_audio):
        with pytest.raises(MediaError, match=r"zeros\.wav"):
            read(path)


def test_vast_chunks_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "vast.wav"
    sound = noise(2, 400)
    write_audio(path, sound, 48_000, subtype="FLOAT")
    content = path.read_bytes()
    place = content.index(b"data")
    vast_bytes = 1 << 30
    with path.open("wb") as stream:  # a hole: takes no room on the disk
        stream.write(content[:place] + riff.encode_chunk(b"note", b"kept") + b"vast")
        stream.write(vast_bytes.to_bytes(4, "little"))
        stream.seek(vast_bytes, 1)
        stream.write(content[place:])
    found = riff.read_wave_file(path)
    assert found.chunks["note"] == b"kept"
    assert "vast" not in found.chunks
    np.testing.assert_array_equal(map_audio(path)[0], sound)


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:1,\nsecret.wav\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile secret.wav\n",
    ],
)
def test_playlists_reach_no_other_file(tmp_path: Path, playlist: str) -> None:
    soundfile.write(tmp_path / "secret.wav", noise(1, 9_000)[0], 48_000)
    for name in ("list.m3u8", "list.wav", "list.mp4"):
        (tmp_path / name).write_text(playlist)
        with pytest.raises(MediaError, match="not a readable audio"):
            read_audio(tmp_path / name)
        with pytest.raises(MediaError, match="list"):
            open_video(tmp_path / name)
        with pytest.raises(av.FFmpegError):
            open_local(tmp_path / name)


def test_24_bit_samples_are_whole_steps_channel_by_channel() -> None:
    sound = noise(3, 700)[:, ::2]
    steps = np.round(sound.astype(np.float64) * 2**23).astype(int)
    content, clipped = encode_pcm24(sound)
    assert clipped == 0
    assert content == b"".join(
        int(step).to_bytes(3, "little", signed=True) for step in steps.T.ravel()
    )


def test_a_sound_damaged_on_the_way_says_after_how_long(tmp_path: Path) -> None:
    path = tmp_path / "noise.flac"
    soundfile.write(path, noise(1, 480_000)[0], 48_000)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 40_000] = bytes(40_000)
    path.write_bytes(bytes(data))
    with pytest.raises(
        MediaError, match=r"noise\.flac: the sound is damaged after \d+\.\d\d s; copy"
    ):
        read_audio(path)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (av.error.InvalidDataError(1, "raw"), "its data are damaged or of an unknown kind"),
        (av.error.DecoderNotFoundError(1, "raw"), "its codec is unknown here"),
        (av.error.OSError(28, "raw"), "no space left on device"),
        (av.error.ArgumentError(22, "raw"), "it is not stored as its kind of file asks"),
        (OSError(5, "raw"), "input/output error"),
        (ValueError("raw"), "it is not stored as its kind of file asks"),
    ],
)
def test_why_is_told_in_words(error: Exception, words: str) -> None:
    assert why(error) == words
