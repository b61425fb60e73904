"""--json on every command: stdout is one JSON object, progress is on stderr. And `run --script`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine import resources
from engine.cli.main import COMMANDS, build_parser, main
from engine.layouts import FILE_NAMES, chosen_formats, parse_formats
from engine.project.store import Bundle

DEMO = str(resources.path("demo/demo.mp4"))


@pytest.fixture(scope="module")
def session(tmp_path_factory) -> Path:
    """What `run` makes of the demo with the shipped example of a script."""
    out = tmp_path_factory.mktemp("run") / "out"
    script = str(resources.path("script/example.toml"))
    command = ["run", DEMO, "-o", str(out), "--script", script, "--formats", "stereo"]
    assert main(command) == 0
    return out


def test_the_example_script_is_what_sounds(session: Path) -> None:
    project = Bundle.open(session / "scene.foley", read_only=True)[1]
    events = {event.id: event for event in project.events}
    assert list(events) == ["e1", "e2", "bounces", "e4"]
    assert project.track(events["bounces"].track_id).name == "Ball 1"
    assert project.track(events["e1"].track_id).label == "person"
    assert len(events["e1"].onsets_s) == 14
    assert sorted(clip.track_id for clip in project.clips) == sorted(
        event.track_id for event in events.values()
    )


def test_a_delivery_takes_a_loudness_or_none(session: Path, tmp_path: Path, capsys) -> None:
    peaks = {}
    for loudness in ("none", "-30"):
        out = ["-o", str(tmp_path / f"{loudness}.wav"), f"--loudness={loudness}", "--json"]
        assert main(["export", str(session / "scene.foley"), "--format", "stereo", *out]) == 0
        (file,) = json.loads(capsys.readouterr().out)["files"]
        peaks[loudness] = file["sample_peak_dbfs"]
    assert isinstance(peaks["none"], float)
    assert peaks["-30"] is None
    assert file["integrated_lufs"] == pytest.approx(-30.0, abs=0.1)
    wrong = ["export", "x.foley", "--format", "stereo", "-o", "y.wav", "--loudness", "loud"]
    assert main(wrong) == 2
    assert "'loud' is no loudness" in capsys.readouterr().err


def test_stdout_is_json_and_nothing_else(session: Path, tmp_path: Path, capsys) -> None:
    noise = 0.1 * np.random.default_rng(1).standard_normal((9_600, 2))
    soundfile.write(tmp_path / "noise.wav", noise, 48_000)
    path = tmp_path / "path.csv"
    path.write_text("time_s,azimuth_deg,elevation_deg,distance_m\n0,30,0,1\n")
    noisy = str(tmp_path / "noise.wav")
    out = ["-o", str(tmp_path / "out.wav")]
    working = {
        "tracks": [DEMO, "-o", str(tmp_path / "tracks.csv")],
        "spatialise": [noisy, "--trajectory", str(path), "--format", "foa", *out],
        "export": [str(session / "scene.foley"), "--format", "stereo", *out],
    }
    for name, arguments in working.items():
        assert main([name, *arguments, "--json"]) == 0
        told = capsys.readouterr()
        assert isinstance(json.loads(told.out), dict), name
        assert told.err.strip(), f"{name}: no progress"
    assert main(["metrics", "binaural", noisy, noisy, "--json"]) == 0
    with_json = capsys.readouterr().out
    assert main(["metrics", "binaural", noisy, noisy]) == 0
    assert capsys.readouterr().out == with_json


def test_every_command_takes_json_and_says_where_it_goes(capsys) -> None:
    for name in COMMANDS:
        assert main([name, "--help"]) == 0
        told = " ".join(capsys.readouterr().out.split())
        assert "--json" in told
        assert "all else goes to stderr" in told
    arguments = ["run", "a.mp4", "-o", "out", "--prompt", " boots , rain,"]
    assert build_parser(["run"]).parse_args(arguments).prompt == ("boots", "rain")
    assert main(["run", "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "docs/script.md" in told
    assert "from -60 to -5" in told


def test_formats_are_read_in_one_way() -> None:
    assert parse_formats(" FOA, binaural,foa ,") == ("foa", "binaural")
    assert chosen_formats(FILE_NAMES) == tuple(FILE_NAMES)
