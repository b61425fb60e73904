"""Scenes that begin where shots do: marked by the machine, as long as they are wanted."""

from __future__ import annotations

from msgspec import structs

from engine.project.edits.base import EditBase
from engine.project.model import Marker, Project


class MarkScenes(EditBase, frozen=True, kw_only=True, tag="mark_scenes"):
    """Let a scene begin at every shot, now and after every analysis; or take those marks away."""

    on: bool = True

    @property
    def label(self) -> str:
        return "Scenes at shots" if self.on else "No scenes at shots"

    def apply(self, project: Project) -> Project:
        return scenes_at_shots(structs.replace(project, scenes_at_shots=self.on))


def scenes_at_shots(project: Project) -> Project:
    """Project with the machine's marks where its shots begin; a film of one shot has none.

    What a hand has moved, renamed or set stays as it is, and what it deleted away.
    """
    kept = [marker for marker in project.markers if marker.provenance == "hand"]
    gone = {*project.removed, *(marker.id for marker in kept)}
    scenes_s = {round(marker.time_s, 3) for marker in kept if marker.scene}
    shots_s = project.analysis.shots_s
    wanted = enumerate(shots_s, start=1) if project.scenes_at_shots and len(shots_s) > 1 else ()
    made = [
        Marker(id=scene_id, time_s=shot_s, name=f"Scene {number}", scene=True, provenance="machine")
        for number, shot_s in wanted
        if (scene_id := f"shot-{shot_s:.3f}") not in gone and round(shot_s, 3) not in scenes_s
    ]
    markers = tuple(sorted((*kept, *made), key=lambda one: (one.time_s, one.id)))
    return project if markers == project.markers else structs.replace(project, markers=markers)
