"""`foleystage export` on a saved session."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from scenes import RATE_HZ, Folder, scene

from engine.cli.main import main
from engine.deliver.adm import read_objects
from engine.deliver.bw64 import read_adm_chunks
from engine.media.audio_file import read_audio
from engine.project.model import Project
from engine.project.store import Bundle


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A bundle whose takes were put in by their hash."""
    takes = tmp_path / "takes"
    takes.mkdir()
    project = scene(Folder(takes))
    path = tmp_path / "scene.foley"
    with Bundle.create(path, Project()) as bundle:
        for take in project.takes:
            sound, rate_hz = read_audio(takes / f"{take.audio}.wav")
            stored = bundle.put_audio(sound, rate_hz)
            project = project.with_take(structs.replace(take, audio=stored))
        bundle.save(project)
    return path


def test_one_format_to_a_file_and_several_to_a_folder(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["export", str(session), "--format"]
    assert main([*command, "binaural", "-o", str(tmp_path / "mine.wav"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["files"][0]["path"] == "mine.wav"
    assert report["files"][0]["integrated_lufs"] == pytest.approx(-23.0, abs=0.1)
    assert main([*command, "binaural,adm", "-o", str(tmp_path / "out")]) == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["binaural.wav", "scene.adm.wav"]
    np.testing.assert_array_equal(
        (tmp_path / "mine.wav").read_bytes(), (tmp_path / "out" / "binaural.wav").read_bytes()
    )
    assert read_audio(tmp_path / "mine.wav")[0].shape == (2, 3 * RATE_HZ)
    assert main([*command, "stems", "-o", str(tmp_path / "dry")]) == 0
    assert len(list((tmp_path / "dry").glob("*.wav"))) == 3
    assert main([*command, "stems", "-o", str(tmp_path / "out")]) == 0
    assert len(list((tmp_path / "out" / "stems").glob("*.wav"))) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "video"], "no picture"),
        (["--format", "binaural,stereo", "--film-order"], ""),
    ],
)
def test_errors_are_one_line(
    session: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    (tmp_path / "blocked").write_bytes(b"")
    out = tmp_path / ("blocked" if not words else "out.wav")
    assert main(["export", str(session), *arguments, "-o", str(out)]) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert words in lines[-1]
    assert lines[-1].startswith("foleystage: ")
    assert sum(line.startswith("foleystage:") for line in lines) == 1
    assert main(["export", str(tmp_path / "missing.foley"), "--format", "foa", "-o", "x"]) == 1


def test_an_unknown_format_is_wrong_usage(session: Path, tmp_path: Path, capsys) -> None:
    assert main(["export", str(session), "--format", "7.1", "-o", str(tmp_path / "out.wav")]) == 2
    assert "unknown format '7.1'" in capsys.readouterr().err.strip().splitlines()[-1]


def test_the_whole_scene_is_turned(session: Path, tmp_path: Path) -> None:
    """A quarter to the left: what was in front comes from the left, objects and ambience."""
    command = ["export", str(session), "--format", "foa,adm", "-o"]
    assert main([*command, str(tmp_path / "straight")]) == 0
    assert main([*command, str(tmp_path / "turned"), "--rotate=90,0"]) == 0
    (before, _), (after, _) = (
        read_audio(tmp_path / name / "foa.wav") for name in ("straight", "turned")
    )
    after *= np.linalg.norm(before[0]) / np.linalg.norm(after[0])  # its loudness is its own
    expected = np.stack([before[0], before[3], before[2], -before[1]])  # W Y Z X
    np.testing.assert_allclose(after, expected, atol=2e-5)
    ball, door = read_objects(read_adm_chunks(tmp_path / "turned" / "scene.adm.wav").axml)
    assert ball.blocks[0].azimuth_deg == pytest.approx(90.0 + np.degrees(1.2), abs=0.01)
    assert abs(door.blocks[0].azimuth_deg) == pytest.approx(180.0)


@pytest.mark.parametrize("angles", ["up", "1,2,3,4", "400", "nan"])
def test_a_turn_that_is_none_is_refused(session: Path, angles: str) -> None:
    command = ["export", str(session), "--format", "foa", "-o", "x", f"--rotate={angles}"]
    assert main(command) == 2


@pytest.mark.parametrize("damage", ["gone", "cut", "text"])
def test_sound_that_is_missing_or_damaged_is_not_left_out(
    session: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    damage: str,
) -> None:
    with Bundle.open(session, read_only=True)[0] as bundle:
        project = Bundle.open(session, read_only=True)[1]
        clip = project.clips[0]
        file = bundle.audio_path(project.take(clip.take_id).audio)
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:40] if damage == "cut" else b"this is no sound")
    out = tmp_path / "out.wav"
    command = ["export", str(session), "--format", "stereo", "-o", str(out), "--json"]
    assert main(command) == 1
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert line.startswith(f"foleystage: {file}: clip '{clip.name}' would be silent: ")
    assert line.count(str(file)) == 1
    assert "Errno" not in line
    assert "; put the file back" in line
    assert not out.exists()

    assert main([*command, "--allow-missing"]) == 0
    told = capsys.readouterr()
    assert clip.name in json.loads(told.out)["problems"][0]
    assert clip.name in caplog.text
    assert out.exists()


def test_sound_that_nobody_would_hear_may_be_missing(session: Path, tmp_path: Path) -> None:
    bundle, project, _ = Bundle.open(session)
    with bundle:
        clip = project.clips[0]
        bundle.audio_path(project.take(clip.take_id).audio).unlink()
        tracks = tuple(
            structs.replace(track, strip=structs.replace(track.strip, muted=True))
            if track.id == clip.track_id
            else track
            for track in project.tracks
        )
        bundle.save(structs.replace(project, tracks=tracks))
    command = ["export", str(session), "--format", "stereo", "-o", str(tmp_path / "out.wav")]
    assert main(command) == 0


def test_a_project_file_that_is_gone_is_to_be_had_from_the_generations(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (session / "project.json").unlink()
    command = ["export", str(session), "--format", "stereo", "-o", str(tmp_path / "out.wav")]
    assert main(command) == 1
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert f"{session / 'project.json'}: the saved project is not there; put it back" in line
    newest = max((session / "generations").iterdir())
    newest.rename(session / "project.json")
    assert main(command) == 0


def test_a_file_is_no_folder_to_write_into(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "blocked").write_bytes(b"mine")
    command = ["export", str(session), "--format", "stereo,foa", "-o", str(tmp_path / "blocked")]
    assert main(command) == 1
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert f"{tmp_path / 'blocked'}: this is a file, not a folder; name a folder" in line
    assert (tmp_path / "blocked").read_bytes() == b"mine"
