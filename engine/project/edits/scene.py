"""Edits of the session as a whole: scene settings, title, picture."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.project.checks import check_scene, check_video
from engine.project.edits.base import EditBase
from engine.project.limits import check_rotation, check_text
from engine.project.model import Project, Scene, Video


class SetScene(EditBase, frozen=True, kw_only=True, tag="set_scene"):
    """Change how pixels become metres and how the scene is heard and delivered."""

    text: ClassVar[str] = "Scene settings"
    scene: Scene

    @property
    def coalesce_key(self) -> str | None:
        return "SetScene"

    def apply(self, project: Project) -> Project:
        check_scene(self.scene)
        return structs.replace(project, scene=self.scene)


class TurnScene(EditBase, frozen=True, kw_only=True, tag="turn_scene"):
    """Turn the whole scene about the listener: yaw to the left, pitch up, roll to the right."""

    text: ClassVar[str] = "Turn scene"
    yaw_deg: float
    pitch_deg: float = 0.0
    roll_deg: float = 0.0

    @property
    def coalesce_key(self) -> str | None:
        return "TurnScene"

    def apply(self, project: Project) -> Project:
        rotation_deg = (self.yaw_deg, self.pitch_deg, self.roll_deg)
        check_rotation(rotation_deg, "scene rotation")
        scene = structs.replace(project.scene, rotation_deg=rotation_deg)
        return structs.replace(project, scene=scene)


class SetTitle(EditBase, frozen=True, kw_only=True, tag="set_title"):
    """Rename the session."""

    text: ClassVar[str] = "Rename session"
    title: str

    @property
    def coalesce_key(self) -> str | None:
        return "SetTitle"

    def apply(self, project: Project) -> Project:
        check_text(self.title, "title")
        return structs.replace(project, title=self.title)


class SetVideo(EditBase, frozen=True, kw_only=True, tag="set_video"):
    """Choose the picture, or relink it to where its file is now; None takes it away."""

    text: ClassVar[str] = "Set video"
    video: Video | None

    def apply(self, project: Project) -> Project:
        if self.video is not None:
            check_video(self.video)
        return structs.replace(project, video=self.video)
