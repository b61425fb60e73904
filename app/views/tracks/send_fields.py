"""How much of a track goes to the room and to the LFE; each change one edit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox

from app.views.tracks.fields import NumberField
from app.words import tr
from engine.project.edits import SetLfeSend, SetRoomSend
from engine.project.lfe_send import NO_SEND_DB, WEIGHTY_SEND_DB, lfe_sends_db
from engine.project.limits import QUIETEST_DB
from engine.project.model import Project, Track
from engine.spatial.room import NO_ROOM

_BY_LAYERS, _NOTHING, _OWN = "layers", "nothing", "own"


class SendFields:
    """Fields for a form: `room`, `lfe` (who decides) and `lfe_level`.

    Parameters
    ----------
    ask : callable
        Receives the edit.
    track_id : callable
        Id of the track that is shown.
    """

    def __init__(self, ask: Callable[[object], None], track_id: Callable[[], str]) -> None:
        self._ask = ask
        self._track_id = track_id
        self._heard_db = NO_SEND_DB
        self.room = NumberField(
            "dB", (QUIETEST_DB, 12.0), 1,
            lambda value: ask(SetRoomSend(track_id=track_id(), send_db=value)),
        )  # fmt: skip
        self.room.setToolTip(tr("How much of the track goes into the room, under its fader"))
        self.lfe = QComboBox()
        self.lfe.setToolTip(tr("How much of its low end goes to the LFE of 5.1 and 7.1.4"))
        self.lfe.addItem(tr("As its layers ask"), _BY_LAYERS)
        self.lfe.addItem(tr("Nothing"), _NOTHING)
        self.lfe.addItem(tr("Own level"), _OWN)
        self.lfe.activated.connect(lambda _: self._chosen())
        self.lfe_level = NumberField(
            "dB", (-60.0, 12.0), 1,
            lambda value: ask(SetLfeSend(track_id=track_id(), send_db=value)),
        )  # fmt: skip
        self.lfe_level.setToolTip(tr("LFE send under the fader; the LFE is played 10 dB louder"))

    def show_track(self, project: Project, track: Track) -> None:
        """Show a track's sends; an ambience has none."""
        is_object = track.kind == "object"
        self.room.show_value(track.room_send_db)
        self.room.setEnabled(is_object and project.scene.room != NO_ROOM)
        self._heard_db = lfe_sends_db(project)[track.id]
        chosen = _BY_LAYERS
        if track.lfe_send_db is not None:
            chosen = _OWN if track.lfe_send_db > NO_SEND_DB else _NOTHING
        self.lfe.setCurrentIndex(self.lfe.findData(chosen))
        self.lfe.setEnabled(is_object)
        self.lfe_level.setEnabled(is_object and chosen == _OWN)
        self.lfe_level.show_value(self._heard_db)
        silent = self._heard_db <= NO_SEND_DB
        self.lfe_level.setSpecialValueText("nothing" if silent else "")

    def _chosen(self) -> None:
        own_db = self._heard_db if self._heard_db > NO_SEND_DB else WEIGHTY_SEND_DB
        sends = {_BY_LAYERS: None, _NOTHING: NO_SEND_DB, _OWN: own_db}
        self._ask(SetLfeSend(track_id=self._track_id(), send_db=sends[self.lfe.currentData()]))
