"""How many moving sources the kernel renders in real time on one core."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from benchmarks.results import Figure, rate
from engine.project.model import Clip, ClipId, Project, Take, TakeId, Track, TrackId, Trajectory
from engine.project.store import Bundle
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES
from engine.render.compiler import compile_project

SAMPLE_RATE_HZ = 48_000
SCENE_S = 6.0
SOURCES = 128


def measure_kernel(folder: Path) -> list[Figure]:
    """Sources with travel and air that one core keeps up with, by format of loudspeakers or field,
    from the processor time of `SOURCES` moving ones. (Through HRIRs: `moving_sources`.)"""
    bundle = Bundle.create(folder / "kernel.foley", Project())
    try:
        project = moving_project(bundle, SOURCES)
        return [_measure(project, bundle, name) for name in ("hoa3", "5.1")]
    finally:
        bundle.close()


def _measure(project: Project, bundle: Bundle, name: str) -> Figure:
    snapshot = compile_project(project, bundle.audio_path, (name,))
    kernel = Kernel(snapshot)
    outs = [np.empty((channels, HOP_SAMPLES), np.float32) for channels in snapshot.channels]
    hops = int(SCENE_S * SAMPLE_RATE_HZ) // HOP_SAMPLES
    for _ in range(40):
        kernel.process(outs)
    kernel.locate(0)
    begun = time.process_time()
    for _ in range(hops):
        kernel.process(outs)
    spent_s = time.process_time() - begun
    audio_s = hops * HOP_SAMPLES / SAMPLE_RATE_HZ
    sources = SOURCES * audio_s / spent_s
    label = f"kernel_{name.replace('.', '')}_sources"
    return rate(label, round(sources), "sources a core")


def moving_project(
    bundle: Bundle, sources: int, scene_s: float = SCENE_S, level: float = 0.05
) -> Project:
    """So many noises of that level, each on a circle of its own around the listener."""
    rng = np.random.default_rng(1)
    samples = int(scene_s * SAMPLE_RATE_HZ)
    noise = (level * rng.standard_normal((1, samples))).astype(np.float32)
    audio = bundle.put_audio(noise, SAMPLE_RATE_HZ)
    take = Take(
        id=TakeId("take"),
        name="noise",
        audio=audio,
        sample_rate_hz=SAMPLE_RATE_HZ,
        channels=1,
        samples=samples,
    )
    tracks, clips = [], []
    for index in range(sources):
        track_id = TrackId(f"t{index}")
        tracks.append(Track(id=track_id, name=f"{index}", trajectory=_circle(rng, scene_s)))
        clips.append(
            Clip(
                id=ClipId(f"c{index}"),
                track_id=track_id,
                take_id=TakeId("take"),
                name="noise",
                start_s=0.0,
                duration_s=scene_s,
            )
        )
    return Project(tracks=tuple(tracks), clips=tuple(clips), takes=(take,))


def _circle(rng: np.random.Generator, scene_s: float) -> Trajectory:
    times_s = np.linspace(0.0, scene_s, round(10 * scene_s) + 1)
    turn = rng.uniform(0, 2 * np.pi) + rng.choice([-1, 1]) * rng.uniform(0.3, 1.5) * times_s
    radius_m, height_m = rng.uniform(1.5, 8.0), rng.uniform(-1.0, 3.0)
    x, y = radius_m * np.cos(turn), radius_m * np.sin(turn)
    return Trajectory.from_arrays(times_s, np.column_stack([x, y, np.full_like(x, height_m)]))
