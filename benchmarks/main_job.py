"""How long the main job takes on a 10 s clip: the command as a user types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import av

from benchmarks.results import Figure, rate, seconds
from engine import resources
from engine.errors import FoleystageError

CLIP_S = 10.0
FOLEYDESIGNER_CLIP_S = 3.0
FOLEYDESIGNER_STAGES_S = {"analyse": 2.0, "compose": 34.0 + 8.0, "deliver": 64.0}
"""FoleyDesigner's published seconds for a 3 s clip on one A6000: seeing; script and sounds; mix."""
FOLEYDESIGNER_TOTAL_S = 108.0


def write_clip(path: Path) -> None:
    """Write 10 s of 720p picture: the demo, and its first two seconds once more.

    The packets are copied, so nothing is encoded; the demo has a key frame every two seconds.
    """
    source = str(resources.path("demo/demo.mp4"))
    with av.open(source) as demo, av.open(str(path), "w", format="mp4") as clip:
        stream = demo.streams.video[0]
        copy = clip.add_stream_from_template(stream)
        assert stream.time_base is not None
        shift = 0
        for again in (False, True):
            demo.seek(0)
            for packet in demo.demux(stream):
                if packet.dts is None or packet.pts is None:
                    continue
                if again and packet.pts * stream.time_base >= 2:
                    if packet.is_keyframe:
                        break
                    continue
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                packet.stream = copy
                clip.mux(packet)
            shift = round(8 / stream.time_base)
    with av.open(str(path)) as clip:
        count = sum(1 for _ in clip.decode(video=0))
    if count != CLIP_S * 25:
        raise FoleystageError(f"the clip has {count} pictures, not {CLIP_S * 25:.0f}", place=path)


def measure_main_job(folder: Path, runs: int) -> list[Figure]:
    """Run the command `runs` times after a first one; the median of the whole command counts.

    Parameters
    ----------
    folder : Path
        For the clip and what is made of it.
    runs : int
        At least 1.

    Returns
    -------
    list of Figure
        Seconds per stage first, then ``run_real_time_factor`` (seconds of film a second).
    """
    clip = folder / "clip.mp4"
    write_clip(clip)
    first_s, _ = _run(clip, folder / "first")
    timed = sorted(
        (_run(clip, folder / f"run-{index}") for index in range(runs)), key=lambda done: done[0]
    )
    wall_s, report = timed[(runs - 1) // 2]
    figures = [
        seconds(f"run_{stage}", float(value), _peer_s(stage))
        for stage, value in report["timings_s"].items()
    ]
    starting_s = max(wall_s - float(report["total_s"]), 0.0)
    film_factor = FOLEYDESIGNER_CLIP_S / FOLEYDESIGNER_TOTAL_S
    return [
        *figures,
        seconds("run_starting", starting_s),
        rate("run_real_time_factor", CLIP_S / wall_s, "x real time", round(film_factor, 4)),
        seconds("run_total", wall_s, _scaled(FOLEYDESIGNER_TOTAL_S)),
        seconds("run_first_total", first_s),
    ]


def _run(clip: Path, out_dir: Path) -> tuple[float, dict[str, Any]]:
    command = [sys.executable, "-m", "app.command", "run", str(clip), "-o", str(out_dir), "--json"]
    begun = time.perf_counter()
    environment = {**os.environ, "FOLEYSTAGE_ANALYSES": "off"}  # every run sees for itself
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    wall_s = time.perf_counter() - begun
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise FoleystageError(f"the run failed: {lines[-1]}", place=clip)
    return wall_s, json.loads(done.stdout)


def _peer_s(stage: str) -> float | None:
    published_s = FOLEYDESIGNER_STAGES_S.get(stage)
    return None if published_s is None else _scaled(published_s)


def _scaled(published_s: float) -> float:
    """Published seconds for 3 s of film, for a clip of ours."""
    return round(published_s * CLIP_S / FOLEYDESIGNER_CLIP_S, 2)
