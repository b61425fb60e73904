"""A second run into the same folder takes the session up again; another clip's is refused."""

import json

import numpy as np
import pytest
import soundfile

from engine.cli.main import main
from engine.errors import DeliveryError, ProjectError
from engine.pipeline.importing import import_ambience
from engine.pipeline.produce import produce
from engine.pipeline.settings import RunSettings
from engine.project.edits import MoveKeyframe, RenameTrack
from engine.project.model import Project
from engine.project.store import Bundle
from tests.media.drawn import crossing, write_video

SETTINGS = RunSettings(formats=("stereo",))
STEREO = ("--formats", "stereo")


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A second and a half with something that moves; it is analysed once."""
    return write_video(tmp_path_factory.mktemp("film") / "film.mp4", crossing(38))


def test_a_second_run_keeps_what_a_hand_has_made(film, tmp_path):
    out = tmp_path / "out"
    produce(film, out, SETTINGS)
    with Bundle.open(out / "scene.foley")[0] as bundle:
        project = Bundle.open(out / "scene.foley", read_only=True)[1]
        track = next(t for t in project.tracks if t.kind == "object")
        moved = MoveKeyframe(
            track_id=track.id,
            index=1,
            time_s=track.trajectory.keyframes[1].time_s,
            x_m=1.0,
            y_m=2.0,
            z_m=0.5,
        )
        renamed = RenameTrack(track_id=track.id, name="My ball")
        bundle.save(renamed.apply(moved.apply(project)))
    report = produce(film, out, SETTINGS)
    project = Bundle.open(out / "scene.foley", read_only=True)[1]
    again = project.track(track.id)
    by_hand = [k for k in again.trajectory.keyframes if k.provenance == "hand"]
    assert [(k.x_m, k.y_m, k.z_m) for k in by_hand] == [(1.0, 2.0, 0.5)]
    assert again.name == "My ball"
    assert "My ball" in [t["name"] for t in report["tracks"]]


def test_the_session_of_another_clip_is_not_touched(film, tmp_path):
    out = tmp_path / "out"
    produce(film, out, SETTINGS)
    before = (out / "scene.foley" / "project.json").read_bytes()
    other = tmp_path / "other.mp4"
    other.write_bytes(film.read_bytes() + b"\0" * 8)
    with pytest.raises(ProjectError, match=r"another clip.*choose another folder"):
        produce(other, out, SETTINGS)
    assert (out / "scene.foley" / "project.json").read_bytes() == before
    assert not list(out.glob(".*"))


@pytest.fixture
def session_without_its_sound(tmp_path):
    """An output folder with a session whose imported sound has gone, and the sound's file."""
    soundfile.write(tmp_path / "forest.wav", np.full((48_000, 2), 0.1), 48_000)
    with Bundle.create(tmp_path / "out" / "scene.foley", Project()) as bundle:
        edit = import_ambience(bundle.media, Project(), tmp_path / "forest.wav")
        project = edit.apply(Project())
        bundle.save(project)
        file = bundle.audio_path(project.takes[0].audio)
    file.unlink()
    return tmp_path / "out", file


def test_a_session_whose_own_sound_is_gone_is_refused_before_the_work(
    film, session_without_its_sound
):
    out, file = session_without_its_sound
    before = sorted(out.rglob("*"))
    stages = set()
    with pytest.raises(
        DeliveryError, match=r"clip 'forest' would be silent.*--allow-missing"
    ) as no:
        produce(
            film,
            out,
            SETTINGS,
            lambda stage, fraction: stages.add(stage),
        )
    assert no.value.place == str(file)
    assert stages == {"opening the clip"}
    assert sorted(out.rglob("*")) == before


def test_a_session_whose_own_sound_is_gone_is_delivered_without_it_on_request(
    film, session_without_its_sound, caplog
):
    out, _ = session_without_its_sound
    command = ["run", str(film), "-o", str(out), *STEREO]
    assert main([*command, "--allow-missing"]) == 0
    assert "clip 'forest' is silent" in caplog.text
    report = json.loads((out / "report.json").read_text())
    assert any("'forest' is silent" in line for line in report["deliverables"]["problems"])


def test_what_is_damaged_in_a_session_is_told_and_kept_in_the_report(film, tmp_path, capsys):
    out = tmp_path / "out"
    Bundle.create(out / "scene.foley", Project()).close()
    with (out / "scene.foley" / "journal.jsonl").open("a") as journal:
        journal.write("not a line of a journal\n")
    assert main(["run", str(film), "-o", str(out), *STEREO]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "is damaged" in line]
    assert len(lines) == 1
    assert "scene.foley: the journal is damaged after line 1" in lines[0]
    assert json.loads((out / "report.json").read_text())["session_notes"] == lines
