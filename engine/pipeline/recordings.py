"""Recordings of the user's library in a session: placed as they are, or as a take of an event.

Whose they are and under which licence goes along in the take's recipe, from which a lost sound is
made again, too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.errors import MediaError, ProjectError
from engine.foley.generate import recipe_of
from engine.jobs import Progress, silent_progress
from engine.library.generator import NAME, VERSION, WHOLE, known_recording, settled_with
from engine.media.audio_file import read_audio_blocks
from engine.pipeline.compose import make_takes
from engine.pipeline.importing import import_ambience, import_on_track
from engine.pipeline.sounding import at_its_level
from engine.project.edits import AddTake, Edit, EditGroup, SetClipTake
from engine.project.edits.takes import alternatives
from engine.project.media_folder import MediaFolder
from engine.project.model import (
    Clip,
    ClipId,
    Event,
    EventId,
    Project,
    Recipe,
    Scene,
    Take,
    TakeId,
    TrackId,
)
from engine.script.script import ambience_track

HEARD_S = 60.0
"""Of a recording that is listened to alone, so much is read."""


def place_recording(
    project: Project,
    media: MediaFolder,
    path: Path,
    track_id: str | None,
    start_s: float,
    progress: Progress = silent_progress,
) -> EditGroup:
    """The edit that puts a recording on a track (None: as ambience on a new one), as it is.

    Raises
    ------
    MediaError, LibraryError
        If the file cannot be read.
    LayoutError
        If it has more channels than an object has sides.
    ProjectError
        If there is no such track.
    CancelledError
        From `progress`.
    """
    if track_id is None:
        edit = import_ambience(media, project, path, start_s=start_s, progress=progress)
    else:
        edit = import_on_track(media, project, path, track_id, start_s=start_s, progress=progress)
    return structs.replace(
        edit,
        edits=tuple(
            AddTake(take=structs.replace(one.take, recipe=_recipe_of(path, one.take)))
            if isinstance(one, AddTake)
            else one
            for one in edit.edits
        ),
    )


def recording_as_take(
    project: Project,
    media: MediaFolder,
    path: Path,
    event_id: str,
    progress: Progress = silent_progress,
) -> EditGroup:
    """The edit that lets an event's clips sound a recording, fitted to it, as one more take.

    Raises
    ------
    LibraryError, MediaError
        If the recording cannot be read.
    ProjectError
        If there is no such event, its take is locked, or it sounds this recording already.
    CancelledError
        From `progress`.
    """
    event = project.event(event_id)
    event = settled_with(at_its_level(event), [known_recording(str(path))])
    takes, _ = make_takes((event,), project.sample_rate_hz, media, progress)
    known = {take.id for take in project.takes}
    new = tuple(take for take in takes if take.id not in known)
    if not new:
        raise ProjectError(
            f"'{path.stem}' is a take of this event already", remedy="choose it in the take lanes"
        )
    edits: list[Edit] = [AddTake(take=take) for take in new]
    grown = structs.replace(project, takes=(*project.takes, *new))
    for take in new:
        own = {other.id for other in alternatives(grown, take)}
        edits += [
            SetClipTake(clip_id=clip.id, take_id=take.id)
            for clip in project.clips
            if clip.take_id in own
        ]
    return EditGroup(name=f"Take from {path.stem}", edits=tuple(edits))


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
    return Project(title=path.stem, scene=Scene(), tracks=(track,), takes=(take,), clips=(clip,))


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


def _recipe_of(path: Path, take: Take) -> Recipe:
    """The recipe of a recording that sounds as it is."""
    whole = Event(
        id=EventId(""), track_id=TrackId(""), layer="", generator=NAME, prompt=take.name,
        start_s=0.0, duration_s=take.duration_s, parameters={"fit": WHOLE},
    )  # fmt: skip
    return recipe_of(settled_with(whole, [known_recording(str(path))]), NAME, VERSION)
