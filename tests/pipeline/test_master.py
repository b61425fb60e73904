"""The master: what is heard in monitoring is as loud as what is delivered."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from engine.deliver.bounce import deliver
from engine.deliver.loudness import LoudnessMeter
from engine.errors import ProjectError
from engine.pipeline.compose import compose
from engine.pipeline.settings import RunSettings
from engine.playback.listening import monitor_gain
from engine.playback.path import OutputPath
from engine.project.checks import LOUDEST_MASTER_DB
from engine.project.edits import ApplyMasterGain, SetMasterGain, decode_edit, encode_edit
from engine.project.history import Document
from engine.project.model import Contact, Project, Strip, Track, Trajectory
from engine.project.store import MediaFolder
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot

RATE_HZ = 48_000


def walk(distance_m: float, strength: float) -> Project:
    """Somebody walks past for ten seconds."""
    steps = tuple(
        Contact(time_s=float(t), kind="step", strength=strength) for t in np.arange(0.5, 9.5, 0.55)
    )
    places = np.array([[distance_m, -1.0, 0.0], [distance_m, 1.0, 0.0]])
    path = Trajectory.from_arrays(np.array([0.0, 10.0]), places)
    walker = Track(
        id="walker", name="walker", label="person", trajectory=path, contacts=steps,
        start_s=0.0, end_s=10.0,
    )  # fmt: skip
    return Project(tracks=(walker,))


def composed(project: Project, media: MediaFolder) -> Project:
    for edit in compose(project, media, RunSettings()):
        project = edit.apply(project)
    return project


def monitored_lufs(project: Project, media: MediaFolder) -> float:
    """Loudness of what reaches a device with two channels, limiter included."""
    path = OutputPath(2, RATE_HZ, is_alsa=False)
    path.set_format("binaural", RATE_HZ, None, monitor_gain("binaural", project))
    meter = LoudnessMeter(2, RATE_HZ)
    for blocks in render_snapshot(compile_project(project, media.audio_path, ("binaural",))):
        meter.add(path.convert(blocks["binaural"]).T)
    return meter.integrated_lufs


@pytest.mark.parametrize(("distance_m", "strength"), [(2.0, 0.9), (30.0, 0.1)])
def test_monitoring_is_as_loud_as_the_delivery(tmp_path, distance_m, strength) -> None:
    media = MediaFolder(tmp_path / "media")
    project = composed(walk(distance_m, strength), media)
    (file,) = deliver(project, media, ["binaural"], tmp_path / "out").files
    assert abs(file.gain_db) < 1.0
    assert file.integrated_lufs == pytest.approx(-23.0, abs=0.2)
    assert monitored_lufs(project, media) == pytest.approx(file.integrated_lufs, abs=1.0)


def test_a_master_that_a_hand_has_set_stays(tmp_path) -> None:
    media = MediaFolder(tmp_path / "media")
    project = SetMasterGain(gain_db=0.0).apply(walk(5.0, 0.5))
    assert composed(project, media).master.gain_db == 0.0
    older = structs.replace(walk(5.0, 0.5), master=Strip(gain_db=-3.0))
    assert ApplyMasterGain(gain_db=20.0).apply(older) is older


def test_composing_again_finds_the_same_master(tmp_path) -> None:
    media = MediaFolder(tmp_path / "media")
    once = composed(walk(5.0, 0.5), media)
    assert once.master_provenance == "machine"
    assert once.master.gain_db > 3.0
    assert composed(once, media).master == once.master


def test_silence_and_sessions_made_by_hand_stay_at_unity(tmp_path) -> None:
    media = MediaFolder(tmp_path / "media")
    assert Project().master.gain_db == 0.0
    assert composed(Project(), media).master.gain_db == 0.0


def test_it_is_an_edit_that_is_stored_and_undone() -> None:
    edit = ApplyMasterGain(gain_db=LOUDEST_MASTER_DB)
    assert decode_edit(encode_edit(edit)) == edit
    history = Document(Project())
    history.do(edit)
    assert history.project.master.gain_db == LOUDEST_MASTER_DB
    history.undo()
    assert history.project == Project()
    with pytest.raises(ProjectError, match="master gain"):
        ApplyMasterGain(gain_db=LOUDEST_MASTER_DB + 1.0).apply(Project())
