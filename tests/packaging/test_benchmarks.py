"""The benchmark's clip, its table and its file."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np

from benchmarks.main_job import write_clip
from benchmarks.results import as_table, rate, seconds, write_results


def test_clip_is_ten_seconds_of_720p(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4")) as clip:
        stream = clip.streams.video[0]
        assert (stream.width, stream.height) == (1280, 720)
        times = [video_frame.time for video_frame in clip.decode(stream)]
    assert np.allclose(times, np.arange(250) / 25)


def test_better_is_above_one_for_times_and_rates_alike() -> None:
    assert seconds("a", 2.0, peer=8.0).ratio == 4.0
    assert rate("b", 8.0, "x", peer=2.0).ratio == 4.0
    assert seconds("c", 2.0).ratio is None
    assert rate("d", 0.0, "x", peer=2.0).ratio is None


def test_table_and_file_hold_every_figure(tmp_path: Path) -> None:
    figures = [seconds("run_analyse", 1.5, peer=6.0), rate("factor", 1.25, "x real time")]
    table = as_table(figures)
    write_results(tmp_path / "results.json", figures)
    stored = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert [set(entry) for entry in stored] == [
        {"name", "value", "unit", "peer", "ratio", "floor"},
    ] * 2
    assert all(figure.name in table for figure in figures)
