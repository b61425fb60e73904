"""The mappings against their equations, and depth against a known camera."""

from __future__ import annotations

import numpy as np
import pytest

from engine.coordinates import to_spherical
from engine.plugins import DepthEstimator, Detection, create
from engine.vision.depth import CAMERA_HEIGHT_M, GeometryDepth
from engine.vision.lift import (
    FOLEYSPACE_SIDE_M,
    cylinder,
    foleydesigner,
    foleyspace,
    lift,
    rows_per_unit,
    without_outliers,
)

SIZE = (1280, 720)
CENTRES = np.array([[0.0, 360.0], [320.0, 0.0], [640.0, 360.0], [960.0, 720.0], [1280.0, 180.0]])


def test_cylinder_is_linear_in_column_and_row() -> None:
    place = to_spherical(cylinder(CENTRES, np.full(5, 4.0), SIZE))
    assert place[:, 0] == pytest.approx([60, 30, 0, -30, -60])
    top = np.degrees(np.arctan(np.pi / 3))  # 46.3 degrees
    assert place[:, 1] == pytest.approx([0, top, 0, -top, np.degrees(np.arctan(np.pi / 6))])
    assert np.hypot(*cylinder(CENTRES, np.full(5, 4.0), SIZE)[:, :2].T) == pytest.approx(4.0)


def test_foleyspace_follows_its_equations() -> None:
    distances = np.array([2.0, 4.0, 6.0, 8.0, 10.0])
    x, y, z = foleyspace(CENTRES, distances, SIZE, (2.0, 10.0)).T
    # x = delta * gamma * normalised = S_y * normalised; y turned to the left; z grows upwards
    assert x == pytest.approx(FOLEYSPACE_SIDE_M * np.array([0.3, 0.3, 0.5, 0.75, 1.0]))
    assert y == pytest.approx(FOLEYSPACE_SIDE_M * np.array([1, 0.5, 0, -0.5, -1]))
    assert z == pytest.approx(FOLEYSPACE_SIDE_M * np.array([0, 0.5625, 0, -0.5625, 0.28125]))


def test_foleydesigner_spans_the_field_of_view() -> None:
    place = to_spherical(foleydesigner(CENTRES, np.full(5, 3.0), SIZE, 90.0))
    assert place[:, 0] == pytest.approx([45, 22.5, 0, -22.5, -45])
    assert place[:, 1] == pytest.approx(0.0)
    assert place[:, 2] == pytest.approx(3.0)


def test_outliers_and_their_neighbours_are_interpolated() -> None:
    line = np.stack([np.linspace(1, 2, 101), np.linspace(-1, 1, 101), np.zeros(101)], axis=1)
    spoilt = line.copy()
    spoilt[40] += (0.0, 0.0, 3.0)
    assert without_outliers(spoilt) == pytest.approx(line, abs=1e-9)
    assert without_outliers(line[:5]) is not None
    assert lift("foleyspace", CENTRES, np.full(5, 3.0), SIZE).shape == (5, 3)


@pytest.mark.parametrize("mapping", ["cylinder", "foleydesigner"])
def test_person_depth_from_size(mapping: str) -> None:
    scale = rows_per_unit(mapping, *SIZE, 60.0)  # type: ignore[arg-type]
    depth = GeometryDepth(scale)
    distance = np.array([2.5, 5.0, 10.0])
    feet = 360 + CAMERA_HEIGHT_M * scale / distance
    boxes = np.stack([np.full(3, 600), feet - 1.7 * scale / distance, np.full(3, 660), feet], 1)
    found = depth.distances_m(boxes, "person", *SIZE)
    visible = feet < 712
    assert found[visible] == pytest.approx(distance[visible], rel=1e-6)


def test_object_depth_from_where_it_touches_ground() -> None:
    scale = rows_per_unit("cylinder", *SIZE, 60.0)
    height = np.abs(np.sin(np.linspace(0, 12, 60)))  # it bounces: 0 is on the ground
    distance = np.linspace(6.0, 3.0, 60)
    feet = 360 + (CAMERA_HEIGHT_M - height) * scale / distance
    boxes = np.stack([np.zeros(60), feet - 0.5 * scale / distance, np.ones(60), feet], axis=1)
    found = GeometryDepth().distances_m(boxes, "object", *SIZE)
    assert found == pytest.approx(distance, rel=0.15)


def test_geometry_is_a_depth_estimator() -> None:
    depth = create("depth", "geometry")
    assert isinstance(depth, DepthEstimator)
    assert depth.depth_map(np.zeros((4, 4, 3), np.uint8)) is None
    near = depth.box_distance_m(Detection((0, 100, 50, 600), "person", 1.0), *SIZE)
    far = depth.box_distance_m(Detection((0, 300, 20, 420), "person", 1.0), *SIZE)
    assert 0.5 <= near < far <= 100
