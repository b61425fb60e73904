"""The picture's part of a run: video file -> tracks with trajectories and contacts, as an edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from msgspec import structs

from engine.jobs import Progress, silent_progress
from engine.media.open_end import open_end_note
from engine.pipeline.rematch import with_corrections
from engine.pipeline.settings import RunSettings
from engine.project.edits import ApplyAnalysis
from engine.project.model import Project, Track, TrackId
from engine.project.palette import TRACK_COLOURS
from engine.project.store import MediaFolder
from engine.script.rules import shipped_rules
from engine.script.writer import rule_for
from engine.vision.analyse import SeenObject, VisionResult, VisionSettings
from engine.vision.remembered import analyse_once
from engine.weights.choice import weights_for


def analyse(
    video: Path,
    project: Project,
    media: MediaFolder,
    settings: RunSettings,
    progress: Progress = silent_progress,
) -> ApplyAnalysis:
    """Find what moves in `video` and place it in space.

    Parameters
    ----------
    project : Project
        Gives the boxes that a hand corrected; it is not changed.
    media : MediaFolder
        Where the tracks' boxes are kept by content hash.

    Returns
    -------
    ApplyAnalysis
        The edit that brings the result into a session without touching what a hand has made.

    Raises
    ------
    MediaError
        If the video cannot be analysed.
    CancelledError
        From `progress`.
    """
    seen = analyse_once(video, _vision_settings(settings, project), progress)
    analysis, note = structs.replace(seen.analysis, outdoors=_outdoors(seen)), open_end_note(video)
    if note is not None:
        analysis = structs.replace(analysis, notes=(*analysis.notes, note))
    tracks = _named(
        _track(one, media, TRACK_COLOURS[index % len(TRACK_COLOURS)])
        for index, one in enumerate(seen.objects)
    )
    tracks = with_corrections(tracks, project, media)
    scene = structs.replace(
        project.scene,
        mapping=settings.mapping,
        hrir=settings.hrir,
        room=settings.room,
        room_level_db=settings.room_level_db,
        room_reflections=settings.room_reflections,
        target_lufs=settings.target_lufs,
        seed=settings.seed,
        prompt=settings.prompt,
        screenplay="" if settings.screenplay is None else str(Path(settings.screenplay).absolute()),
    )
    return ApplyAnalysis(video=seen.video, analysis=analysis, scene=scene, tracks=tracks)


def _vision_settings(settings: RunSettings, project: Project) -> VisionSettings:
    """What the picture's analysis is to do."""
    return VisionSettings(
        detector=settings.detector,
        weights=weights_for(settings.detector, settings.weights),
        depth=settings.depth,
        depth_weights=weights_for(settings.depth, settings.depth_weights, "depth"),
        distance_m=settings.distance_m,
        mapping=settings.mapping,
        projection=settings.projection,
        horizontal_fov_deg=project.scene.horizontal_fov_deg,
        prompt=settings.prompt,
    )


def _outdoors(seen: VisionResult) -> float | None:
    """Probability that the film shows a place outdoors, over the shots whose light tells it."""
    told = [look.outdoors for look in seen.looks if look.light != "dark"]
    return round(float(np.mean(told)), 3) if told else None


def _track(seen: SeenObject, media: MediaFolder, colour: str) -> Track:
    times_s = np.asarray(seen.boxes)[:, 0]
    return Track(
        id=TrackId(seen.id),
        name=seen.label,
        label=seen.label,
        confidence=seen.confidence,
        colour=colour,
        trajectory=seen.trajectory,
        contacts=seen.contacts,
        boxes=media.put_array(np.ascontiguousarray(seen.boxes, dtype=np.float64)),
        start_s=float(times_s[0]),
        end_s=float(times_s[-1]),
    )


def _named(tracks: Iterable[Track]) -> tuple[Track, ...]:
    """Tracks named by their label, or by what the script's rules take them for, and numbered."""
    rules = shipped_rules()
    seen: Counter[str] = Counter()
    named = []
    for track in tracks:
        generic = track.label.strip().lower() in rules.scene.generic_labels
        word = (rule_for(track, rules).name if generic else track.label).capitalize()
        seen[word] += 1
        named.append(structs.replace(track, name=f"{word} {seen[word]}"))
    return tuple(named)
