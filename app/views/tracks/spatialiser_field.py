"""What makes two ears of a track: measured HRIRs, or a learned network."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox

from app.words import tr
from engine.project.edits import ChooseSpatialiser
from engine.project.learned_ears import why_measured, why_no_learned_ears
from engine.project.model import Project, Track

_MEASURED, _LEARNED = "measured", "foleyspace"
_TIP = "What headphones and binaural files hear of this track; all else is the same"


class SpatialiserField(QComboBox):
    """A field for a form; going back to HRIRs is one edit, a network is asked for.

    Parameters
    ----------
    ask : callable
        Receives the edit.
    want : callable
        Receives the id of the track that a network shall make two ears of.
    track_id : callable
        Id of the track that is shown.
    """

    def __init__(
        self,
        ask: Callable[[object], None],
        want: Callable[[str], None],
        track_id: Callable[[], str],
    ) -> None:
        super().__init__()
        self.addItem(tr("Measured HRIRs"), _MEASURED)
        self.addItem(tr("FoleySpace, learned"), _LEARNED)
        self._ask, self._want, self._track_id = ask, want, track_id
        self._shown = _MEASURED
        self._stale = ""
        self.activated.connect(lambda _: self._chosen())

    def show_track(self, project: Project, track: Track) -> None:
        """Show a track's choice, and why it is not what is heard, if it is not."""
        refusal = why_no_learned_ears(project, track)
        self._shown, self._stale = track.spatialiser, why_measured(project, track)
        words = "FoleySpace, out of date" if self._stale else "FoleySpace, learned"
        self.setItemText(1, tr(words))
        self.setCurrentIndex(self.findData(track.spatialiser))
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        model.item(1).setEnabled(not refusal)
        self.setEnabled(track.kind == "object")
        self.setToolTip(self._tip(refusal))

    def _tip(self, refusal: str) -> str:
        if self._stale and not refusal:
            return f"Heard as measured: {self._stale}. Choose it again to make them anew."
        if refusal:
            return f"Heard as measured: {refusal}"
        return tr(_TIP)

    def _chosen(self) -> None:
        wanted = self.currentData()
        if wanted == _MEASURED and self._shown != _MEASURED:
            self._ask(ChooseSpatialiser(track_id=self._track_id(), spatialiser="measured"))
        elif wanted == _LEARNED and (self._shown != _LEARNED or self._stale):
            self.setCurrentIndex(self.findData(self._shown))  # until they are there
            self._want(self._track_id())
