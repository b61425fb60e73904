"""What a command reads is never written over by it, by whatever name."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import structs

from engine import resources
from engine.cli.main import main
from engine.project.model import Project
from engine.project.store import Bundle
from tests.media.drawn import crossing, write_video


def _is_refused(arguments: list[str | Path], file: Path, capsys) -> None:
    """Status 1, one line with the file, why and a remedy; the folder is as it was."""
    before = {p: p.read_bytes() for p in file.parent.rglob("*") if p.is_file()}
    assert main([str(argument) for argument in arguments]) == 1
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert line.startswith("foleystage: ")
    assert str(file) in line
    assert "would replace this file" in line
    assert "; choose another place" in line
    assert {p: p.read_bytes() for p in file.parent.rglob("*") if p.is_file()} == before


@pytest.fixture
def no_work(monkeypatch) -> None:
    monkeypatch.setattr(
        "engine.pipeline.produce.analyse", lambda *_: pytest.fail("the work has begun")
    )


@pytest.mark.parametrize("name", ["video.mp4", "binaural.wav", "report.json", "stems/film.mp4"])
def test_run_refuses_to_replace_its_film(name, tmp_path, no_work, capsys):
    film = tmp_path / name
    film.parent.mkdir(exist_ok=True)
    shutil.copy(resources.path("demo/demo.mp4"), film)
    formats = "binaural,stems,video"
    _is_refused(["run", film, "-o", tmp_path, "--formats", formats], film, capsys)


def test_run_refuses_to_replace_its_film_in_another_container(tmp_path, no_work, capsys):
    film = write_video(tmp_path / "video.mkv", crossing(30), codec="ffv1", pixel_format="yuv420p")
    _is_refused(["run", film, "-o", tmp_path, "--formats", "video"], film, capsys)


def test_run_refuses_to_replace_its_film_through_a_link(tmp_path, no_work, capsys):
    film = tmp_path / "film.mp4"
    shutil.copy(resources.path("demo/demo.mp4"), film)
    out = tmp_path / "out"
    out.mkdir()
    (out / "video.mp4").symlink_to(film)
    _is_refused(["run", film, "-o", out, "--formats", "video"], film, capsys)
    assert (out / "video.mp4").is_symlink()


@pytest.mark.parametrize("output", ["film.mp4", "scene.foley/project.json"])
def test_export_refuses_to_replace_film_and_session(output, tmp_path, capsys):
    from engine.media.probe import probe_video

    film = tmp_path / "film.mp4"
    shutil.copy(resources.path("demo/demo.mp4"), film)
    session = tmp_path / "scene.foley"
    with Bundle.create(session, Project()) as bundle:
        bundle.save(structs.replace(Project(), video=probe_video(film)))
    out = tmp_path / output
    _is_refused(["export", session, "--format", "stereo", "-o", out], out, capsys)


@pytest.mark.parametrize("is_linked", [False, True])
@pytest.mark.parametrize("follow", [[], ["--follow", "20,20"]])
def test_tracks_refuses_to_replace_its_film(is_linked, follow, tmp_path, capsys):
    film = write_video(tmp_path / "film.mp4", crossing(30))
    out = tmp_path / "link.csv" if is_linked else film
    if is_linked:
        out.symlink_to(film)
    _is_refused(["tracks", film, "-o", out, *follow], film, capsys)


@pytest.mark.parametrize("output", ["noise.wav", "path.csv"])
def test_spatialise_refuses_to_replace_sound_and_trajectory(output, tmp_path, capsys):
    sound, path = tmp_path / "noise.wav", tmp_path / "path.csv"
    soundfile.write(sound, np.full(4800, 0.1), 48_000)
    path.write_text("time_s,azimuth_deg,elevation_deg,distance_m\n0,0,0,1\n")
    command = ["spatialise", sound, "--trajectory", path, "--format", "stereo", "-o"]
    _is_refused([*command, tmp_path / output], tmp_path / output, capsys)
    assert main([str(part) for part in [*command, tmp_path / "other.wav"]]) == 0
