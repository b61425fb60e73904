"""What is under the pointer in the lanes: a clip's body, an edge, or a handle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF

from app.views.timeline.axis import TimeAxis
from app.views.timeline.clip_index import row_of
from app.views.timeline.clip_painting import TITLE_PX
from app.views.timeline.lane_painting import CLIPS_TOP_PX, lane_height
from app.views.timeline.rows import Rows
from engine.project.model import Clip, Project

EDGE_PX = 6.0
HANDLES_PX = 10.0
"""Height of the strip below the title that holds the handles."""
HANDLE_REACH_PX = 10.0
"""To either side of a fade's handle, within that strip: there it wins over trimming."""
LEAST_HANDLES_PX = 30.0
LEAST_GAIN_PX = 80.0
"""Narrower clips have no handles for their fades, or none for their gain."""
Part = Literal["body", "left", "right", "fade in", "fade out", "gain"]


@dataclass(frozen=True)
class Hit:
    """A clip, the part of it under the pointer, and the row and lane it lies in."""

    clip: Clip
    part: Part
    index: int
    lane: int


def find_hit(project: Project, axis: TimeAxis, rows: Rows, point: QPointF) -> Hit | None:
    """The clip under a point, the topmost first."""
    index = rows.index_at(point.y())
    if index is None:
        return None
    inside_px = point.y() - rows.y_of(index) - CLIPS_TOP_PX
    lane_px = lane_height(rows, index)
    lane = int(inside_px // lane_px)
    if inside_px < 0 or lane >= rows.lanes_of(index):
        return None
    clip = row_of(project, rows.track_ids[index]).at(axis.time_of(point.x()), lane)
    if clip is None:
        return None
    return Hit(clip, _part(clip, axis, point.x(), inside_px % lane_px), index, lane)


def gain_handle_x(clip: Clip, axis: TimeAxis) -> float:
    """Pixel of the gain handle: the middle of what is in sight of the clip."""
    left = max(axis.x_of(clip.start_s), 0.0)
    right = min(axis.x_of(clip.start_s + clip.duration_s), float(axis.width_px))
    return 0.5 * (left + right)


def _part(clip: Clip, axis: TimeAxis, x: float, y: float) -> Part:
    left, width = axis.x_of(clip.start_s), clip.duration_s * axis.px_per_s
    from_left, from_right = x - left, left + width - x
    edge = min(EDGE_PX, width / 4)
    if TITLE_PX < y <= TITLE_PX + HANDLES_PX and width > LEAST_HANDLES_PX:
        if width >= LEAST_GAIN_PX and abs(x - gain_handle_x(clip, axis)) <= 7:
            return "gain"
        fade_in, fade_out = clip.fade_in_s * axis.px_per_s, clip.fade_out_s * axis.px_per_s
        reach = min(HANDLE_REACH_PX, width / 4)
        if abs(from_left - fade_in) <= reach:
            return "fade in"
        if abs(from_right - fade_out) <= reach:
            return "fade out"
    if from_left <= edge:
        return "left"
    if from_right <= edge:
        return "right"
    return "body"
