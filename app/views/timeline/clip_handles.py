"""The handles of the clip under the pointer (fades, gain), and what dragging them does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from app import theme
from app.views.timeline.clip_painting import TITLE_PX
from app.views.timeline.gestures import Editing
from app.views.timeline.header_painting import format_gain
from app.views.timeline.hits import LEAST_GAIN_PX, LEAST_HANDLES_PX, Hit, gain_handle_x
from app.views.timeline.lane_painting import clip_place
from engine.project.edits import EditGroup, SetClipGain, TrimClip
from engine.project.model import Clip

if TYPE_CHECKING:
    from app.views.timeline.axis import TimeAxis
    from app.views.timeline.lanes import Lanes
    from app.views.timeline.rows import Rows

_DB_PER_PX = 0.2
_QUIETEST_DB, _LOUDEST_DB = -60.0, 24.0


class DragGain(Editing):
    """Drag a clip's gain handle up or down; it catches at 0 dB."""

    def __init__(self, lanes: Lanes, start: QPointF, clip: Clip) -> None:
        super().__init__(lanes, start, frozenset({clip.id}))
        self.clip = clip

    def drag(self, delta_s: float, point: QPointF, snap: bool) -> None:
        gain_db = self.clip.gain_db + (self.start.y() - point.y()) * _DB_PER_PX
        gain_db = round(min(max(gain_db, _QUIETEST_DB), _LOUDEST_DB), 1)
        if abs(gain_db) < 0.35:
            gain_db = 0.0
        self.tell(point, format_gain(gain_db))
        self.lanes.edit_requested.emit(SetClipGain(clip_id=self.clip.id, gain_db=gain_db))


class SlipClip(Editing):
    """Drag the sound inside a clip; its edges stay where they are."""

    def __init__(self, lanes: Lanes, start: QPointF, clip: Clip) -> None:
        super().__init__(lanes, start, frozenset({clip.id}))
        self.clip = clip
        self.take_s = self.project.take(clip.take_id).duration_s

    def drag(self, delta_s: float, point: QPointF, snap: bool) -> None:
        clip = self.clip
        latest_s = max(0.0, self.take_s - clip.duration_s)
        offset_s = min(max(clip.offset_s - delta_s, 0.0), latest_s)
        self.tell(point, f"{clip.offset_s - offset_s:+.3f} s".replace("-", "−"))
        slip = TrimClip(
            clip_id=clip.id, start_s=clip.start_s, offset_s=offset_s, duration_s=clip.duration_s
        )
        self.lanes.edit_requested.emit(EditGroup(name="Slip clip", edits=(slip,)))


class Pan:
    """Drag with the middle button: the timeline goes along."""

    def __init__(self, lanes: Lanes, start: QPointF) -> None:
        self._lanes = lanes
        self._start = start
        self._left_s = lanes.axis.left_s
        self._top_px = lanes.rows.top_px

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        away = point - self._start
        self._lanes.axis.scroll_to(self._left_s - away.x() / self._lanes.axis.px_per_s)
        self._lanes.rows.scroll_to(round(self._top_px - away.y()))

    def finish(self) -> None:
        """It stays where it is."""

    def cancel(self) -> None:
        self._lanes.axis.scroll_to(self._left_s)
        self._lanes.rows.scroll_to(self._top_px)


def paint_handles(painter: QPainter, hit: Hit, axis: TimeAxis, rows: Rows) -> None:
    """Squares where fades begin and end, a diamond for the gain; the one under the pointer lit."""
    clip = hit.clip
    place = QRectF(clip_place(axis, rows, clip, hit.index, hit.lane))
    if place.width() < LEAST_HANDLES_PX:
        return
    table = theme.colours()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    y = place.top() + TITLE_PX + 5
    for part, x in (
        ("fade in", place.left() + clip.fade_in_s * axis.px_per_s),
        ("fade out", place.right() - clip.fade_out_s * axis.px_per_s),
    ):
        painter.setPen(QPen(table.ground, 1))
        painter.setBrush(table.accent if hit.part == part else table.text)
        inside = min(max(x, place.left() + 4), place.right() - 4)
        painter.drawRect(QRectF(inside - 3.5, y - 3.5, 7, 7))
    if place.width() >= LEAST_GAIN_PX:
        x = gain_handle_x(clip, axis)
        painter.setPen(QPen(table.ground, 1))
        painter.setBrush(table.accent if hit.part == "gain" else table.text)
        corners = ((0, -5), (5, 0), (0, 5), (-5, 0))
        painter.drawPolygon(QPolygonF([QPointF(x + dx, y + dy) for dx, dy in corners]))
    painter.restore()
