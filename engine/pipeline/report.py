"""`report.json`: what a run found, made and measured, for people and for scripts."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from engine.coordinates import to_spherical
from engine.deliver.bounce import DeliveryReport
from engine.library.credits import credits_of
from engine.pipeline.focus import not_followed
from engine.pipeline.script_report import script_report
from engine.pipeline.settings import RunSettings
from engine.pipeline.stage_clock import StageClock
from engine.project.edits import HeardMover
from engine.project.model import Event, Keyframe, Project, Track
from engine.render.compiler import hrirs_of
from engine.script.foreground import BENEATH
from engine.script.turn import ASIDE

_RINGS_S, _RUN_S = 0.3, 0.7
"""How long a hit sounds, and the time between two that belong to one run."""
_SILENT_DB = -40.0
"""Volume automation that silences."""
_ASIDE_DB, _SAYS_DB = 12.0, 0.5
"""What is so much softer than a layer's loudest event has stepped aside; or, where it says so, what
is softer at all."""
_GRID_S = 0.01


def build_report(
    project: Project,
    settings: RunSettings,
    delivery: DeliveryReport,
    clock: StageClock,
    out_dir: Path,
    session_notes: tuple[str, ...] = (),
    heard: Sequence[HeardMover] = (),
) -> dict[str, Any]:
    """The report as JSON-ready values. Angles in degrees, times in seconds, levels in LUFS/dBTP.

    `session_notes` say what was damaged in the session that the run took up again; `heard` is what
    listening to the movers found (see `engine.pipeline.focus`).
    """
    assert project.video is not None
    duration_s = project.video.duration_s
    total_s = clock.total_s
    return {
        "video": {
            "path": project.video.path,
            "duration_s": duration_s,
            "width": project.video.width,
            "height": project.video.height,
            "rate": str(project.video.rate),
            "variable_rate": project.video.variable_rate,
        },
        "settings": msgspec.to_builtins(settings, enc_hook=str),
        "used": _used(project, heard),
        "tracks": [
            _track(track, project.events) | _heard_to_move(track, heard) for track in project.tracks
        ],
        "events": [_event(event) for event in project.events],
        "recordings": credits_of(project),
        "script": script_report(project),
        "deliverables": msgspec.to_builtins(delivery, enc_hook=str),
        "timings_s": {stage: round(value, 3) for stage, value in clock.stages_s.items()},
        "total_s": round(total_s, 3),
        "run_real_time_factor": round(duration_s / total_s, 3),
        "session": str(out_dir / "scene.foley"),
        "session_notes": list(session_notes),
    }


def _used(project: Project, heard: Sequence[HeardMover]) -> dict[str, Any]:
    """Which parts saw and made it, and what a person should know of their work."""
    return {
        "detector": project.analysis.detector,
        "tracker": project.analysis.tracker,
        "depth": project.analysis.depth,
        "shots": [{"start_s": s, "camera": camera} for s, camera in project.analysis.cameras],
        "mapping": project.scene.mapping,
        "hrir": project.scene.hrir,
        "hrir_set": hrirs_of(project, []).description,
        "room": project.scene.room,
        "generators": sorted({event.generator for event in project.events}),
        "notes": [
            *project.analysis.notes,
            *not_followed(project, heard),
            *_nothing_heard(project),
        ],
    }


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write `report` as indented JSON, whole or not at all."""
    temporary = path.with_suffix(".json.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(report, file, indent=2, allow_nan=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _track(track: Track, events: Sequence[Event]) -> dict[str, Any]:
    own = [e for e in events if e.track_id == track.id]
    front = in_front(own)
    heard_s = without_silence(sounding_spans(front), track)
    beneath = [e for e in own if not e.muted and all(e is not one for one in front)]
    first_s = track.start_s if track.heard_s[0] < track.start_s else -np.inf
    last_s = track.end_s if track.heard_s[1] > track.end_s else np.inf
    sight, beyond = _parted(heard_s, first_s, last_s)
    seen = [k for k in track.trajectory.keyframes if not k.extrapolated]
    guessed = [k for k in track.trajectory.keyframes if k.extrapolated]
    return {
        "id": track.id,
        "name": track.name,
        "kind": track.kind,
        "label": track.label,
        "confidence": round(track.confidence, 3),
        "start_s": track.start_s,
        "end_s": track.end_s,
        "sounds_s": sight,
        "aside_s": without_silence(sounding_spans(beneath), track),
        "sounds_beyond_s": beyond,
        "contacts": [
            {"time_s": c.time_s, "kind": c.kind, "strength": round(c.strength, 3)}
            for c in track.contacts
        ],
        "trajectory": _rows(seen) if track.kind == "object" else [],
        "trajectory_beyond": _rows(guessed),
        "trajectory_columns": ["time_s", "azimuth_deg", "elevation_deg", "distance_m"],
    }


def _heard_to_move(track: Track, heard: Sequence[HeardMover]) -> dict[str, Any]:
    """What was measured of a mover, {} for other tracks."""
    for one in heard:
        if one.track_id == track.id:
            figures = {
                "followed": one.followed,
                "active_s": one.active_s,
                "seen_s": round(track.end_s - track.start_s, 3),
                "itd_rank_correlation": one.itd,
                "ild_rank_correlation": one.ild,
                "itd_before": one.itd_before,
                "ild_before": one.ild_before,
                "done": list(one.done),
            }
            return {"heard_to_move": figures}
    return {}


def _nothing_heard(project: Project) -> list[str]:
    """A note where things move, but all their sounds are muted."""
    beds = {track.id for track in project.tracks if track.kind == "ambience"}
    events = [event for event in project.events if event.track_id not in beds]
    if not events or not all(event.muted for event in events):
        return []
    return [
        "nothing that moves is heard: all its sounds are muted, each says why; unmute those that "
        "you know better"
    ]


def _rows(keyframes: Sequence[Keyframe]) -> list[list[float]]:
    """Rows of time, azimuth, elevation and distance."""
    if not keyframes:
        return []
    places = to_spherical(np.array([(k.x_m, k.y_m, k.z_m) for k in keyframes]))
    rows = np.column_stack([[k.time_s for k in keyframes], places]).round(4)
    return [[float(value) for value in row] for row in rows]


def _parted(
    spans: Sequence[Sequence[float]], first_s: float, last_s: float
) -> tuple[list[list[float]], list[list[float]]]:
    """Spans within [first_s, last_s], and what of them lies outside."""
    edges = ((-np.inf, first_s), (first_s, last_s), (last_s, np.inf))
    before, inside, after = (
        [[max(a, low), min(b, high)] for a, b in spans if min(b, high) > max(a, low)]
        for low, high in edges
    )
    return inside, before + after


def in_front(events: Sequence[Event]) -> list[Event]:
    """Of one track's events those that sound and have not stepped aside: its loudest, by layer.

    None of a track that is beneath others all the while, as its events say.
    """
    heard = [event for event in events if not event.muted and BENEATH not in event.why]
    most_db: dict[str, float] = {}
    for event in heard:
        most_db[event.layer] = max(event.level_db, most_db.get(event.layer, event.level_db))
    return [
        event
        for event in heard
        if most_db[event.layer] - event.level_db < (_SAYS_DB if ASIDE in event.why else _ASIDE_DB)
    ]


def sounding_spans(events: Sequence[Event]) -> list[list[float]]:
    """Spans [start, end] in seconds in which any of the events sounds, in order of time.

    Hits sound for a moment each; those that follow each other closely are one span.
    """
    spans: list[list[float]] = []
    for start_s, end_s in sorted(span for event in events for span in _moments(event)):
        if spans and start_s <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], end_s)
        else:
            spans.append([start_s, end_s])
    return spans


def without_silence(spans: Sequence[Sequence[float]], track: Track) -> list[list[float]]:
    """What is left of spans where a track's volume automation does not silence it."""
    left = [[float(a), float(b)] for a, b in spans]
    curve = np.array(track.gain_curve_db, dtype=float).reshape(-1, 2)
    if not len(curve):
        return left
    grid_s = np.arange(0.0, max((b for _, b in left), default=0.0) + _GRID_S, _GRID_S)
    silent = np.interp(grid_s, curve[:, 0], curve[:, 1]) <= _SILENT_DB
    edges = np.flatnonzero(np.diff(np.concatenate([[0], silent.astype(np.int8), [0]])))
    for first, after in edges.reshape(-1, 2).tolist():
        low_s, high_s = first * _GRID_S, after * _GRID_S
        pieces = [piece for a, b in left for piece in ([a, min(b, low_s)], [max(a, high_s), b])]
        left = [[round(a, 3), round(b, 3)] for a, b in pieces if b - a > _GRID_S]
    return left


def _moments(event: Event) -> list[tuple[float, float]]:
    """When an event sounds: all its time, or a moment from each of its hits."""
    end_s = round(event.start_s + event.duration_s, 6)
    if not event.onsets_s:
        return [(event.start_s, end_s)]
    last_s = [*event.onsets_s[1:], np.inf]
    return [
        (time_s, min(next_s if next_s - time_s < _RUN_S else time_s + _RINGS_S, end_s))
        for time_s, next_s in zip(event.onsets_s, last_s, strict=True)
    ]


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "track_id": event.track_id,
        "layer": event.layer,
        "generator": event.generator,
        "prompt": event.prompt,
        "category": event.category,
        "start_s": event.start_s,
        "duration_s": event.duration_s,
        "onsets_s": list(event.onsets_s),
        "level_db": event.level_db,
        "muted": event.muted,
        "seed": event.seed,
        "why": event.why,
    }
