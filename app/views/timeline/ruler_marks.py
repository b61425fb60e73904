"""What is under the pointer on the ruler: a marker's flag, or an end of the loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetrics

from app import theme
from app.views.timeline.axis import TimeAxis
from engine.project.model import Marker, Project

FLAGS_PX = 16.0
"""Height of the strip with the markers' flags."""
EDGE_PX = 6.0
_PADDING_PX = 12


@dataclass(frozen=True)
class RangeEnd:
    """An end of a range, and the time of the other one."""

    end: Literal["in", "out"]
    other_s: float


def flag(axis: TimeAxis, marker: Marker) -> QRectF:
    """Where a marker's flag is drawn."""
    width = QFontMetrics(theme.font(10, 600)).horizontalAdvance(marker.name) + _PADDING_PX
    return QRectF(axis.x_of(marker.time_s), 2, width, 13)


def marker_at(project: Project, axis: TimeAxis, x: float, y: float) -> Marker | None:
    """The marker whose flag is under a point, the last one first."""
    if y > FLAGS_PX:
        return None
    for marker in reversed(project.markers):
        if flag(axis, marker).adjusted(-2, -2, 2, 2).contains(x, y):
            return marker
    return None


def region_bar(axis: TimeAxis, region: Marker) -> QRectF:
    """Where the length of a region is drawn."""
    return QRectF(axis.x_of(region.time_s), 2, region.length_s * axis.px_per_s, 13)


def region_end_at(project: Project, axis: TimeAxis, x: float, y: float) -> tuple[str, float] | None:
    """The region whose right end is under a point, and the time of its left one.

    The left end is its flag, which moves the region as a whole.
    """
    if y > FLAGS_PX:
        return None
    for marker in reversed(project.markers):
        end_s = marker.time_s + marker.length_s
        if marker.length_s and abs(axis.x_of(end_s) - x) <= EDGE_PX:
            return marker.id, marker.time_s
    return None


def range_end_at(range_s: tuple[float, float] | None, axis: TimeAxis, x: float) -> RangeEnd | None:
    """The end of a range (the loop, the selected time) under a pixel."""
    if range_s is None:
        return None
    from_px, to_px = axis.x_of(range_s[0]), axis.x_of(range_s[1])
    reach = min(EDGE_PX, max(2.0, (to_px - from_px) / 3.0))
    if abs(x - from_px) <= reach:
        return RangeEnd("in", range_s[1])
    if abs(x - to_px) <= reach:
        return RangeEnd("out", range_s[0])
    return None
