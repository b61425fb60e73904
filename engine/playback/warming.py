"""What a first project would have to wait for, loaded beforehand: compiled loops and HRIRs."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from engine.playback.compiling import warm_kernel
from engine.project.model import (
    Clip,
    ClipId,
    ContentHash,
    Keyframe,
    Project,
    Take,
    TakeId,
    Track,
    TrackId,
    TrackKind,
    Trajectory,
)
from engine.project.model import Scene as SceneSettings
from engine.realtime.snapshot import HOP_SAMPLES
from engine.render.compiler import compile_project

_CONTENT = ContentHash("0" * 64)
_TAKE = TakeId("warm")
_SECONDS = 0.2


def warm_up(sample_rate_hz: int, monitor_format: str, hrir: str) -> None:
    """Render a moment of a small scene of this kind: a source that moves, and an ambience.

    What cannot be loaded is told of when a project that needs it is compiled.
    """
    with contextlib.suppress(Exception), tempfile.TemporaryDirectory() as folder:
        take = Path(folder) / "take.wav"
        noise = np.random.default_rng(1).standard_normal(int(_SECONDS * sample_rate_hz))
        soundfile.write(take, noise.astype(np.float32), sample_rate_hz, subtype="FLOAT")
        project = _project(sample_rate_hz, hrir, len(noise))
        snapshot = compile_project(project, lambda content: take, (monitor_format,))
        kernel = warm_kernel(snapshot)
        out = np.empty((snapshot.channels[0], HOP_SAMPLES), dtype=np.float32)
        for _ in range(len(noise) // HOP_SAMPLES):
            kernel.process((out,))


def _project(sample_rate_hz: int, hrir: str, samples: int) -> Project:
    path = tuple(Keyframe(time_s=t, x_m=1.0, y_m=t, z_m=0.0) for t in (0.0, _SECONDS))
    kinds: tuple[tuple[str, TrackKind], ...] = (("source", "object"), ("around", "ambience"))
    tracks = tuple(
        Track(id=TrackId(name), name=name, kind=kind, trajectory=Trajectory(keyframes=path))
        for name, kind in kinds
    )
    clips = tuple(
        Clip(
            id=ClipId(track.id), track_id=track.id, take_id=_TAKE, name="warm", start_s=0.0,
            duration_s=_SECONDS,
        )
        for track in tracks
    )  # fmt: skip
    take = Take(
        id=_TAKE, name="warm", audio=_CONTENT, sample_rate_hz=sample_rate_hz, channels=1,
        samples=samples,
    )  # fmt: skip
    return Project(
        sample_rate_hz=sample_rate_hz, scene=SceneSettings(hrir=hrir), takes=(take,),
        tracks=tracks, clips=clips,
    )  # fmt: skip
