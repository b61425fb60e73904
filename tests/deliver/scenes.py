"""Small scenes to deliver: real takes on disk, objects that move, an ambience, a picture."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from msgspec import structs

from engine.media.audio_file import write_audio
from engine.media.probe import probe_video
from engine.project.model import (
    Clip,
    ClipId,
    ContentHash,
    Project,
    Strip,
    Take,
    TakeId,
    Track,
    TrackId,
    Trajectory,
)

RATE_HZ = 48_000


class Folder:
    """Takes by name, as a bundle keeps them by hash."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def audio_path(self, audio: ContentHash) -> Path:
        return self.path / f"{audio}.wav"


def add_track(
    project: Project,
    folder: Folder,
    name: str,
    sound: np.ndarray,
    positions_m: np.ndarray,
    *,
    kind: str = "object",
    start_s: float = 0.0,
    strip: Strip = Strip(),  # noqa: B008 (immutable)
    doppler: bool = False,
    **more,
) -> Project:
    """The project with one more track that plays (channels, samples) along the positions."""
    key = f"take{len(project.tracks)}"
    write_audio(folder.path / f"{key}.wav", sound, RATE_HZ, subtype="FLOAT")
    times_s = np.linspace(0.0, 3.0, len(positions_m))
    track = Track(
        id=TrackId(key),
        name=name,
        kind=kind,
        trajectory=Trajectory.from_arrays(times_s, positions_m),
        strip=strip,
        doppler=doppler,
        **more,
    )
    channels, samples = sound.shape
    take = Take(
        id=TakeId(key), name=name, audio=ContentHash(key), sample_rate_hz=RATE_HZ,
        channels=channels, samples=samples,
    )  # fmt: skip
    clip = Clip(
        id=ClipId(key), track_id=track.id, take_id=take.id, name=name, start_s=start_s,
        duration_s=samples / RATE_HZ,
    )  # fmt: skip
    return project.with_track(track).with_take(take).with_clip(clip)


def noise(duration_s: float, level: float = 0.1, channels: int = 1, seed: int = 0) -> np.ndarray:
    """(channels, samples) float32 noise of a standard deviation, falling above 3 kHz."""
    random = np.random.default_rng(seed)
    white = random.normal(size=(channels, round(duration_s * RATE_HZ) + 15))
    soft = np.lib.stride_tricks.sliding_window_view(white, 16, axis=1).sum(axis=-1) / 4.0
    return (level * soft).astype(np.float32)


ARC_M = np.stack([2 * np.cos(a := np.linspace(-1.2, 1.2, 30)), -2 * np.sin(a), 0 * a], axis=1)
"""From 69 degrees left to 69 degrees right at 2 m."""

LEFT_M = np.array([[0.0, 1.5, 0.0]])


def short_scene(folder: Folder) -> Project:
    """One second of one still source."""
    return add_track(Project(), folder, "Door", noise(1.0, 0.1, seed=1), LEFT_M)


def scene(folder: Folder, *, title: str = "A walk") -> Project:
    """Three seconds: a moving source, a still one on the left, an ambience around."""
    project = Project(title=title, sample_rate_hz=RATE_HZ)
    project = add_track(project, folder, "Rolling ball", noise(3.0), ARC_M, doppler=True)
    project = add_track(project, folder, "Door / left", noise(1.0, 0.2, seed=1), LEFT_M, start_s=1)
    bed = noise(3.0, 0.01, 4, seed=2)
    return add_track(project, folder, "Wind", bed, LEFT_M, kind="ambience")


def picture(path: Path, *arguments: str, size: str = "64x48", duration_s: float = 3.0) -> Path:
    """A small test video, written by FFmpeg."""
    source = f"testsrc=size={size}:rate=25:duration={duration_s}"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *arguments, str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def with_picture(project: Project, path: Path) -> Project:
    """The project with that video."""
    return structs.replace(project, video=probe_video(path))
