"""Edits of tracks: add, delete, rename, colour, label, order."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.errors import ProjectError
from engine.project.box_correction import BoxCorrection, with_correction
from engine.project.checks import check_track
from engine.project.edits.base import (
    EditBase,
    by_hand,
    change_track,
    forget_removed,
    refuse_taken,
    remember_removed,
)
from engine.project.limits import check_colour, check_text
from engine.project.model import ContentHash, Project, Track


class AddTrack(EditBase, frozen=True, kw_only=True, tag="add_track"):
    """Add a track made by hand, at the end."""

    text: ClassVar[str] = "Add track"
    track: Track

    def apply(self, project: Project) -> Project:
        refuse_taken(project, "track", self.track.id)
        check_track(self.track)
        return forget_removed(project.with_track(by_hand(self.track)), {self.track.id})


class DeleteTrack(EditBase, frozen=True, kw_only=True, tag="delete_track"):
    """Remove a track with its events and clips (takes stay). A machine does not bring it back."""

    text: ClassVar[str] = "Delete track"
    track_id: str

    def apply(self, project: Project) -> Project:
        project.track(self.track_id)
        clips = tuple(clip for clip in project.clips if clip.track_id != self.track_id)
        events = tuple(event for event in project.events if event.track_id != self.track_id)
        tracks = tuple(track for track in project.tracks if track.id != self.track_id)
        kept = {event.id for event in events}
        takes = tuple(
            structs.replace(take, event_id=None)
            if take.event_id is not None and take.event_id not in kept
            else take
            for take in project.takes
        )
        smaller = structs.replace(project, clips=clips, events=events, tracks=tracks, takes=takes)
        return remember_removed(smaller, self.track_id)


class RenameTrack(EditBase, frozen=True, kw_only=True, tag="rename_track"):
    """Give a track another name."""

    text: ClassVar[str] = "Rename track"
    track_id: str
    name: str

    @property
    def coalesce_key(self) -> str | None:
        return f"RenameTrack:{self.track_id}"

    def apply(self, project: Project) -> Project:
        check_text(self.name, "track name")
        return change_track(
            project, self.track_id, lambda track: by_hand(structs.replace(track, name=self.name))
        )


class SetTrackColour(EditBase, frozen=True, kw_only=True, tag="set_track_colour"):
    """Give a track another colour (#rrggbb)."""

    text: ClassVar[str] = "Track colour"
    track_id: str
    colour: str

    @property
    def coalesce_key(self) -> str | None:
        return f"SetTrackColour:{self.track_id}"

    def apply(self, project: Project) -> Project:
        check_colour(self.colour)
        return change_track(
            project, self.track_id, lambda track: structs.replace(track, colour=self.colour)
        )


class SetTrackLabel(EditBase, frozen=True, kw_only=True, tag="set_track_label"):
    """Say what a track's object is ('person', 'ball'): the script's rules go by it."""

    text: ClassVar[str] = "Track label"
    track_id: str
    object_label: str

    def apply(self, project: Project) -> Project:
        check_text(self.object_label, "track label")
        return change_track(
            project,
            self.track_id,
            lambda track: by_hand(structs.replace(track, label=self.object_label)),
        )


class SetTrackBoxes(EditBase, frozen=True, kw_only=True, tag="set_track_boxes"):
    """Show a track's object elsewhere in the picture (an array of boxes beside the value)."""

    text: ClassVar[str] = "Correct boxes"
    track_id: str
    boxes: ContentHash | None
    correction: BoxCorrection | None = None
    """What a hand said, for a new analysis to be put right by it, too."""

    def apply(self, project: Project) -> Project:
        track = structs.replace(project.track(self.track_id), boxes=self.boxes)
        if self.correction is not None:
            corrections = with_correction(track.box_corrections, self.correction)
            track = structs.replace(track, box_corrections=corrections)
        check_track(track)
        return project.with_track(track)


class ReorderTrack(EditBase, frozen=True, kw_only=True, tag="reorder_track"):
    """Move a track to another place in the list."""

    text: ClassVar[str] = "Reorder tracks"
    track_id: str
    index: int

    @property
    def coalesce_key(self) -> str | None:
        return f"ReorderTrack:{self.track_id}"

    def apply(self, project: Project) -> Project:
        track = project.track(self.track_id)
        if not isinstance(self.index, int) or not 0 <= self.index < len(project.tracks):
            raise ProjectError(
                f"there is no place {self.index} in a list of {len(project.tracks)} tracks"
            )
        others = [other for other in project.tracks if other.id != self.track_id]
        others.insert(self.index, track)
        return structs.replace(project, tracks=tuple(others))
