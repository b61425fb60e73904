"""A track's way to the listener: air, stereo, width and occlusion; each change one edit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox

from app.views.tracks.fields import NumberField
from app.words import tr
from engine.project.edits import SetAir, SetDoppler, SetOcclusion, SetStereo, SetWidth
from engine.project.model import Curve, Track

_WIDTH_TIP = "The angle the sound fills: 0 a point, 360 all around"
_OCCLUSION_TIP = "What stands between: 0 nothing, 100 a thick wall"


class SoundFields:
    """Fields for a form: `width`, `occlusion`, `doppler`, `air`, `stereo`.

    A value that moves over time is shown as it begins and cannot be typed over.

    Parameters
    ----------
    ask : callable
        Receives the edit.
    track_id : callable
        Id of the track that is shown.
    """

    def __init__(self, ask: Callable[[object], None], track_id: Callable[[], str]) -> None:
        self.width = NumberField(
            "°", (0.0, 360.0), 0,
            lambda value: ask(SetWidth(track_id=track_id(), curve=_constant(value))), step=10.0,
        )  # fmt: skip
        self.occlusion = NumberField(
            "%", (0.0, 100.0), 0,
            lambda value: ask(SetOcclusion(track_id=track_id(), curve=_constant(value / 100.0))),
            step=5.0,
        )  # fmt: skip
        self.doppler = QCheckBox(tr("Doppler and propagation delay"))
        self.doppler.clicked.connect(lambda on: ask(SetDoppler(track_id=track_id(), doppler=on)))
        self.air = QCheckBox(tr("Air dulls what is far away"))
        self.air.clicked.connect(lambda on: ask(SetAir(track_id=track_id(), air=on)))
        self.stereo = QCheckBox(tr("Left and right of stereo apart"))
        self.stereo.setToolTip(tr("Stereo takes sound as two sources, as far apart as the width"))
        self.stereo.clicked.connect(lambda on: ask(SetStereo(track_id=track_id(), stereo=on)))

    def show_track(self, track: Track) -> None:
        """Show a track's settings; an ambience has none of these."""
        for box, on in (
            (self.doppler, track.doppler), (self.air, track.air), (self.stereo, track.stereo),
        ):  # fmt: skip
            box.setChecked(on)
            box.setVisible(track.kind == "object")
        _show(self.width, track.width_deg, 1.0, _WIDTH_TIP)
        _show(self.occlusion, track.occlusion, 100.0, _OCCLUSION_TIP)
        for field in (self.width, self.occlusion):
            field.setEnabled(field.isEnabled() and track.kind == "object")


def _constant(value: float) -> Curve:
    return ((0.0, value),) if value else ()


def _show(field: NumberField, curve: Curve, scale: float, tip: str) -> None:
    field.show_value(curve[0][1] * scale if curve else 0.0)
    moves = len(curve) > 1
    field.setEnabled(not moves)
    field.setToolTip(f"Moves over time, {len(curve)} points" if moves else tip)
