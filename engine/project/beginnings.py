"""What a new session begins with, where that is not what older sessions have by default.

A value that a stored session leaves out is the model's default, so that a session sounds as it did
when it was made. What was found better since is chosen here, once, as a session is begun.
"""

from __future__ import annotations

from engine.project.model import Mapping, Project, Scene, Video


def new_project(title: str, video: Video | None = None, mapping: Mapping = "cylinder") -> Project:
    """A session at its beginning."""
    scene = Scene(mapping=mapping, hrir_equalisation="diffuse_field")
    return Project(title=title, video=video, scene=scene)
