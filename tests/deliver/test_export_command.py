"""`foleystage export` on a saved session."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from scenes import RATE_HZ, Folder, scene

from engine.cli.main import main
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
        (["--format", "7.1"], "unknown format '7.1'"),
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
