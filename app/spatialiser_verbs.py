"""What learned spatialisers do for the session, each as a job whose answer is one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from app.edit_jobs import start_edit
from app.time_verbs import TimeVerbs
from engine.project.edits import ChooseSpatialiser
from engine.project.learned_ears import why_measured

if TYPE_CHECKING:
    from app.window import MainWindow


class SpatialiserVerbs(TimeVerbs):
    """Verbs of learned spatialisers."""

    window: MainWindow

    def spatialise_production(self) -> None:
        """Make the film's own sound binaural by what its picture shows, as a take."""
        if start_edit(self.session, "Spatialise production sound", "production sound"):
            self.window.show_jobs()

    def compare_ears(self) -> None:
        """Hear the selected track's other ears: measured ones, or FoleySpace's."""
        track_id = self.session.selection.value.track_id
        if track_id is None:
            return
        if self.session.project.track(track_id).spatialiser == "measured":
            self.learned_ears(track_id)
        else:
            self.session.do(ChooseSpatialiser(track_id=track_id, spatialiser="measured"))

    def learned_ears(self, track_id: str) -> None:
        """FoleySpace's two ears of a track: at once where they are there, else by a job."""
        project = self.session.project
        track = project.track(track_id)
        if not why_measured(project, structs.replace(track, spatialiser="foleyspace")):
            self.session.do(ChooseSpatialiser(track_id=track_id, spatialiser="foleyspace"))
        elif start_edit(self.session, f"Two ears of {track.name}", "two ears", track_id):
            self.window.show_jobs()
