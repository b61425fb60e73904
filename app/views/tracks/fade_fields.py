"""A clip's fades: how long each is, and the curve it follows; each change one edit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.fade_menu import CURVE_WORDS, curve_edit
from app.views.tracks.fields import NumberField
from app.words import tr
from engine.project.edits import Edit, SetClipFades
from engine.project.fades import CURVES, FadeSide
from engine.project.model import Clip

_LENGTH_PX, _CURVE_PX = 76, 108


class FadeFields:
    """Two rows for a form, ``rows["in"]`` and ``rows["out"]``: `lengths` and `curves`.

    Parameters
    ----------
    ask : callable
        Receives the edit.
    """

    def __init__(self, ask: Callable[[Edit], None]) -> None:
        self._ask = ask
        self._clip: Clip | None = None
        self.lengths: dict[FadeSide, NumberField] = {}
        self.curves: dict[FadeSide, QComboBox] = {}
        self.rows = {
            "in": self._row("in", tr("Fade in"), tr("Curve of the fade in")),
            "out": self._row("out", tr("Fade out"), tr("Curve of the fade out")),
        }

    def show_clip(self, clip: Clip) -> None:
        """Show a clip's fades."""
        self._clip = clip
        self.lengths["in"].show_value(clip.fade_in_s)
        self.lengths["out"].show_value(clip.fade_out_s)
        self.curves["in"].setCurrentIndex(CURVES.index(clip.fade_in_curve))
        self.curves["out"].setCurrentIndex(CURVES.index(clip.fade_out_curve))

    def _row(self, side: FadeSide, name: str, curve_name: str) -> QWidget:
        length = NumberField("s", (0.0, 1e5), 3, lambda _: self._ask_lengths(), step=0.01)
        length.setAccessibleName(name)
        length.setMinimumWidth(_LENGTH_PX)
        curve = QComboBox()
        curve.addItems([tr(CURVE_WORDS[name]) for name in CURVES])
        curve.setFixedWidth(_CURVE_PX)
        curve.setAccessibleName(curve_name)
        curve.setToolTip(tr("How the fade goes; a right click on its handle chooses it, too"))
        curve.activated.connect(lambda index: self._ask_curve(side, index))
        self.lengths[side], self.curves[side] = length, curve
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(length, 1)
        line.addWidget(curve)
        return row

    def _ask_lengths(self) -> None:
        if self._clip is not None:
            self._ask(
                SetClipFades(
                    clip_id=self._clip.id,
                    fade_in_s=self.lengths["in"].value(),
                    fade_out_s=self.lengths["out"].value(),
                )
            )

    def _ask_curve(self, side: FadeSide, index: int) -> None:
        if self._clip is not None:
            self._ask(curve_edit([self._clip], side, CURVES[index]))
