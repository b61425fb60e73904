"""Changing lines of the script as in a table: the event, and with it the clips that sound it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from engine.errors import ScriptError
from engine.project.edits import (
    DeleteEvent,
    Edit,
    EditGroup,
    MoveClip,
    MoveClipToTrack,
    MuteClip,
    SetClipGain,
    SetEvent,
)
from engine.project.model import Clip, Event, EventId, Project

FIELDS = (
    "track_id",
    "layer",
    "generator",
    "start_s",
    "duration_s",
    "level_db",
    "category",
    "prompt",
    "why",
    "muted",
)
"""What a line lets change."""


def clips_of_event(project: Project, event_id: str) -> tuple[Clip, ...]:
    """The clips that sound an event's takes."""
    takes = {take.id for take in project.takes_of(event_id)}
    return tuple(clip for clip in project.clips if clip.take_id in takes)


def changed_line(project: Project, event: Event, **changes: Any) -> tuple[Edit, ...]:
    """The edits that change fields of a line; none where nothing changes.

    Moving a line moves its hits, its curve and its clips; level, track and muting go to its clips,
    too. Words and generator wait for another take.

    Raises
    ------
    ScriptError
        If a field is not among `FIELDS`.
    """
    strange = sorted(set(changes) - set(FIELDS))
    if strange:
        raise ScriptError(f"a line has no field '{strange[0]}' to change")
    new = structs.replace(event, **changes)
    if new == event:
        return ()
    moved_s = new.start_s - event.start_s
    if moved_s:
        new = structs.replace(
            new,
            onsets_s=tuple(round(t + moved_s, 6) for t in event.onsets_s),
            intensity=tuple((round(t + moved_s, 6), v) for t, v in event.intensity),
        )
    new = _fitting(new)
    edits: list[Edit] = [SetEvent(event=new)]
    for clip in clips_of_event(project, event.id):
        if moved_s:
            edits.append(MoveClip(clip_id=clip.id, start_s=max(clip.start_s + moved_s, 0.0)))
        if new.track_id != event.track_id:
            edits.append(MoveClipToTrack(clip_id=clip.id, track_id=new.track_id))
        if new.level_db != event.level_db:
            gain_db = clip.gain_db + new.level_db - event.level_db
            edits.append(SetClipGain(clip_id=clip.id, gain_db=round(gain_db, 3)))
        if new.muted != event.muted:
            edits.append(MuteClip(clip_id=clip.id, muted=new.muted))
    return tuple(edits)


def _fitting(event: Event) -> Event:
    """The event without hits and points that lie behind its end."""
    end_s = event.start_s + event.duration_s
    kept = [event.start_s - 1e-6 <= t <= end_s + 1e-6 for t in event.onsets_s]
    if all(kept) and all(t <= end_s + 1e-6 for t, _ in event.intensity):
        return event
    strengths = tuple(s for s, keep in zip(event.strengths, kept, strict=False) if keep)
    return structs.replace(
        event,
        onsets_s=tuple(t for t, keep in zip(event.onsets_s, kept, strict=True) if keep),
        strengths=strengths,
        intensity=tuple((t, v) for t, v in event.intensity if t <= end_s + 1e-6),
    )


def changed_lines(project: Project, events: Sequence[Event], **changes: Any) -> EditGroup | None:
    """One step of the history that changes fields of several lines; None where nothing changes."""
    edits = tuple(edit for event in events for edit in changed_line(project, event, **changes))
    what = ", ".join(key.removesuffix("_s").removesuffix("_db") for key in changes)
    return EditGroup(name=f"Change {what} of {_lines(len(events))}", edits=edits) if edits else None


def deleted_lines(events: Sequence[Event]) -> EditGroup | None:
    """One step of the history that deletes lines."""
    edits = tuple(DeleteEvent(event_id=event.id) for event in events)
    return EditGroup(name=f"Delete {_lines(len(edits))}", edits=edits) if edits else None


def copied_lines(project: Project, events: Sequence[Event]) -> EditGroup | None:
    """One step of the history that adds copies of lines, under ids of their own."""
    taken = {event.id for event in project.events} | set(project.removed)
    edits: list[Edit] = []
    for event in events:
        fresh = free_id(event.id, taken)
        taken.add(fresh)
        edits.append(SetEvent(event=structs.replace(event, id=EventId(fresh))))
    return EditGroup(name=f"Paste {_lines(len(edits))}", edits=tuple(edits)) if edits else None


def free_id(wanted: str, taken: set[str]) -> str:
    """An id that is not taken: the wanted one, or it with a number."""
    number = 2
    found = wanted
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found


def status_of(project: Project, event: Event) -> str:
    """How a line stands: 'muted', 'no take', 'changed' since its take, 'locked' or 'ready'."""
    takes = project.takes_of(event.id)
    if event.muted:
        return "muted"
    if not takes:
        return "no take"
    if any(take.locked for take in takes):
        return "locked"
    recipes = [take.recipe for take in takes if take.recipe is not None]
    if recipes and all(
        (recipe.prompt, recipe.generator) != (event.prompt, event.generator) for recipe in recipes
    ):
        return "changed"
    return "ready"


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"
