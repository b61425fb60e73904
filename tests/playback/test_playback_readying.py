"""A scene made beforehand is played as it is; any other project is compiled."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playing import tone_project, wait_for

from engine.playback import messages as m
from engine.playback.compiling import SceneMaker
from engine.playback.priority import RAISED_NICENESS, hurry
from engine.playback.readying import Readied, make_ready
from engine.playback.reserve import EngineReserve
from engine.playback.scene import Scene
from engine.project.coding import encode_value


def project_message(folder: Path, revision: int) -> m.SetProject:
    return m.SetProject(revision, encode_value(tone_project(folder)), str(folder), {"track": 0})


def scene_by(readied: Readied, wanted: m.SetProject, monitor_format: str) -> Scene:
    """What a fresh engine plays of a project."""
    made: list[Scene] = []
    maker = SceneMaker(
        monitor_format, readied.butler, lambda scene, _: made.append(scene), print, lambda: True,
        readied,
    )  # fmt: skip
    readied.butler.start()
    maker.start()
    maker.set_project(wanted)
    wait_for(lambda: bool(made))
    maker.close()
    readied.butler.close()
    return made[0]


@pytest.mark.parametrize(
    ("revision", "monitor_format", "same"),
    [(3, "stereo", True), (4, "stereo", False), (3, "5.1", False)],
)
def test_only_the_very_project_is_played_as_it_was_made(
    tmp_path: Path, revision: int, monitor_format: str, same: bool
) -> None:
    readied = make_ready(m.Prepare(project_message(tmp_path, 3), "stereo"))
    assert readied is not None
    scene = scene_by(readied, project_message(tmp_path, revision), monitor_format)
    assert (scene is readied.scene) == same
    assert (scene.revision, scene.format) == (revision, monitor_format)
    assert not readied.butler.lacks(0, 4800)  # its sound has come from disk


def test_what_cannot_be_rendered_is_not_ready() -> None:
    assert make_ready(m.Prepare(m.SetProject(1, b"{", "", {}), "stereo")) is None


@pytest.mark.skipif(sys.platform != "linux", reason="engines are forked on Linux only")
def test_what_the_sound_waits_for_is_preferred() -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        before = os.getpriority(os.PRIO_PROCESS, other.pid)
        try:
            os.setpriority(os.PRIO_PROCESS, other.pid, before - 1)
            allowed = True
        except PermissionError:
            allowed = False
        hurry(other.pid)
        after = os.getpriority(os.PRIO_PROCESS, other.pid)
        other.kill()
    assert after == (RAISED_NICENESS if allowed else before)
    hurry(other.pid)  # gone: nothing happens


def test_an_engine_in_waiting_is_given_one_project_at_a_time(tmp_path: Path) -> None:
    reserve = EngineReserve(lambda notice: None)
    first, second = (m.Prepare(project_message(tmp_path, n), "stereo") for n in (1, 2))
    try:
        reserve.tend(10.0, None)  # spawns
        wait_for(lambda: (reserve.tend(10.0, None), reserve.is_ready)[1], 60.0)
        reserve.tend(10.0, first)
        assert reserve.is_busy
        reserve.tend(10.0, second)  # does not wait for the engine to read it
        wait_for(lambda: (reserve.tend(10.0, None), not reserve.is_busy)[1], 60.0)
        reserve.tend(10.0, first)
        assert not reserve.is_busy  # it has that one
    finally:
        reserve.end()
