"""What is selected: shared by all views, not part of the document and not in its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt, Signal

from app.views.timeline.envelopes import envelope_of
from engine.project.model import Project
from engine.project.rippling import RippleMode


@dataclass(frozen=True)
class Selected:
    """The selected track, its keyframe (an index), clips and script event.

    `point` is a point of the track's automation: the envelope's name and the point's index.
    """

    track_id: str | None = None
    keyframe: int | None = None
    clip_ids: frozenset[str] = frozenset()
    event_id: str | None = None
    point: tuple[str, int] | None = None


class Selection(QObject):
    """Holds one `Selected` value and says when it changes."""

    changed = Signal(object)
    span_changed = Signal(object)
    """The selected time changed: (from_s, to_s) or None."""
    ripple_changed = Signal(str)
    """What goes along with edits of clips: 'off', 'track' or 'all'."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.value = Selected()
        self.span_s: tuple[float, float] | None = None
        """The selected time, whatever else is selected."""
        self.ripple: RippleMode = "off"
        self.carries_automation = True
        """Whether what is drawn under clips goes where they go."""
        self.snaps_in_space = False
        """Whether what is dragged on stage and picture catches directions and distances."""

    def snapping_in_space(self, modifiers: Qt.KeyboardModifier) -> bool:
        """Whether a drag on stage or picture snaps now: Ctrl turns the setting round."""
        return self.snaps_in_space != bool(modifiers & Qt.KeyboardModifier.ControlModifier)

    def set_ripple(self, mode: RippleMode) -> None:
        """Choose what goes along with edits of clips."""
        if mode != self.ripple:
            self.ripple = mode
            self.ripple_changed.emit(mode)

    def set_span(self, span_s: tuple[float, float] | None) -> None:
        """Select time, or none."""
        if span_s != self.span_s:
            self.span_s = span_s
            self.span_changed.emit(span_s)

    def set(self, value: Selected) -> None:
        """Select exactly this."""
        if value != self.value:
            self.value = value
            self.changed.emit(value)

    def clear(self) -> None:
        """Select nothing."""
        self.set(Selected())
        self.set_span(None)

    def select_track(self, track_id: str | None) -> None:
        """Select a track; when it is another one, nothing of the last one stays selected."""
        if track_id != self.value.track_id:
            self.set(Selected(track_id=track_id))
        else:
            self.set(replace(self.value, event_id=None, point=None))

    def select_keyframe(self, track_id: str, index: int | None) -> None:
        """Select a keyframe of a track."""
        self.set(Selected(track_id=track_id, keyframe=index))

    def select_point(self, track_id: str, name: str, index: int | None) -> None:
        """Select a point of a track's automation, or (None) the track alone."""
        self.set(Selected(track_id=track_id, point=None if index is None else (name, index)))

    def select_clips(self, clip_ids: Iterable[str], track_id: str | None = None) -> None:
        """Select clips, and the track they are on."""
        self.set(Selected(track_id=track_id or self.value.track_id, clip_ids=frozenset(clip_ids)))

    def toggle_clips(self, clip_ids: frozenset[str], track_id: str) -> None:
        """Add clips to the selection, or take them out when all of them are in it."""
        now = self.value.clip_ids
        self.select_clips(now - clip_ids if clip_ids <= now else now | clip_ids, track_id)

    def select_event(self, event_id: str, track_id: str) -> None:
        """Select a line of the script and the track it sounds on."""
        self.set(Selected(track_id=track_id, event_id=event_id))

    def keep_existing(self, project: Project) -> None:
        """Drop what the project no longer has; the track follows clips that changed theirs."""
        tracks = {track.id: track for track in project.tracks}
        now = self.value
        clips = [clip for clip in project.clips if clip.id in now.clip_ids] if now.clip_ids else []
        homes = {clip.track_id for clip in clips}
        if homes and now.track_id not in homes:
            now = replace(now, track_id=clips[0].track_id, keyframe=None)
        track = tracks.get(now.track_id) if now.track_id is not None else None  # type: ignore[call-overload]
        keyframe, point = now.keyframe, now.point
        if track is None or point is None or point[1] >= len(envelope_of(point[0]).curve(track)):
            point = None
        if track is None or (keyframe is not None and keyframe >= len(track.trajectory.keyframes)):
            keyframe = None
        self.set(
            Selected(
                track_id=track.id if track else None,
                keyframe=keyframe,
                clip_ids=frozenset(clip.id for clip in clips),
                event_id=now.event_id if now.event_id in {e.id for e in project.events} else None,
                point=point,
            )
        )
