"""Streams that do not say how long they are: a cut is told where it shows, doubt where not."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from engine.media.open_end import open_end_note
from engine.media.probe import probe_video


def write_clip(path: Path, codec: str, container: str, **options: str) -> Path:
    with av.open(str(path), "w", format=container, options=options) as output:
        stream = output.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        random = np.random.default_rng(1)
        for _ in range(50):
            picture = av.VideoFrame.from_ndarray(
                random.integers(0, 256, (48, 64, 3), dtype=np.uint8), "rgb24"
            )
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("disc", [False, True], ids=["188", "192"])
def test_a_cut_transport_stream_is_told_from_a_whole_one(tmp_path: Path, disc: bool) -> None:
    options = {"mpegts_m2ts_mode": "1"} if disc else {}
    clip = write_clip(tmp_path / "whole.ts", "mpeg2video", "mpegts", **options)
    assert "does not tell" in (open_end_note(clip) or "")
    data = clip.read_bytes()
    for lost in (1, 100, 4000, len(data) // 2 + 1):
        cut = tmp_path / "cut.ts"
        cut.write_bytes(data[:-lost])
        whole_packets = lost % (192 if disc else 188) == 0
        assert ("cut short" in (open_end_note(cut) or "")) is not whole_packets
    assert probe_video(clip).duration_s == pytest.approx(2.0, abs=0.1)


def test_a_program_stream_is_sure_by_its_end_code(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "whole.mpg", "mpeg2video", "mpeg")
    assert "does not tell" in (open_end_note(clip) or "")
    clip.write_bytes(clip.read_bytes() + b"\x00\x00\x01\xb9")
    assert open_end_note(clip) is None


def test_other_containers_and_short_files_are_not_in_doubt(tmp_path: Path) -> None:
    assert open_end_note(write_clip(tmp_path / "a.mp4", "mpeg4", "mp4")) is None
    (tmp_path / "short").write_bytes(b"G")
    assert open_end_note(tmp_path / "short") is None
