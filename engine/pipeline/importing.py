"""A sound file of one's own in a session: around the listener, or on an object's track."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.errors import LayoutError, MediaError
from engine.jobs import Progress, silent_progress
from engine.media.audio_file import read_audio_blocks
from engine.media.heights import height_bed
from engine.project.edits import AddClip, AddTake, AddTrack, EditGroup
from engine.project.media_folder import MediaFolder
from engine.project.model import Clip, ClipId, ContentHash, Project, Take, TakeId, TrackId
from engine.script.script import ambience_track
from engine.spatial.conventions import Convention, to_ambix
from engine.spatial.harmonics import ambisonic_order_of


def import_ambience(
    media: MediaFolder,
    project: Project,
    audio: Path,
    *,
    convention: Convention = "ambix",
    start_s: float = 0.0,
    progress: Progress = silent_progress,
) -> EditGroup:
    """The edit that adds a sound file as ambience on a track of its own.

    Files of 4, 9, 16 ... channels are sound fields and are kept as AmbiX; stereo, 3.0, 5.0, 5.1,
    7.1, 5.1.4 and 7.1.4 are beds, whose channels keep their loudspeakers; 7.1.2 and 5.1.2, which a
    WAV header's mask tells, are kept as 7.1.4.

    Parameters
    ----------
    media : MediaFolder
        The session's; the sound is kept there.
    convention : {'ambix', 'n3d', 'fuma'}
        What a sound field's channels are; loudspeaker files know one convention only.
    start_s : float
        Where the clip begins, in seconds.

    Raises
    ------
    MediaError
        The file cannot be read, or holds no sound.
    LayoutError
        The convention does not go with so many channels.
    """

    def matrix_for(channels: int) -> NDArray[np.float32] | None:
        is_field = ambisonic_order_of(channels) is not None or convention != "ambix"
        return _to_ambix(audio, convention, channels) if is_field else height_bed(audio, channels)

    content, shape = _kept(media, audio, matrix_for, progress)
    return _placed(project, content, audio.stem, shape, start_s)


def import_on_track(
    media: MediaFolder,
    project: Project,
    audio: Path,
    track_id: str,
    *,
    start_s: float = 0.0,
    progress: Progress = silent_progress,
) -> EditGroup:
    """The edit that puts a sound file on an object's track, to sound from where the object is.

    Raises
    ------
    MediaError
        The file cannot be read, or holds no sound.
    LayoutError
        It has more than two channels: an object has one, or two sides.
    ProjectError
        There is no such track.
    """
    track = project.track(track_id)

    def refuse_beds(channels: int) -> None:
        if channels > 2:
            raise LayoutError(
                f"the sound has {channels} channels, an object's track takes one or two",
                place=audio,
                remedy="import it as ambience",
            )

    content, (rate_hz, channels, samples) = _kept(media, audio, refuse_beds, progress)
    mark = f"{content[:8]}-{1 + sum(take.audio == content for take in project.takes)}"
    take = Take(
        id=TakeId(f"take-{mark}"), name=audio.stem, audio=content, sample_rate_hz=rate_hz,
        channels=channels, samples=samples,
    )  # fmt: skip
    clip = Clip(
        id=ClipId(f"clip-{mark}"), track_id=track.id, take_id=take.id, name=audio.stem,
        start_s=start_s, duration_s=samples / rate_hz,
    )  # fmt: skip
    edits = (AddTake(take=take), AddClip(clip=clip))
    return EditGroup(name=f"Import {audio.stem}", edits=edits)


def _kept(
    media: MediaFolder,
    audio: Path,
    matrix_for: Callable[[int], NDArray[np.float32] | None],
    progress: Progress,
) -> tuple[ContentHash, tuple[int, int, int]]:
    """A file's sound in the session: its hash, and its rate, channels and samples."""
    blocks = read_audio_blocks(audio)
    block, rate_hz = next(blocks)
    matrix = matrix_for(block.shape[0])
    channels = len(block if matrix is None else matrix)
    samples = 0
    with media.new_audio(rate_hz, channels) as intake:
        while True:
            if block.shape[1] == 0 and samples == 0:
                raise MediaError(
                    "the audio file holds no samples", place=audio, remedy="choose another file"
                )
            if not np.isfinite(block).all():
                raise MediaError(
                    f"a sample near {samples / rate_hz:.2f} s is no number",
                    place=audio,
                    remedy="export the sound again",
                )
            intake.write(block if matrix is None else matrix @ block)
            samples += block.shape[1]
            progress(f"reading {audio.name}", 0.5)
            following = next(blocks, None)
            if following is None:
                break
            block = following[0]
    return intake.content, (rate_hz, channels, samples)


def _to_ambix(audio: Path, convention: Convention, channels: int) -> NDArray[np.float32]:
    try:
        return to_ambix(convention, channels).astype(np.float32)
    except LayoutError as error:
        raise LayoutError(error.problem, place=audio, remedy=error.remedy) from error


def _placed(
    project: Project, content: ContentHash, name: str, shape: tuple[int, int, int], start_s: float
) -> EditGroup:
    rate_hz, channels, samples = shape
    number = 1 + sum(track.kind == "ambience" for track in project.tracks)
    mark = f"{content[:8]}-{number}"
    duration_s = samples / rate_hz
    track = structs.replace(
        ambience_track(start_s + duration_s), id=TrackId(f"imported-{mark}"), name=name
    )
    take = Take(
        id=TakeId(f"take-{mark}"), name=name, audio=content, sample_rate_hz=rate_hz,
        channels=channels, samples=samples,
    )  # fmt: skip
    clip = Clip(
        id=ClipId(f"clip-{mark}"), track_id=track.id, take_id=take.id, name=name, start_s=start_s,
        duration_s=duration_s,
    )  # fmt: skip
    edits = (AddTrack(track=track), AddTake(take=take), AddClip(clip=clip))
    return EditGroup(name=f"Import {name}", edits=edits)
