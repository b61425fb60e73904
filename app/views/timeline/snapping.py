"""Snapping: the nearest thing worth landing on, within a few pixels."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Project
from engine.units import seconds_to_video_frame, video_frame_to_seconds

REACH_PX = 8.0


def snap_points_s(
    project: Project, without_clips: Collection[str] = (), playhead_s: float | None = None
) -> NDArray[np.float64]:
    """Sorted times of edges of clips and regions, contacts, markers, shots, playhead and ends."""
    points = [0.0, project.duration_s]
    for clip in project.clips:
        if clip.id not in without_clips:
            points += (clip.start_s, clip.start_s + clip.duration_s)
    for track in project.tracks:
        points += (contact.time_s for contact in track.contacts)
    for marker in project.markers:
        points += (marker.time_s, marker.time_s + marker.length_s)
    points += project.analysis.shots_s
    if playhead_s is not None:
        points.append(playhead_s)
    return np.unique(np.array(points))


def beats_s(project: Project) -> NDArray[np.float64]:
    """Times of all beats of the session, in seconds."""
    beat_s, first_s = float(project.bars.beat_s), project.bars.first_s
    before = math.floor(first_s / beat_s)
    count = math.floor((project.duration_s - first_s) / beat_s)
    numbers = np.arange(-before, max(count, -before) + 1, dtype=np.float64)
    return first_s + beat_s * numbers


def snapped_s(
    time_s: float, points_s: NDArray[np.float64], px_per_s: float, project: Project
) -> tuple[float, bool]:
    """`time_s` moved to the nearest point in reach, else to the nearest video frame's start.

    Returns
    -------
    (float, bool)
        The time, and whether it landed on a point (and not merely on a video frame).
    """
    at = int(np.searchsorted(points_s, time_s))
    near = points_s[max(0, at - 1) : at + 1]
    if near.size:
        best = float(near[np.argmin(np.abs(near - time_s))])
        if abs(best - time_s) * px_per_s <= REACH_PX:
            return best, True
    return to_video_frame_s(time_s, project), False


def to_video_frame_s(time_s: float, project: Project) -> float:
    """Start of the video frame nearest to a time; the time itself without a picture."""
    if project.video is None:
        return time_s
    rate = project.video.rate
    half = 0.5 / float(rate)
    return video_frame_to_seconds(seconds_to_video_frame(max(0.0, time_s) + half, rate), rate)
