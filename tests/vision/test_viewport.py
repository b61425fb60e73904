"""The window into a film all around: what it shows is in that direction, and back again."""

from __future__ import annotations

import numpy as np
import pytest

from engine.vision.viewport import FIELD_DEG, Viewport
from tests.vision.spherical_films import sphere_wall

WINDOW, PICTURE = (320, 200), (960, 480)
VIEWS = (
    Viewport(),
    Viewport(170.0, -35.0, 70.0),
    Viewport(-90.0, 60.0, 110.0),
    Viewport(20.0, 90.0, 100.0),
)


def pixel_of(azimuth_deg: float, elevation_deg: float) -> np.ndarray:
    x = (0.5 - azimuth_deg / 360.0) * PICTURE[0]
    return np.array([[x, (0.5 - elevation_deg / 180.0) * PICTURE[1]]])


@pytest.mark.parametrize("view", VIEWS)
def test_the_middle_is_where_it_looks(view: Viewport) -> None:
    (point,), (front,) = view.points_of(
        pixel_of(view.azimuth_deg, view.elevation_deg), WINDOW, PICTURE
    )
    assert front
    np.testing.assert_allclose(point, (160.0, 100.0), atol=1e-9)


@pytest.mark.parametrize("view", VIEWS)
def test_points_to_pixels_and_back(view: Viewport) -> None:
    points = np.random.default_rng(2).uniform((0, 0), WINDOW, (200, 2))
    pixels = view.pixels_at(points, WINDOW, PICTURE)
    assert (pixels[:, 0] >= 0.0).all()
    assert (pixels[:, 0] < PICTURE[0]).all()
    found, front = view.points_of(pixels, WINDOW, PICTURE)
    assert front.all()
    np.testing.assert_allclose(found, points, atol=1e-6)


def test_left_is_left_and_up_is_up() -> None:
    view = Viewport(field_deg=90.0)
    places, _ = view.points_of(np.vstack([pixel_of(45.0, 0.0), pixel_of(0.0, 20.0)]), WINDOW,
                               PICTURE)  # fmt: skip
    np.testing.assert_allclose(places[0], (0.0, 100.0), atol=1e-9)  # the edge of a field of 90
    assert places[1, 1] == pytest.approx(100.0 - 160.0 * np.tan(np.radians(20.0)))


def test_what_is_behind_is_not_in_front() -> None:
    view = Viewport(170.0)
    pixels = np.vstack([pixel_of(-170.0, 0.0), pixel_of(0.0, 0.0), pixel_of(190.0, 0.0)])
    places, front = view.points_of(pixels, WINDOW, PICTURE)
    assert front.tolist() == [True, False, True]
    np.testing.assert_allclose(places[0], places[2])  # columns go on all around


@pytest.mark.parametrize("view", VIEWS)
def test_it_shows_the_colours_of_that_direction(view: Viewport) -> None:
    wall = sphere_wall(PICTURE[0], clouds=30)
    shown = view.render(wall, WINDOW)
    assert shown.shape == (200, 320, 3)
    points = np.random.default_rng(3).integers((0, 0), WINDOW, (300, 2))
    x, y = (view.pixels_at(points + 0.5, WINDOW, PICTURE) - 0.5).round().astype(int).T
    true = wall[np.clip(y, 0, 479), x % PICTURE[0]]
    away = np.abs(shown[points[:, 1], points[:, 0]].astype(int) - true)
    assert np.percentile(away, 99) < 8


def test_a_drag_takes_the_picture_along() -> None:
    view = Viewport(175.0, 10.0, 90.0)
    turned = view.turned(30.0, 15.0, WINDOW[0])
    assert turned.azimuth_deg < -170.0  # to the left, across the line behind
    assert turned.elevation_deg > 10.0
    assert view.turned(0.0, 1e5, WINDOW[0]).elevation_deg == 90.0
    start = view.pixels_at(np.array([[160.0, 100.0]]), WINDOW, PICTURE)
    (place,), _ = turned.points_of(start, WINDOW, PICTURE)
    np.testing.assert_allclose(place, (190.0, 115.0), atol=3.0)


def test_the_field_has_limits() -> None:
    assert Viewport().zoomed(0.5).field_deg == 45.0
    assert Viewport().zoomed(1e-3).field_deg == FIELD_DEG[0]
    assert Viewport().zoomed(1e3).field_deg == FIELD_DEG[1]
