"""A session is the same place, whether the window or the command made it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from pytestqt.qtbot import QtBot
from stand_ins import tiny_analysis

from app.picture_menu import move_box
from app.window import MainWindow
from engine.coordinates import to_spherical
from engine.pipeline.analyse import analyse
from engine.pipeline.settings import RunSettings
from engine.project.edits import SetVideo
from engine.project.media_folder import MediaFolder
from engine.project.model import Project, Scene
from engine.vision.geometry import scene_geometry


def made_by_the_command(video: Path, folder: Path, settings: RunSettings) -> Project:
    """What `run` makes of a film's picture."""
    project = Project(title=video.stem, scene=Scene(mapping=settings.mapping))
    return analyse(video, project, MediaFolder(folder), settings).apply(project)


@pytest.mark.usefixtures("jobs_here")
@pytest.mark.parametrize("mapping", ["cylinder", "foleydesigner"])
def test_the_window_and_the_command_see_one_film_alike(
    empty_window: MainWindow, qtbot: QtBot, short_video: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, mapping: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("app.work.analyse", tiny_analysis)
    settings = RunSettings(mapping=mapping)  # type: ignore[arg-type]
    session = empty_window.session
    session.open_video(short_video, settings)
    qtbot.waitUntil(lambda: session.is_open and bool(session.project.tracks), timeout=10_000)
    ours, theirs = session.project, made_by_the_command(short_video, tmp_path / "media", settings)
    assert ours.video == theirs.video
    assert ours.scene == theirs.scene
    assert scene_geometry(ours.video, ours.scene) == scene_geometry(theirs.video, theirs.scene)


def test_a_box_dragged_in_a_spherical_film_turns_by_its_columns(window: MainWindow) -> None:
    """A quarter of the picture's width is a quarter of a turn; in a flat film it is 30 degrees."""
    session = window.session
    video = session.project.video
    assert video is not None
    for spherical, turn_deg in ((False, 30.0), (True, 90.0)):
        session.do(SetVideo(video=structs.replace(video, spherical=spherical)))
        before = session.project.track("one").trajectory.at(0.0)
        move_box(session, "one", 0.0, (40.0, 0.0, 40.0, 0.0))
        after = session.project.track("one").trajectory.at(0.0)
        azimuths_deg = to_spherical(np.array([before, after]))[:, 0]
        assert azimuths_deg[0] - azimuths_deg[1] == pytest.approx(turn_deg, abs=0.01)
        session.undo()
