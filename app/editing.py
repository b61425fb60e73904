"""The editing verbs: what happens to clips, tracks, keyframes and markers from the keyboard."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from msgspec import structs

from app import ripples
from app.clip_groups import groups_of_copies
from app.clipboard import Clipboard
from app.envelope_menu import delete_point
from app.selection import Selected
from app.session import Session
from app.views.stage.gestures import edits_at_time
from app.views.timeline.carrying import carrying_edits
from app.views.timeline.gestures import new_clip_id
from app.views.timeline.ticks import DEFAULT_RATE
from engine.project.carrying import Journey
from engine.project.edits import (
    AddMarker,
    AddTrack,
    DeleteClip,
    DeleteEvent,
    DeleteKeyframe,
    DeleteTrack,
    DuplicateClip,
    Edit,
    EditGroup,
    MoveClip,
    MuteClip,
    MuteTrack,
    ReorderTrack,
    SoloTrack,
    SplitClip,
)
from engine.project.model import Clip, Keyframe, Marker, Project, Track, TrackId, Trajectory
from engine.project.palette import TRACK_COLOURS


class EditingVerbs:
    """Verbs that act on the selection; each is one step of the history."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.clipboard = Clipboard()

    def chosen_clips(self) -> list[Clip]:
        """The selected clips."""
        chosen = self.session.selection.value.clip_ids
        return [clip for clip in self.session.project.clips if clip.id in chosen]

    def undo(self) -> None:
        self.session.undo()

    def redo(self) -> None:
        self.session.redo()

    def split(self) -> None:
        """Split the selected clips (else the selected track's); the right parts are selected."""
        session = self.session
        here_s = session.playback.position_s
        clips = self.chosen_clips()
        if not clips and session.selection.value.track_id is not None:
            clips = list(session.project.clips_of(session.selection.value.track_id))
        inside = [
            clip for clip in clips
            if clip.start_s + 1e-3 < here_s < clip.start_s + clip.duration_s - 1e-3
        ]  # fmt: skip
        edits = [SplitClip(clip_id=clip.id, time_s=here_s, new_id=new_clip_id()) for clip in inside]
        self._do_each("Split", edits)
        if edits:
            session.selection.select_clips({edit.new_id for edit in edits})

    def duplicate(self) -> None:
        """Put copies of the selected clips right behind them."""
        session, clips = self.session, self.chosen_clips()
        if not clips:
            return
        first_s = min(clip.start_s for clip in clips)
        length_s = max(clip.start_s + clip.duration_s for clip in clips) - first_s
        fresh = [new_clip_id() for _ in clips]
        copies: list[Edit] = [
            DuplicateClip(clip_id=clip.id, new_id=new_id, start_s=clip.start_s + length_s)
            for clip, new_id in zip(clips, fresh, strict=True)
        ]
        journeys = [Journey(clip, length_s, clip.track_id) for clip in clips]
        project = session.project
        copied = [structs.replace(clip, start_s=clip.start_s + length_s) for clip in clips]
        room = ripples.with_insertion(project, session.selection, copied)
        along = self._carried(journeys, copy=True, room=room)
        along += groups_of_copies(clips, fresh)
        self._do_each("Duplicate", copies, along, room=room)
        session.selection.select_clips(fresh)

    def delete(self) -> None:
        """Delete the selected clips, else the point, the keyframe, or the script line."""
        session = self.session
        chosen = session.selection.value
        if chosen.clip_ids:
            self._delete_clips("Delete")
        elif chosen.point is not None and chosen.track_id is not None:
            delete_point(session, chosen.track_id, *chosen.point)
        elif chosen.keyframe is not None and chosen.track_id is not None:
            edit = DeleteKeyframe(track_id=chosen.track_id, index=chosen.keyframe)
            if session.do(edit):
                session.selection.set(Selected(track_id=chosen.track_id))
        elif chosen.event_id is not None:
            session.do(DeleteEvent(event_id=chosen.event_id))

    def copy(self) -> None:
        """Remember the selected clips."""
        clips = self.chosen_clips()
        if clips:
            self.clipboard.copy(clips, self.session.project)

    def cut(self) -> None:
        """Remember the selected clips and delete them."""
        self.copy()
        self._delete_clips("Cut")

    def _delete_clips(self, verb: str) -> None:
        clips = self.chosen_clips()
        closing = ripples.with_deletion(self.session.project, self.session.selection, clips)
        self._do_each(verb, [DeleteClip(clip_id=clip.id) for clip in clips], closing)

    def paste(self) -> None:
        """Put the remembered clips at the playhead; they are selected, the playhead goes on."""
        session = self.session
        track_id = session.selection.value.track_id
        pasted = self.clipboard.pasted(session.project, session.playback.position_s, track_id)
        if not pasted:
            return
        edits = [one.edit for one in pasted]
        journeys = [one.journey for one in pasted]
        room = ripples.with_insertion(
            session.project, session.selection, [one.edit.clip for one in pasted]
        )
        along = self._carried(journeys, copy=True, source=self.clipboard.source, room=room)
        originals = [one.journey.clip for one in pasted]
        along += groups_of_copies(originals, [edit.clip.id for edit in edits])
        self._do_each("Paste", edits, along, room=room)
        session.selection.select_clips({edit.clip.id for edit in edits})
        session.locate(max(edit.clip.start_s + edit.clip.duration_s for edit in edits))

    def mute_clips(self) -> None:
        clips = self.chosen_clips()
        muted = not all(clip.muted for clip in clips)
        self._do_each(
            "Mute" if muted else "Unmute",
            [MuteClip(clip_id=clip.id, muted=muted) for clip in clips],
        )

    def select_all(self) -> None:
        self.session.selection.select_clips(clip.id for clip in self.session.project.clips)

    def deselect(self) -> None:
        self.session.selection.clear()

    def nudge_left(self) -> None:
        self._nudge_by(-self._video_frame_s())

    def nudge_right(self) -> None:
        self._nudge_by(self._video_frame_s())

    def _video_frame_s(self) -> float:
        video = self.session.project.video
        return 1.0 / float(video.rate if video else DEFAULT_RATE)

    def _nudge_by(self, step_s: float) -> None:
        """Move the selected clips by some seconds."""
        clips = self.chosen_clips()
        if clips and min(clip.start_s for clip in clips) + step_s >= 0.0:
            journeys = [Journey(clip, step_s, clip.track_id) for clip in clips]
            project, selection = self.session.project, self.session.selection
            self._do_each(
                "Nudge",
                [MoveClip(clip_id=clip.id, start_s=clip.start_s + step_s) for clip in clips],
                ripples.with_move(project, selection, clips, step_s)
                or self._carried(journeys, copy=False),
            )

    def add_marker(self) -> None:
        session = self.session
        number = len(session.project.markers) + 1
        marker = Marker(
            id=f"marker-{uuid.uuid4().hex[:8]}",
            time_s=session.playback.position_s,
            name=f"Marker {number}",
        )
        session.do(AddMarker(marker=marker))

    def add_track(self) -> None:
        """A new object two metres in front of the listener."""
        session = self.session
        number = len(session.project.tracks)
        track = Track(
            id=TrackId(f"track-{uuid.uuid4().hex[:8]}"),
            name=f"Track {number + 1}",
            colour=TRACK_COLOURS[number % len(TRACK_COLOURS)],
            trajectory=Trajectory(
                keyframes=(Keyframe(time_s=0.0, x_m=2.0, y_m=0.0, z_m=0.0, provenance="hand"),)
            ),
            end_s=session.project.duration_s,
            provenance="hand",
        )
        if session.do(AddTrack(track=track)):
            session.selection.select_track(track.id)

    def mute_track(self) -> None:
        track = self._track()
        if track is not None:
            self.session.do(MuteTrack(track_id=track.id, muted=not track.strip.muted))

    def solo_track(self) -> None:
        track = self._track()
        if track is not None:
            self.session.do(SoloTrack(track_id=track.id, soloed=not track.strip.soloed))

    def track_up(self) -> None:
        self._reorder(-1)

    def track_down(self) -> None:
        self._reorder(+1)

    def delete_track(self) -> None:
        track = self._track()
        if track is not None:
            self.session.do(DeleteTrack(track_id=track.id))

    def add_keyframe(self) -> None:
        """Pin the selected source where it is now."""
        track = self._track()
        if track is None or track.kind != "object":
            return
        here_s = self.session.playback.position_s
        x_m, y_m, z_m = (float(value) for value in track.trajectory.at(here_s))
        self.session.do(edits_at_time(self.session.project, track.id, here_s)(x_m, y_m, z_m))

    def _track(self) -> Track | None:
        track_id = self.session.selection.value.track_id
        return self.session.project.track(track_id) if track_id is not None else None

    def _reorder(self, by: int) -> None:
        track = self._track()
        if track is None:
            return
        index = self.session.project.tracks.index(track) + by
        if 0 <= index < len(self.session.project.tracks):
            self.session.do(ReorderTrack(track_id=track.id, index=index))

    def _carried(
        self,
        journeys: Sequence[Journey],
        *,
        copy: bool,
        source: Project | None = None,
        room: Sequence[Edit] = (),
    ) -> list[Edit]:
        """The automation that goes along, when it is wanted, once there is `room` for it."""
        project = self.session.project
        if not self.session.selection.carries_automation:
            return []
        target = project
        for edit in room:
            target = edit.apply(target)
        return carrying_edits(source or project, target, journeys, copy=copy)

    def _do_each(
        self,
        verb: str,
        edits: Sequence[Edit],
        along: Sequence[Edit] = (),
        room: Sequence[Edit] = (),
    ) -> None:
        """Several edits of clips, what makes `room` and what goes along, as one step."""
        if len(edits) == 1 and not along and not room:
            self.session.do(edits[0])
        elif edits:
            name = f"{verb} {len(edits)} clips" if len(edits) > 1 else edits[0].label
            self.session.do(EditGroup(name=name, edits=(*room, *edits, *along)))
