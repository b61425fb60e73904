"""A recording heard by itself, as a project that sounds nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.media.audio_file import read_audio_blocks
from engine.project.media_folder import MediaFolder
from engine.project.model import Clip, ClipId, Project, Take, TakeId, TrackId
from engine.script.script import ambience_track

HEARD_S = 60.0
"""So much of it is read."""


def heard_alone(path: Path, media: MediaFolder) -> Project:
    """A project that sounds the beginning of a recording and nothing else; its sound in `media`.

    One channel comes from both sides alike, more than two are mixed to one.

    Raises
    ------
    MediaError
        If it cannot be read.
    """
    sound, rate_hz = _beginning(path)
    if len(sound) != 2:
        sound = np.tile(sound.mean(axis=0), (2, 1))
    take = Take(
        id=TakeId("heard"), name=path.stem, audio=media.put_audio(sound, rate_hz),
        sample_rate_hz=rate_hz, channels=2, samples=sound.shape[1],
    )  # fmt: skip
    track = structs.replace(ambience_track(take.duration_s), id=TrackId("heard"))
    clip = Clip(
        id=ClipId("heard"), track_id=track.id, take_id=take.id, name=path.stem, start_s=0.0,
        duration_s=take.duration_s,
    )  # fmt: skip
    return Project(title=path.stem, tracks=(track,), takes=(take,), clips=(clip,))


def _beginning(path: Path) -> tuple[NDArray[np.float32], int]:
    """(channels, samples) of a file's first minute, and its rate in Hz."""
    blocks: list[NDArray[np.float32]] = []
    rate_hz = samples = 0
    for block, rate_hz in read_audio_blocks(path):
        blocks.append(block)
        samples += block.shape[1]
        if samples >= HEARD_S * rate_hz:
            break
    if not samples:
        raise MediaError("the audio file holds no samples", place=path)
    return np.concatenate(blocks, axis=1)[:, : round(HEARD_S * rate_hz)], rate_hz
