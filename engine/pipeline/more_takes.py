"""Another take for events that have some: the same recipe with a seed that was not used yet."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from engine.errors import ProjectError
from engine.jobs import Progress, silent_progress
from engine.pipeline.compose import make_takes
from engine.pipeline.film_pictures import film_of
from engine.project.edits import AddTake, EditGroup
from engine.project.media_folder import MediaFolder
from engine.project.model import Event, Project


def more_takes(
    project: Project,
    media: MediaFolder,
    event_ids: Sequence[str],
    progress: Progress = silent_progress,
) -> EditGroup:
    """Make one more take (a long event: one a section) for each of these events.

    Returns
    -------
    EditGroup
        Adds the takes; no clip sounds them yet.

    Raises
    ------
    ProjectError
        If an event is gone, or its generator makes the same sound with every seed.
    PluginError
        If its generator is a plug-in that is missing or answers nonsense.
    CancelledError
        From `progress`.
    """
    events = tuple(_reseeded(project, project.event(event_id)) for event_id in event_ids)
    takes, _ = make_takes(events, project.sample_rate_hz, media, progress, film=film_of(project))
    known = {take.id for take in project.takes}
    new = [take for take in takes if take.id not in known]
    if not new:
        raise ProjectError(
            "another take would be the same sound", remedy="change the event's words or parameters"
        )
    return EditGroup(name="Another take", edits=tuple(AddTake(take=take) for take in new))


def _reseeded(project: Project, event: Event) -> Event:
    made = sum(take.event_id == event.id for take in project.takes)
    return structs.replace(event, seed=event.seed + 7_919 * made)
