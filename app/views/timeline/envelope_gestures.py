"""Hands on automation: points are added on the line, dragged, and deleted; each is one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from app.views.timeline.envelope_lanes import EnvelopeHit, EnvelopeLane
from app.views.timeline.envelopes import moved, with_point, without
from app.views.timeline.gestures import Begun, Gesture
from app.views.timeline.snapping import snap_points_s, snapped_s
from engine.project.model import Curve

if TYPE_CHECKING:
    from app.views.timeline.lanes import Lanes

START_PX = 2.0
_FINE = 0.2


class DragPoint(Begun):
    """Drag a point of a curve. Shift makes its value fine, Ctrl keeps its time.

    Parameters
    ----------
    curve : Curve
        The curve with the point in it, as it is when the drag begins.
    is_new : bool
        Whether the press itself made the point, so that a click alone already counts.
    """

    def __init__(
        self,
        lanes: Lanes,
        lane: EnvelopeLane,
        start: QPointF,
        curve: Curve,
        index: int,
        *,
        is_new: bool,
    ) -> None:
        super().__init__(lanes, start)
        self.lane = lane
        self.curve = curve
        self.index = index
        self._last_y = start.y()
        self._y = lane.y_of(curve[index][1])
        self._points_s = snap_points_s(lanes.project, (), lanes.position_s)
        if is_new:
            self.begin()
            self._ask(curve)
        lanes.selection.select_point(lane.track.id, lane.envelope.name, index)

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if not self.has_begun(point, START_PX):
            return
        fine = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._y += (point.y() - self._last_y) * (_FINE if fine else 1.0)
        self._last_y = point.y()
        was_s, was = self.curve[self.index]
        time_s = was_s
        if not modifiers & Qt.KeyboardModifier.ControlModifier:
            time_s = self._time(was_s + self.shift_s(point), modifiers)
        value = was if abs(self._y - self.lane.y_of(was)) < 1.0 else self.lane.value_at(self._y)
        curve = moved(self.curve, self.index, time_s, value)
        self.lanes.readout = (point, self.lane.envelope.text(value))
        self._ask(curve)

    def _time(self, time_s: float, modifiers: Qt.KeyboardModifier) -> float:
        """Snapped only to things worth landing on, never to plain video frames."""
        self.lanes.snap_line_s = None
        if not self.lanes.snapping_with(modifiers):
            return time_s
        lanes = self.lanes
        found_s, landed = snapped_s(time_s, self._points_s, lanes.axis.px_per_s, lanes.project)
        if landed:
            lanes.snap_line_s = found_s
        return found_s if landed else time_s

    def _ask(self, curve: Curve) -> None:
        self.lanes.edit_requested.emit(self.lane.envelope.edit(self.lane.track.id, curve))


class ClickOnGround:
    """A click in a lane beside its line: the playhead goes there, the track is selected."""

    def __init__(self, lanes: Lanes, start: QPointF) -> None:
        self.lanes = lanes
        self._start = start

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Nothing is dragged."""

    def finish(self) -> None:
        self.lanes.click_on_ground(self._start)

    def cancel(self) -> None:
        """Nothing was begun."""


def press(
    lanes: Lanes, found: EnvelopeHit, point: QPointF, modifiers: Qt.KeyboardModifier
) -> Gesture | None:
    """What pressing the button in an automation lane begins. Alt deletes the point there."""
    lane = found.lane
    curve = lane.envelope.curve(lane.track)
    if found.point is not None and modifiers & Qt.KeyboardModifier.AltModifier:
        lanes.edit_requested.emit(lane.envelope.edit(lane.track.id, without(curve, found.point)))
        lanes.selection.select_point(lane.track.id, lane.envelope.name, None)
        return None
    if found.point is not None:
        return DragPoint(lanes, lane, point, curve, found.point, is_new=False)
    if found.on_line:
        return add_point(lanes, lane, point, on_line=True)
    return ClickOnGround(lanes, point)


def add_point(lanes: Lanes, lane: EnvelopeLane, point: QPointF, *, on_line: bool) -> DragPoint:
    """A point where the pointer is, or on the line above or below it; it may be dragged on."""
    time_s = max(0.0, lanes.axis.time_of(point.x()))
    value = lane.envelope.at(lane.track, time_s) if on_line else lane.value_at(point.y())
    curve, index = with_point(lane.envelope.curve(lane.track), time_s, value)
    return DragPoint(lanes, lane, point, curve, index, is_new=True)
