"""What is done with several clips together: groups, cross-fades, takes, regions, fine nudging."""

from __future__ import annotations

import uuid

from app.clip_groups import new_group
from app.edit_jobs import start_edit
from app.editing import EditingVerbs
from app.notices import Notice
from app.words import tr
from engine.job_queue import URGENT
from engine.project.edits import (
    AddMarker,
    CrossFadeClips,
    DeleteTake,
    GroupClips,
    LockTake,
    SetClipTake,
)
from engine.project.edits.takes import alternatives
from engine.project.model import Clip, Marker

FINE_S = 0.001


class ClipVerbs(EditingVerbs):
    """Verbs on the selected clips; each is one step of the history."""

    def group_clips(self) -> None:
        """From now on they are selected together."""
        clips = self.chosen_clips()
        if len(clips) > 1:
            ids = tuple(clip.id for clip in clips)
            self.session.do(GroupClips(clip_ids=ids, group=new_group()))

    def ungroup_clips(self) -> None:
        """From now on each is selected by itself."""
        ids = tuple(clip.id for clip in self.chosen_clips() if clip.group)
        if ids:
            self.session.do(GroupClips(clip_ids=ids, group=""))

    def cross_fade(self) -> None:
        """Fade those that overlap or touch into each other (one clip: with its neighbours)."""
        clips = self.chosen_clips()
        if len(clips) == 1:
            clips = self._with_neighbours(clips[0])
        self.session.do(CrossFadeClips(clip_ids=tuple(clip.id for clip in clips)))

    def _with_neighbours(self, clip: Clip) -> list[Clip]:
        """A clip and those of its track that it touches or overlaps at one end."""
        end_s = clip.start_s + clip.duration_s
        near = [
            other for other in self.session.project.clips_of(clip.track_id)
            if other.id != clip.id
            and other.start_s <= end_s + 1e-3
            and other.start_s + other.duration_s >= clip.start_s - 1e-3
        ]  # fmt: skip
        return [clip, *near]

    def nudge_left_fine(self) -> None:
        self._nudge_by(-FINE_S)

    def nudge_right_fine(self) -> None:
        self._nudge_by(FINE_S)

    def next_take(self) -> None:
        self._turn_takes(+1)

    def previous_take(self) -> None:
        self._turn_takes(-1)

    def _turn_takes(self, by: int) -> None:
        """Let the selected clips sound the next take that was made for their event."""
        edits = []
        for clip in self.chosen_clips():
            takes = alternatives(self.session.project, self.session.project.take(clip.take_id))
            if len(takes) > 1:
                at = [take.id for take in takes].index(clip.take_id)
                wanted = takes[(at + by) % len(takes)].id
                edits.append(SetClipTake(clip_id=clip.id, take_id=wanted))
        if edits:
            self._do_each("Choose take", edits)
        else:
            self.session.tell(Notice(tr("There is only one take for this clip"), fades=True))

    def listen_to_take(self) -> None:
        """Hear the selected clip in its place, among everything else."""
        clips = self.chosen_clips()
        if clips:
            self.session.audition.begin(clips[0].id, clips[0].take_id)

    def lock_take(self) -> None:
        """Lock the takes of the selected clips, or unlock them when all are locked."""
        project = self.session.project
        takes = {clip.take_id: project.take(clip.take_id) for clip in self.chosen_clips()}
        locked = not all(take.locked for take in takes.values())
        edits = [LockTake(take_id=take_id, locked=locked) for take_id in takes]
        self._do_each("Lock takes of" if locked else "Unlock takes of", edits)

    def delete_take(self) -> None:
        """Delete the takes that the selected clips sound; each goes on with a neighbour."""
        takes = dict.fromkeys(clip.take_id for clip in self.chosen_clips())
        self._do_each("Delete takes of", [DeleteTake(take_id=take_id) for take_id in takes])

    def another_take(self) -> None:
        """Make a further take for the events of the selected clips, in the background."""
        project = self.session.project
        made_for = {project.take(clip.take_id).event_id for clip in self.chosen_clips()} - {None}
        if not made_for:
            self.session.tell(Notice(tr("This clip was not made from the script"), fades=True))
            return
        event_ids = tuple(sorted(str(event_id) for event_id in made_for))
        start_edit(self.session, "Make another take", "another take", event_ids, priority=URGENT)

    def add_region(self) -> None:
        """Name the selected time."""
        span = self.session.selection.span_s
        if span is None:
            return
        number = sum(marker.length_s > 0.0 for marker in self.session.project.markers) + 1
        region = Marker(
            id=f"region-{uuid.uuid4().hex[:8]}", time_s=span[0], name=f"Region {number}",
            length_s=span[1] - span[0],
        )  # fmt: skip
        self.session.do(AddMarker(marker=region))
