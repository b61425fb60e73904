"""A file that lost its end is refused, however little it lost; a healthy odd one is not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import MediaError
from engine.media.decode import open_video, read_video_frames
from engine.media.probe import probe_video
from engine.media.wholeness import missing_bytes

RATE = 25
PICTURES = 50
KINDS = {
    "plain.mp4": ("libx264", {}),
    "faststart.mp4": ("libx264", {"movflags": "faststart"}),
    "fragmented.mp4": ("libx264", {"movflags": "frag_keyframe+empty_moov"}),
    "plain.mov": ("libx264", {}),
    "faststart.mov": ("libx264", {"movflags": "faststart"}),
    "plain.mkv": ("libx264", {}),
    "plain.webm": ("libvpx", {}),
    "plain.avi": ("mpeg4", {}),
    "plain.wmv": ("wmv2", {}),
    "plain.flv": ("flv", {}),
}
QUICK = {"libx264": {"preset": "veryfast"}, "libvpx": {"deadline": "realtime", "cpu-used": "8"}}


def write_clip(path: Path, codec: str, options: dict[str, str], sound_s: float = 2.0) -> bytes:
    """Two seconds of noise with interleaved sound."""
    random = np.random.default_rng(0)
    with av.open(str(path), "w", options=options) as container:
        picture = container.add_stream(codec, rate=RATE)
        picture.width, picture.height, picture.pix_fmt = 160, 96, "yuv420p"
        picture.gop_size = 10
        picture.options = QUICK.get(codec, {})
        sound_codec = {"webm": "libopus", "flv": "libmp3lame"}.get(path.suffix[1:], "ac3")
        rate = 44_100 if path.suffix == ".flv" else 48_000
        sound = container.add_stream(
            "aac" if path.suffix in (".mp4", ".mov") else sound_codec, rate=rate, layout="stereo"
        )
        fifo = av.AudioFifo()
        for index in range(round(max(2.0, sound_s) * RATE)):
            if index < PICTURES:
                image = av.VideoFrame.from_ndarray(
                    random.integers(0, 255, (96, 160, 3), np.uint8), format="rgb24"
                )
                image.pts, image.time_base = index, Fraction(1, RATE)
                container.mux(picture.encode(image))
            if index >= sound_s * RATE:
                continue
            count = rate // RATE
            tone = av.AudioFrame.from_ndarray(
                random.uniform(-0.1, 0.1, (2, count)).astype(np.float32), "fltp", "stereo"
            )
            tone.sample_rate, tone.pts, tone.time_base = rate, index * count, Fraction(1, rate)
            fifo.write(tone)
            for piece in fifo.read_many(sound.codec_context.frame_size or 960):
                for packet in sound.encode(
                    av.AudioResampler(sound.codec_context.format, "stereo", rate).resample(piece)[0]
                ):
                    container.mux(packet)
        container.mux(picture.encode(None))
        container.mux(sound.encode(None))
    return path.read_bytes()


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("whole")
    for name, (codec, options) in KINDS.items():
        write_clip(folder / name, codec, options)
    return {name: folder / name for name in KINDS}


@pytest.mark.parametrize("name", KINDS)
def test_a_whole_file_is_whole(clips: dict[str, Path], name: str) -> None:
    video = open_video(clips[name])
    assert missing_bytes(clips[name], video.container) == 0
    video.close()
    assert probe_video(clips[name]).duration_s == pytest.approx(2.0, abs=0.06)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("name", KINDS)
def test_a_cut_file_is_refused(
    clips: dict[str, Path], tmp_path: Path, name: str, share: float
) -> None:
    data = clips[name].read_bytes()
    cut = tmp_path / name
    cut.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(MediaError) as caught:
        probe_video(cut)
    assert caught.value.place == str(cut)
    assert caught.value.remedy
    assert "truncated" in caught.value.problem or "not a video" in caught.value.problem
    assert "\n" not in str(caught.value)


def test_sound_that_goes_on_is_no_damage(tmp_path: Path) -> None:
    for name in ("long.mp4", "long.mkv"):
        write_clip(tmp_path / name, "libx264", {}, sound_s=3.0)
        assert probe_video(tmp_path / name).duration_s == pytest.approx(2.0, abs=0.06)


def test_a_declared_length_a_little_wrong_is_no_damage(
    clips: dict[str, Path], tmp_path: Path
) -> None:
    data = clips["plain.mkv"].read_bytes()
    found = [s for s in (b"00:00:02.000000000", b"00:00:02.001000000") if s in data]
    assert found
    odd = tmp_path / "odd.mkv"
    odd.write_bytes(data.replace(found[0], b"00:00:02.150000000"))
    assert probe_video(odd).duration_s == pytest.approx(2.0, abs=0.06)


class Pipe:
    """What cannot be sought, such as a live recording's output."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, content: bytes) -> int:
        """Take in bytes."""
        self.content += bytes(content)
        return len(content)


def test_a_stream_that_does_not_know_its_length_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    pipe = Pipe()
    with av.open(pipe, "w", format="matroska", options={"live": "1"}) as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 160, 96, "yuv420p", 5
        for index in range(PICTURES):
            image = av.VideoFrame.from_ndarray(np.full((96, 160, 3), 4 * index, np.uint8))
            image.pts, image.time_base = index, Fraction(1, RATE)
            container.mux(stream.encode(image))
        container.mux(stream.encode(None))
    live = tmp_path / "live.mkv"
    live.write_bytes(pipe.content)
    assert probe_video(live).duration_s == pytest.approx(2.0, abs=0.06)
    live.write_bytes(pipe.content[: int(0.7 * len(pipe.content))])
    assert 0.5 < probe_video(live).duration_s < 2.0


def test_damage_in_the_middle_is_survived(clips: dict[str, Path], tmp_path: Path) -> None:
    for name in ("faststart.mp4", "plain.mkv", "plain.avi"):
        data = bytearray(clips[name].read_bytes())
        middle = len(data) // 2
        data[middle : middle + 300] = b"\x5a" * 300
        hurt = tmp_path / name
        hurt.write_bytes(data)
        assert probe_video(hurt).duration_s == pytest.approx(2.0, abs=0.1)
        assert len(list(read_video_frames(hurt))) > PICTURES // 2
