"""What a ripple moves, and where to: clips, automation, hand-made paths and markers behind a place.

Off: nothing goes along. Track: what is behind the edited clip on its own track. All: on every
track, and the markers. The picture, and what was seen in it, stays: paths that were detected,
contacts, the script; so does a locked path.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import structs

from engine.project.carrying import REST
from engine.project.curves import closed, opened
from engine.project.edits.ripple import RippleTime
from engine.project.model import Clip, Curve, Keyframe, Marker, Project, Track, TrackId, Trajectory

RippleMode = Literal["off", "track", "all"]
_SAME_S = 1e-6


@dataclass(frozen=True)
class Shift:
    """Time is put in (`by_s` above 0) or taken out at `at_s`; what is behind goes along.

    Clips of `track_id` go along from `own_from_s` on, by all of it (those that overlap keep their
    overlap); clips of other tracks from `others_from_s` on, not before `at_s`.
    """

    track_id: str
    at_s: float
    by_s: float
    own_from_s: float
    others_from_s: float

    def moves(self, clip: Clip) -> float:
        """By how many seconds a clip goes along."""
        if clip.track_id == self.track_id:
            return self.by_s if clip.start_s >= self.own_from_s else 0.0
        if clip.start_s < self.others_from_s - _SAME_S:
            return 0.0
        return self.by_s if self.by_s > 0.0 else max(self.by_s, min(0.0, self.at_s - clip.start_s))


def of_move(clips: Sequence[Clip], by_s: float, mode: RippleMode) -> list[Shift]:
    """Clips are moved by some seconds: what begins behind the first of them goes along."""
    firsts: dict[str, float] = {}
    for clip in clips:
        firsts[clip.track_id] = min(firsts.get(clip.track_id, clip.start_s), clip.start_s)
    if mode == "all" and firsts:
        home = min(firsts, key=lambda track_id: firsts[track_id])
        firsts = {home: firsts[home]}
    return [
        Shift(track_id, first_s + min(by_s, 0.0), by_s, first_s, first_s)
        for track_id, first_s in firsts.items()
    ]


def of_trims(trimmed: Iterable[tuple[Clip, float]], lead: Clip, mode: RippleMode) -> list[Shift]:
    """Clips (as they were) become longer by some seconds: what is behind each goes along.

    With `mode` 'all' those on the `lead`'s track count, so that layers move once.
    """
    shifts = []
    for clip, by_s in trimmed:
        if mode == "all" and clip.track_id != lead.track_id:
            continue
        at_s = clip.start_s + clip.duration_s + min(by_s, 0.0)
        shifts.append(Shift(clip.track_id, at_s, by_s, clip.start_s + _SAME_S, at_s))
    return shifts


def of_deletion(project: Project, gone: Collection[Clip], mode: RippleMode) -> list[Shift]:
    """Clips go: the time that nothing else on their tracks fills is closed."""
    ids = {clip.id for clip in gone}
    shifts: list[Shift] = []
    if mode == "all":
        spans = _joined((c.start_s, c.start_s + c.duration_s) for c in gone)
        homes = {clip.track_id for clip in gone}
        stay = [c for c in project.clips if c.id not in ids and c.track_id in homes]
        home = min(homes, default="")
        return [_closing(home, *span) for span in _without(spans, stay)]
    for track_id in {clip.track_id for clip in gone}:
        spans = _joined(
            (c.start_s, c.start_s + c.duration_s) for c in gone if c.track_id == track_id
        )
        stay = [c for c in project.clips_of(track_id) if c.id not in ids]
        shifts += [_closing(track_id, *span) for span in _without(spans, stay)]
    return shifts


def of_insertion(
    track_ids: Iterable[str], at_s: float, length_s: float, mode: RippleMode
) -> list[Shift]:
    """So many seconds are put in on some tracks: what begins there or later goes along."""
    homes = sorted(set(track_ids))
    if mode == "all":
        homes = homes[:1]
    from_s = at_s - _SAME_S
    return [Shift(track_id, at_s, length_s, from_s, from_s) for track_id in homes]


def rippled(
    project: Project,
    shifts: Sequence[Shift],
    mode: RippleMode,
    *,
    automation: bool,
    fixed: Collection[str] = (),
) -> list[RippleTime]:
    """The edit that takes along what is behind; none where nothing is to go along.

    Parameters
    ----------
    project : Project
        As it was before the edit (or the drag); the answers for one drag name the same things.
    shifts : sequence of Shift
        Times in them are those of `project`.
    mode : str
        'off', 'track' or 'all'.
    automation : bool
        Whether automation and paths go along, too.
    fixed : collection of str
        Clips that are put elsewhere, or deleted, by other edits.
    """
    if mode == "off" or not shifts:
        return []
    homes = {shift.track_id for shift in shifts}
    own = {
        track.id: [s for s in shifts if mode == "all" or s.track_id == track.id]
        for track in project.tracks
        if mode == "all" or track.id in homes
    }
    places = RippleTime(
        starts_s=_starts(project, own, fixed),
        markers_s={m.id: _marker(m, shifts) for m in project.markers} if mode == "all" else {},
    )
    return [_with_automation(places, project, own) if automation else places]


def _starts(
    project: Project, shifts: dict[TrackId, list[Shift]], fixed: Collection[str]
) -> dict[str, float]:
    """Where clips begin then: all from the first that can go along on, moved or not."""
    first_s = min(min(s.own_from_s, s.at_s) for own in shifts.values() for s in own)
    return {
        clip.id: max(0.0, clip.start_s + sum(s.moves(clip) for s in shifts[clip.track_id]))
        for clip in project.clips
        if clip.track_id in shifts and clip.id not in fixed and clip.start_s >= first_s
    }


def _with_automation(
    places: RippleTime, project: Project, shifts: dict[TrackId, list[Shift]]
) -> RippleTime:
    tracks = [track for track in project.tracks if track.id in shifts]
    return structs.replace(
        places,
        volume_db={t.id: _curve(t.gain_curve_db, shifts[t.id]) for t in tracks if t.gain_curve_db},
        occlusion={t.id: _curve(t.occlusion, shifts[t.id]) for t in tracks if t.occlusion},
        width_deg={t.id: _curve(t.width_deg, shifts[t.id]) for t in tracks if t.width_deg},
        paths={t.id: _path(t.trajectory, shifts[t.id]) for t in tracks if _is_hands(t)},
    )


def _closing(track_id: str, from_s: float, to_s: float) -> Shift:
    return Shift(track_id, from_s, from_s - to_s, from_s, from_s)


def _joined(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans in order, those that touch as one."""
    done: list[tuple[float, float]] = []
    for from_s, to_s in sorted(spans):
        if done and from_s <= done[-1][1] + _SAME_S:
            done[-1] = (done[-1][0], max(done[-1][1], to_s))
        else:
            done.append((from_s, to_s))
    return done


def _without(
    spans: Iterable[tuple[float, float]], clips: Iterable[Clip]
) -> list[tuple[float, float]]:
    """What of the spans no clip fills."""
    left = list(spans)
    for clip in clips:
        end_s = clip.start_s + clip.duration_s
        left = [
            part
            for from_s, to_s in left
            for part in ((from_s, min(to_s, clip.start_s)), (max(from_s, end_s), to_s))
            if part[1] - part[0] > _SAME_S
        ]
    return _joined(left)


def _late_first(shifts: Iterable[Shift]) -> list[Shift]:
    """From the last on, so that the times of the earlier ones still hold."""
    return sorted((s for s in shifts if s.by_s), key=lambda shift: -shift.at_s)


def _curve(curve: Curve, shifts: Sequence[Shift]) -> Curve:
    for shift in _late_first(shifts):
        if shift.by_s > 0.0:
            curve = opened(curve, shift.at_s, shift.by_s, REST)
        else:
            curve = closed(curve, shift.at_s, shift.at_s - shift.by_s, REST)
    return curve


def _marker(marker: Marker, shifts: Sequence[Shift]) -> tuple[float, float]:
    """Where a marker is then, and how long."""

    def after(time_s: float) -> float:
        for shift in _late_first(shifts):
            if time_s >= shift.at_s:
                time_s = max(time_s + shift.by_s, min(time_s, shift.at_s))
        return max(0.0, time_s)

    start_s = after(marker.time_s)
    return start_s, after(marker.time_s + marker.length_s) - start_s if marker.length_s else 0.0


def _is_hands(track: Track) -> bool:
    """Whether a path is a hand's from end to end, and may be changed."""
    drawn = all(keyframe.provenance == "hand" for keyframe in track.trajectory.keyframes)
    return drawn and not track.path_locked and track.kind == "object"


def _path(path: Trajectory, shifts: Sequence[Shift]) -> Trajectory:
    for shift in _late_first(shifts):
        path = _opened(path, shift) if shift.by_s > 0.0 else _closed(path, shift)
    return path


def _opened(path: Trajectory, shift: Shift) -> Trajectory:
    """The path with a rest put in; it goes on as it went."""
    before = [k for k in path.keyframes if k.time_s < shift.at_s]
    behind = [k for k in path.keyframes if k.time_s >= shift.at_s]
    if not behind:
        return path
    moved = [structs.replace(k, time_s=k.time_s + shift.by_s) for k in behind]
    if not before:
        return Trajectory(keyframes=tuple(moved))
    rest = [_there(path, shift.at_s, shift.at_s)]
    if behind[0].time_s > shift.at_s + _SAME_S:
        rest.append(_there(path, shift.at_s, shift.at_s + shift.by_s))
    return Trajectory(keyframes=(*before, *rest, *moved))


def _closed(path: Trajectory, shift: Shift) -> Trajectory:
    """The path without a span of time; at the joint it is where it was at the span's end."""
    to_s = shift.at_s - shift.by_s
    before = [k for k in path.keyframes if k.time_s < shift.at_s - _SAME_S]
    behind = [k for k in path.keyframes if k.time_s >= to_s]
    if len(before) == len(path.keyframes):
        return path
    moved = [structs.replace(k, time_s=k.time_s + shift.by_s) for k in behind]
    if not moved or moved[0].time_s > shift.at_s + _SAME_S:
        moved.insert(0, _there(path, to_s, shift.at_s))
    return Trajectory(keyframes=(*before, *moved))


def _there(path: Trajectory, from_s: float, time_s: float) -> Keyframe:
    """A keyframe at a time, where the path is at another."""
    x_m, y_m, z_m = (float(value) for value in path.at(from_s))
    return Keyframe(time_s=time_s, x_m=x_m, y_m=y_m, z_m=z_m, provenance="hand")
