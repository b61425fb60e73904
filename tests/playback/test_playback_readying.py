"""A scene made beforehand is played as it is; any other project is compiled."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from msgspec import structs
from playing import tone_project, wait_for

from benchmarks.processes import alive
from engine.playback import messages as m
from engine.playback.compiling import SceneMaker
from engine.playback.process import CAN_FORK
from engine.playback.readying import Readied, make_ready
from engine.playback.reserve import EngineReserve
from engine.playback.scene import Scene
from engine.project.coding import encode_value


def project_message(folder: Path, revision: int) -> m.SetProject:
    return m.SetProject(revision, encode_value(tone_project(folder)), str(folder), {"track": 0})


def scenes_by(
    readied: Readied, wanted: m.SetProject, monitor_format: str, count: int
) -> list[Scene]:
    """What a fresh engine plays of a project, one after the other."""
    made: list[Scene] = []
    maker = SceneMaker(
        monitor_format, readied.butler, lambda scene, _: made.append(scene), print, lambda: True,
        readied,
    )  # fmt: skip
    readied.butler.start()
    maker.start()
    maker.set_project(wanted)
    wait_for(lambda: len(made) >= count)
    maker.close()
    readied.butler.close()
    return made


@pytest.mark.parametrize(
    ("revision", "monitor_format", "same"),
    [(3, "stereo", True), (3, "5.1", False)],
)
def test_the_very_project_is_played_as_it_was_made(
    tmp_path: Path, revision: int, monitor_format: str, same: bool
) -> None:
    readied = make_ready(m.Prepare(project_message(tmp_path, 3), "stereo"))
    assert readied is not None
    (scene,) = scenes_by(readied, project_message(tmp_path, revision), monitor_format, 1)
    assert (scene is readied.scene) == same
    assert (scene.revision, scene.format) == (revision, monitor_format)
    assert not readied.butler.lacks(0, 4800)  # its sound has come from disk


def test_what_cannot_be_rendered_is_not_ready() -> None:
    assert make_ready(m.Prepare(m.SetProject(1, b"{", "", {}), "stereo")) is None


def test_an_earlier_value_sounds_until_the_edit_is_compiled(tmp_path: Path) -> None:
    readied = make_ready(m.Prepare(project_message(tmp_path, 3), "stereo"))
    assert readied is not None
    wanted = structs.replace(project_message(tmp_path, 4), slots={"new": 0, "track": 7})
    made = scenes_by(readied, wanted, "stereo", 2)
    assert [scene.revision for scene in made] == [3, 4]
    assert made[0].slots == {"track": 7}  # its tracks answer to the faders of now
    assert made[0].kernel is readied.scene.kernel
    assert made[1].prepared is not None  # the edit is swapped in while it plays


def test_another_sessions_scene_stands_in_for_nothing(tmp_path: Path) -> None:
    readied = make_ready(m.Prepare(project_message(tmp_path / "one", 3), "stereo"))
    assert readied is not None
    other = project_message(tmp_path / "other", 4)
    assert readied.stands_in_for(other, "stereo") is None
    assert (
        readied.stands_in_for(structs.replace(other, bundle_path=readied.bundle_path), "5.1")
        is None
    )


def test_an_engine_in_waiting_is_given_one_project_at_a_time(tmp_path: Path) -> None:
    reserve = EngineReserve(lambda notice: None, block_name="none")
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


@pytest.mark.skipif(not CAN_FORK, reason="engines are copied on Linux only")
def test_an_engine_can_be_had_while_a_scene_is_made_and_outlives_the_one_it_came_from(
    tmp_path: Path,
) -> None:
    reserve = EngineReserve(lambda notice: None, block_name="none")
    engines = []
    try:
        for revision in (1, 2, 3):
            preparation = m.Prepare(project_message(tmp_path, revision), "stereo")
            wait_for(lambda p=preparation: (reserve.tend(10.0, p), reserve.is_busy)[1], 60.0)
            engine = reserve.take(threading.Event())
            assert engine is not None
            engines.append(engine)
            wait_for(lambda e=engine: isinstance(e.receive(), m.Ready))
            assert reserve.is_busy  # the scene is still being made
            wait_for(lambda: (reserve.tend(10.0, None), not reserve.is_busy)[1], 60.0)
        assert all(engine.is_alive() for engine in engines)
        pids = [engine.pid for engine in engines]
        for engine in engines:
            engine.end()
        wait_for(lambda: not any(alive(pid) for pid in pids))
    finally:
        reserve.end()
        for engine in engines:
            engine.kill()
