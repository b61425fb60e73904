"""The loop closed: after the sounds are made, what crosses the picture is heard to cross, or not.

Rules say what sounds when; whether the ears then follow a mover depends on what else sounds, and
on the noise that sounds are made of. So the movers' passages are rendered for two ears, every
mover's interaural differences are compared with its azimuth, and where they do not follow it
volumes are automated as a mixer would (see `engine.pipeline.focus_search`). What was measured and
what was done is told with every mover, and in the `why` of the events that were changed.

What a hand has drawn, set or made is not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.jobs import Progress, silent_progress
from engine.metrics.following import FOLLOWED, Following
from engine.pipeline.focus_search import MOST_LOWERED_DB, Deed, merged, search
from engine.pipeline.heard_passage import STEP_S, HeardPassage
from engine.project.edits.focus import ApplyFocus, HeardMover, may_be_focused
from engine.project.model import Clip, ContentHash, Curve, Event, Project, Track
from engine.script.separation import TOGETHER, TURNS, Separation
from engine.units import SPEED_OF_SOUND_M_PER_S

Array = NDArray[np.float64]
AudioPath = Callable[[ContentHash], Path]

CROSSES_DEG = 30.0
"""A mover whose azimuth changes by this is listened for."""
LONGEST_S = 60.0
"""Longer passages are parted between movers."""
_MARGIN_S = 0.3
_LEAST_STEP_S = 1e-3


@dataclass(frozen=True)
class Focus:
    """The edit that lets movers be heard, and all changes of level in it."""

    edit: ApplyFocus
    deeds: tuple[Deed, ...] = ()

    def events(self, events: Iterable[Event], project: Project) -> tuple[Event, ...]:
        """The events, those whose level was changed saying so."""
        return tuple(self._told(event, project) for event in events)

    def _told(self, event: Event, project: Project) -> Event:
        end_s = event.start_s + event.duration_s
        said = [
            _words(deed, project)
            for deed in self.deeds
            if deed.track_id == event.track_id and deed.start_s < end_s
            and deed.end_s > event.start_s and not event.muted
        ]  # fmt: skip
        return structs.replace(event, why="; ".join([event.why, *said])) if said else event


def focus_movers(
    project: Project,
    audio_path: AudioPath,
    progress: Progress = silent_progress,
    separation: Separation = TURNS,
) -> Focus:
    """Listen to every mover that crosses the picture, and let it be heard where it is not.

    Parameters
    ----------
    project : Project
        With its takes and clips.
    audio_path : callable
        File of a content hash.
    separation : {'turns', 'soft', 'together'}
        How far it may go: anything that helps; nobody steps back, and others are lowered by no
        more than `MOST_LOWERED_DB`; or nothing, what is heard is only told.

    Raises
    ------
    CancelledError
        From `progress`.
    """
    project = ApplyFocus().apply(project)
    most_db: dict[str, float] = {
        track.id: MOST_LOWERED_DB[track.kind]
        for track in project.tracks
        if may_be_focused(track) and not _has_hand_sound(project, track)
        and separation != TOGETHER
    }  # fmt: skip
    found = _Found({}, [], [])
    passages = _passages(project)
    for index, (start_s, end_s, movers) in enumerate(passages):
        progress("listening to what moves", index / len(passages))
        passage = HeardPassage(project, audio_path, start_s, end_s, movers)
        found.take(project, passage, most_db, parts=separation == TURNS)
    progress("listening to what moves", 1.0)
    edit = ApplyFocus(curves=found.curves, heard=tuple(found.heard))
    return Focus(edit, tuple(found.deeds))


@dataclass
class _Found:
    """What has been found so far, passage by passage."""

    curves: dict[str, Curve]
    heard: list[HeardMover]
    deeds: list[Deed]

    def take(
        self,
        project: Project,
        passage: HeardPassage,
        most_db: Mapping[str, float],
        *,
        parts: bool,
    ) -> None:
        """Listen to one passage more."""
        before, after = search(passage, most_db, parts=parts)
        for track_id, gains_db in after.gains_db.items():
            curve = _curve(project.track(track_id), passage.start_s, gains_db)
            self.curves[track_id] = _joined(self.curves.get(track_id, ()), curve)
        deeds = merged(after.deeds)
        self.deeds += deeds
        for mover_id, now in after.followed.items():
            done = [_words(deed, project) for deed in deeds if deed.mover_id == mover_id]
            self.heard.append(_heard(mover_id, before.followed[mover_id], now, done))


def not_followed(project: Project, heard: Sequence[HeardMover]) -> list[str]:
    """A note for every mover that crosses the picture, but is not heard to."""
    return [
        f"{project.track(one.track_id).name} crosses the picture, but is not heard to: "
        f"{_figures(one)}"
        for one in heard
        if not one.followed and one.active_s > 0.0
    ]


def _figures(one: HeardMover) -> str:
    if one.itd is None and one.ild is None:
        return "too little of it is heard alone to tell which way it goes"
    return (
        f"rank correlations of azimuth with ITD and ILD are {_figure(one.itd)} and "
        f"{_figure(one.ild)} (from {FOLLOWED:.1f} on the ears follow)"
    )


def _figure(value: float | None) -> str:
    return "not to be told" if value is None else f"{value:.2f}"


def _has_hand_sound(project: Project, track: Track) -> bool:
    """Whether a hand has set how this track sounds."""
    return (
        track.strip.gain_db != 0.0
        or any(c.provenance == "hand" for c in project.clips_of(track.id))
        or any(e.provenance == "hand" and e.track_id == track.id for e in project.events)
    )


def _passages(project: Project) -> list[tuple[float, float, list[Track]]]:
    """Start, end and movers of the passages in which something crosses and sounds."""
    spans = []
    for track in project.tracks:
        clips = [c for c in project.clips_of(track.id) if not c.muted and not track.strip.muted]
        sounding = [s for c in clips if (s := _in_sight(c, track)) is not None]
        if track.kind == "object" and sounding and _way_deg(track) >= CROSSES_DEG:
            low, high = min(a for a, _ in sounding), max(b for _, b in sounding)
            spans.append((low, high, track))
    passages: list[tuple[float, float, list[Track]]] = []
    for low, high, track in sorted(spans, key=lambda span: (span[0], span[2].id)):
        start_s = max(np.floor((low - _MARGIN_S) / STEP_S), 0.0) * STEP_S
        end_s = min(high + _MARGIN_S, max(project.duration_s, start_s + STEP_S))
        if passages and start_s < passages[-1][1] and end_s - passages[-1][0] <= LONGEST_S:
            first_s, last_s, movers = passages[-1]
            passages[-1] = (first_s, max(last_s, end_s), [*movers, track])
        else:
            passages.append((float(start_s), float(end_s), [track]))
    return passages


def _in_sight(clip: Clip, track: Track) -> tuple[float, float] | None:
    low = max(clip.start_s, track.start_s)
    high = min(clip.start_s + clip.duration_s, track.end_s)
    return (low, high) if high > low else None


def _way_deg(track: Track) -> float:
    x, y = track.seen_positions_m[:, :2].T
    return float(np.ptp(np.degrees(np.unwrap(np.arctan2(y, x)))))


def _curve(track: Track, start_s: float, gains_db: Array) -> Curve:
    """Automation of a track from its gains (points,) as they are to arrive at the listener."""
    times_s = start_s + STEP_S * np.arange(len(gains_db))
    bends = np.abs(np.diff(gains_db, 2)) > 1e-6
    kept = np.concatenate([[True], bends, [True]])
    times_s, values = times_s[kept], gains_db[kept]
    if track.kind == "object" and track.doppler:
        distance_m = np.linalg.norm(track.trajectory.at(times_s), axis=1)
        times_s = times_s - distance_m / SPEED_OF_SOUND_M_PER_S
    points: list[tuple[float, float]] = []
    for time_s, value in zip(times_s.tolist(), values.tolist(), strict=True):
        if time_s >= 0.0 and (not points or time_s > points[-1][0] + _LEAST_STEP_S):
            points.append((round(time_s, 3), round(value, 2)))
    return tuple(points)


def _joined(curve: Curve, later: Curve) -> Curve:
    """Two passages' automation, one after the other; where they overlap, the lower of both."""
    if not curve or not later:
        return curve or later
    times = sorted({time_s for time_s, _ in (*curve, *later)})
    sides = [np.interp(times, *np.array(part).T) for part in (curve, later)]
    return tuple(zip(times, np.minimum(*sides).round(2).tolist(), strict=True))


def _words(deed: Deed, project: Project) -> str:
    mover = project.track(deed.mover_id).name
    track = "" if deed.track_id == deed.mover_id else f"{project.track(deed.track_id).name} "
    when = f"from {deed.start_s:.2f} to {deed.end_s:.2f} s"
    if deed.track_id == deed.mover_id and deed.level_db < 0.0:
        return f"{-deed.level_db:.0f} dB softer {when}, where it is covered"
    change = "softer" if deed.level_db < 0.0 else "louder"
    level_db = f"{abs(deed.level_db):.0f} dB"
    return f"{track}up to {level_db} {change} {when}, so that {mover} is heard to move"


def _heard(track_id: str, before: Following, after: Following, done: list[str]) -> HeardMover:
    return HeardMover(
        track_id=track_id,
        active_s=after.active_s,
        itd_before=_known(before.itd),
        ild_before=_known(before.ild),
        itd=_known(after.itd),
        ild=_known(after.ild),
        followed=after.followed,
        done=tuple(done),
    )


def _known(value: float) -> float | None:
    return round(value, 3) if np.isfinite(value) else None
