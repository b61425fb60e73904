"""Edits of what happens: script events, and contacts seen in the picture."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.errors import ProjectError
from engine.project.checks import check_contact, check_event
from engine.project.edits.base import (
    EditBase,
    by_hand,
    forget_removed,
    item_at,
    remember_removed,
)
from engine.project.limits import check_time
from engine.project.model import Contact, Event, Project, Track


class SetEvent(EditBase, frozen=True, kw_only=True, tag="set_event"):
    """Add a script event, or change the one of the same id."""

    text: ClassVar[str] = "Edit event"
    event: Event

    @property
    def coalesce_key(self) -> str | None:
        return f"SetEvent:{self.event.id}"

    def apply(self, project: Project) -> Project:
        check_event(self.event)
        project.track(self.event.track_id)
        return forget_removed(project.with_event(by_hand(self.event)), {self.event.id})


class DeleteEvent(EditBase, frozen=True, kw_only=True, tag="delete_event"):
    """Remove a script event and the clips a machine made for it; clips edited by hand stay."""

    text: ClassVar[str] = "Delete event"
    event_id: str

    def apply(self, project: Project) -> Project:
        project.event(self.event_id)
        own = {take.id for take in project.takes if take.event_id == self.event_id}
        clips = tuple(
            clip for clip in project.clips if clip.take_id not in own or clip.provenance == "hand"
        )
        takes = tuple(
            structs.replace(take, event_id=None) if take.id in own else take
            for take in project.takes
        )
        events = tuple(event for event in project.events if event.id != self.event_id)
        smaller = structs.replace(project, events=events, clips=clips, takes=takes)
        return remember_removed(smaller, self.event_id)


class AddContact(EditBase, frozen=True, kw_only=True, tag="add_contact"):
    """Mark a moment where something touches."""

    text: ClassVar[str] = "Add contact"
    track_id: str
    contact: Contact

    def apply(self, project: Project) -> Project:
        check_contact(self.contact)
        track = project.track(self.track_id)
        contacts = (*track.contacts, by_hand(self.contact))
        return project.with_track(structs.replace(track, contacts=_sorted(contacts)))


class MoveContact(EditBase, frozen=True, kw_only=True, tag="move_contact"):
    """Move contact `index` of a track in time, staying between its neighbours."""

    text: ClassVar[str] = "Move contact"
    track_id: str
    index: int
    time_s: float

    @property
    def coalesce_key(self) -> str | None:
        return f"MoveContact:{self.track_id}:{self.index}"

    def apply(self, project: Project) -> Project:
        check_time(self.time_s, "contact time")
        track = project.track(self.track_id)
        contact = item_at(track.contacts, self.index, "contact")
        contacts = list(track.contacts)
        contacts[self.index] = by_hand(structs.replace(contact, time_s=self.time_s))
        if _sorted(tuple(contacts)) != tuple(contacts):
            raise ProjectError(
                f"contact {self.index} cannot move past its neighbour to {self.time_s:g} s",
                place=track.name,
                remedy="delete it and add one at the new time",
            )
        moved = structs.replace(_leave_free(track, contact), contacts=tuple(contacts))
        return project.with_track(moved)


class DeleteContact(EditBase, frozen=True, kw_only=True, tag="delete_contact"):
    """Remove contact `index` of a track; a new analysis does not bring it back."""

    text: ClassVar[str] = "Delete contact"
    track_id: str
    index: int

    def apply(self, project: Project) -> Project:
        track = project.track(self.track_id)
        contact = item_at(track.contacts, self.index, "contact")
        contacts = track.contacts[: self.index] + track.contacts[self.index + 1 :]
        return project.with_track(structs.replace(_leave_free(track, contact), contacts=contacts))


def _leave_free(track: Track, contact: Contact) -> Track:
    if contact.provenance == "hand":
        return track
    return structs.replace(track, removed_contacts_s=(*track.removed_contacts_s, contact.time_s))


def _sorted(contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
    return tuple(sorted(contacts, key=lambda contact: contact.time_s))
