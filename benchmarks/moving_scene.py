"""A session with many moving sources, for measurements of playing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

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
    Trajectory,
)

RATE_HZ = 48_000
_CONTENT = ContentHash("a" * 64)
_TAKE = TakeId("noise")
_KEYFRAMES_PER_S = 10


def moving_scene(folder: Path, sources: int = 64, duration_s: float = 60.0) -> Project:
    """A project of `sources` noises that circle the listener; its take lies in `folder`/media.

    Source n makes one turn in 3 + n/8 seconds, at 1 to 5 m, with its own part of the take.
    """
    (folder / "media").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    samples = int((duration_s + sources) * RATE_HZ)
    noise = (0.02 * rng.standard_normal(samples)).astype(np.float32)
    soundfile.write(folder / "media" / f"{_CONTENT}.wav", noise, RATE_HZ, subtype="FLOAT")
    take = Take(
        id=_TAKE, name="noise", audio=_CONTENT, sample_rate_hz=RATE_HZ, channels=1,
        samples=samples,
    )  # fmt: skip
    tracks, clips = [], []
    for number in range(sources):
        track_id = TrackId(f"t{number}")
        tracks.append(Track(id=track_id, name=f"{number}", trajectory=_circle(number, duration_s)))
        clips.append(
            Clip(
                id=ClipId(f"c{number}"), track_id=track_id, take_id=_TAKE, name="noise",
                start_s=0.0, duration_s=duration_s, offset_s=float(number),
            )
        )  # fmt: skip
    return Project(sample_rate_hz=RATE_HZ, takes=(take,), tracks=tuple(tracks), clips=tuple(clips))


def _circle(number: int, duration_s: float) -> Trajectory:
    times_s = np.arange(int(duration_s * _KEYFRAMES_PER_S) + 1) / _KEYFRAMES_PER_S
    angles = 2 * np.pi * times_s / (3.0 + number / 8) + number
    distance_m = 1.0 + number % 5
    return Trajectory(
        keyframes=tuple(
            Keyframe(
                time_s=float(time_s),
                x_m=float(distance_m * np.cos(angle)),
                y_m=float(distance_m * np.sin(angle)),
                z_m=0.3 * (number % 3),
            )
            for time_s, angle in zip(times_s, angles, strict=True)
        )
    )
