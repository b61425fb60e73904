"""How new sessions begin, and what they are first analysed with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app import preferences
from app.notices import Notice
from engine.errors import FoleystageError
from engine.pipeline.settings import RunSettings
from engine.project.model import Project, Scene, Video
from engine.project.store import Bundle

if TYPE_CHECKING:
    from app.session import Session


def begin(session: Session, project: Project, place: Path, *, template: bool = True) -> bool:
    """Work on a new session in a folder, begun as the marked template says (if `template`).

    False where that cannot be; why is told.
    """
    try:
        project = session.begin_with(project) if template else project
    except FoleystageError as error:
        session.tell(Notice(str(error), "warning"))
    try:
        bundle = Bundle.create(place, project)
    except FoleystageError as error:
        session.tell(Notice(str(error), "error"))
        return False
    session.take(bundle, project)
    return True


def empty_project(title: str) -> Project:
    """A new session without a film, heard through the set that the user prefers."""
    return Project(title=title, scene=Scene(hrir=preferences.load().hrir))


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
        room_level_db=scene.room_level_db, room_reflections=scene.room_reflections,
        target_lufs=scene.target_lufs,
    )  # fmt: skip
