"""What a box that is dragged on the picture catches: round angles, loudspeakers, keyframes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF

from app.views.picture.overlay import Placing
from app.views.picture.pointing import WHOLE, BoxDrag
from app.views.stage.snapping import REACH_PX, STEP_DEG, loudspeakers_deg
from engine.coordinates import to_spherical
from engine.project.model import Project, Trajectory
from engine.vision.correct import corrected_position
from engine.vision.geometry import scene_geometry

_LOOKS = 4
"""Newton steps from the pointer to the place of an angle; the mapping is nearly straight."""


def snapped_here(
    drag: BoxDrag, placed: Placing, project: Project, time_s: float, monitor: str
) -> QPointF:
    """Where the pointer would be for the source to be in a direction worth catching.

    Left-right and up-down are looked at one after the other: azimuth, then elevation. A box that is
    resized, or hardly moved, stays under the pointer.
    """
    path, video = drag.track.trajectory, project.video
    if video is None or drag.edges != WHOLE or not drag.is_drag:
        return drag.here
    middle = placed.video_point(drag.area.center())
    geometry, size = scene_geometry(video, project.scene), (video.width, video.height)

    def angles_deg(here: QPointF) -> tuple[float, float]:
        step = here - drag.start
        edges = placed.shift_px(drag.area, drag.area.translated(step))
        shift = (0.5 * (edges[0] + edges[2]), 0.5 * (edges[1] + edges[3]))
        place = corrected_position(path.at(time_s), middle, shift, size, geometry)
        azimuth, elevation, _ = to_spherical(np.array(place))
        return float(azimuth), float(elevation)

    wanted = _targets_deg(path, time_s, monitor)
    here = QPointF(drag.here)
    here.setX(_caught(here.x(), wanted[0], lambda x: angles_deg(QPointF(x, here.y()))[0]))
    here.setY(_caught(here.y(), wanted[1], lambda y: angles_deg(QPointF(here.x(), y))[1]))
    return here


def _targets_deg(path: Trajectory, time_s: float, monitor: str) -> tuple[list[float], list[float]]:
    """Azimuths and elevations in degrees: the keyframes before and after, loudspeakers, a grid."""
    after = int(np.searchsorted(path.times_s, time_s))
    near = path.polar[max(0, after - 1) : after + 1, :2]
    both = np.concatenate([near, loudspeakers_deg(monitor)])
    azimuths = np.arange(-180.0, 180.0, STEP_DEG)
    elevations = np.arange(-90.0, 90.1, STEP_DEG)
    return [*both[:, 0], *azimuths], [*both[:, 1], *elevations]


def _caught(at_px: float, wanted_deg: list[float], angle_at: Callable[[float], float]) -> float:
    """The pixel within reach of `at_px` where the angle is one of those wanted, else `at_px`."""
    angle, slope = angle_at(at_px), _apart(angle_at(at_px + 1.0), angle_at(at_px - 1.0)) / 2.0
    if abs(slope) < 1e-6:
        return at_px
    for target in sorted(wanted_deg, key=lambda one: abs(_apart(one, angle))):
        found = at_px
        for _ in range(_LOOKS):
            found += _apart(target, angle_at(found)) / slope
        return found if abs(found - at_px) <= REACH_PX else at_px
    return at_px


def _apart(one_deg: float, other_deg: float) -> float:
    """From one angle to another, the short way round."""
    return (one_deg - other_deg + 180.0) % 360.0 - 180.0
