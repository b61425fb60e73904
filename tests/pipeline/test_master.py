"""The master: what is heard in monitoring is as loud as what is delivered."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from engine.deliver.bounce import deliver
from engine.deliver.loudness import LoudnessMeter
from engine.errors import ProjectError
from engine.layouts import FORMATS
from engine.pipeline.compose import compose
from engine.pipeline.settings import RunSettings
from engine.playback.listening import monitor_gain
from engine.playback.path import OutputPath
from engine.project.edits import (
    ApplyFormatTrims,
    ApplyMasterGain,
    ReturnFormatTrim,
    SetFormatTrim,
    SetMasterGain,
    decode_edit,
    encode_edit,
)
from engine.project.format_trims import trim_db
from engine.project.history import Document
from engine.project.limits import LOUDEST_MASTER_DB
from engine.project.model import Contact, Project, Scene, Strip, Track, Trajectory
from engine.project.store import MediaFolder
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot
from engine.units import db_to_gain

RATE_HZ = 48_000


def walk(distance_m: float, strength: float) -> Project:
    """Somebody walks past for six seconds."""
    steps = tuple(
        Contact(time_s=float(t), kind="step", strength=strength) for t in np.arange(0.5, 5.7, 0.55)
    )
    places = np.array([[distance_m, -1.0, 0.0], [distance_m, 1.0, 0.0]])
    path = Trajectory.from_arrays(np.array([0.0, 6.0]), places)
    walker = Track(
        id="walker", name="walker", label="person", trajectory=path, contacts=steps,
        start_s=0.0, end_s=6.0,
    )  # fmt: skip
    return Project(tracks=(walker,))


def composed(project: Project, media: MediaFolder) -> Project:
    for edit in compose(project, media, RunSettings()):
        project = edit.apply(project)
    return project


def monitored_lufs(project: Project, media: MediaFolder, name: str = "binaural") -> float:
    """Loudness of what reaches a device with as many channels, limiter included."""
    channels = FORMATS[name]
    path = OutputPath(channels, RATE_HZ, is_alsa=False)
    path.set_format(name, RATE_HZ, None, monitor_gain(name, project))
    meter = LoudnessMeter(channels, RATE_HZ)
    trim = np.float32(db_to_gain(trim_db(project.scene, name)))  # with the master's fader
    for blocks in render_snapshot(compile_project(project, media.audio_path, (name,))):
        meter.add(path.convert(trim * blocks[name]).T)
    return meter.integrated_lufs


@pytest.mark.parametrize(
    ("distance_m", "strength", "equalisation"),
    [(2.0, 0.9, "diffuse_field"), (30.0, 0.1, "none")],
)
def test_monitoring_is_as_loud_as_the_delivery_in_every_format(
    tmp_path, distance_m, strength, equalisation
) -> None:
    media = MediaFolder(tmp_path / "media")
    project = walk(distance_m, strength)
    scene = structs.replace(project.scene, hrir_equalisation=equalisation)
    project = composed(structs.replace(project, scene=scene), media)
    names = ["binaural", "stereo", "5.1", "7.1.4", "foa", "adm"]
    files = deliver(project, media, names, tmp_path / "out").files
    for file in files:
        assert abs(file.gain_db) < 1.0, file
    for file in files[:3]:
        assert file.integrated_lufs == pytest.approx(-23.0, abs=0.2)
        heard_lufs = monitored_lufs(project, media, file.format)
        assert heard_lufs == pytest.approx(file.integrated_lufs, abs=1.0)


def test_ears_without_their_common_colour_are_as_loud_as_loudspeakers(tmp_path) -> None:
    media = MediaFolder(tmp_path / "media")
    scene = Scene(prompt=("concrete",))  # bright steps, which the ears' own resonances raise
    plain = composed(structs.replace(walk(5.0, 0.5), scene=scene), media)
    scene = structs.replace(scene, hrir_equalisation="diffuse_field")
    mended = composed(structs.replace(walk(5.0, 0.5), scene=scene), media)
    assert abs(trim_db(plain.scene, "5.1")) > 3.0
    assert abs(trim_db(mended.scene, "5.1")) < 1.5


def test_a_trim_that_a_hand_has_set_stays_and_goes_back(tmp_path) -> None:
    media = MediaFolder(tmp_path / "media")
    by_hand = SetFormatTrim(format_name="5.1", gain_db=2.0).apply(walk(5.0, 0.5))
    project = composed(by_hand, media)
    assert trim_db(project.scene, "5.1") == trim_db(project.scene, "hoa3") == 2.0
    assert trim_db(project.scene, "binaural") == 0.0
    found = trim_db(project.scene, "stereo")
    assert found != 0.0
    back = ReturnFormatTrim(format_name="5.1").apply(project)
    assert trim_db(back.scene, "5.1") == pytest.approx(found, abs=1.0)
    again = ApplyFormatTrims(gains_db={"5.1": -1.5}).apply(back)
    assert trim_db(again.scene, "7.1.4") == -1.5


def test_a_trim_is_an_edit_that_is_stored_undone_and_checked() -> None:
    edit = SetFormatTrim(format_name="5.1", gain_db=-3.0)
    assert decode_edit(encode_edit(edit)) == edit
    history = Document(Project())
    history.do(edit)
    history.undo()
    assert history.project == Project()
    for name, gain_db in (("5.1", 25.0), ("9.1.6", 0.0)):
        with pytest.raises(ProjectError, match="trim"):
            SetFormatTrim(format_name=name, gain_db=gain_db).apply(Project())


def test_a_master_that_a_hand_has_set_stays(tmp_path) -> None:
    media = MediaFolder(tmp_path / "media")
    project = SetMasterGain(gain_db=0.0).apply(walk(5.0, 0.5))
    assert composed(project, media).master.gain_db == 0.0
    older = structs.replace(walk(5.0, 0.5), master=Strip(gain_db=-3.0))
    assert ApplyMasterGain(gain_db=20.0).apply(older).master is older.master


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
