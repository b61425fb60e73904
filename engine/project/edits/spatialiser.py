"""The edit of what makes two ears of a track."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.errors import ProjectError
from engine.project.checks import check_track
from engine.project.edits.base import EditBase
from engine.project.model import Project, Spatialiser, TakeId


class ChooseSpatialiser(EditBase, frozen=True, kw_only=True, tag="choose_spatialiser"):
    """Let measured HRIRs or a learned network make two ears of a track.

    `take_id` is what a network has made of it; without one, what it made before stays.

    Raises
    ------
    ProjectError
        From `apply`: no such track, take or spatialiser, or the network has made nothing of it.
    """

    text: ClassVar[str] = "Spatialiser"
    track_id: str
    spatialiser: Spatialiser
    take_id: str | None = None

    def apply(self, project: Project) -> Project:
        track = project.track(self.track_id)
        wanted = track.ears_take if self.take_id is None else TakeId(self.take_id)
        if self.spatialiser == "measured":
            measured = structs.replace(track, spatialiser=self.spatialiser)
            return project.with_track(measured)
        if wanted is None:
            raise ProjectError(
                f"nothing was made of '{track.name}' by '{self.spatialiser}' yet",
                remedy="make its two ears first",
            )
        if not project.take(wanted).binaural:
            raise ProjectError(f"the take '{wanted}' is not one for two ears")
        changed = structs.replace(track, spatialiser=self.spatialiser, ears_take=wanted)
        check_track(changed)
        return project.with_track(changed)
