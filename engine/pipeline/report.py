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
from engine.pipeline.settings import RunSettings
from engine.pipeline.stage_clock import StageClock
from engine.project.model import Event, Project, Track


def build_report(
    project: Project,
    settings: RunSettings,
    delivery: DeliveryReport,
    clock: StageClock,
    out_dir: Path,
) -> dict[str, Any]:
    """The report as JSON-ready values. Angles in degrees, times in seconds, levels in LUFS/dBTP."""
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
        "used": {
            "detector": project.analysis.detector,
            "tracker": project.analysis.tracker,
            "depth": project.analysis.depth,
            "mapping": project.scene.mapping,
            "hrir": project.scene.hrir,
            "room": project.scene.room,
            "generators": sorted({event.generator for event in project.events}),
            "notes": list(project.analysis.notes),
        },
        "tracks": [_track(track, project.events) for track in project.tracks],
        "events": [_event(event) for event in project.events],
        "deliverables": msgspec.to_builtins(delivery, enc_hook=str),
        "timings_s": {stage: round(value, 3) for stage, value in clock.stages_s.items()},
        "total_s": round(total_s, 3),
        "run_real_time_factor": round(duration_s / total_s, 3),
        "session": str(out_dir / "scene.foley"),
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
    spherical = to_spherical(track.trajectory.positions_m)
    times_s = track.trajectory.times_s
    path = np.column_stack([times_s, spherical]).round(4).tolist()
    return {
        "id": track.id,
        "name": track.name,
        "kind": track.kind,
        "label": track.label,
        "confidence": round(track.confidence, 3),
        "start_s": track.start_s,
        "end_s": track.end_s,
        "sounds_s": _sounds_s([e for e in events if e.track_id == track.id and not e.muted]),
        "contacts": [
            {"time_s": c.time_s, "kind": c.kind, "strength": round(c.strength, 3)}
            for c in track.contacts
        ],
        "trajectory": path if track.kind == "object" else [],
        "trajectory_columns": ["time_s", "azimuth_deg", "elevation_deg", "distance_m"],
    }


def _sounds_s(events: Sequence[Event]) -> list[list[float]]:
    """Spans [start, end] in seconds in which any of the events sounds, in order of time."""
    spans: list[list[float]] = []
    for event in sorted(events, key=lambda e: e.start_s):
        end_s = round(event.start_s + event.duration_s, 6)
        if spans and event.start_s <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], end_s)
        else:
            spans.append([event.start_s, end_s])
    return spans


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
