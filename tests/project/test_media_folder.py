"""Audio and arrays by content hash."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import MediaError, ProjectError, ShapeError
from engine.project import media_folder
from engine.project.media_folder import MediaFolder
from engine.project.model import ContentHash
from engine.project.wave_file import DATA_AT, map_wave, wave_header


def noise(channels: int = 2, samples: int = 4801) -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.standard_normal((channels, samples)).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 2, 4, 16])
def test_audio_comes_back_bit_for_bit(tmp_path: Path, channels: int) -> None:
    media, audio = MediaFolder(tmp_path), noise(channels)
    content = media.put_audio(audio, 44_100)
    path = media.audio_path(content)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == content
    mapped, rate_hz = media.audio(content)
    assert (rate_hz, isinstance(mapped.base, np.memmap)) == (44_100, True)
    np.testing.assert_array_equal(mapped, audio)
    read, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate_hz == 44_100
    np.testing.assert_array_equal(read.T, audio)


def test_blocks_give_the_same_file_as_the_whole(tmp_path: Path) -> None:
    media, audio = MediaFolder(tmp_path), noise()
    with media.new_audio(48_000, 2) as writer:
        for start in range(0, audio.shape[1], 511):
            writer.write(audio[:, start : start + 511])
    assert writer.content == media.put_audio(audio, 48_000)
    assert len(list((tmp_path / "media").iterdir())) == 1


def test_refused_audio_leaves_nothing(tmp_path: Path) -> None:
    media = MediaFolder(tmp_path)
    broken = noise()
    broken[1, 7] = np.nan
    for audio, error in (
        (broken, MediaError),
        (noise()[0], ShapeError),
        (noise(2, 0), ShapeError),
    ):
        with pytest.raises(error):
            media.put_audio(audio, 48_000)
    with pytest.raises(RuntimeError), media.new_audio(48_000, 2) as writer:  # noqa: PT012
        writer.write(noise())
        raise RuntimeError("cancelled")
    assert list((tmp_path / "media").iterdir()) == []


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    media = MediaFolder(tmp_path)
    monkeypatch.setattr(media_folder.os, "fsync", full)
    for put in (lambda: media.put_audio(noise(), 48_000), lambda: media.put_array(noise())):
        with pytest.raises(ProjectError, match="the disk is full"):
            put()
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_arrays_come_back_and_equal_ones_are_kept_once(tmp_path: Path) -> None:
    media, boxes = MediaFolder(tmp_path), noise(6, 40).astype(np.float64).T
    content = media.put_array(boxes)
    assert media.put_array(boxes.copy()) == content
    np.testing.assert_array_equal(media.array(content), boxes)
    with pytest.raises(ShapeError, match="only numbers"):
        media.put_array(np.array([object()]))


def test_missing_and_damaged_files_are_told(tmp_path: Path) -> None:
    media = MediaFolder(tmp_path)
    nowhere = ContentHash("0" * 64)
    with pytest.raises(MediaError, match="put the file back"):
        media.audio(nowhere)
    with pytest.raises(MediaError, match="analyse the video again"):
        media.array(nowhere)
    path = media.audio_path(media.put_audio(noise(), 48_000))
    whole = path.read_bytes()
    path.write_bytes(whole[:-8])
    with pytest.raises(MediaError, match="cut short or damaged"):
        map_wave(path)
    path.write_bytes(whole + b"more")
    with pytest.raises(MediaError, match="cut short or damaged"):
        map_wave(path)
    soundfile.write(path, noise().T, 48_000, subtype="FLOAT")
    with pytest.raises(MediaError, match="cut short or damaged"):
        map_wave(path)
    path.write_bytes(b"RIFF")
    with pytest.raises(MediaError):
        map_wave(path)
    for hostile in ("../../etc/passwd", "", "A" * 64):
        with pytest.raises(ProjectError, match="not a content hash"):
            media.audio_path(ContentHash(hostile))


def test_header_beyond_four_gigabytes_is_rf64() -> None:
    small, large = wave_header(1000, 2, 48_000), wave_header(2**31, 2, 48_000)
    assert (small[:4], large[:4], len(small), len(large)) == (b"RIFF", b"RF64", DATA_AT, DATA_AT)
    assert large[12:16] == b"ds64"
    assert int.from_bytes(large[28:36], "little") == 2**31 * 8
    assert int.from_bytes(large[36:44], "little") == 2**31
    assert large[4:8] == large[-4:] == b"\xff\xff\xff\xff"


def test_soundfile_reads_rf64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.riff.RIFF_LIMIT_BYTES", 1000)
    media, audio = MediaFolder(tmp_path), noise()
    path = media.audio_path(media.put_audio(audio, 48_000))
    data = path.read_bytes()
    assert data[:4] == b"RF64"
    read, _ = soundfile.read(path, dtype="float32")
    np.testing.assert_array_equal(read.T, audio)
