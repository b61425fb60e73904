"""Tangents of the selected keyframe: two handles, of which either bends the path on both sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPen

from app import theme
from engine.project.edits import SetTangent
from engine.project.model import Track

if TYPE_CHECKING:
    from app.views.stage.canvas import StageProjection

REACH_PX = 8.0
_HANDLE_PX = 3.5
Metres = tuple[float, float, float]


@dataclass(frozen=True)
class Handle:
    """One end of a tangent: where it is, and what it is apart from its keyframe in time.

    A handle is where the Bezier curve's is: a third of the neighbouring segment away; negative
    times are those before the keyframe.
    """

    index: int
    place_m: Metres
    away_s: float


def handles_of(track: Track, index: int | None) -> tuple[Handle, ...]:
    """The handles of a keyframe; none where it is a corner."""
    keyframes = track.trajectory.keyframes
    if index is None or not 0 <= index < len(keyframes):
        return ()
    keyframe = keyframes[index]
    if keyframe.velocity_mps is None:
        return ()
    place, velocity = track.trajectory.positions_m[index], np.array(keyframe.velocity_mps)
    made = []
    for other in (index - 1, index + 1):
        if 0 <= other < len(keyframes):
            away_s = (keyframes[other].time_s - keyframe.time_s) / 3.0
            x_m, y_m, z_m = (float(value) for value in place + velocity * away_s)
            made.append(Handle(index, (x_m, y_m, z_m), away_s))
    return tuple(made)


def handle_at(
    projection: StageProjection, track: Track, index: int | None, point: QPointF
) -> Handle | None:
    """The handle of a keyframe under a point."""
    for handle in handles_of(track, index):
        x, y = projection.points(np.array([handle.place_m]))[0]
        if np.hypot(x - point.x(), y - point.y()) <= REACH_PX:
            return handle
    return None


def tangent_edits(track: Track, handle: Handle) -> Callable[[float, float, float], SetTangent]:
    """``make_edit(x_m, y_m, z_m)`` that bends the path so that a handle is there."""
    place = track.trajectory.positions_m[handle.index]

    def make_edit(x_m: float, y_m: float, z_m: float) -> SetTangent:
        velocity = (np.array([x_m, y_m, z_m]) - place) / handle.away_s
        x_mps, y_mps, z_mps = (float(value) for value in velocity)
        return SetTangent(track_id=track.id, index=handle.index, velocity_mps=(x_mps, y_mps, z_mps))

    return make_edit


def smooth_velocity(track: Track, index: int) -> Metres | None:
    """Velocity from the keyframe before to the one after (Catmull and Rom); None for one alone."""
    path = track.trajectory
    first, last = max(index - 1, 0), min(index + 1, len(path.keyframes) - 1)
    if first == last:
        return None
    way_m = path.positions_m[last] - path.positions_m[first]
    x_mps, y_mps, z_mps = (
        float(value) for value in way_m / (path.times_s[last] - path.times_s[first])
    )
    return x_mps, y_mps, z_mps


def paint_tangent(
    painter: QPainter, projection: StageProjection, track: Track, index: int | None
) -> None:
    """The handles of the selected keyframe and the line through it."""
    handles = handles_of(track, index)
    if not handles or index is None:
        return
    places = np.array([track.trajectory.positions_m[index], *(one.place_m for one in handles)])
    middle, *ends = (QPointF(x, y) for x, y in projection.points(places).tolist())
    table = theme.colours()
    painter.setPen(QPen(table.text_soft, 1))
    for end in ends:
        painter.drawLine(middle, end)
    painter.setPen(QPen(table.text, 1.5))
    painter.setBrush(table.field)
    for end in ends:
        painter.drawEllipse(end, _HANDLE_PX, _HANDLE_PX)
