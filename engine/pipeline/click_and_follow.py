"""Click-and-follow's part of a session: what was shown once becomes a track made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.jobs import Progress, silent_progress
from engine.media.spherical import projection_of
from engine.project.edits import AddTrack
from engine.project.media_folder import MediaFolder
from engine.project.model import Project, Track, TrackId, Trajectory
from engine.project.palette import TRACK_COLOURS
from engine.spatial.trajectory import simplify
from engine.vision.follow import follow

_SIMPLIFY_DEG = 0.4


def follow_shown(
    video: Path,
    project: Project,
    media: MediaFolder,
    time_s: float,
    shown: tuple[float, ...],
    weights: Path | None = None,
    progress: Progress = silent_progress,
) -> AddTrack:
    """Follow what is at a point or in a box of the picture (full-size pixels).

    Returns
    -------
    AddTrack
        A hand's track, so that a new analysis leaves it as it is.

    Raises
    ------
    MediaError
        As `engine.vision.follow.follow`.
    CancelledError
        From `progress`.
    """
    found = follow(
        video,
        time_s,
        shown,
        weights=weights,
        mapping=project.scene.mapping,
        projection=projection_of(project.video),
        horizontal_fov_deg=project.scene.horizontal_fov_deg,
        progress=progress,
    )
    times_s = found.boxes[:, 0]
    kept_s, positions_m = times_s, found.positions_m
    if len(times_s) > 2:
        kept_s, positions_m = simplify(times_s, found.positions_m, _SIMPLIFY_DEG)
    boxes = media.put_array(np.ascontiguousarray(found.boxes, dtype=np.float64))
    number = len(project.tracks)
    track = Track(
        id=TrackId(f"followed-{boxes[:12]}"),
        name=f"Followed {number + 1}",
        confidence=float(np.clip(np.median(found.boxes[:, 5]), 0.0, 1.0)),
        colour=TRACK_COLOURS[number % len(TRACK_COLOURS)],
        trajectory=Trajectory.from_arrays(kept_s, positions_m),
        boxes=boxes,
        start_s=float(times_s[0]),
        end_s=float(times_s[-1]),
        provenance="hand",
    )
    return AddTrack(track=track)
