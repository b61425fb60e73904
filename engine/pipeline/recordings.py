"""Recordings of the user's library in a session: placed as they are, or as a take of an event.

Whose they are and under which licence goes along in the take's recipe, from which a lost sound is
made again, too.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from engine.errors import ProjectError
from engine.foley.generate import recipe_of
from engine.jobs import Progress, silent_progress
from engine.library.generator import NAME, VERSION, WHOLE, known_recording, settled_with
from engine.pipeline.compose import make_takes
from engine.pipeline.importing import import_ambience, import_on_track
from engine.pipeline.sounding import at_its_level
from engine.project.edits import AddTake, Edit, EditGroup, SetClipTake
from engine.project.edits.takes import alternatives
from engine.project.media_folder import MediaFolder
from engine.project.model import Event, EventId, Project, Recipe, Take, TrackId


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


def _recipe_of(path: Path, take: Take) -> Recipe:
    """The recipe of a recording that sounds as it is."""
    whole = Event(
        id=EventId(""), track_id=TrackId(""), layer="", generator=NAME, prompt=take.name,
        start_s=0.0, duration_s=take.duration_s, parameters={"fit": WHOLE},
    )  # fmt: skip
    return recipe_of(settled_with(whole, [known_recording(str(path))]), NAME, VERSION)
