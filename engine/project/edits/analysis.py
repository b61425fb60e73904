"""Edits by which machines bring in their work. A hand's work is never overwritten.

What counts as a hand's: keyframes, contacts, events and clips marked so; every mixer, colour and
Doppler setting; names and labels of tracks touched by hand; and deletions (`Project.removed`,
`Track.removed_contacts_s`). Everything else is replaced by what the machine says now.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.project.checks import (
    check_clip,
    check_event,
    check_scene,
    check_take,
    check_track,
    check_video,
)
from engine.project.edits.base import EditBase
from engine.project.edits.merging import merge_tracks
from engine.project.edits.scenes import scenes_at_shots
from engine.project.model import Analysis, Clip, Event, EventId, Project, Scene, Take, Track, Video


class ApplyAnalysis(EditBase, frozen=True, kw_only=True, tag="apply_analysis"):
    """Bring in what was seen in the picture: object tracks with paths and contacts.

    Tracks of the same id are merged; machine tracks that are no longer seen go, with their
    machine-made events and clips, unless a hand has worked on them. With another detector or
    prompt the ids mean other things, so earlier deletions no longer count.
    """

    text: ClassVar[str] = "Analyse video"
    video: Video
    analysis: Analysis
    scene: Scene
    tracks: tuple[Track, ...]

    def apply(self, project: Project) -> Project:
        check_video(self.video)
        check_scene(self.scene)
        for track in self.tracks:
            check_track(track, f"track '{track.id}'")
        same = (self.analysis.detector, self.scene.prompt) == (
            project.analysis.detector,
            project.scene.prompt,
        )
        base = project if same else structs.replace(project, removed=())
        seen = structs.replace(base, video=self.video, analysis=self.analysis, scene=self.scene)
        return scenes_at_shots(_without_orphans(merge_tracks(seen, self.tracks, seen=True)))


class ApplyScript(EditBase, frozen=True, kw_only=True, tag="apply_script"):
    """Bring in a Foley script: tracks of ambience and off the screen, and events for all tracks.

    Machine-made events are replaced; a hand's events stay as they are, and deleted ones away.
    """

    text: ClassVar[str] = "Write Foley script"
    tracks: tuple[Track, ...] = ()
    events: tuple[Event, ...] = ()

    def apply(self, project: Project) -> Project:
        for track in self.tracks:
            check_track(track, f"track '{track.id}'")
        project = merge_tracks(project, self.tracks, seen=False)
        removed = set(project.removed)
        gone_tracks = {track.id for track in self.tracks} & removed
        for event in self.events:
            check_event(event, f"event '{event.id}'")
            if event.track_id not in gone_tracks:
                project.track(event.track_id)
        hand = {event.id: event for event in project.events if event.provenance == "hand"}
        new = [
            hand.pop(event.id, event)
            for event in self.events
            if event.id not in removed and event.track_id not in gone_tracks
        ]
        project = structs.replace(project, events=(*new, *hand.values()))
        return _without_orphans(project)


class ApplyTakes(EditBase, frozen=True, kw_only=True, tag="apply_takes"):
    """Bring in takes made for events, and the clips that play them.

    Machine-made clips of the same events are replaced. An event with a clip that a hand has
    edited, or whose take is locked, keeps just that clip: its new take waits beside it. Clips
    deleted by hand stay away.
    """

    text: ClassVar[str] = "Generate sounds"
    takes: tuple[Take, ...]
    clips: tuple[Clip, ...]

    def apply(self, project: Project) -> Project:
        for take in self.takes:
            check_take(take, f"take '{take.id}'")
            if take.event_id is not None:
                project.event(take.event_id)
        before = project._takes
        locked = {take.id for take in project.takes if take.locked}
        for take in self.takes:
            project = project.with_take(structs.replace(take, locked=take.id in locked))
        events = {take.event_id for take in self.takes if take.event_id is not None}
        event_of = {take.id: take.event_id for take in project.takes}
        kept = tuple(
            clip
            for clip in project.clips
            if clip.provenance == "hand"
            or clip.take_id in locked
            or event_of[clip.take_id] not in events
        )
        by_hand = {
            event_of[clip.take_id]
            for clip in kept
            if clip.provenance == "hand" or clip.take_id in locked
        } - {None}
        taken = {clip.id for clip in kept} | set(project.removed)
        new = []
        for clip in self.clips:
            project.track(clip.track_id)
            check_clip(clip, project.take(clip.take_id), f"clip '{clip.id}'")
            if event_of[clip.take_id] not in by_hand and clip.id not in taken:
                new.append(clip)
        project = structs.replace(project, clips=(*kept, *new))
        return _without_spent_takes(project, before, events)


def _without_spent_takes(
    project: Project, before: dict[str, Take], events: set[EventId]
) -> Project:
    """Earlier generated takes of these events go, unless a clip still plays them."""
    played = {clip.take_id for clip in project.clips}
    new_ids = {take.id for take in project.takes} - set(before)
    renewed = {
        take.id for take in project.takes if take.id in new_ids or before.get(take.id) is not take
    }
    takes = tuple(
        take
        for take in project.takes
        if take.id in played
        or take.id in renewed
        or take.event_id not in events
        or take.recipe is None
        or take.locked
    )
    return structs.replace(project, takes=takes)


def _without_orphans(project: Project) -> Project:
    """Drop machine-made events, clips and takes whose track or event is gone."""
    tracks = set(project._tracks)
    events = tuple(event for event in project.events if event.track_id in tracks)
    known = {event.id for event in events}
    orphans = {
        take.id
        for take in project.takes
        if take.event_id is not None and take.event_id not in known
    }
    clips = tuple(
        clip
        for clip in project.clips
        if clip.track_id in tracks and (clip.provenance == "hand" or clip.take_id not in orphans)
    )
    played = {clip.take_id for clip in clips}
    takes = tuple(
        structs.replace(take, event_id=None) if take.id in orphans else take
        for take in project.takes
        if take.id not in orphans or take.id in played or take.recipe is None or take.locked
    )
    return structs.replace(project, events=events, clips=clips, takes=takes)
