"""A drag along a take in its lane: the clip sounds that take there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from app.comping import comp_edit
from app.views.timeline.gestures import START_DISTANCE_PX
from app.views.timeline.take_lanes import TakeCell
from engine.project.edits import SetClipTake

if TYPE_CHECKING:
    from app.views.timeline.lanes import Lanes


class SwipeTake:
    """Without a drag the click chooses the take for the whole clip."""

    def __init__(self, lanes: Lanes, start: QPointF, cell: TakeCell) -> None:
        self._lanes = lanes
        self._cell = cell
        self._start = start
        self._from_s = self._to_s = lanes.axis.time_of(start.x())
        self._running = False

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        away = (point - self._start).manhattanLength() >= START_DISTANCE_PX
        self._running = self._running or away
        if self._running:
            self._to_s = self._lanes.axis.time_of(point.x())
            self._lanes.band = self._band()

    def finish(self) -> None:
        clip, take = self._cell.clip, self._cell.take
        self._lanes.band = None
        if self._running:
            span_s = min(self._from_s, self._to_s), max(self._from_s, self._to_s)
            edit = None if self._cell.is_chosen else comp_edit(clip, take.id, span_s)
            if edit is not None:
                self._lanes.edit_requested.emit(edit)
        elif not self._cell.is_chosen:
            self._lanes.edit_requested.emit(SetClipTake(clip_id=clip.id, take_id=take.id))

    def cancel(self) -> None:
        self._lanes.band = None

    def _band(self) -> QRectF:
        axis, place = self._lanes.axis, self._cell.place
        left, right = sorted((axis.x_of(self._from_s), axis.x_of(self._to_s)))
        left, right = max(left, place.left()), min(right, place.right())
        return QRectF(left, place.top(), max(right - left, 1.0), place.height())
