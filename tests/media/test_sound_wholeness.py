"""A sound file that was cut short is refused with where it breaks off; sloppy headers are not."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from engine.errors import MediaError
from engine.media.audio_file import AudioWriter, map_audio, read_audio

RATE_HZ = 48_000


def noise(seconds: float, channels: int = 2) -> np.ndarray:
    shape = (round(seconds * RATE_HZ), channels)
    return 0.1 * np.random.default_rng(5).standard_normal(shape).astype(np.float32)


def cut(whole: Path, share: float) -> Path:
    part = whole.with_stem("cut")
    data = whole.read_bytes()
    part.write_bytes(data[: round(share * len(data))])
    return part


@pytest.mark.parametrize(
    ("ending", "subtype", "words"),
    [
        ("wav", "PCM_16", r"breaks off at 2\.00 s of 4\.00 s"),
        ("wav", "PCM_24", r"breaks off at 2\.00 s of 4\.00 s"),
        ("wav", "FLOAT", r"breaks off at 2\.00 s of 4\.00 s"),
        ("wav", "IMA_ADPCM", r"breaks off at 2\.0\d s of 4\.\d\d s"),
        ("rf64", "PCM_16", r"breaks off at 2\.00 s of 4\.00 s"),
        ("aiff", "PCM_16", r"truncated: 384,0\d\d bytes are missing at its end"),
        ("flac", None, "is damaged after [0-2]"),
        ("mp3", None, "breaks off at|is damaged after"),
    ],
)
def test_a_cut_sound_is_refused(tmp_path: Path, ending: str, subtype: str, words: str) -> None:
    whole = tmp_path / f"whole.{ending}"
    soundfile.write(whole, noise(4.0), RATE_HZ, subtype=subtype)
    assert read_audio(whole)[0].shape[1] >= 4 * RATE_HZ
    part = cut(whole, 0.5)
    with pytest.raises(MediaError, match=words) as caught:
        read_audio(part)
    assert caught.value.place == str(part)
    assert caught.value.remedy == "copy or export it again"


def test_a_cut_soundtrack_is_refused(tmp_path: Path) -> None:
    whole = tmp_path / "whole.m4a"
    with av.open(str(whole), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
        block = av.AudioFrame.from_ndarray(noise(4.0).T.copy(), format="fltp", layout="stereo")
        block.sample_rate = RATE_HZ
        for packet in (*stream.encode(block), *stream.encode(None)):
            container.mux(packet)
    assert read_audio(whole)[0].shape[1] >= 4 * RATE_HZ
    with pytest.raises(MediaError, match=r"truncated: [\d,]+ bytes are missing at its end"):
        read_audio(cut(whole, 0.6))


def test_a_take_that_is_cut_is_not_mapped(tmp_path: Path) -> None:
    with AudioWriter(tmp_path / "take.wav", 2, RATE_HZ, subtype="FLOAT") as writer:
        writer.write(noise(1.0).T)
    assert map_audio(tmp_path / "take.wav")[0].shape == (2, RATE_HZ)
    with pytest.raises(MediaError, match=r"breaks off at 0\.\d\d s of 1\.00 s"):
        map_audio(cut(tmp_path / "take.wav", 0.9))


@pytest.mark.parametrize("size", [0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF])
def test_a_length_written_before_it_was_known_is_no_cut(tmp_path: Path, size: int) -> None:
    path = tmp_path / "piped.wav"
    soundfile.write(path, noise(1.0), RATE_HZ, subtype="PCM_16")
    data = bytearray(path.read_bytes())
    place = data.index(b"data") + 4
    data[place : place + 4] = struct.pack("<I", size)
    path.write_bytes(data)
    assert read_audio(path)[0].shape == (2, RATE_HZ)


def test_a_length_a_little_too_long_is_no_cut(tmp_path: Path) -> None:
    path = tmp_path / "sloppy.wav"
    soundfile.write(path, noise(1.0), RATE_HZ, subtype="PCM_16")
    data = bytearray(path.read_bytes())
    place = data.index(b"data") + 4
    data[place : place + 4] = struct.pack("<I", 4 * RATE_HZ + 4000)
    path.write_bytes(data)
    assert read_audio(path)[0].shape == (2, RATE_HZ)
