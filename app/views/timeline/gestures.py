"""What a drag in the lanes does: move, copy, trim, fade, rubber band. Each is one undo step."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from msgspec import structs
from PySide6.QtCore import QPointF, QRectF, Qt

from app import ripples
from app.clip_groups import groups_of_copies, whole_groups
from app.views.timeline.carrying import carrying_edits
from app.views.timeline.clip_index import row_of
from app.views.timeline.snapping import beats_s, snap_points_s, snapped_s
from app.views.timeline.ticks import DEFAULT_RATE
from engine.media.timecode import format_timecode
from engine.project.carrying import Journey
from engine.project.edits import (
    DuplicateClip,
    Edit,
    EditGroup,
    MoveClip,
    MoveClipToTrack,
    RippleTime,
    SetClipFades,
    TrimClip,
)
from engine.project.model import Clip, ClipId, Project, TrackId
from engine.project.rippling import of_trims

if TYPE_CHECKING:
    from app.views.timeline.lanes import Lanes

SHORTEST_CLIP_S = 0.01
START_DISTANCE_PX = 3.0
MOST_TO_OTHER_TRACKS = 100
"""More clips than this only move in time."""


class Gesture(Protocol):
    """A drag in progress."""

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer is here now."""

    def finish(self) -> None:
        """The button went up."""

    def cancel(self) -> None:
        """Escape: as if it had never begun."""


def new_clip_id() -> ClipId:
    """A clip id nobody has."""
    return ClipId(f"clip-{uuid.uuid4().hex[:12]}")


class Begun:
    """A gesture that becomes one step of the history once the pointer has left its place."""

    def __init__(self, lanes: Lanes, start: QPointF) -> None:
        self.lanes = lanes
        self.start = start
        self.running = False
        self._left_s = lanes.axis.left_s

    def has_begun(self, point: QPointF, after_px: float) -> bool:
        """Whether the pointer is or was far enough away; the first time, the gesture begins."""
        if not self.running and (point - self.start).manhattanLength() >= after_px:
            self.begin()
        return self.running

    def begin(self) -> None:
        """From now on edits belong to this gesture."""
        self.running = True
        self.lanes.gesture_began.emit()

    def shift_s(self, point: QPointF) -> float:
        """How far the pointer is from its starting place, which may have been scrolled away."""
        axis = self.lanes.axis
        return (point.x() - self.start.x()) / axis.px_per_s + axis.left_s - self._left_s

    def finish(self) -> None:
        self.lanes.readout = None
        if self.running:
            self.lanes.gesture_ended.emit()

    def cancel(self) -> None:
        self.lanes.readout = None
        if self.running:
            self.lanes.gesture_cancelled.emit()


class Editing(Begun, ABC):
    """A gesture on clips."""

    def __init__(self, lanes: Lanes, start: QPointF, touched: frozenset[str]) -> None:
        super().__init__(lanes, start)
        self.project: Project = lanes.project
        self.points_s = snap_points_s(self.project, touched, lanes.position_s)
        if lanes.axis.time_format == "bars":
            self.points_s = np.union1d(self.points_s, beats_s(self.project))

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self.has_begun(point, START_DISTANCE_PX):
            self.lanes.snap_line_s = None
            self.drag(self.shift_s(point), point, self.lanes.snapping_with(modifiers))

    @abstractmethod
    def drag(self, delta_s: float, point: QPointF, snap: bool) -> None:
        """The pointer is `delta_s` from where it went down."""

    def tell(self, point: QPointF, text: str) -> None:
        """Show what the drag sets, beside the pointer."""
        self.lanes.readout = (point, text)

    def tell_time(self, point: QPointF, time_s: float, change_s: float) -> None:
        """Show a time in timecode, and by how much it has changed."""
        video = self.project.video
        time = format_timecode(max(0.0, time_s), video.rate if video else DEFAULT_RATE)
        self.tell(point, f"{time}   {change_s:+.3f} s".replace("-", "−"))

    def snap(self, time_s: float, snap: bool) -> float:
        """`time_s`, snapped when wanted; shows the line it landed on."""
        if not snap:
            return time_s
        found_s, landed = snapped_s(time_s, self.points_s, self.lanes.axis.px_per_s, self.project)
        if landed:
            self.lanes.snap_line_s = found_s
        return found_s


class MoveClips(Editing):
    """Drag clips along the timeline and to other tracks."""

    def __init__(self, lanes: Lanes, start: QPointF, clip: Clip) -> None:
        chosen = lanes.selection.value.clip_ids | {clip.id}
        super().__init__(lanes, start, self.snaps_not_to(chosen))
        self.lead = clip
        self.clips = [one for one in self.project.clips if one.id in chosen]

    def snaps_not_to(self, chosen: frozenset[str]) -> frozenset[str]:
        """Clips do not snap to where they were."""
        return chosen

    def drag(self, delta_s: float, point: QPointF, snap: bool) -> None:
        wanted_s = self._snapped_start_s(self.lead.start_s + delta_s, snap)
        earliest_s = min(clip.start_s for clip in self.clips)
        shift_s = max(wanted_s - self.lead.start_s, -earliest_s)
        self.tell_time(point, self.lead.start_s + shift_s, shift_s)
        self.place(shift_s, self._homes(point))

    def _homes(self, point: QPointF) -> dict[str, TrackId]:
        """The track of every clip now: all of them go up or down as far as the lead one."""
        order = self.lanes.rows.track_ids
        if len(self.clips) > MOST_TO_OTHER_TRACKS or self.stays_on_track:
            return {clip.id: clip.track_id for clip in self.clips}
        rows = [order.index(clip.track_id) for clip in self.clips]
        lead = order.index(self.lead.track_id)
        under = self.lanes.rows.index_at(point.y())
        by = (lead if under is None else under) - lead
        by = min(max(by, -min(rows)), len(order) - 1 - max(rows))
        return {
            clip.id: TrackId(order[row + by]) for clip, row in zip(self.clips, rows, strict=True)
        }

    def place(self, shift_s: float, homes: dict[str, TrackId]) -> None:
        """Put the clips `shift_s` from where they were, each on its track of `homes`."""
        moves: list[Edit] = [
            MoveClip(clip_id=clip.id, start_s=clip.start_s + shift_s) for clip in self.clips
        ]
        if self.stays_on_track:
            selection = self.lanes.selection
            moves += ripples.with_move(self.project, selection, self.clips, shift_s)
        else:
            if len(self.clips) <= MOST_TO_OTHER_TRACKS:
                moves += [MoveClipToTrack(clip_id=c.id, track_id=homes[c.id]) for c in self.clips]
            moves += self.carried(shift_s, homes, self.project, copy=False)
        name = "Move clip" if len(self.clips) == 1 else f"Move {len(self.clips)} clips"
        self.lanes.edit_requested.emit(EditGroup(name=name, edits=tuple(moves)))
        if homes[self.lead.id] != self.lanes.selection.value.track_id:
            self.lanes.selection.select_clips(set(homes), homes[self.lead.id])

    @property
    def stays_on_track(self) -> bool:
        """Whether what lies behind goes along: clips then only move in time."""
        return self.lanes.selection.ripple != "off"

    def carried(
        self, shift_s: float, homes: dict[str, TrackId], target: Project, *, copy: bool
    ) -> list[Edit]:
        """The automation that goes along to `target`, when it is wanted."""
        if not self.lanes.selection.carries_automation:
            return []
        journeys = [Journey(clip, shift_s, homes[clip.id]) for clip in self.clips]
        return carrying_edits(self.project, target, journeys, copy=copy)

    def _snapped_start_s(self, start_s: float, snap: bool) -> float:
        """Either edge of the clip may land on a point; the start wins."""
        if not snap:
            return start_s
        scale = self.lanes.axis.px_per_s
        head_s, head_landed = snapped_s(start_s, self.points_s, scale, self.project)
        tail_s, tail_landed = snapped_s(
            start_s + self.lead.duration_s, self.points_s, scale, self.project
        )
        if tail_landed and not head_landed:
            self.lanes.snap_line_s = tail_s
            return tail_s - self.lead.duration_s
        if head_landed:
            self.lanes.snap_line_s = head_s
        return head_s


class CopyClips(MoveClips):
    """Ctrl+drag: outlines follow the pointer, copies land where it is let go."""

    def snaps_not_to(self, chosen: frozenset[str]) -> frozenset[str]:
        return frozenset()

    @property
    def stays_on_track(self) -> bool:
        return False

    def place(self, shift_s: float, homes: dict[str, TrackId]) -> None:
        self.lanes.ghosts = [
            structs.replace(clip, start_s=clip.start_s + shift_s, track_id=homes[clip.id])
            for clip in self.clips
        ]
        room = ripples.with_insertion(self.project, self.lanes.selection, self.lanes.ghosts)
        target = room[0].apply(self.project) if room else self.project
        self._room, self._carried = room, self.carried(shift_s, homes, target, copy=True)

    def finish(self) -> None:
        ghosts, self.lanes.ghosts = self.lanes.ghosts, []
        if ghosts:
            edits: list[Edit] = [*self._room]
            copies = [new_clip_id() for _ in ghosts]
            for ghost, fresh in zip(ghosts, copies, strict=True):
                edits += [
                    DuplicateClip(clip_id=ghost.id, new_id=fresh, start_s=ghost.start_s),
                    MoveClipToTrack(clip_id=fresh, track_id=ghost.track_id),
                ]
            edits += [*self._carried, *groups_of_copies(ghosts, copies)]
            name = "Copy clip" if len(ghosts) == 1 else f"Copy {len(ghosts)} clips"
            self.lanes.edit_requested.emit(EditGroup(name=name, edits=tuple(edits)))
        super().finish()

    def cancel(self) -> None:
        self.lanes.ghosts = []
        super().cancel()


class TrimEdge(Editing):
    """Drag a clip's left or right edge, and with it that of all selected clips.

    The sound inside stays where it is; a clip whose take ends stops there.
    """

    def __init__(
        self, lanes: Lanes, start: QPointF, clip: Clip, edge: Literal["left", "right"]
    ) -> None:
        chosen = lanes.selection.value.clip_ids | {clip.id}
        super().__init__(lanes, start, chosen)
        self.lead = clip
        self.edge = edge
        self.clips = [one for one in self.project.clips if one.id in chosen]

    def drag(self, delta_s: float, point: QPointF, snap: bool) -> None:
        lead = self.lead
        was_s = lead.start_s if self.edge == "left" else lead.start_s + lead.duration_s
        shift_s = self.snap(was_s + delta_s, snap) - was_s
        trims = [self._trimmed(clip, shift_s) for clip in self.clips]
        own = self._trimmed(lead, shift_s)
        edits: list[Edit] = [*trims, *self._rippled(trims)]
        left_s = lead.start_s + own.offset_s - lead.offset_s
        edge_s = left_s if self.edge == "left" else own.start_s + own.duration_s
        self.tell_time(point, edge_s, edge_s - was_s)
        name = "Trim clip" if len(trims) == 1 else f"Trim {len(trims)} clips"
        single = len(edits) == 1
        self.lanes.edit_requested.emit(own if single else EditGroup(name=name, edits=tuple(edits)))

    def _rippled(self, trims: list[TrimClip]) -> list[RippleTime]:
        """What goes along: the edge that is trimmed stays, what is behind the clip closes up."""
        selection = self.lanes.selection
        if selection.ripple == "off":
            return []
        longer = [
            (clip, trim.duration_s - clip.duration_s)
            for clip, trim in zip(self.clips, trims, strict=True)
        ]
        shifts = of_trims(longer, self.lead, selection.ripple)
        return ripples.along(self.project, selection, shifts)

    def _trimmed(self, clip: Clip, shift_s: float) -> TrimClip:
        take_s = self.project.take(clip.take_id).duration_s
        start_s, offset_s, end_s = clip.start_s, clip.offset_s, clip.start_s + clip.duration_s
        if self.edge == "left":
            lowest_s = max(0.0, start_s - offset_s)
            start_s = min(max(start_s + shift_s, lowest_s), end_s - SHORTEST_CLIP_S)
            offset_s = max(0.0, offset_s + start_s - clip.start_s)
        else:
            highest_s = start_s + take_s - offset_s
            end_s = min(max(end_s + shift_s, start_s + SHORTEST_CLIP_S), highest_s)
        return TrimClip(
            clip_id=clip.id,
            start_s=clip.start_s if self.lanes.selection.ripple != "off" else start_s,
            offset_s=offset_s,
            duration_s=min(end_s - start_s, take_s - offset_s),
        )


class DragFade(Editing):
    """Drag a fade's handle at a clip's upper corner."""

    def __init__(
        self, lanes: Lanes, start: QPointF, clip: Clip, side: Literal["in", "out"]
    ) -> None:
        super().__init__(lanes, start, frozenset({clip.id}))
        self.clip = clip
        self.side = side

    def drag(self, delta_s: float, point: QPointF, snap: bool) -> None:
        clip = self.clip
        fade_in_s, fade_out_s = clip.fade_in_s, clip.fade_out_s
        if self.side == "in":
            fade_in_s = min(max(0.0, fade_in_s + delta_s), clip.duration_s - fade_out_s)
        else:
            fade_out_s = min(max(0.0, fade_out_s - delta_s), clip.duration_s - fade_in_s)
        self.tell(point, f"{fade_in_s if self.side == 'in' else fade_out_s:.3f} s")
        self.lanes.edit_requested.emit(
            SetClipFades(clip_id=clip.id, fade_in_s=fade_in_s, fade_out_s=fade_out_s)
        )


class RubberBand:
    """Drag over empty ground: select the clips it touches. A plain click moves the playhead."""

    def __init__(self, lanes: Lanes, start: QPointF, *, add: bool) -> None:
        self.lanes = lanes
        self.start = start
        self._left_s = lanes.axis.left_s
        self.before = lanes.selection.value.clip_ids if add else frozenset()
        self.running = False

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if not self.running and (point - self.start).manhattanLength() < START_DISTANCE_PX:
            return
        self.running = True
        axis = self.lanes.axis
        scrolled = QPointF((axis.left_s - self._left_s) * axis.px_per_s, 0.0)
        band = QRectF(self.start - scrolled, point).normalized()
        self.lanes.band = band
        touched = whole_groups(self.lanes.project, self._touched(band))
        self.lanes.selection.select_clips(self.before | touched)

    def _touched(self, band: QRectF) -> frozenset[str]:
        lanes = self.lanes
        from_s, to_s = lanes.axis.time_of(band.left()), lanes.axis.time_of(band.right())
        found: set[str] = set()
        for index in lanes.rows.visible():
            top = lanes.rows.y_of(index)
            if top <= band.bottom() and top + lanes.rows.body_of(index) >= band.top():
                row = row_of(lanes.project, lanes.rows.track_ids[index])
                inside = row.within(from_s, to_s)
                found.update(
                    clip.id
                    for clip in row.clips[inside]
                    if clip.start_s <= to_s and clip.start_s + clip.duration_s >= from_s
                )
        return frozenset(found)

    def finish(self) -> None:
        self.lanes.band = None
        if not self.running:
            self.lanes.click_on_ground(self.start)

    def cancel(self) -> None:
        self.lanes.band = None
