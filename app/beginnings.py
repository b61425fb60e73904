"""How new sessions begin, and what they are first analysed with."""

from __future__ import annotations

from pathlib import Path

from app import preferences
from engine.pipeline.settings import RunSettings
from engine.project.model import Project, Scene, Video


def first_project(video: Video, settings: RunSettings | None) -> Project:
    """A new session of a film, heard through the set that the user prefers."""
    if settings is not None:
        scene = Scene(mapping=settings.mapping)
    else:
        scene = Scene(hrir=preferences.load().hrir)
    return Project(title=Path(video.path).stem, video=video, scene=scene)


def first_settings(settings: RunSettings | None, project: Project) -> RunSettings:
    """What a new session is analysed with: where nothing was asked, its scene stays as it is."""
    if settings is not None:
        return settings
    scene = project.scene
    return RunSettings(
        mapping=scene.mapping, hrir=scene.hrir, room=scene.room,
        room_level_db=scene.room_level_db, target_lufs=scene.target_lufs,
    )  # fmt: skip
