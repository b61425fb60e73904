"""Sounds for single lines of the script: new ones, and those whose words have changed."""

from __future__ import annotations

from collections.abc import Sequence

from engine.jobs import Progress, silent_progress
from engine.pipeline.compose import make_takes
from engine.pipeline.film_pictures import film_of
from engine.project.edits import AddTake, ApplyTakes, Edit, EditGroup, SetClipTake
from engine.project.media_folder import MediaFolder
from engine.project.model import Project
from engine.script.sheet.line_edits import clips_of_event


def sound_lines(
    project: Project,
    media: MediaFolder,
    event_ids: Sequence[str],
    progress: Progress = silent_progress,
) -> EditGroup:
    """Make the sounds of some lines as they are now, as one step of the history.

    A line with one clip that a hand has placed keeps it: it sounds the new take. Clips that a
    machine made are made anew.

    Raises
    ------
    ProjectError
        If a line is gone.
    FoleystageError
        If a sound cannot be made.
    CancelledError
        From `progress`.
    """
    events = tuple(project.event(event_id) for event_id in event_ids)
    takes, clips = make_takes(
        events, project.sample_rate_hz, media, progress, film=film_of(project)
    )
    known = {take.id for take in project.takes}
    edits: list[Edit] = []
    machine: set[str] = set()
    for event in events:
        made = [take for take in takes if take.event_id == event.id]
        own = clips_of_event(project, event.id)
        if len(own) == len(made) == 1 and own[0].provenance == "hand":
            if made[0].id not in known:
                edits.append(AddTake(take=made[0]))
            edits.append(SetClipTake(clip_id=own[0].id, take_id=made[0].id))
        else:
            machine.add(event.id)
    if machine:
        own_takes = tuple(take for take in takes if take.event_id in machine)
        ids = {take.id for take in own_takes}
        own_clips = tuple(clip for clip in clips if clip.take_id in ids)
        edits.append(ApplyTakes(takes=own_takes, clips=own_clips))
    name = "Make sounds of 1 line" if len(events) == 1 else f"Make sounds of {len(events)} lines"
    return EditGroup(name=name, edits=tuple(edits))
