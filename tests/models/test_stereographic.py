"""The stereographic projection: angles in closed form, and a panorama that tells directions."""

from __future__ import annotations

import numpy as np
import pytest

from engine.coordinates import angle_between_deg, to_cartesian
from engine.errors import ShapeError
from engine.models.hivibix.projection import directions_deg, stereographic


def test_angles_are_those_of_the_projection() -> None:
    """tan(c / 2) grows evenly from the middle; 300 degrees lie between opposite edges."""
    azimuth_deg, elevation_deg = directions_deg(301)
    assert (azimuth_deg[150, 150], elevation_deg[150, 150]) == pytest.approx((0.0, 0.0), abs=1e-9)
    row = azimuth_deg[150]
    assert np.tan(np.radians(row / 2)) == pytest.approx(
        np.linspace(1, -1, 301) * 300 / 301 * np.tan(np.radians(75.0)), abs=1e-9
    )
    assert (row[0] > 149.0, row[-1] < -149.0) == (True, True)
    # Upwards past the zenith, to behind.
    assert elevation_deg[:, 150].max() == pytest.approx(90.0, abs=0.6)
    assert abs(azimuth_deg[0, 150]) == pytest.approx(180.0)
    assert elevation_deg[0, 150] == pytest.approx(30.3, abs=0.5)


def test_small_shapes_keep_theirs() -> None:
    """It is conformal: a step right and a step down turn by the same angle."""
    directions = to_cartesian(*directions_deg(201))
    across = angle_between_deg(directions[:-1, :-1], directions[:-1, 1:])
    down = angle_between_deg(directions[:-1, :-1], directions[1:, :-1])
    assert across[5:-5, 5:-5] == pytest.approx(down[5:-5, 5:-5], rel=0.06)


def test_a_panorama_is_taken_where_it_shows() -> None:
    height, width = 90, 180
    panorama = np.zeros((height, width, 3), np.uint8)
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    panorama[..., 0] = 255 * rows / height
    panorama[..., 1] = 255 * np.abs(columns / width - 0.5) * 2  # 0 in front, 255 behind
    picture = stereographic(panorama, 64)
    azimuth_deg, elevation_deg = directions_deg(64)
    assert picture.shape == (64, 64, 3)
    assert picture[..., 0] == pytest.approx(255 * (0.5 - elevation_deg / 180), abs=4)
    assert picture[..., 1] == pytest.approx(255 * np.abs(azimuth_deg) / 180, abs=4)
    with pytest.raises(ShapeError, match="90 x 90 pixels"):
        stereographic(panorama[:, :90], 64)
