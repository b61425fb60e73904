"""Depth by maps: scale and offset from what is known, a user's distance, nonsense refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import plugins
from engine.errors import PluginError
from engine.vision.analyse import VisionResult, analyse_video
from engine.vision.depth_maps import to_metres
from tests.vision.scenes import HEIGHT, MOTION, WIDTH, clip, disc

TRUE = [np.linspace(3.0, 12.0, 40), np.linspace(20.0, 5.0, 40)]


@pytest.mark.parametrize(("slope", "offset"), [(0.02, 0.0), (3.0, 0.01), (0.5, 0.03)])
def test_inverse_depth_becomes_metres(slope: float, offset: float) -> None:
    values = [(1.0 / one - offset) / slope for one in TRUE]
    rng = np.random.default_rng(0)
    rough = [one * rng.lognormal(0.0, 0.15, len(one)) for one in TRUE]
    rough[0][5:9] = 60.0  # geometry's blunders have no vote
    for found, true in zip(to_metres(values, rough, scale="inverse"), TRUE, strict=True):
        assert np.abs(np.log(found / true)).max() < 0.2
    for found, true in zip(to_metres(values, TRUE, scale="inverse"), TRUE, strict=True):
        np.testing.assert_allclose(found, true, rtol=1e-3)


def test_depth_up_to_a_scale_and_metres_as_they_are() -> None:
    scaled = to_metres([0.1 * one for one in TRUE], TRUE, scale="depth")
    plain = to_metres(TRUE, [np.full(40, 7.0)] * 2, scale="metres")
    for found in (scaled, plain):
        for one, true in zip(found, TRUE, strict=True):
            np.testing.assert_allclose(one, true, rtol=1e-6)


def test_a_distance_the_user_knows_sets_the_scale() -> None:
    found = to_metres(TRUE, TRUE, scale="metres", distance_m=15.0)
    assert np.median(found[0]) == pytest.approx(15.0)
    np.testing.assert_allclose(found[1] / TRUE[1], 15.0 / np.median(TRUE[0]))


def test_where_maps_tell_nothing_geometry_stands() -> None:
    nothing = [np.full(40, np.nan), np.full(40, np.nan)]
    assert to_metres(nothing, TRUE, scale="inverse") == TRUE
    half = [TRUE[0], np.full(40, np.nan)]
    np.testing.assert_allclose(to_metres(half, TRUE, scale="metres")[1], TRUE[1])


def test_a_flat_map_is_no_crash() -> None:
    found = to_metres([np.zeros(40), np.zeros(40)], TRUE, scale="inverse")
    assert all(np.isfinite(one).all() and (one > 0).all() for one in found)


class Ramp:
    """Nearer to the right: 2 m at the right edge, 20 m at the left."""

    name = "ramp"
    label = "a ramp"
    scale = "metres"
    looked = 0

    def depth_map(self, image: np.ndarray) -> np.ndarray | None:
        type(self).looked += 1
        row = np.linspace(20.0, 2.0, image.shape[1], dtype=np.float32)
        return np.broadcast_to(row, image.shape[:2])

    def box_distance_m(self, detection: object, width: int, height: int) -> float:
        return 1.0


@pytest.fixture(scope="module")
def ball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    way = lambda t: (70 + 170 * t, 180)  # noqa: E731
    return clip(tmp_path_factory.mktemp("depth") / "a.mp4", [disc(way, 18, (230, 30, 30))], 2.0)


def _seen(video: Path, part: type, **settings: object) -> VisionResult:
    plugins.register("depth", part.name, part)  # type: ignore[attr-defined]
    return analyse_video(video, replace(MOTION, depth=part.name, **settings))  # type: ignore[attr-defined, arg-type]


def test_a_networks_depth_places_the_object(ball: Path) -> None:
    Ramp.looked = 0
    result = _seen(ball, Ramp)
    assert result.analysis.depth == "a ramp"
    assert 3 <= Ramp.looked <= 8  # some times a second, not each picture
    seen = result.objects[0]
    columns = 0.5 * (seen.boxes[:, 1] + seen.boxes[:, 3])
    away_m = np.hypot(seen.positions_m[:, 0], seen.positions_m[:, 1])
    assert np.abs(away_m - (20.0 - 18.0 * columns / WIDTH)).max() < 1.0
    assert HEIGHT == 270
    nearer = _seen(ball, Ramp, distance_m=3.0).objects[0]
    assert np.median(np.hypot(*nearer.positions_m[:, :2].T)) == pytest.approx(3.0, rel=0.15)


def test_a_part_without_maps_leaves_geometry(ball: Path) -> None:
    class Silent(Ramp):
        name = "silent"

        def depth_map(self, image: np.ndarray) -> np.ndarray | None:
            return None

    plain = analyse_video(ball, MOTION).objects[0].positions_m
    np.testing.assert_array_equal(_seen(ball, Silent).objects[0].positions_m, plain)


@pytest.mark.parametrize("wrong", ["shape", "nan"])
def test_nonsense_is_refused_by_name(ball: Path, wrong: str) -> None:
    class Broken(Ramp):
        name = f"broken {wrong}"

        def depth_map(self, image: np.ndarray) -> np.ndarray | None:
            if wrong == "shape":
                return np.ones((4, 4), np.float32)
            return np.full(image.shape[:2], np.nan, np.float32)

    with pytest.raises(PluginError, match=f"broken {wrong}"):
        _seen(ball, Broken)
