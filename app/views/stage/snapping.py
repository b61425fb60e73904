"""What a dragged source catches on the stage: keyframes, loudspeakers, round angles, rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_cartesian, to_spherical
from engine.layouts import LOUDSPEAKER_LAYOUTS
from engine.project.bending import BEND_REACH_S
from engine.project.model import Project

if TYPE_CHECKING:
    from app.views.stage.canvas import StageProjection

REACH_PX = 9.0
STEP_DEG = 15.0
Metres = tuple[float, float, float]


@dataclass(frozen=True)
class Targets:
    """What there is to catch.

    Attributes
    ----------
    keyframes_m : (n, 3) array
        Of all paths, less those that the drag itself bends.
    loudspeakers_deg : (n, 2) array
        Azimuth and elevation of those of the monitored layout.
    ring_m : float
        Distance from one ring to the next, as they are drawn.
    level : bool
        Whether the height is not touched: seen from above.
    """

    keyframes_m: NDArray[np.float64]
    loudspeakers_deg: NDArray[np.float64]
    ring_m: float
    level: bool


def targets(
    project: Project, track_id: str, time_s: float, monitor: str, ring_m: float, *, level: bool
) -> Targets:
    """What a drag of a track's path at a time can catch."""
    places = [np.empty((0, 3))]
    for track in project.tracks:
        if track.kind == "object":
            path = track.trajectory
            away = np.abs(path.times_s - time_s) > BEND_REACH_S
            places.append(path.positions_m[away if track.id == track_id else slice(None)])
    return Targets(np.concatenate(places), loudspeakers_deg(monitor), ring_m, level)


def loudspeakers_deg(monitor: str) -> NDArray[np.float64]:
    """(n, 2) azimuth and elevation of a layout's loudspeakers; none for other formats."""
    layout = LOUDSPEAKER_LAYOUTS.get(monitor)
    found = [
        (speaker.azimuth_deg, speaker.elevation_deg)
        for speaker in (layout.loudspeakers if layout else ())
        if not speaker.lfe
    ]
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def snapped_m(
    position_m: Metres, found: Targets, projection: StageProjection, *, keeps_distance: bool
) -> Metres:
    """A position in metres, moved to what is within reach on the screen.

    A keyframe wins; else a loudspeaker's direction or a round angle, and (unless the distance is
    to be kept) a ring.
    """
    place = np.array(position_m)
    here = projection.points(place[None])[0]
    if len(found.keyframes_m) and not keeps_distance:
        apart = np.hypot(*(projection.points(found.keyframes_m) - here).T)
        nearest = int(np.argmin(apart))
        if apart[nearest] <= REACH_PX:
            x_m, y_m, z_m = (float(value) for value in found.keyframes_m[nearest])
            return x_m, y_m, position_m[2] if found.level else z_m
    flat = np.array([place[0], place[1], 0.0 if found.level else place[2]])
    azimuth_deg, elevation_deg, distance_m = (float(value) for value in to_spherical(flat))

    def catches(azimuth: float, elevation: float, distance: float) -> NDArray[np.float64] | None:
        there = np.asarray(to_cartesian(azimuth, elevation, distance), dtype=np.float64)
        if found.level:
            there[2] = place[2]
        apart = np.hypot(*(projection.points(there[None])[0] - here))
        return there if apart <= REACH_PX else None

    for azimuth, elevation in _directions(azimuth_deg, elevation_deg, found):
        if (there := catches(azimuth, elevation, distance_m)) is not None:
            azimuth_deg, elevation_deg, place = azimuth, elevation, there
            break
    ring_m = round(distance_m / found.ring_m) * found.ring_m
    if ring_m > 0.0 and not keeps_distance:
        there = catches(azimuth_deg, elevation_deg, ring_m)
        place = place if there is None else there
    x_m, y_m, z_m = (float(value) for value in place)
    return x_m, y_m, z_m


def _directions(
    azimuth_deg: float, elevation_deg: float, found: Targets
) -> list[tuple[float, float]]:
    """Directions worth catching, the best first."""
    round_azimuth, round_elevation = (
        STEP_DEG * round(angle / STEP_DEG) for angle in (azimuth_deg, elevation_deg)
    )
    speakers = sorted(
        ((float(azimuth), 0.0 if found.level else float(elevation))
         for azimuth, elevation in found.loudspeakers_deg),
        key=lambda one: abs((one[0] - azimuth_deg + 180.0) % 360.0 - 180.0)
        + abs(one[1] - elevation_deg),
    )  # fmt: skip
    grid = [(round_azimuth, round_elevation), (round_azimuth, elevation_deg),
            (azimuth_deg, round_elevation)]  # fmt: skip
    return [*speakers[:1], *(grid[1:2] if found.level else grid)]


def snapped_elevation_deg(elevation_deg: float, reach_deg: float) -> float:
    """An elevation at a round angle, where that is within reach."""
    nearest = STEP_DEG * round(elevation_deg / STEP_DEG)
    return nearest if abs(nearest - elevation_deg) <= reach_deg else elevation_deg
