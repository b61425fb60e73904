"""Going back to a version that was kept: an edit like any other, that can be undone."""

from __future__ import annotations

from msgspec import structs

from engine.project.checks import check_project
from engine.project.edits.base import EditBase
from engine.project.model import Project


class TakeUpVersion(EditBase, frozen=True, kw_only=True, tag="take_up_version"):
    """Go on from a version; the film stays where it is found now."""

    name: str
    project: Project

    @property
    def label(self) -> str:
        return f"Back to “{self.name}”"

    def apply(self, project: Project) -> Project:
        check_project(self.project)
        here, there = project.video, self.project.video
        same = here is not None and there is not None and here.fingerprint == there.fingerprint
        return structs.replace(self.project, video=here) if same else self.project
