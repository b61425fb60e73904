"""What a hand unmutes stays unmuted when the script is written again."""

from __future__ import annotations

import numpy as np

from engine.pipeline.compose import compose
from engine.pipeline.settings import RunSettings
from engine.project.edits import MuteClip
from engine.project.model import Project, Track, Trajectory
from engine.project.store import MediaFolder


def car(name: str, distance_m: float, side_m: float) -> Track:
    times_s = np.linspace(0.0, 2.0, 11)
    side = np.linspace(side_m, -side_m, 11)
    places = np.stack([np.full(11, distance_m), side, np.full(11, -1.0)], axis=1)
    path = Trajectory.from_arrays(times_s, places)
    return Track(id=name, name=name, label="car", trajectory=path, start_s=0.0, end_s=2.0)


def composed(project: Project, media: MediaFolder) -> Project:
    for edit in compose(project, media, RunSettings()):
        project = edit.apply(project)
    return project


def test_an_unmuted_clip_stays_unmuted_and_a_muted_one_muted(tmp_path) -> None:
    media = MediaFolder(tmp_path)
    project = composed(Project(tracks=(car("near", 5.0, 5.0), car("far", 30.0, 4.0))), media)
    aside = [clip for clip in project.clips if clip.track_id == "far"]
    front = [clip for clip in project.clips if clip.track_id == "near"]
    assert aside
    assert all(clip.muted for clip in aside)
    assert not any(clip.muted for clip in front)
    project = MuteClip(clip_id=aside[0].id, muted=False).apply(project)
    project = MuteClip(clip_id=front[0].id, muted=True).apply(project)
    again = composed(project, media)
    assert not again.clip(aside[0].id).muted
    assert again.clip(front[0].id).muted
    assert all(again.clip(clip.id).muted for clip in aside[1:])
    assert len(again.clips) == len(project.clips)
