"""How a film's picture becomes places: made here, for all that goes from pixels to metres.

Placing by analysis, follow by a click, correction of a box by hand and the stage's drawing of the
camera's field take the same `PictureGeometry`, so that a thing is heard at one place, whoever puts
it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.media.spherical import is_whole_sphere, says_spherical
from engine.project.model import Mapping, Scene, Video
from engine.vision.lift import CYLINDER_HALF_FIELD_DEG, lift, rows_per_unit, sphere

Array = NDArray[np.float64]

USUAL_FOV_DEG = Scene().horizontal_fov_deg
"""What is taken where nobody said another: the default of a session's scene."""
_STEEPEST_DEG = 80.0


@dataclass(frozen=True)
class PictureGeometry:
    """From pixels and distances to metres.

    mapping : the paper's mapping; of no effect on a film of everything all around
    horizontal_fov_deg : what the camera sees from edge to edge, for mappings that ask
    spherical : whether the picture is equirectangular and whole
    """

    mapping: Mapping = "cylinder"
    horizontal_fov_deg: float = USUAL_FOV_DEG
    spherical: bool = False

    def lift(
        self,
        centres: Array,
        distances_m: Array,
        size: tuple[int, int],
        depth_range_m: tuple[float, float] | None = None,
    ) -> Array:
        """Positions (n, 3) in metres of centres (n, 2) in a picture of `size`, width and height.

        `distances_m` (n,) are horizontal; `depth_range_m` is of use to 'foleyspace' alone.
        """
        if self.spherical:
            return sphere(centres, distances_m, size)
        return lift(
            self.mapping, centres, distances_m, size,
            horizontal_fov_deg=self.horizontal_fov_deg, depth_range_m=depth_range_m,
        )  # fmt: skip

    def rows_per_unit(self, size: tuple[int, int]) -> float:
        """Pixels a unit of height over distance, near the horizon, in a picture of `size`."""
        if self.spherical:
            return size[1] / float(np.pi)
        return rows_per_unit(self.mapping, *size, self.horizontal_fov_deg)

    def levelled(self, boxes: Array, size: tuple[int, int]) -> Array:
        """Boxes (n, 4) with their rows as a level camera without distortion has them.

        Height over horizontal distance is linear in the row then. Rows of a film all around are
        elevations; those beyond 80 degrees are kept there.
        """
        if not self.spherical:
            return boxes
        rise = np.radians(_STEEPEST_DEG)
        elevation = np.clip(np.pi * (0.5 - boxes[:, [1, 3]] / size[1]), -rise, rise)
        out = boxes.copy()
        out[:, [1, 3]] = size[1] / 2 - self.rows_per_unit(size) * np.tan(elevation)
        return out

    @property
    def shown_field_deg(self) -> float:
        """Azimuth between the places of the picture's left and right edge."""
        if self.spherical:
            return 360.0
        return (
            2 * CYLINDER_HALF_FIELD_DEG if self.mapping == "cylinder" else self.horizontal_fov_deg
        )


def picture_geometry(
    video: Video | None,
    mapping: Mapping = "cylinder",
    horizontal_fov_deg: float = USUAL_FOV_DEG,
) -> PictureGeometry:
    """The geometry of a film seen through a mapping and a field of view (degrees)."""
    return PictureGeometry(mapping, horizontal_fov_deg, video is not None and is_spherical(video))


def scene_geometry(video: Video | None, scene: Scene) -> PictureGeometry:
    """The geometry of a session's film, as its scene says."""
    return picture_geometry(video, scene.mapping, scene.horizontal_fov_deg)


def is_spherical(video: Video) -> bool:
    """Whether a film's pictures show everything all around (equirectangular, whole)."""
    if video.spherical is not None:
        return video.spherical
    return is_whole_sphere(video.width, video.height) and _file_says(video.path)


@lru_cache(maxsize=8)
def _file_says(path: str) -> bool:
    """Read once: sessions of earlier versions do not hold it, and the stage asks at every paint."""
    return says_spherical(Path(path))
