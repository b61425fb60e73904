"""Clips that were copied, and how they come back: at another time, on the tracks they fit."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from msgspec import structs

from engine.project.carrying import Journey
from engine.project.edits import AddClip
from engine.project.model import Clip, ClipId, Project, TrackId


@dataclass(frozen=True)
class Pasted:
    """A clip that comes back, and how far it has come."""

    edit: AddClip
    journey: Journey


class Clipboard:
    """Holds the clips copied last; they are pasted as often as wanted."""

    def __init__(self) -> None:
        self._clips: tuple[Clip, ...] = ()
        self.source = Project()
        """Where they were copied from."""

    def copy(self, clips: list[Clip], project: Project) -> None:
        """Remember these clips in place of the last ones, and what was drawn under them."""
        self._clips = tuple(clips)
        self.source = project

    def pasted(self, project: Project, time_s: float, track_id: str | None) -> list[Pasted]:
        """Edits that put the copied clips back, the first one's start at `time_s`.

        Clips of a single track go to `track_id` (where given), those of several keep theirs. What
        the project has no track or take for any more is left out.
        """
        if not self._clips:
            return []
        tracks = {track.id for track in project.tracks}
        takes = {take.id for take in project.takes}
        one_track = len({clip.track_id for clip in self._clips}) == 1
        first_s = min(clip.start_s for clip in self._clips)
        edits = []
        for clip in self._clips:
            home = TrackId(track_id) if one_track and track_id is not None else clip.track_id
            if home in tracks and clip.take_id in takes:
                fresh = structs.replace(
                    clip,
                    id=ClipId(f"clip-{uuid.uuid4().hex[:12]}"),
                    track_id=home,
                    start_s=time_s + clip.start_s - first_s,
                )
                journey = Journey(clip, fresh.start_s - clip.start_s, home)
                edits.append(Pasted(AddClip(clip=fresh), journey))
        return edits
