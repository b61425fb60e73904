"""Work that stands for an analysis: its workers load this file, and little besides."""

from __future__ import annotations

import time
from pathlib import Path

from engine.jobs import Progress
from engine.pipeline.settings import RunSettings
from engine.project.edits import AddTrack, EditGroup
from engine.project.model import Project, Track, TrackId, Trajectory


def tiny_analysis(
    video: Path, project: Project, bundle_path: Path, settings: RunSettings, progress: Progress
) -> EditGroup:
    """One track, at once."""
    progress("looking", 0.5)
    track = Track(
        id=TrackId("found"), name="Found", trajectory=Trajectory.from_arrays([0.0], [[1, 0, 0]])
    )
    return EditGroup(name="Analyse", edits=(AddTrack(track=track),))


def endless_work(progress: Progress) -> None:
    """A job that ends only when it is cancelled."""
    while True:
        progress("looking", 0.5)
        time.sleep(0.01)


def endless_analysis(
    video: Path, project: Project, bundle_path: Path, settings: RunSettings, progress: Progress
) -> None:
    """Goes on until it is cancelled."""
    for count in range(10_000):
        progress("looking", count / 10_000)
        time.sleep(0.01)


def failing_analysis(
    video: Path, project: Project, bundle_path: Path, settings: RunSettings, progress: Progress
) -> None:
    """Goes wrong."""
    raise ValueError("the pixels are the wrong way round")
