"""Light copies of heavy films: the same pictures at the same times, each by itself."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import MediaError
from engine.media import light_copy
from engine.media.both_ways import BothWaysReader
from engine.media.decode import VideoReader, decode_pictures, open_video
from engine.media.light_copy import is_heavy, make_light_copy


def film(path: Path, ticks: list[int]) -> Path:
    """Pictures of growing brightness at ticks of a 30,000th of a second, with few key pictures."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 30_000)
        stream.gop_size = 200
        for number, tick in enumerate(ticks):
            image = np.full((180, 320, 3), 20 + 3 * number, dtype=np.uint8)
            picture = av.VideoFrame.from_ndarray(image, format="rgb24")
            picture.pts, picture.time_base = tick, Fraction(1, 30_000)
            out.mux(stream.encode(picture))
        out.mux(stream.encode())
    return path


def times_of(path: Path) -> list[float]:
    video = open_video(path)
    times = [time for time, _ in decode_pictures(video)]
    video.close()
    return [float(time - times[0]) for time in times]


def test_every_picture_stands_at_its_own_time_and_can_be_read_by_itself(tmp_path: Path) -> None:
    ticks = np.cumsum([0, *([1000, 1001, 2000, 500, 1000, 3000] * 8)]).tolist()
    source = film(tmp_path / "film.mp4", ticks)
    told: list[float] = []
    copy = make_light_copy(source, tmp_path / "copy.mov", 160, lambda _, share: told.append(share))
    assert times_of(copy) == pytest.approx(times_of(source), abs=1e-9)
    assert told == sorted(told)
    assert [file.name for file in tmp_path.glob("copy*")] == ["copy.mov"]
    one, other = VideoReader(source, 160), BothWaysReader(copy, 160)
    for time_s in (3.1, 0.0, 1.7, 0.2, 2.4999):
        (was_s, was), (is_s, shown) = one.at(time_s), other.at(time_s)
        assert is_s == pytest.approx(was_s, abs=1e-9)
        assert shown.shape == was.shape
        assert abs(float(shown.mean()) - float(was.mean())) < 2.0
    one.close()
    other.close()
    with av.open(str(copy)) as container:
        packets = [p for p in container.demux(container.streams.video[0]) if p.size]
        assert all(packet.is_keyframe for packet in packets)
        assert not container.streams.audio


def test_what_is_heavy() -> None:
    assert not is_heavy(1920, 1080, Fraction(30000, 1001))
    assert is_heavy(1920, 1080, Fraction(60))
    assert is_heavy(3840, 2160, Fraction(24))


def test_a_copy_that_fails_leaves_nothing_and_says_why(tmp_path: Path) -> None:
    source = film(tmp_path / "film.mp4", [0, 1000, 2000])
    (tmp_path / "no").write_text("a file where a folder should be")
    with pytest.raises((MediaError, OSError)):
        make_light_copy(source, tmp_path / "no" / "copy.mov", 160)
    with pytest.raises(MediaError):
        make_light_copy(tmp_path / "none.mp4", tmp_path / "copy.mov", 160)
    assert not list(tmp_path.glob("copy*"))


def test_the_oldest_copies_go_when_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = film(tmp_path / "film.mp4", [0, 1000, 2000])
    kept = tmp_path / "kept"
    first = make_light_copy(source, kept / "first.mov", 160)
    monkeypatch.setattr(light_copy, "MOST_BYTES", first.stat().st_size)
    second = make_light_copy(source, kept / "second.mov", 160)
    assert list(kept.iterdir()) == [second]
