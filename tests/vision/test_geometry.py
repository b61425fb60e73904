"""One geometry places, follows, corrects and draws; in films of everything all around too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from engine.coordinates import to_cartesian, to_spherical
from engine.media.probe import probe_video
from engine.pipeline.analyse import analyse
from engine.pipeline.click_and_follow import follow_shown
from engine.pipeline.settings import RunSettings
from engine.project.media_folder import MediaFolder
from engine.project.model import Project, Scene
from engine.vision.correct import corrected_position
from engine.vision.geometry import PictureGeometry, picture_geometry, scene_geometry
from tests.vision.spherical_films import HEIGHT, V1, WIDTH, film, told


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A disc goes from 135 degrees to the left to 135 to the right, 22.5 up, all around."""
    return told(film(tmp_path_factory.mktemp("around") / "around.mp4"), V1)


def azimuth_deg(position_m: object) -> float:
    return float(to_spherical(np.array([position_m]))[0, 0])


@pytest.mark.parametrize("mapping", ["cylinder", "foleydesigner", "foleyspace"])
def test_a_box_dragged_in_a_spherical_film_turns_by_its_columns(mapping: str) -> None:
    """260 of 1920 columns are 48.75 degrees, across the back too; the distance stays."""
    geometry = PictureGeometry(mapping, 60.0, spherical=True)  # type: ignore[arg-type]
    for start_deg, goal_deg in ((-90.0, -138.75), (-150.0, 161.25)):
        centre = (1920 * (0.5 - start_deg / 360.0), 480.0)
        before = to_cartesian(np.array([start_deg]), np.zeros(1), np.full(1, 3.0))[0]
        moved = corrected_position(before, centre, (260.0, 0.0), (1920, 960), geometry)
        assert azimuth_deg(moved) == pytest.approx(goal_deg, abs=1e-6)
        assert np.linalg.norm(moved) == pytest.approx(3.0)


def test_a_box_dragged_up_in_a_spherical_film_is_where_it_would_be_placed() -> None:
    geometry, size = PictureGeometry(spherical=True), (1920, 960)
    centres = np.array([[1440.0, 700.0], [1100.0, 12.0]])  # the second is nearly overhead
    placed = geometry.lift(centres, np.full(2, 2.5), size)
    for here, there in ((0, 1), (1, 0)):
        across, down = (centres[there] - centres[here]).tolist()
        x, y = centres[here].tolist()
        moved = corrected_position(placed[here], (x, y), (across, down), size, geometry)
        np.testing.assert_allclose(moved, placed[there], atol=1e-9)


def test_what_is_followed_in_a_spherical_film_is_heard_all_around(
    around: Path, tmp_path: Path
) -> None:
    project = Project(video=probe_video(around))
    edit = follow_shown(around, project, MediaFolder(tmp_path), 0.0, (46.0, 76.0, 74.0, 104.0))
    path = edit.track.trajectory
    assert azimuth_deg(path.at(0.04)) == pytest.approx(135.0, abs=6.0)
    assert azimuth_deg(path.at(1.0)) == pytest.approx(45.0, abs=6.0)
    assert to_spherical(np.array([path.at(1.0)]))[0, 1] == pytest.approx(22.5, abs=4.0)


def test_a_film_is_probed_for_it_once_and_old_sessions_ask_the_file(around: Path) -> None:
    video = probe_video(around)
    assert video.spherical is True
    assert scene_geometry(video, Scene()).spherical
    assert picture_geometry(structs.replace(video, spherical=None)).spherical
    assert not picture_geometry(structs.replace(video, spherical=False)).spherical
    assert not picture_geometry(None).spherical


def test_the_field_that_is_shown_is_the_one_that_places() -> None:
    for geometry in (
        PictureGeometry(), PictureGeometry("foleydesigner", 70.0), PictureGeometry(spherical=True)
    ):  # fmt: skip
        edges = np.array([[WIDTH * 1e-6, HEIGHT / 2], [WIDTH * (1 - 1e-6), HEIGHT / 2]])
        left, right = to_spherical(geometry.lift(edges, np.ones(2), (WIDTH, HEIGHT)))[:, 0]
        assert left - right == pytest.approx(geometry.shown_field_deg, abs=1e-2)


def test_the_scenes_field_of_view_is_analysed_with_and_remembered_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same film in scenes of 60 and 120 degrees; a box dragged to the middle is in front."""
    monkeypatch.setenv("FOLEYSTAGE_ANALYSES", str(tmp_path / "kept"))
    path, media = film(tmp_path / "flat.mp4", height=270), MediaFolder(tmp_path / "media")
    settings = RunSettings(mapping="foleydesigner", detector="motion")
    found_deg = {}
    for fov_deg in (60.0, 120.0):
        project = Project(scene=Scene(horizontal_fov_deg=fov_deg))
        seen = analyse(path, project, media, settings).apply(project)
        assert seen.scene.horizontal_fov_deg == fov_deg
        track = max(seen.tracks, key=lambda one: one.end_s - one.start_s)
        assert track.boxes is not None
        boxes = media.array(track.boxes)
        row = boxes[len(boxes) // 5]
        centre = (0.5 * float(row[1] + row[3]), 0.5 * float(row[2] + row[4]))
        before = track.trajectory.at(float(row[0]))
        found_deg[fov_deg] = azimuth_deg(before)
        moved = corrected_position(
            before, centre, (WIDTH / 2 - centre[0], 0.0), (WIDTH, 270),
            scene_geometry(seen.video, seen.scene),
        )  # fmt: skip
        assert azimuth_deg(moved) == pytest.approx(0.0, abs=1.5)
    assert found_deg[60.0] > 10.0
    assert found_deg[120.0] == pytest.approx(2 * found_deg[60.0], rel=0.05)
