"""The curve of a fade: a right click on its handle, and the words for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from app.session import Session
from app.words import tr
from engine.project.edits import Edit, EditGroup, SetFadeCurve
from engine.project.fades import CURVES, FadeCurve, FadeSide
from engine.project.model import Clip

CURVE_WORDS: dict[FadeCurve, str] = {
    "equal_power": "Equal power",
    "linear": "Linear",
    "s": "S curve",
    "slow": "Slow start",
    "fast": "Fast start",
}


def curve_edit(clips: list[Clip], side: FadeSide, curve: FadeCurve) -> Edit:
    """Let the fades on one side ('in' or 'out') of clips follow a curve, as one step."""
    edits = tuple(SetFadeCurve(clip_id=clip.id, side=side, curve=curve) for clip in clips)
    return edits[0] if len(edits) == 1 else EditGroup(name="Fade curves", edits=edits)


class FadeMenu:
    """Curves to choose from; all selected clips go along."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session = session
        self._parent = parent
        self.menu: QMenu | None = None
        """The one shown last."""

    def popup(self, clip_id: str, side: FadeSide, place: QPoint) -> None:
        """Show the menu of a clip's fade."""
        clip = self._session.project.clip(clip_id)
        now = clip.fade_in_curve if side == "in" else clip.fade_out_curve
        self.menu = menu = QMenu(self._parent)
        for curve in CURVES:
            choose: Callable[[], object] = partial(self._choose, side, curve)
            action = menu.addAction(tr(CURVE_WORDS[curve]), choose)
            action.setCheckable(True)
            action.setChecked(curve == now)
        menu.popup(place)

    def _choose(self, side: FadeSide, curve: FadeCurve) -> None:
        chosen = self._session.selection.value.clip_ids
        clips = [clip for clip in self._session.project.clips if clip.id in chosen]
        if clips:
            self._session.do(curve_edit(clips, side, curve))
